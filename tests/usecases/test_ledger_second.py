"""The SM2 key of a log: stated, replaced, ended; a writer without it stops; outsiders check it, or say that they did not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hegui.crypto.sm2 import Sm2Error
from hegui.ledger.keys import KeyKind, SignerKey
from hegui.ledger.note import Note
from hegui.ledger.second import SecondKey, Verdict
from hegui.usecases.ledger_keys import rotate_key, show_second_keys, state_sm2_key
from hegui.usecases.ledger_log import read_log
from hegui.usecases.ledger_ports import LedgerError, LedgerHome
from hegui.usecases.ledger_prove import prove_entry
from hegui.usecases.ledger_status import ledger_status
from hegui.usecases.ledger_verify import verify_log
from tests.ledger.logs import ENTRIES, Death
from tests.ledger.test_second import ReferenceSigner
from tests.support.patience import PATIENCE_SECONDS
from tests.usecases.ledger_homes import dying, grown, home_in, nobody

VERIFIER = Path(__file__).parents[2] / "verifier" / "hegui_verify.py"


def verifier(*arguments: object, path: str | None = None) -> tuple[int, dict[str, object]]:
    command = [sys.executable, "-I", str(VERIFIER), *map(str, arguments), "--json", "--lang", "en"]
    env = {**os.environ, "PATH": path if path is not None else os.environ["PATH"]}
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", timeout=PATIENCE_SECONDS, check=False, env=env
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def with_sm2(home: LedgerHome, secret: int) -> LedgerHome:
    return replace(home, sm2=ReferenceSigner(secret))


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log: no SM2 key until 201, the first until 302, the second after; its own key handed over at 251."""
    folder = tmp_path_factory.mktemp("signed")
    home = grown(home_in(folder), 0, 200)
    shutil.copy(folder / "state/ledger/checkpoint", folder / "old")
    first = with_sm2(home, 5)
    assert state_sm2_key(first, nobody).size == 201
    grown(first, 200, 249)
    rotate_key(first, nobody)
    grown(first, 250, 300)
    second = with_sm2(home, 6)
    assert state_sm2_key(second, nobody).is_new
    grown(second, 300, 400)
    (folder / "proof").write_bytes(prove_entry(second, 7).proof)
    (folder / "entry").write_bytes(ENTRIES[7])
    (folder / "vkey").write_text(str(read_log(second).history.terms[0].key))
    (folder / "sm2").write_text(str(show_second_keys(second).current))
    return folder


def home_of(folder: Path, secret: int = 6) -> LedgerHome:
    return with_sm2(home_in(folder), secret)


def test_statements_are_in_the_log_and_hold(signed: Path) -> None:
    home = home_of(signed)
    terms = show_second_keys(home).terms
    assert [term.from_size for term in terms] == [201, 302]
    name = read_log(home).origin
    assert [term.key for term in terms] == [SecondKey(name, ReferenceSigner(one).public) for one in (5, 6)]
    status = ledger_status(home)
    assert status.sm2 is not None
    assert (status.sm2.vkey, status.sm2.verdict) == (str(terms[1].key), Verdict.HOLDS)
    assert verify_log(home, start=0).sm2 is Verdict.HOLDS
    assert len(read_log(home).opened.note.signatures) == 2


def test_the_hand_over_of_the_logs_key_carries_the_sm2_line(signed: Path) -> None:
    note = Note.parse((signed / "state/ledger/rotation/251").read_bytes())
    assert SecondKey(note.signatures[0].name, ReferenceSigner(5).public).key_id in {
        one.key_id for one in note.signatures
    }


def test_outsiders_learn_the_sm2_key_from_the_logs_own(signed: Path) -> None:
    log, key = signed / "state/ledger", (signed / "vkey").read_text()
    sm2 = (signed / "sm2").read_text()
    shown = {"name": "+".join(sm2.split("+")[:2]), "verdict": "holds"}
    proof = ("--entry", signed / "entry", signed / "proof")
    growth = (signed / "old", log / "checkpoint", log)
    for given in ([], ["--sm2", sm2]):
        assert verifier("verify-log", "--key", key, *given, log)[1]["sm2"] == shown
        assert verifier("verify-proof", "--key", key, *given, "--keys", log, *proof)[1]["sm2"] == shown
        assert verifier("consistency", "--key", key, *given, *growth)[1]["sm2"] == shown


def test_without_openssl_the_answer_says_not_checked(signed: Path, tmp_path: Path) -> None:
    log, key = signed / "state/ledger", (signed / "vkey").read_text()
    status, found = verifier("verify-log", "--key", key, log, path=str(tmp_path))
    assert (status, found["valid"], found["sm2"]["verdict"]) == (0, True, "not checked")  # type: ignore[index]
    status, found = verifier("verify-log", "--key", key, "--sm2", (signed / "sm2").read_text(), log, path=str(tmp_path))
    assert (status, found["valid"], found["code"]) == (2, None, "sm2-unchecked")


def with_signatures(folder: Path, *names: str) -> None:
    """Keep, drop or spoil the SM2 line of the published checkpoint."""
    file = folder / "state/ledger/checkpoint"
    note = Note.parse(file.read_bytes())
    own, second = note.signatures
    lines = {"own": own, "wrong": replace(second, value=ReferenceSigner(6).sign(b"another\n"))}
    file.write_bytes(Note(note.text, tuple(lines[name] for name in names)).encode())


