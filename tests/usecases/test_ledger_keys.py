"""Rotation of the log's key: it may die anywhere, old checkpoints keep verifying, a stale writer stops."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hegui.ledger.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from hegui.ledger.entry import Entry
from hegui.ledger.keys import KeyKind, SignerKey
from hegui.ledger.log import TileLog
from hegui.ledger.note import Note
from hegui.ledger.rotation import KeyHistory, KeyTerm, RotationError, check_hand_over, hand_over
from hegui.usecases.ledger_keys import prepare_key, rotate_key, show_keys
from hegui.usecases.ledger_log import open_signer, read_log
from hegui.usecases.ledger_ports import LedgerError, LedgerHome
from hegui.usecases.ledger_prove import prove_entry
from hegui.usecases.ledger_verify import verify_log
from tests.ledger.logs import ENTRIES, LOG, OTHER_LOG, Death
from tests.support.patience import PATIENCE_SECONDS
from tests.usecases.ledger_homes import dying, grown, home_in, nobody

VERIFIER = Path(__file__).parents[2] / "verifier" / "hegui_verify.py"


def verifier(*arguments: object) -> tuple[int, dict[str, object]]:
    command = [sys.executable, "-I", str(VERIFIER), *map(str, arguments), "--json", "--lang", "en"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=PATIENCE_SECONDS, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def rotated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of three keys; checkpoints and proofs of each time beside it."""
    folder = tmp_path_factory.mktemp("rotated")
    home = home_in(folder)
    for number, (start, end) in enumerate([(0, 255), (255, 300), (300, 700)]):
        grown(home, start, end)
        proven = prove_entry(home, 7)
        (folder / f"proof-{number}").write_bytes(proven.proof)
        (folder / f"vkey-{number}").write_text(proven.vkey)
        (folder / f"checkpoint-{number}").write_bytes(read_log(home).opened.note.encode())
        if number < 2:
            rotate_key(home, nobody)
    (folder / "entry").write_bytes(ENTRIES[7])
    return folder


def test_the_hand_over_is_in_the_log_and_in_the_table(rotated: Path) -> None:
    home = home_in(rotated)
    current, history = show_keys(home)
    assert history is not None
    assert [term.from_size for term in history.terms] == [0, 256, 302]
    assert current == history.current == open_signer(home).verifier
    entry = Entry.decode(read_log(home).tree.entry(255))
    assert (entry.type, entry.actor, entry.subject) == (
        "key.rotated",
        str(history.terms[0].key),
        str(history.terms[1].key),
    )
    assert verify_log(home, start=0).size == 702
    assert not (rotated / "state" / "ledger-key.next").exists()


@pytest.mark.parametrize("number", range(3))
def test_any_key_of_the_log_leads_to_the_others(rotated: Path, number: int) -> None:
    key = (rotated / f"vkey-{number}").read_text()
    log = rotated / "state" / "ledger"
    assert verifier("verify-log", "--key", key, log)[0] == 0
    for other in range(3):
        proof = ("--entry", rotated / "entry", rotated / f"proof-{other}")
        assert verifier("verify-proof", "--key", key, *proof)[0] == (0 if other == number else 1)
        assert verifier("verify-proof", "--key", key, "--keys", log, *proof)[0] == 0
        growth = (rotated / f"checkpoint-{other}", log / "checkpoint", log)
        assert verifier("consistency", "--key", key, *growth)[0] == 0


def test_old_checkpoints_verify_with_the_key_of_their_time(rotated: Path) -> None:
    for number, size in enumerate((255, 301, 702)):
        key = show_keys(home_in(rotated))[1].terms[number].key  # type: ignore[union-attr]
        assert open_checkpoint((rotated / f"checkpoint-{number}").read_bytes(), key).checkpoint.size == size


def forge(folder: Path, name: str) -> None:
    """Change a copy of the log in one way."""
    log = folder / "state" / "ledger"
    table = (log / "keys").read_text().split("\n")
    thief = SignerKey(read_log(home_in(folder)).origin, KeyKind.LOG, b"\x09" * 32)
    old = Checkpoint.parse(Note.parse((log / "checkpoint").read_bytes()).text)
    match name:
        case "a key nobody handed over to":
            (log / "keys").write_text("\n".join([*table[:-1], f"600 {thief.verifier}", ""]))
            (log / "rotation/600").write_bytes(hand_over(Checkpoint(old.origin, 600, old.root), thief, thief).encode())
            (log / "checkpoint").write_bytes(Note.sign(old.text(), thief).encode())
        case "a note of another size":
            (log / "rotation/302").write_bytes((log / "rotation/256").read_bytes())
        case "a note that is gone":
            (log / "rotation/256").unlink()
        case "a table that begins late":
            (log / "keys").write_text("\n".join([table[0], table[2], table[3], ""]))
        case "sizes that do not ascend":
            (log / "keys").write_text("\n".join([table[0], table[1], table[3], table[2], ""]))


