"""Verify, prove and export: damage is found, runs go on where they ended, packs convince outsiders."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hegui.compose import pack_folder, verifier_script
from hegui.errors import HeguiError, NotFoundError
from hegui.ledger.keys import KeyKind, SignerKey
from hegui.ledger.note import Note
from hegui.ledger.proof import ProofFile
from hegui.usecases import ledger_verify
from hegui.usecases.ledger_export import export_pack
from hegui.usecases.ledger_keys import rotate_key, show_keys
from hegui.usecases.ledger_log import open_signer, read_log
from hegui.usecases.ledger_ports import LedgerError, LedgerHome
from hegui.usecases.ledger_prove import find_subject, only_one, prove_entry
from hegui.usecases.ledger_verify import verify_log
from tests.ledger.logs import ENTRIES, new_log
from tests.ledger.test_judges import GoJudge, go_program
from tests.support.patience import PATIENCE_SECONDS
from tests.usecases.ledger_homes import grown, home_in, nobody

__all__ = ["go_program"]  # a fixture counts where pytest finds its name


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 700 entries and a hand-over, verified at 300."""
    folder = tmp_path_factory.mktemp("log")
    home = grown(home_in(folder), 0, 300)
    verify_log(home)
    grown(home, 300, 700)
    rotate_key(home, nobody)
    return folder


@pytest.fixture
def folder(source: Path, tmp_path: Path) -> Path:
    shutil.copytree(source / "state", tmp_path / "state")
    return tmp_path


@pytest.fixture
def home(folder: Path) -> LedgerHome:
    return home_in(folder)


def refused(action: object) -> str:
    assert callable(action)
    with pytest.raises(HeguiError) as caught:
        action()
    return caught.value.code


def test_verification_goes_on_where_it_ended(home: LedgerHome) -> None:
    seen: list[int] = []
    found = verify_log(home, progress=lambda done, of: seen.append(done) if of == 701 else None)
    assert (found.start, found.size, found.self_attested) == (300, 701, True)
    assert seen == [512, 701]
    assert verify_log(home).start == 701
    assert verify_log(home, start=0).start == 0


@pytest.mark.parametrize(
    "path", ["tile/entries/000", "tile/entries/002.p/189", "tile/0/001", "tile/0/002.p/189", "tile/1/000.p/2"]
)
@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_damage_is_found(home: LedgerHome, folder: Path, path: str, damage: str) -> None:
    file = folder / "state/ledger" / path
    data = file.read_bytes()
    match damage:
        case "changed":
            file.write_bytes(data[:40] + bytes([data[40] ^ 1]) + data[41:])
        case "cut":
            file.write_bytes(data[:-1])
        case "gone":
            file.unlink()
    assert refused(lambda: verify_log(home, start=0)) in ("LED080", "LED081", "LED112")


def test_an_interrupted_run_is_taken_up(home: LedgerHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_verify, "_SAVE_EVERY", 512)

    def stop(done: int, of: int) -> None:
        if done == of:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify_log(home, progress=stop)
    assert verify_log(home).start == 512


def test_a_part_that_nobody_read_is_not_remembered(home: LedgerHome) -> None:
    assert verify_log(home, start=500).start == 500
    assert verify_log(home).start == 300


def test_history_that_was_taken_back_or_changed_is_noticed(home: LedgerHome, folder: Path) -> None:
    verify_log(home)
    signer, ledger = open_signer(home), folder / "state/ledger"
    for entries in (ENTRIES[:600], [ENTRIES[1], *ENTRIES[1:800]]):
        shutil.rmtree(ledger)
        _, tiles = new_log(entries, SignerKey(signer.name, KeyKind.LOG, signer.seed))
        for path, data in tiles.files.items():
            (ledger / path).parent.mkdir(parents=True, exist_ok=True)
            (ledger / path).write_bytes(data)
        assert refused(lambda: verify_log(home)) == "LED114"
        assert refused(lambda: verify_log(home, start=0)) == "LED114"


def test_the_range_must_be_within_the_log(home: LedgerHome, tmp_path: Path) -> None:
    assert refused(lambda: verify_log(home, start=702)) == "LED113"
    for start, end in ((5, 5), (7, 5), (0, 702)):
        assert refused(lambda a=start, b=end: exported(home, tmp_path / "p", start=a, end=b)) == "LED113"  # type: ignore[misc]


def test_proofs_by_index_and_by_subject(home: LedgerHome) -> None:
    for index in (0, 255, 256, 699):
        found = prove_entry(home, index)
        assert found.entry == ENTRIES[index]
        key = show_keys(home)[0]
        assert ProofFile.decode(found.proof).verify(found.entry, key).checkpoint.size == 701
    assert only_one(find_subject(home, "ex_0300")) == 300
    assert refused(lambda: prove_entry(home, 701)) == "LED115"
    with pytest.raises(NotFoundError, match="LED115"):
        find_subject(home, "ex_03")
    grown(home, 300, 301)
    assert find_subject(home, "ex_0300") == [300, 701]
    with pytest.raises(LedgerError, match="300, 701"):
        only_one([300, 701])