@pytest.mark.parametrize(("lines", "code"), [(("own", "wrong"), "sm2-wrong"), (("own",), "sm2-missing")])
def test_a_wrong_or_missing_sm2_line_is_refused_where_it_is_asked_for(
    signed: Path, tmp_path: Path, lines: tuple[str, ...], code: str
) -> None:
    shutil.copytree(signed / "state", tmp_path / "state")
    with_signatures(tmp_path, *lines)
    key = (signed / "vkey").read_text()
    sm2 = (signed / "sm2").read_text()
    log = tmp_path / "state/ledger"
    assert verifier("verify-log", "--key", key, "--sm2", sm2, log)[1]["code"] == code
    status, found = verifier("verify-log", "--key", key, log)
    assert status == (1 if code == "sm2-wrong" else 0)
    if code == "sm2-wrong":
        with pytest.raises(LedgerError, match="LED142"):
            verify_log(home_of(tmp_path))
    else:
        assert found["sm2"]["verdict"] == "missing"  # type: ignore[index]
        assert verify_log(home_of(tmp_path)).sm2 is Verdict.MISSING
    assert not state_sm2_key(home_of(tmp_path), nobody).is_new
    assert verify_log(home_of(tmp_path)).sm2 is Verdict.HOLDS


@pytest.mark.parametrize(
    "change", ["another note", "another key in the table", "no note", "unsigned by the key", "another root"]
)
def test_forged_statements_are_not_believed(signed: Path, tmp_path: Path, change: str) -> None:
    shutil.copytree(signed / "state", tmp_path / "state")
    log = tmp_path / "state/ledger"
    note = Note.parse((log / "sm2/302").read_bytes())
    match change:
        case "another note":
            (log / "sm2/302").write_bytes((log / "sm2/201").read_bytes())
        case "another key in the table":
            stolen = str(SecondKey(note.signatures[0].name, ReferenceSigner(9).public))
            table = (log / "sm2/keys").read_text()
            (log / "sm2/keys").write_text(table.replace((signed / "sm2").read_text(), stolen))
        case "no note":
            (log / "sm2/302").unlink()
        case "unsigned by the key":
            (log / "sm2/302").write_bytes(Note(note.text, note.signatures[:1]).encode())
        case "another root":
            thief = SignerKey(note.signatures[0].name, KeyKind.LOG, b"\x09" * 32)
            (log / "sm2/302").write_bytes(Note.sign(note.text, thief).plus(*note.signatures[1:]).encode())
    assert verifier("verify-log", "--key", (signed / "vkey").read_text(), log)[0] != 0
    with pytest.raises(ValueError, match=r"LED100|LED105|LED052"):
        verify_log(home_of(tmp_path))


def test_a_writer_whose_key_is_not_the_one_stated_stops(signed: Path, tmp_path: Path) -> None:
    shutil.copytree(signed / "state", tmp_path / "state")
    for home in (home_in(tmp_path), home_of(tmp_path, 5)):
        with pytest.raises(LedgerError, match="LED140"):
            grown(home, 400, 401)
    assert grown(home_of(tmp_path), 400, 401)
    assert state_sm2_key(home_in(tmp_path), nobody, ends=True).key is None
    size = read_log(home_in(tmp_path)).checkpoint.size
    assert read_log(grown(home_in(tmp_path), 401, 402)).checkpoint.size == size + 1
    assert len(read_log(home_in(tmp_path)).opened.note.signatures) == 1
    assert verify_log(home_in(tmp_path), start=0).sm2 is None
    assert "sm2" not in verifier("verify-log", "--key", (signed / "vkey").read_text(), tmp_path / "state/ledger")[1]
    with pytest.raises(LedgerError, match="LED141"):
        state_sm2_key(home_in(tmp_path), nobody)


def test_a_first_key_must_be_stated(tmp_path: Path) -> None:
    home = grown(home_in(tmp_path), 0, 3)
    with pytest.raises(LedgerError, match=r"LED140.*\n.*hegui ledger key sm2"):
        grown(with_sm2(home, 5), 3, 4)
    state_sm2_key(with_sm2(home, 5), nobody)
    assert read_log(grown(with_sm2(home, 5), 3, 4)).checkpoint.size == 5


def test_a_device_that_fails_publishes_nothing(tmp_path: Path) -> None:
    home = with_sm2(grown(home_in(tmp_path), 0, 3), 5)
    state_sm2_key(home, nobody)

    class Silent(ReferenceSigner):
        def sign(self, message: bytes) -> bytes:
            raise Sm2Error("SIG004", "command:hsm", "the program ended with 1", "")

    with pytest.raises(Sm2Error, match="SIG004"):
        grown(replace(home, sm2=Silent(5)), 3, 9)
    assert read_log(home).checkpoint.size == 4
    assert read_log(grown(home, 3, 9)).checkpoint.size == 10
    assert verify_log(home, start=0).sm2 is Verdict.HOLDS


def test_a_statement_may_die_anywhere(tmp_path: Path) -> None:
    for changes in range(40):
        folder = tmp_path / str(changes)
        home = with_sm2(grown(home_in(folder), 0, 255), 5)
        try:
            state_sm2_key(dying(home, changes), nobody)
            break
        except Death:
            state_sm2_key(home, nobody)
        assert show_second_keys(home).current is not None
        assert verify_log(grown(home, 255, 300), start=0).sm2 is Verdict.HOLDS
        key = str(read_log(home).history.current)
        assert verifier("verify-log", "--key", key, folder / "state/ledger")[0] == 0
    assert changes >= 5