@pytest.mark.parametrize(
    "name",
    [
        "a key nobody handed over to", "a note of another size", "a note that is gone", "a table that begins late",
        "sizes that do not ascend",
    ],
)  # fmt: skip
def test_forged_hand_overs_are_not_believed(rotated: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(rotated / "state", tmp_path / "state")
    forge(tmp_path, name)
    assert verifier("verify-log", "--key", (rotated / "vkey-0").read_text(), tmp_path / "state/ledger")[0] != 0
    (tmp_path / "state/ledger-key").unlink()  # an auditor without the key
    with pytest.raises(ValueError, match=r"LED\d+"):
        verify_log(home_in(tmp_path), start=0)


def test_a_key_signs_only_the_sizes_of_its_time(tmp_path: Path) -> None:
    home = grown(home_in(tmp_path), 0, 10)
    stale = open_signer(home)
    rotate_key(home, nobody)
    grown(home, 10, 20)
    newest = read_log(home).checkpoint
    home.files.write_checkpoint(Note.sign(newest.text(), stale).encode(), over=home.files.read("checkpoint"))
    with pytest.raises(LedgerError) as caught:
        read_log(home)
    assert caught.value.code == "LED105"
    status, found = verifier("verify-log", "--key", stale.verifier, tmp_path / "state/ledger")
    assert (status, found["code"]) == (1, "key-size")


def test_a_writer_that_holds_the_old_key_stops(tmp_path: Path) -> None:
    home = grown(home_in(tmp_path), 0, 10)
    stale = TileLog(home.files, open_signer(home))
    rotate_key(home, nobody)
    with pytest.raises(CheckpointError) as caught:
        stale.append(ENTRIES[10:12])
    assert caught.value.code == "LED052"


def changes_of_a_rotation(folder: Path) -> int:
    for changes in range(1, 40):
        home = grown(home_in(folder / str(changes)), 0, 3)
        try:
            rotate_key(dying(home, changes), nobody)
        except Death:
            continue
        return changes
    raise AssertionError


def after_death(folder: Path, changes: int) -> tuple[LedgerHome, SignerKey]:
    home = grown(home_in(folder), 0, 3)
    old = open_signer(home)
    with pytest.raises(Death):
        rotate_key(dying(home, changes), nobody)
    return home, old


def test_a_rotation_may_die_anywhere(tmp_path: Path) -> None:
    """After each change of a file, for one who rotates again and for one who only goes on writing."""
    for changes in range(changes_of_a_rotation(tmp_path / "count")):
        home, old = after_death(tmp_path / f"again-{changes}", changes)
        assert read_log(home).checkpoint.size in (3, 4), "readers are never locked out"
        rotate_key(home, nobody)
        assert show_keys(home)[0] != old.verifier
        assert verify_log(grown(home, 3, 300), start=0).size in (301, 302)
        home, old = after_death(tmp_path / f"on-{changes}", changes)
        grown(home, 3, 300)
        assert verify_log(home, start=0).size in (300, 301)
        folder = tmp_path / f"on-{changes}" / "state/ledger"
        assert verifier("verify-log", "--key", old.verifier, folder)[0] == 0
        rotate_key(home, nobody)
        assert verifier("verify-log", "--key", old.verifier, folder)[0] == 0


def test_a_prepared_key_is_the_one_that_comes(tmp_path: Path) -> None:
    home = grown(home_in(tmp_path), 0, 1)
    before = show_keys(home)[0]
    coming = prepare_key(home)
    assert coming == prepare_key(home)
    assert show_keys(home)[0] == before
    assert rotate_key(home, nobody).new == coming


def test_tables_and_notes_in_one_spelling() -> None:
    history = KeyHistory((KeyTerm(0, LOG.verifier), KeyTerm(5, OTHER_LOG.verifier)))
    assert KeyHistory.parse(history.encode()) == history
    assert [len(history.of_size(size)) for size in (0, 4, 5, 6)] == [1, 1, 2, 1]
    for wrong in (b"", b"hegui.ledger/keys@v1\n", history.encode()[:-1], history.encode() + b"\n", b"\xff"):
        with pytest.raises(RotationError):
            KeyHistory.parse(wrong)
    note = hand_over(Checkpoint(LOG.name, 5, bytes(32)), LOG, OTHER_LOG)
    assert check_hand_over(note.encode(), LOG.verifier, OTHER_LOG.verifier, origin=LOG.name).size == 5
    with pytest.raises(RotationError):
        check_hand_over(note.encode(), OTHER_LOG.verifier, LOG.verifier, origin=LOG.name)
    half = Note(note.text, note.signatures[:1])
    with pytest.raises(CheckpointError):
        check_hand_over(half.encode(), LOG.verifier, OTHER_LOG.verifier, origin=LOG.name)
