"""`hegui label watermark embed` and `detect`."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from hegui.errors import HeguiError
from hegui.faces.cli.label_watermark import watermark
from hegui.faces.cli.session import Session
from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.formats import plan
from tests.label.contract import CARRIERS
from tests.label.media import LABEL


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "watermark.key"
    path.write_bytes(bytes(range(32)))
    path.chmod(0o600)
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes((CARRIERS / "photo.jpg").read_bytes())
    return path


def run(*words: object, lang: str = "en", group: click.Command = watermark) -> Result:
    return CliRunner().invoke(group, [str(word) for word in words], obj=Session(None, {}, lang))


def test_a_mark_is_put_in_and_found(photo: Path, key: Path) -> None:
    assert run("detect", photo, "--key", key).exit_code == 3
    done = run("embed", photo, "--key", key, "--number", LABEL.produce_id)
    assert (done.exit_code, "says 31a9eee8" in done.output) == (0, True)
    found = run("detect", photo, "--key", key)
    assert (found.exit_code, "holds the watermark of this key" in found.output) == (0, True)
    assert "载荷为 31a9eee8" in run("detect", photo, "--key", key, lang="zh").output


def test_the_mark_is_held_against_the_label(photo: Path, key: Path, tmp_path: Path) -> None:
    run("embed", photo, "--key", key, "--payload", "31a9eee8")
    data = photo.read_bytes()
    photo.write_bytes(apply(data, plan(Source.of(data), photo.name, LABEL)[1]))
    document = json.loads(run("detect", photo, "--key", key, "--json").output)
    assert (document["verdict"], document["number"], document["agrees"]) == ("mark", LABEL.produce_id, True)
    other = tmp_path / "other.jpg"
    other.write_bytes((CARRIERS / "photo.jpg").read_bytes())
    run("embed", other, "--key", key, "--payload", "00000000")
    data = other.read_bytes()
    other.write_bytes(apply(data, plan(Source.of(data), other.name, LABEL)[1]))
    assert "the label says another number" in run("detect", other, "--key", key).output


def test_no_mark_never_says_human(photo: Path, key: Path) -> None:
    found = run("detect", photo, "--key", key, "--json")
    document = json.loads(found.output)
    assert (found.exit_code, document["verdict"], document["payload"], document["false_alarms"]) == (
        3,
        "no_mark",
        None,
        1e-6,
    )
    assert "does not say that a person made it" in run("detect", photo, "--key", key).output


def test_a_new_file_leaves_the_old_one(photo: Path, key: Path, tmp_path: Path) -> None:
    before = photo.read_bytes()
    done = run("embed", photo, "--key", key, "--number", "1", "--out", tmp_path / "new.jpg", "--json")
    assert (photo.read_bytes(), json.loads(done.output)["format"]) == (before, "jpeg")
    again = run("embed", photo, "--key", key, "--number", "1", "--out", tmp_path / "new.jpg")
    assert isinstance(again.exception, HeguiError)
    assert again.exception.code == "LBL123"


def test_a_number_or_a_payload_is_named(photo: Path, key: Path) -> None:
    assert run("embed", photo, "--key", key).exit_code == 2
    assert run("embed", photo, "--key", key, "--number", "1", "--payload", "00000000").exit_code == 2
