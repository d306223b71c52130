"""The witness over HTTP, and the log that asks it: growth is cosigned, everything else refused, also at once."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hegui.compose import witness_home
from hegui.faces.ledger_api.ask import ANSWER_SUFFIX, witness_asker
from hegui.faces.ledger_api.witness import MAX_REQUEST, WitnessApp
from hegui.ledger.checkpoint import Checkpoint, open_checkpoint
from hegui.ledger.keys import VerifierKey
from hegui.ledger.note import Note, Signature
from hegui.ledger.witness import Request
from hegui.settings import Settings
from hegui.store.witness_state import WitnessMemory
from hegui.usecases.ledger_cosign import WitnessHome, cosign_file, make_witness_key, trust_log
from hegui.usecases.ledger_keys import prepare_key, rotate_key, show_keys
from hegui.usecases.ledger_log import read_log
from hegui.usecases.ledger_ports import LedgerError, LedgerHome
from hegui.usecases.ledger_status import ledger_status
from hegui.usecases.ledger_witnesses import (
    add_witness,
    append_entries,
    known_witnesses,
    remove_witness,
    request_cosignatures,
)
from tests.ledger.logs import ENTRIES, LOG, OTHER_LOG, new_log
from tests.support.patience import PATIENCE_SECONDS
from tests.support.serving import Reply, Served, served
from tests.support.upstream import ScriptedUpstream, hang, raw
from tests.usecases.ledger_homes import grown, home_in, nobody

FULL, _ = new_log(ENTRIES[:300])
TREE = FULL.tree()
FORK, _ = new_log([*ENTRIES[:4], ENTRIES[0], *ENTRIES[5:300]])
ask = witness_asker(5)


def a_witness(folder: Path, name: str = "witness.example/w1") -> tuple[WitnessHome, VerifierKey]:
    home = witness_home(Settings.read({"HEGUI_STATE_DIR": str(folder)}, None))
    return home, make_witness_key(home, name)


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[tuple[Served, VerifierKey, WitnessHome]]:
    home, key = a_witness(tmp_path / "witness")
    trust_log(home, str(LOG.verifier))
    with served(WitnessApp(home)) as found:
        yield found, key, home


def note(size: int, tree: Any = TREE, signer: Any = LOG, origin: str = LOG.name) -> bytes:
    return Note.sign(Checkpoint(origin, size, tree.root(size)).text(), signer).encode()


def body(old: int, new: int, tree: Any = TREE) -> bytes:
    return Request(old, tuple(tree.consistency(old, new)), note(new, tree)).encode()


def post(at: Served, data: bytes) -> Reply:
    return at.ask("/add-checkpoint", "POST", data)


def test_growth_is_cosigned_and_remembered(witness: tuple[Served, VerifierKey, WitnessHome]) -> None:
    at, key, home = witness
    for old, new in ((0, 5), (5, 5), (5, 256), (256, 300)):
        reply = post(at, body(old, new))
        assert (reply.status, reply.headers["content-type"]) == (200, "text/plain; charset=utf-8")
        signed = Note.parse(note(new)).plus(Signature.parse(reply.body.decode().removesuffix("\n")))
        assert open_checkpoint(signed.encode(), LOG.verifier, witnesses=[key], quorum=1).checkpoint.size == new
    with home.state.held() as held:
        assert held.heads[LOG.name].size == 300


ATTACKS = {
    "an older size": (body(3, 9), 409),
    "a newer old size": (body(9, 12), 409),
    "a rollback": (body(4, 4), 409),
    "a rollback from the remembered size": (Request(5, (), note(3)).encode(), 400),
    "another tree of the same size": (Request(5, (), note(5, FORK.tree())).encode(), 409),
    "a fork that grew": (body(5, 300, FORK.tree()), 422),
    "a proof of another tree": (Request(5, tuple(FORK.tree().consistency(5, 9)), note(9)).encode(), 422),
    "a proof too long": (Request(5, (*TREE.consistency(5, 9), bytes(32)), note(9)).encode(), 422),
    "no proof": (Request(5, (), note(9)).encode(), 422),
    "another key": (Request(5, tuple(TREE.consistency(5, 9)), note(9, signer=OTHER_LOG)).encode(), 403),
    "an unknown log": (Request(0, (), note(9, origin="log.example/x")).encode(), 404),
    "no note": (Request(5, (), b"nothing").encode(), 400),
    "no request": (b"new 5\n\n", 400),
    "64 hashes": (b"old 5\n" + b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 64 + b"\n" + note(9), 400),
    "nothing": (b"", 400),
    "a body too large": (body(5, 9) + b"x" * MAX_REQUEST, 413),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_are_refused_and_change_nothing(witness: tuple[Served, VerifierKey, WitnessHome], name: str) -> None:
    at, _, home = witness
    assert post(at, body(0, 5)).status == 200
    data, status = ATTACKS[name]
    reply = post(at, data)
    assert reply.status == status
    assert b"\xe2\x80\x94" not in reply.body, "no signature line"
    if status == 409:
        assert (reply.body, reply.headers["content-type"]) == (b"5\n", "text/x.tlog.size")
    with home.state.held() as held:
        assert held.heads[LOG.name].size == 5
    assert post(at, body(5, 9)).status == 200


def test_a_body_without_length_is_cut_at_the_limit(witness: tuple[Served, VerifierKey, WitnessHome]) -> None:
    at, _, _ = witness
    with socket.create_connection(("127.0.0.1", at.port), timeout=PATIENCE_SECONDS) as client:
        client.sendall(b"POST /add-checkpoint HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        answer = b""
        try:
            for _ in range(2000):
                client.sendall(piece)
        except OSError:
            pass
        try:
            answer = client.recv(100)
        except OSError:
            answer = b"HTTP/1.1 413"  # the server hung up while we still sent
        assert answer.startswith(b"HTTP/1.1 413")
    assert post(at, body(0, 5)).status == 200


def test_a_body_that_never_ends_is_given_up(tmp_path: Path) -> None:
    home, _ = a_witness(tmp_path)
    with (
        served(WitnessApp(home, body_seconds=0.2)) as at,
        socket.create_connection(("127.0.0.1", at.port), timeout=PATIENCE_SECONDS) as client,
    ):
        client.sendall(b"POST /add-checkpoint HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nold")
        assert client.recv(100).startswith(b"HTTP/1.1 408")


def test_other_paths_and_methods(witness: tuple[Served, VerifierKey, WitnessHome]) -> None:
    at, _, _ = witness
    assert at.ask("/").status == 404
    assert (at.ask("/add-checkpoint").status, at.ask("/add-checkpoint").headers["allow"]) == (405, "POST")


def test_of_two_histories_at_once_one_is_cosigned(witness: tuple[Served, VerifierKey, WitnessHome]) -> None:
    """Twenty at once, half of them from a fork: all that are signed are of one tree."""
    at, _, _ = witness
    barrier = threading.Barrier(20)

    def race(number: int) -> tuple[int, int]:
        barrier.wait()
        return number % 2, post(at, body(0, 100 + number // 2 * 10, FORK.tree() if number % 2 else TREE)).status

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(race, range(20)))
    assert sorted(status for _, status in answers) == [200] + [409] * 19


def test_two_processes_share_one_memory(tmp_path: Path) -> None:
    home, _ = a_witness(tmp_path)
    trust_log(home, str(LOG.verifier))
    with served(WitnessApp(home)) as one, served(WitnessApp(a_witness(tmp_path)[0])) as two:
        assert post(one, body(0, 5)).status == 200
        assert post(two, body(0, 5, FORK.tree())).status == 409
        assert post(two, body(5, 9)).status == 200


def test_what_cannot_be_remembered_is_not_signed(
    witness: tuple[Served, VerifierKey, WitnessHome], tmp_path: Path
) -> None:
    at, _, home = witness
    hasty = replace(home, state=WitnessMemory(tmp_path / "witness/witness.sqlite3", patience_seconds=0.05))
    with served(WitnessApp(hasty)) as busy:
        lock = sqlite3.connect(tmp_path / "witness/witness.sqlite3")
        assert post(at, body(0, 3)).status == 200
        lock.execute("BEGIN IMMEDIATE")
        assert post(busy, body(3, 5)).status == 503
        lock.rollback()
        lock.close()
        assert post(busy, body(3, 5)).status == 200


# --- the log's side ---------------------------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path: Path) -> LedgerHome:
    return grown(home_in(tmp_path / "log"), 0, 300)


@pytest.fixture
def two_witnesses(tmp_path: Path, log: LedgerHome) -> Iterator[list[Served]]:
    """Two that trust the log; the log knows them and a third that hangs, and a fourth that lies."""
    key = str(show_keys(log)[0])
    homes = [a_witness(tmp_path / f"w{number}", f"w.example/{number}") for number in range(4)]
    for home, _ in homes[:2]:
        trust_log(home, key)
    with (
        served(WitnessApp(homes[0][0])) as first,
        served(WitnessApp(homes[1][0])) as second,
        ScriptedUpstream(hang()) as hanging,
        ScriptedUpstream(raw([b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n\xe2\x80\x94 w x AA"])) as lying,
    ):
        urls = (first.url, second.url, hanging.url.removesuffix("/v1"), lying.url.removesuffix("/v1"))
        for number, (url, (_, vkey)) in enumerate(zip(urls, homes, strict=True)):
            add_witness(log, f"w{number}", str(vkey), url)
        yield [first, second]


def test_several_witnesses_are_asked_and_the_willing_sign(log: LedgerHome, two_witnesses: list[Served]) -> None:
    outcomes = request_cosignatures(log, witness_asker(0.5))
    assert [one.signature is not None for one in outcomes] == [True, True, False, False]
    assert (outcomes[2].reason, "0.5 seconds" in outcomes[2].detail) == ("unreachable", True)
    assert outcomes[3].reason == "no_signature"
    found = ledger_status(log)
    assert (found.self_attested, [one.has_signed for one in found.witnesses]) == (False, [True, True, False, False])
    assert found.signed_at is not None
    grown(log, 300, 310)
    found = ledger_status(log)
    assert (found.self_attested, [one.entries_behind for one in found.witnesses]) == (True, [10, 10, 310, 310])
    assert found.witnesses[0].size == 300
    assert request_cosignatures(log, witness_asker(0.5))[0].witness.size == 310


def test_a_policy_of_k_witnesses_holds_publication_back(log: LedgerHome, two_witnesses: list[Served]) -> None:
    patient = witness_asker(0.5)
    for name in ("w2", "w3"):
        remove_witness(log, name)
    assert append_entries(replace(log, witnesses_required=2), ENTRIES[300:310], patient).checkpoint.size == 310
    three = replace(log, witnesses_required=3)
    with pytest.raises(LedgerError) as caught:
        append_entries(three, ENTRIES[310:320], patient)
    assert caught.value.code == "LED110"
    assert read_log(log).checkpoint.size == 310
    again = append_entries(replace(log, witnesses_required=2), ENTRIES[310:320], patient)
    assert again.checkpoint.size == 320, "the same entries again publish"
    keys = tuple(one.key for one in known_witnesses(log))
    assert len(read_log(log, keys).opened.witnesses) == 2


def test_a_witness_that_knows_more_is_asked_from_there(log: LedgerHome, two_witnesses: list[Served]) -> None:
    request_cosignatures(log, witness_asker(0.5))
    vkey, where = known_witnesses(log)[0].vkey, known_witnesses(log)[0].where
    remove_witness(log, "w0")
    add_witness(log, "w0", vkey, where)
    grown(log, 300, 305)
    assert request_cosignatures(log, witness_asker(0.5))[-1].witness.size == 305


def test_a_log_that_goes_back_is_told(log: LedgerHome, two_witnesses: list[Served], tmp_path: Path) -> None:
    request_cosignatures(log, witness_asker(0.5))
    shutil.rmtree(tmp_path / "log/state/ledger")
    log = home_in(tmp_path / "log")
    with pytest.raises(LedgerError, match="LED122"):
        grown(log, 0, 200)
    (tmp_path / "log/state/ledger-key.begun").unlink()  # as after a restore of the key alone
    grown(log, 0, 200)
    back = request_cosignatures(log, witness_asker(0.5))[0]
    assert (back.reason, back.detail) == ("seen_more", "300")
    for start, end in ((0, 1), *((n, n + 1) for n in range(201, 320))):
        grown(log, start, end)
    assert request_cosignatures(log, witness_asker(0.5))[0].reason == "bad_proof"


def test_a_rotated_key_is_cosigned_once_the_witness_was_told(log: LedgerHome, tmp_path: Path) -> None:
    home, vkey = a_witness(tmp_path / "w")
    trust_log(home, str(show_keys(log)[0]))
    with served(WitnessApp(home)) as at:
        add_witness(log, "w", str(vkey), at.url)
        assert request_cosignatures(log, ask)[0].signature is not None
        coming = prepare_key(log)
        rotate_key(log, nobody)
        assert request_cosignatures(log, ask)[0].reason == "key_unknown"
        trust_log(home, str(coming))
        assert request_cosignatures(log, ask)[0].signature is not None
        assert ledger_status(log).self_attested is False


def test_a_witness_without_a_network(log: LedgerHome, tmp_path: Path) -> None:
    home, vkey = a_witness(tmp_path / "w")
    trust_log(home, str(show_keys(log)[0]))
    stick = tmp_path / "stick"
    stick.mkdir()
    file, answer = stick / "request", stick / f"request{ANSWER_SUFFIX}"
    add_witness(log, "w", str(vkey), str(file))
    assert request_cosignatures(log, ask)[0].reason == "waiting"
    answer.write_bytes(cosign_file(home, file.read_bytes(), None).body)
    assert request_cosignatures(log, ask)[0].signature is not None
    # the log grows while the stick is away: the next journey brings the size, the one after the signature
    grown(log, 300, 301)
    assert request_cosignatures(log, ask)[0].signature is None
    answer.write_bytes(cosign_file(home, file.read_bytes(), None).body)
    assert request_cosignatures(log, ask)[0].signature is not None
    # a bare checkpoint needs a copy of the log
    grown(log, 301, 310)
    checkpoint = (tmp_path / "log/state/ledger/checkpoint").read_bytes()
    with pytest.raises(LedgerError, match="LED118"):
        cosign_file(home, checkpoint, None)
    assert cosign_file(home, checkpoint, log.files.read).status == 200


def test_a_place_that_cannot_be_asked(log: LedgerHome, tmp_path: Path) -> None:
    _, vkey = a_witness(tmp_path / "w")
    add_witness(log, "w", str(vkey), "http://127.0.0.1:9")
    assert "cannot be reached" in request_cosignatures(log, ask)[0].detail
    remove_witness(log, "w")
    add_witness(log, "w", str(vkey), str(tmp_path / "gone" / "file"))
    assert "cannot be written" in request_cosignatures(log, ask)[0].detail


def test_witnesses_are_known_once(log: LedgerHome, tmp_path: Path) -> None:
    _, vkey = a_witness(tmp_path / "w")
    add_witness(log, "w", str(vkey), "http://127.0.0.1:9")
    for name, key in (("w", str(vkey)), ("w2", str(vkey)), ("w3", str(LOG.verifier))):
        with pytest.raises(LedgerError, match="LED109"):
            add_witness(log, name, key, "http://127.0.0.1:9")
    with pytest.raises(LookupError, match="LED109"):
        remove_witness(log, "nobody")


def test_the_key_of_a_witness_is_made_once(tmp_path: Path) -> None:
    home, _ = a_witness(tmp_path)
    with pytest.raises(LedgerError, match="LED119"):
        make_witness_key(home, "another.example")
    assert (tmp_path / "witness-key").stat().st_mode & 0o777 == 0o600
