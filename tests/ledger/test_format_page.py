"""docs/ledger-format.md, read as a program: every vector on the page is what the code writes and reads."""

from __future__ import annotations

import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from hegui.kernel.merkle import leaf_hash, root_of
from hegui.ledger import proof
from hegui.ledger.checkpoint import open_checkpoint
from hegui.ledger.entry import Entry, commit
from hegui.ledger.keys import KeyKind, SignerKey, VerifierKey
from hegui.ledger.log import TileLog
from hegui.ledger.note import MAX_NOTE_BYTES, MAX_SIGNATURES, Note
from hegui.ledger.rotation import KeyHistory, KeyTerm, check_hand_over, hand_over
from hegui.ledger.second import (
    SecondHistory,
    SecondKey,
    SecondTerm,
    Verdict,
    check_statement,
    judge,
    second_line,
    state_second,
)
from hegui.store.tile_folder import TileFolder
from tests.ledger.logs import NOW
from tests.ledger.test_second import ReferenceSigner
from tests.support import sm2_reference as reference

PAGE = (Path(__file__).parents[2] / "docs" / "ledger-format.md").read_text("utf-8")
VECTORS = dict(re.findall(r"^```text (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))

LOG = SignerKey("log.example/hegui", KeyKind.LOG, b"\x01" * 32)
WITNESS = SignerKey("witness.example/w1", KeyKind.WITNESS, b"\x02" * 32)
SALT = bytes(range(32))


def lines(name: str) -> list[str]:
    return VECTORS[name].splitlines()


def entries() -> list[bytes]:
    first, second = (VECTORS[f"entry-{number}"].removesuffix("\n") for number in range(2))
    later = [second.replace("ex_0001", f"ex_000{i}").replace("30:01.000Z", f"30:0{i}.000Z") for i in range(2, 5)]
    return [text.encode() for text in (first, second, *later)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log = TileLog(TileFolder(tmp_path), LOG)
    log.create()
    note = log.grow(entries())
    log.publish(note.plus(note.cosign(WITNESS, at=NOW)))
    return tmp_path


def test_no_vector_is_left_out() -> None:
    assert set(VECTORS) == {
        "log-verifier", "log-signer", "witness-verifier", "witness-signer", "entry-0", "entry-1", "leaves", "roots",
        "inclusion-2-5", "consistency-3-5", "tile-and-bundle", "checkpoint", "proof",
        "keys", "hand-over", "sm2-verifier", "sm2-checkpoint", "sm2-keys", "sm2-statement",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "key"), [("log", LOG), ("witness", WITNESS)])
def test_keys(name: str, key: SignerKey) -> None:
    assert [key.secret()] == lines(f"{name}-signer")
    assert [str(key.verifier)] == lines(f"{name}-verifier")
    assert SignerKey.parse(key.secret()) == key
    assert VerifierKey.parse(str(key.verifier)) == key.verifier


def test_entries() -> None:
    for data in entries():
        assert Entry.decode(data).encode() == data
    assert Entry.decode(entries()[0]).payloads == (commit("answer", "你好".encode(), SALT),)


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_openssl_finds_the_same_commitment(algorithm: str) -> None:
    asked = subprocess.run(
        ["openssl", "dgst", f"-{algorithm}", "-r"], input=SALT + "你好".encode(), capture_output=True, check=True
    )
    digest = getattr(commit("answer", "你好".encode(), SALT), algorithm)
    assert asked.stdout.split()[0].decode() == digest.hex()


def test_tree() -> None:
    hashes = [leaf_hash(data) for data in entries()]
    assert [value.hex() for value in hashes] == lines("leaves")
    assert [root_of(hashes[:size]).hex() for size in range(6)] == lines("roots")


def test_files_of_size_5(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {"checkpoint", "tile/0/000.p/5", "tile/entries/000.p/5"}
    tile, bundle = ((folder / f"tile/{level}/000.p/5").read_bytes() for level in ("0", "entries"))
    assert [sha256(data).hexdigest() for data in (tile, bundle)] == lines("tile-and-bundle")
    assert (len(tile), len(bundle)) == (160, 1036)


def test_proofs(folder: Path) -> None:
    tree = TileLog(TileFolder(folder), LOG).tree()
    assert [value.hex() for value in tree.inclusion(2)] == lines("inclusion-2-5")
    assert [value.hex() for value in tree.consistency(3)] == lines("consistency-3-5")


def test_checkpoint_and_proof_file(folder: Path) -> None:
    assert (folder / "checkpoint").read_bytes() == VECTORS["checkpoint"].encode()
    log = TileLog(TileFolder(folder), LOG)
    assert log.prove(2).encode() == VECTORS["proof"].encode()
    read = proof.ProofFile.decode(VECTORS["proof"].encode())
    opened = read.verify(entries()[2], LOG.verifier, witnesses=[WITNESS.verifier], quorum=1)
    assert opened == open_checkpoint(VECTORS["checkpoint"].encode(), LOG.verifier, witnesses=[WITNESS.verifier])
    assert [signed.at for signed in opened.witnesses] == [NOW]
    assert Note.parse(VECTORS["checkpoint"].encode()).encode() == VECTORS["checkpoint"].encode()


def test_keys_over_time() -> None:
    second = SignerKey(LOG.name, KeyKind.LOG, b"\x03" * 32)
    history = KeyHistory((KeyTerm(0, LOG.verifier), KeyTerm(5, second.verifier)))
    assert history.encode() == VECTORS["keys"].encode()
    assert KeyHistory.parse(VECTORS["keys"].encode()) == history
    checkpoint = open_checkpoint(VECTORS["checkpoint"].encode(), LOG.verifier).checkpoint
    assert hand_over(checkpoint, LOG, second).encode() == VECTORS["hand-over"].encode()
    read = check_hand_over(VECTORS["hand-over"].encode(), LOG.verifier, second.verifier, origin=LOG.name)
    assert (read.size, read.root) == (5, checkpoint.root)


def test_limits_are_those_of_the_page() -> None:
    assert f"at most {MAX_NOTE_BYTES:,} bytes and {MAX_SIGNATURES} signatures" in PAGE
    assert f"text of at most {proof.MAX_PROOF_BYTES:,} bytes" in PAGE


def test_second_signature() -> None:
    key = SecondKey.parse(lines("sm2-verifier")[0])
    assert key.public.point == reference.public_of(int.from_bytes(b"\x05" * 32, "big"))
    note = Note.parse(VECTORS["sm2-checkpoint"].encode())
    assert note.signatures[:2] == Note.parse(VECTORS["checkpoint"].encode()).signatures
    assert note.signatures[2] == second_line(note.text, LOG.name, ReferenceSigner())
    assert judge(note, key) is Verdict.HOLDS
    table = SecondHistory.parse(VECTORS["sm2-keys"].encode())
    assert table == SecondHistory((SecondTerm(5, key),))
    assert table.encode().decode() == VECTORS["sm2-keys"]
    checkpoint = open_checkpoint(note.encode(), LOG.verifier).checkpoint
    assert state_second(checkpoint, LOG, ReferenceSigner()).encode().decode() == VECTORS["sm2-statement"]
    found = check_statement(VECTORS["sm2-statement"].encode(), LOG.verifier, table.terms[0], origin=LOG.name)
    assert found.root == checkpoint.root
