"""`hegui label c2pa-sign` and `c2pa-verify`."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from hegui.errors import HeguiError
from hegui.faces.cli.label_c2pa import c2pa_sign, c2pa_verify
from hegui.faces.cli.session import Session
from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.c2pa.manifest import SOURCE_TYPES
from hegui.label.formats import plan
from tests.label.c2pa_authority import Authority, need_c2pa
from tests.label.contract import CARRIERS
from tests.label.media import LABEL


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    need_c2pa()
    return Authority.made(tmp_path / "authority")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    data = (CARRIERS / "photo.jpg").read_bytes()
    path = tmp_path / "photo.jpg"
    path.write_bytes(apply(data, plan(Source.of(data), path.name, LABEL)[1]))
    return path


def run(command: click.Command, tmp_path: Path, *words: object, lang: str = "en") -> Result:
    session = Session(None, {"HEGUI_STATE_DIR": str(tmp_path / "state")}, lang)
    return CliRunner().invoke(command, [str(word) for word in words], obj=session)


def sealed(authority: Authority, photo: Path, tmp_path: Path, *more: object) -> Result:
    return run(c2pa_sign, tmp_path, photo, "--chain", authority.chain, "--key", authority.key, *more)


def test_a_file_is_sealed_and_verified(authority: Authority, photo: Path, tmp_path: Path) -> None:
    done = sealed(authority, photo, tmp_path)
    assert done.exit_code == 0, done.output
    assert (
        f"sealed with a C2PA manifest, beside the label with number {LABEL.produce_id}, receipt label-" in done.output
    )
    found = run(c2pa_verify, tmp_path, photo, "--anchors", authority.root)
    assert (found.exit_code, "under a root that is trusted" in found.output) == (0, True)
    assert SOURCE_TYPES["generated"] in found.output
    assert "签署者未经受信任的根证书确认" in run(c2pa_verify, tmp_path, photo, lang="zh").output


def test_programs_get_json(authority: Authority, photo: Path, tmp_path: Path) -> None:
    written = json.loads(
        sealed(authority, photo, tmp_path, "--json", "--out", tmp_path / "new.jpg", "--agent", "Model").output
    )
    assert (written["changed"], written["ingredient"], written["manifest"]["state"]) == (True, False, "valid")
    assert written["receipt"]["reason"] == "signed"
    found = run(c2pa_verify, tmp_path, tmp_path / "new.jpg", "--anchors", authority.root, "--json")
    document = json.loads(found.output)
    assert (document["state"], document["source_types"]) == ("trusted", [SOURCE_TYPES["generated"]])
    assert {"code", "kind", "detail", "of_ingredient"} == set(document["codes"][0])


def test_exit_codes_tell_broken_from_absent(authority: Authority, photo: Path, tmp_path: Path) -> None:
    assert run(c2pa_verify, tmp_path, photo).exit_code == 3
    sealed(authority, photo, tmp_path)
    data = photo.read_bytes()
    photo.write_bytes(data[:-100] + bytes([data[-100] ^ 1]) + data[-99:])
    found = run(c2pa_verify, tmp_path, photo)
    assert (found.exit_code, "assertion.dataHash.mismatch" in found.output) == (1, True)


def test_a_file_without_its_label_is_refused(authority: Authority, tmp_path: Path) -> None:
    path = tmp_path / "bare.jpg"
    path.write_bytes((CARRIERS / "photo.jpg").read_bytes())
    done = sealed(authority, path, tmp_path)
    assert isinstance(done.exception, HeguiError)
    assert done.exception.code == "LBL142"