def test_no_proof_from_damaged_tiles(home: LedgerHome, folder: Path) -> None:
    (folder / "state/ledger/tile/0/001").write_bytes(bytes(8192))
    assert refused(lambda: prove_entry(home, 300)) == "LED083"


# --- disclosure packs -------------------------------------------------------------------------------------------------


def exported(home: LedgerHome, out: Path, **options: Any) -> Any:
    return export_pack(home, pack_folder(out), verifier=verifier_script(), **options)


def command_of(pack: Path) -> list[str]:
    """The command that the README of a pack tells an outsider to run."""
    (line,) = {line.strip() for line in (pack / "README.md").read_text("utf-8").splitlines() if " verify-log " in line}
    return [word.strip("'") for word in line.split()]


def outsider(pack: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """Follow the README word by word, with nothing but the pack."""
    program, *arguments = command_of(pack)
    assert program == "python3"
    command = [sys.executable, "-I", *arguments, "--json", *more]
    done = subprocess.run(
        command, cwd=pack, capture_output=True, encoding="utf-8", timeout=PATIENCE_SECONDS, check=False
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def paths(pack: Path) -> Iterator[str]:
    return (str(file.relative_to(pack)) for file in sorted(pack.rglob("*")) if file.is_file())


def test_an_outsider_checks_a_whole_pack(home: LedgerHome, tmp_path: Path, go_program: Path) -> None:
    pack = tmp_path / "pack"
    done = exported(home, pack)
    assert (done.start, done.end, done.size, done.files_kept) == (0, 701, 701, 0)
    status, found = outsider(pack)
    assert (status, found["valid"], found["size"], found["self_attested"]) == (0, True, 701, True)
    history = show_keys(home)[1]
    assert history is not None
    first = ["--key", str(history.terms[0].key)]  # whoever has only the first key of the log
    assert outsider(pack, *first)[0] == 0
    log = read_log(home)
    assert GoJudge(go_program).ask("log", log.origin, log.history.current, "-", pack).status == 0
    assert json.loads((pack / "manifest.json").read_text())["complete"] is True
    assert (pack / "verifier/hegui_verify.py").read_bytes() == verifier_script()


def test_an_outsider_checks_a_part(home: LedgerHome, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    done = exported(home, pack, start=300, end=400)
    assert (done.start, done.end) == (256, 512)
    assert [path for path in paths(pack) if "entries" in path] == ["tile/entries/001"]
    status, found = outsider(pack)
    assert (status, found["entries_checked"], found["size"]) == (0, 256, 701)
    assert outsider(pack, "--from", "0")[1]["code"] == "missing"
    bundle = pack / "tile/entries/001"
    bundle.write_bytes(bundle.read_bytes().replace(b"ex_0300", b"ex_9300"))
    assert outsider(pack)[0] == 1


@pytest.mark.parametrize("path", ["tile/0/000", "tile/entries/002.p/189", "checkpoint", "rotation/701"])
def test_a_changed_pack_is_invalid(home: LedgerHome, tmp_path: Path, path: str) -> None:
    pack = tmp_path / "pack"
    exported(home, pack)
    data = (pack / path).read_bytes()
    (pack / path).write_bytes(data[:30] + bytes([data[30] ^ 1]) + data[31:])
    assert outsider(pack)[0] == 1


def test_a_stopped_export_goes_on_with_its_checkpoint(home: LedgerHome, tmp_path: Path) -> None:
    pack = tmp_path / "pack"

    def stop(done: int, _of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exported(home, pack, progress=stop)
    grown(home, 700, 1200)
    done = exported(home, pack)
    assert (done.size, done.files_kept) == (701, 3)
    assert outsider(pack)[1]["size"] == 701
    assert Note.parse((pack / "checkpoint").read_bytes()).text.split("\n")[1] == "701"


def test_a_folder_with_something_else_is_left_alone(home: LedgerHome, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/letter").write_text("x")
    assert refused(lambda: exported(home, tmp_path / "full")) == "LED117"
    exported(home, tmp_path / "pack")
    assert refused(lambda: exported(home, tmp_path / "pack", start=300)) == "LED117"
    other = grown(home_in(tmp_path / "other"), 0, 5)
    assert refused(lambda: exported(other, tmp_path / "pack")) == "LED117"
    assert list(paths(tmp_path / "full")) == ["letter"]


def test_the_empty_log_can_be_exported(tmp_path: Path) -> None:
    home = grown(home_in(tmp_path), 0, 0)
    assert exported(home, tmp_path / "pack").size == 0
    assert outsider(tmp_path / "pack")[0] == 0


def test_the_readme_speaks_both_languages_and_tells_where_keys_come_from(home: LedgerHome, tmp_path: Path) -> None:
    exported(home, tmp_path / "pack")
    text = (tmp_path / "pack/README.md").read_text("utf-8")
    assert "从本包以外的渠道" in text
    assert "by another way than this pack" in text
    assert "self-attested" in text
