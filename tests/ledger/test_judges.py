"""Outside judges: the stand-alone verifier as a process, and golang.org/x/mod/sumdb, over genuine and forged logs.

Every case is asked of both; what a judge cannot see is said beside the case. They share no code with hegui.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hegui.ledger import canonical
from hegui.ledger.checkpoint import Checkpoint
from hegui.ledger.keys import SignerKey
from hegui.ledger.log import TileLog
from hegui.ledger.note import Note, Signature
from hegui.ledger.proof import ProofFile
from hegui.ledger.second import second_line
from hegui.ledger.spelling import write_base64
from hegui.ledger.tiles import decode_bundle, encode_bundle
from hegui.store.tile_folder import TileFolder
from tests.ledger.logs import ENTRIES, LOG, NOW, OTHER_LOG, SECOND_WITNESS, WITNESS, new_log
from tests.ledger.test_second import ReferenceSigner
from tests.support.patience import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
VERIFIER = ROOT / "verifier" / "hegui_verify.py"
GO_SOURCE = Path(__file__).parent / "go_judge" / "main.go"
GO_PACKAGES = Path("/usr/share/gocode")
SIZE, OLD_SIZE = 700, 300

Files = dict[str, bytes]
Change = Callable[[Files], None]


@dataclass(frozen=True)
class Answer:
    """0 valid, 1 invalid, 2 could not check."""

    status: int
    text: str


class Verifier:
    """verifier/hegui_verify.py, isolated from the environment it is tested in."""

    def ask(self, *arguments: object) -> Answer:
        command = [sys.executable, "-I", str(VERIFIER), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=PATIENCE_SECONDS, check=False)
        assert "Traceback" not in done.stderr
        return Answer(done.returncode, done.stdout + done.stderr)

    def log(self, folder: Path, witness: SignerKey | None = None, origin: str = LOG.name) -> Answer:
        return self.ask("verify-log", *self._trust(witness, origin), folder)

    def proof(self, folder: Path, entry: Path, witness: SignerKey | None = None, origin: str = LOG.name) -> Answer:
        return self.ask("verify-proof", *self._trust(witness, origin), "--entry", entry, folder / "proof")

    def consistency(self, folder: Path) -> Answer:
        trust = self._trust(None, LOG.name)
        return self.ask("consistency", *trust, folder / "old", folder / "checkpoint", folder)

    def _trust(self, witness: SignerKey | None, origin: str) -> list[str]:
        witnesses = ["--witness", str(witness.verifier)] if witness else []
        return ["--key", str(LOG.verifier), "--origin", origin, "--lang", "en", *witnesses]


class GoJudge:
    """tests/ledger/go_judge, compiled."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def ask(self, *arguments: object) -> Answer:
        command = [str(self._program), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=PATIENCE_SECONDS, check=False)
        assert done.returncode in (0, 1), done.stderr
        return Answer(done.returncode, done.stdout + done.stderr)

    def log(self, folder: Path, witness: SignerKey | None = None, origin: str = LOG.name) -> Answer:
        return self.ask("log", *self._trust(witness, origin), folder)

    def proof(self, folder: Path, entry: Path, witness: SignerKey | None = None, origin: str = LOG.name) -> Answer:
        return self.ask("proof", *self._trust(witness, origin), entry, folder / "proof")

    def consistency(self, folder: Path) -> Answer:
        files = (folder / "old", folder / "checkpoint", folder / "growth")
        return self.ask("consistency", LOG.name, LOG.verifier, *files)

    def _trust(self, witness: SignerKey | None, origin: str) -> list[str]:
        return [origin, str(LOG.verifier), str(witness.verifier) if witness else "-"]


@pytest.fixture(scope="session")
def go_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compiled once, from Debian's package of golang.org/x/mod, without the network."""
    go = shutil.which("go")
    if go is None or not (GO_PACKAGES / "src/golang.org/x/mod/sumdb").is_dir():
        problem = "Go or golang.org/x/mod is not here: apt-get install golang-go golang-golang-x-mod-dev"
        if os.environ.get("CI") == "true":
            pytest.fail(problem)
        pytest.skip(f"{problem}; the second outside judge of the ledger was not asked")
    folder = tmp_path_factory.mktemp("go")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "GOPATH": str(GO_PACKAGES), "GOCACHE": str(folder / "cache"),
        "GO111MODULE": "off", "GOFLAGS": "", "GOPROXY": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
    }  # fmt: skip
    command = [go, "build", "-o", str(folder / "judge"), str(GO_SOURCE)]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return folder / "judge"


@pytest.fixture(params=["verifier", "go"])
def judge(request: pytest.FixtureRequest) -> Verifier | GoJudge:
    if request.param == "verifier":
        return Verifier()
    return GoJudge(request.getfixturevalue("go_program"))


def genuine() -> Files:
    """A log of two levels that a witness has cosigned, an older checkpoint of it, a proof, and the proof of its growth."""
    log, tiles = new_log(ENTRIES[:OLD_SIZE])
    old = tiles.files["checkpoint"]
    before = log.published().checkpoint
    note = log.grow(ENTRIES[OLD_SIZE:SIZE])
    log.publish(note.plus(note.cosign(WITNESS, at=NOW)))
    growth = "".join(write_base64(value) + "\n" for value in log.prove_growth(before))
    return {**tiles.files, "old": old, "growth": growth.encode(), "proof": log.prove(513).encode()}


GENUINE = genuine()


def write(files: Files, folder: Path) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    (folder / "entry").write_bytes(ENTRIES[513])
    return folder


def forged_log(entries: list[bytes], signer: SignerKey = LOG) -> Files:
    """All files of a log with these entries."""
    return dict(new_log(entries, signer)[1].files)


def resigned(size: int, root: bytes, origin: str = LOG.name, signer: SignerKey = LOG) -> bytes:
    return Note.sign(Checkpoint(origin, size, root).text(), signer).encode()


def published() -> Checkpoint:
    log, _ = new_log(ENTRIES[:SIZE])
    return log.published().checkpoint


HEAD = published()


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, SIZE])
def test_genuine_logs_are_accepted(judge: Verifier | GoJudge, tmp_path: Path, size: int) -> None:
    log, tiles = new_log(ENTRIES[:size])
    for index in {0, size // 2, size - 1}:
        folder = write({**tiles.files, "proof": log.prove(index).encode()}, tmp_path / str(index))
        (folder / "entry").write_bytes(ENTRIES[index])
        assert judge.proof(folder, folder / "entry").status == 0
    assert judge.log(write(tiles.files, tmp_path)).status == 0


@pytest.mark.parametrize(("old", "new"), [(1, 2), (1, 700), (255, 256), (256, 257), (256, 512), (300, 700), (512, 700)])
def test_genuine_growth_is_accepted(judge: Verifier | GoJudge, tmp_path: Path, old: int, new: int) -> None:
    log, tiles = new_log(ENTRIES[:old])
    before = log.published()
    log.append(ENTRIES[old:new])
    growth = "".join(write_base64(value) + "\n" for value in log.prove_growth(before.checkpoint))
    folder = write({**tiles.files, "old": before.note.encode(), "growth": growth.encode()}, tmp_path)
    assert judge.consistency(folder).status == 0


def test_a_cosigned_log_is_accepted(judge: Verifier | GoJudge, tmp_path: Path) -> None:
    folder = write(GENUINE, tmp_path)
    assert judge.log(folder, WITNESS).status == 0
    assert judge.proof(folder, folder / "entry", WITNESS).status == 0
    assert judge.log(folder, SECOND_WITNESS).status == 1
    assert judge.proof(folder, folder / "entry", SECOND_WITNESS).status == 1
    (folder / "checkpoint").write_bytes(wrong_time(GENUINE["checkpoint"]))
    assert judge.log(folder).status == 0
    assert judge.log(folder, WITNESS).status == 1


def swap(files: Files) -> None:
    entries = decode_bundle(files["tile/entries/001"], 256)
    entries[3], entries[4] = entries[4], entries[3]
    files["tile/entries/001"] = encode_bundle(entries)


def change_entry(files: Files) -> None:
    files["tile/entries/000"] = files["tile/entries/000"].replace(b"ex_0007", b"ex_0008")


def fork(files: Files) -> None:
    """Tiles and bundles of another history under the genuine checkpoint."""
    other = forged_log([*ENTRIES[:4], ENTRIES[0], *ENTRIES[5:SIZE]])
    files.update({path: data for path, data in other.items() if path != "checkpoint"})


def replace(path: str, change: Callable[[bytes], bytes]) -> Change:
    def changed(files: Files) -> None:
        before = files[path]
        files[path] = change(before)
        assert files[path] != before

    return changed


def remove(*paths: str) -> Change:
    def changed(files: Files) -> None:
        for path in paths:
            del files[path]

    return changed


def checkpoint(data: bytes) -> Change:
    def changed(files: Files) -> None:
        files["checkpoint"] = data

    return changed


def borrowed_signature(text: str) -> bytes:
    """A checkpoint under the genuine signature line: name and key id are right, the signature is of another text."""
    return Note(text, Note.parse(GENUINE["checkpoint"]).signatures).encode()


def rewrite(files: Files) -> None:
    """Another history, right in itself, that the log did not sign."""
    other = forged_log([*ENTRIES[:4], ENTRIES[0], *ENTRIES[5:SIZE]])
    files.update(other)
    files["checkpoint"] = borrowed_signature(Note.parse(other["checkpoint"]).text)


def wrong_signature(data: bytes) -> bytes:
    note = Note.parse(data)
    first = note.signatures[0]
    value = first.value[:-1] + bytes([first.value[-1] ^ 1])
    return Note(note.text, (Signature(first.name, first.key_id, value), *note.signatures[1:])).encode()


def wrong_time(data: bytes) -> bytes:
    note = Note.parse(data)
    last = note.signatures[-1]
    value = (NOW + 1).to_bytes(8, "big") + last.value[8:]
    return Note(note.text, (*note.signatures[:-1], Signature(last.name, last.key_id, value))).encode()


ROOT_TEXT = write_base64(HEAD.root).encode()
LOOSE_ROOT = (
    ROOT_TEXT[:-2] + bytes([ROOT_TEXT[-2] + 1]) + b"="
)  # decodes to the same bytes where trailing bits are ignored
HUGE_SIZES: list[object] = [2**63, 10**400, -1, "0700", "7e2", ""]
HUGE = [
    resigned(2**53, HEAD.root),  # near 2**62 sumdb overflows and counts without end
    *(Note.sign(f"{LOG.name}\n{size}\n{ROOT_TEXT.decode()}\n", LOG).encode() for size in HUGE_SIZES),
]


FORGERIES: dict[str, Change] = {
    "two leaves swapped": swap,
    "one entry changed": change_entry,
    "another history": fork,
    "another history under a borrowed signature": rewrite,
    "one bit of the signature changed": replace("checkpoint", wrong_signature),
    "last bundle missing": remove("tile/entries/002.p/188"),
    "first bundle missing": remove("tile/entries/000"),
    "leaf tile missing": remove("tile/0/001"),
    "upper tile missing": remove("tile/1/000.p/2"),
    "bundle cut off": replace("tile/entries/002.p/188", lambda data: data[:-1]),
    "last entry left out": replace("tile/entries/002.p/188", lambda data: encode_bundle(decode_bundle(data, 188)[:-1])),
    "one entry more": replace("tile/entries/002.p/188", lambda data: data + encode_bundle([ENTRIES[0]])),
    "trailing byte in a bundle": replace("tile/entries/000", lambda data: data + b"\0"),
    "trailing byte in a tile": replace("tile/0/000", lambda data: data + b"\0"),
    "changed leaf tile": replace("tile/0/002.p/188", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
    "changed upper tile": replace("tile/1/000.p/2", lambda data: data[::-1]),
    "root of an older size signed": checkpoint(resigned(SIZE, new_log(ENTRIES[:SIZE])[0].tree().root(SIZE - 1))),
    "root under a smaller size": checkpoint(resigned(SIZE - 1, HEAD.root)),
    "another origin": checkpoint(resigned(SIZE, HEAD.root, origin="log.example/other")),
    "another key": checkpoint(resigned(SIZE, HEAD.root, signer=OTHER_LOG)),
    "another root": replace("checkpoint", lambda data: data.replace(ROOT_TEXT, write_base64(bytes(32)).encode())),
    "another size": replace("checkpoint", lambda data: data.replace(b"\n700\n", b"\n701\n")),
    "root in another base64": checkpoint(Note.sign(f"{LOG.name}\n{SIZE}\n{LOOSE_ROOT.decode()}\n", LOG).encode()),
    "line after the signatures": replace("checkpoint", lambda data: data + b"more\n"),
    "no line feed at the end": replace("checkpoint", lambda data: data[:-1]),
    "carriage returns": replace("checkpoint", lambda data: data.replace(b"\n", b"\r\n")),
    "no signature": replace("checkpoint", lambda data: data.partition(b"\n\n")[0] + b"\n\n"),
    **{f"huge or strange size {number}": checkpoint(data) for number, data in enumerate(HUGE)},
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_logs_are_rejected(judge: Verifier | GoJudge, tmp_path: Path, name: str) -> None:
    files = dict(GENUINE)
    FORGERIES[name](files)
    answer = judge.log(write(files, tmp_path))
    assert answer.status == 1, answer.text


def proof_with(**changed: object) -> bytes:
    read = ProofFile.decode(GENUINE["proof"])
    members = {"index": read.index, "hashes": read.hashes, "checkpoint": read.checkpoint, **changed}
    return ProofFile(**members).encode()  # type: ignore[arg-type]


HASHES = ProofFile.decode(GENUINE["proof"]).hashes
PROOF_LINE = write_base64(HASHES[0]).encode()
FORGED_PROOFS = {
    "neighbour's index": proof_with(index=512),
    "index beyond the size": proof_with(index=SIZE),
    "huge index": proof_with(index=2**63 - 1),
    "index beyond 64 bits": GENUINE["proof"].replace(b"index 513", b"index 18446744073709552129"),
    "one hash left out": proof_with(hashes=HASHES[1:]),
    "one hash more": proof_with(hashes=(*HASHES, HASHES[0])),
    "hashes in another order": proof_with(hashes=HASHES[::-1]),
    "one hash changed": proof_with(hashes=(bytes(32), *HASHES[1:])),
    "a shorter hash": GENUINE["proof"].replace(PROOF_LINE, b"QQ=="),
    "a hash in another base64": GENUINE["proof"].replace(
        PROOF_LINE, PROOF_LINE[:-2] + bytes([PROOF_LINE[-2] + 1]) + b"="
    ),
    "older checkpoint": proof_with(checkpoint=GENUINE["old"]),
    "checkpoint of a fork": proof_with(checkpoint=forged_log([ENTRIES[1], *ENTRIES[1:SIZE]])["checkpoint"]),
    "checkpoint of another key": proof_with(checkpoint=resigned(SIZE, HEAD.root, signer=OTHER_LOG)),
    "checkpoint of another origin": proof_with(checkpoint=resigned(SIZE, HEAD.root, origin="log.example/other")),
    "one bit of the signature changed": proof_with(checkpoint=wrong_signature(GENUINE["checkpoint"])),
    "line after the signatures": GENUINE["proof"] + b"more\n",
    "another version": GENUINE["proof"].replace(b"@v1", b"@v2"),
    "no checkpoint": GENUINE["proof"].partition(b"\n\n")[0] + b"\n\n",
    "nothing": b"",
}


@pytest.mark.parametrize("name", FORGED_PROOFS)
def test_forged_proofs_are_rejected(judge: Verifier | GoJudge, tmp_path: Path, name: str) -> None:
    assert FORGED_PROOFS[name] != GENUINE["proof"]
    folder = write({**GENUINE, "proof": FORGED_PROOFS[name]}, tmp_path)
    answer = judge.proof(folder, folder / "entry")
    assert answer.status == 1, answer.text


@pytest.mark.parametrize(
    "entry", [ENTRIES[512], ENTRIES[513] + b"\n", ENTRIES[513][:-1], b"", ENTRIES[513].replace(b"513", b"514")]
)
def test_a_proof_is_for_its_entry_only(judge: Verifier | GoJudge, tmp_path: Path, entry: bytes) -> None:
    folder = write(GENUINE, tmp_path)
    (folder / "entry").write_bytes(entry)
    assert judge.proof(folder, folder / "entry").status == 1


FORK_OLD = forged_log([*ENTRIES[: OLD_SIZE - 1], ENTRIES[0]])["checkpoint"]
BROKEN_GROWTHS: dict[str, Change] = {
    "the older one is of a fork": lambda files: files.update({"old": FORK_OLD}),
    "the newer one is of a fork": lambda files: files.update(forged_log([ENTRIES[1], *ENTRIES[1:SIZE]])),
    "the newer one is older": lambda files: files.update({"old": GENUINE["checkpoint"], "checkpoint": GENUINE["old"]}),
    "one size, two roots": lambda files: files.update({"old": resigned(SIZE, bytes(32))}),
    "the older root re-signed for the newer size": lambda files: files.update(
        {"checkpoint": resigned(SIZE, new_log(ENTRIES[:OLD_SIZE])[0].published().checkpoint.root)}
    ),
    "signed by another key": lambda files: files.update({"old": resigned(OLD_SIZE, HEAD.root, signer=OTHER_LOG)}),
}


@pytest.mark.parametrize("name", BROKEN_GROWTHS)
def test_broken_growth_is_rejected(judge: Verifier | GoJudge, tmp_path: Path, name: str) -> None:
    files = dict(GENUINE)
    BROKEN_GROWTHS[name](files)
    answer = judge.consistency(write(files, tmp_path))
    assert answer.status == 1, answer.text


# --- what only the stand-alone verifier is asked ----------------------------------------------------------------------


def test_the_empty_log_is_accepted(tmp_path: Path) -> None:
    """sumdb of Debian's version takes a zero hash for the root of no entries, which RFC 9162 does not."""
    assert Verifier().log(write(forged_log([]), tmp_path)).status == 0


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (b'{"b":1, "a":2}', "entry-form"),
        (b'{"v":1.0}', "entry-form"),
        (b'{"v":9007199254740992}', "entry-form"),
        (b'{"v":1,"v":1}', "entry-form"),
        (b'{"a":"\\ud800"}', "entry-form"),
        (b"\xff", "entry-form"),
        (b"[" * 2000, "entry-form"),
        (b"[" * 33 + b"]" * 33, "entry-form"),
        (b"[]", "entry-members"),
        (b'{"v":1}', "entry-members"),
        (b'{"v":true}', "entry-members"),
    ],
)
def test_a_log_with_an_entry_that_is_none_is_rejected(tmp_path: Path, entry: bytes, code: str) -> None:
    folder = write(forged_log([ENTRIES[0], entry, ENTRIES[2]]), tmp_path)
    answer = Verifier().ask("verify-log", "--key", LOG.verifier, "--json", folder)
    found = json.loads(answer.text)
    assert (answer.status, found["valid"], found["code"]) == (1, False, code)


def test_the_largest_size_is_answered(tmp_path: Path) -> None:
    folder = write({**GENUINE, "checkpoint": resigned(2**63 - 1, HEAD.root)}, tmp_path)
    assert Verifier().log(folder).status == 1
    assert Verifier().consistency(folder).status == 2


def test_entries_of_later_versions_are_only_required_to_be_canonical(tmp_path: Path) -> None:
    later = canonical.encode({"v": 2, "é": ["\U0001f600", "\ufb33"], "\U0001f600": -1, "\ufb33": {}})
    assert Verifier().log(write(forged_log([later]), tmp_path)).status == 0


def test_full_files_stand_in_for_partial_ones(tmp_path: Path) -> None:
    files = {**forged_log(ENTRIES[:OLD_SIZE]), "old": GENUINE["old"]}
    grown = forged_log(ENTRIES)
    for level in ("0", "entries"):
        del files[f"tile/{level}/001.p/44"]
        files[f"tile/{level}/001"] = grown[f"tile/{level}/001"]
    assert Verifier().log(write(files, tmp_path)).status == 0


def test_one_witness_under_two_names_is_one(tmp_path: Path) -> None:
    renamed = SignerKey("witness.example/w1b", WITNESS.kind, WITNESS.seed)
    note = Note.parse(GENUINE["checkpoint"])
    files = {**GENUINE, "checkpoint": note.plus(note.cosign(renamed, at=NOW)).encode()}
    keys = ["--witness", WITNESS.verifier, "--witness", renamed.verifier, "--witness", SECOND_WITNESS.verifier]
    folder = write(files, tmp_path)
    assert Verifier().ask("verify-log", "--key", LOG.verifier, *keys, "--quorum", 2, folder).status == 1
    assert Verifier().ask("verify-log", "--key", LOG.verifier, *keys, "--quorum", 1, folder).status == 0


def test_answers_in_json(tmp_path: Path) -> None:
    folder = write(GENUINE, tmp_path)
    options = ["--key", LOG.verifier, "--witness", WITNESS.verifier, "--json"]
    common = {
        "valid": True,
        "origin": LOG.name,
        "size": SIZE,
        "root": HEAD.root.hex(),
        "witnesses": [{"name": WITNESS.name, "time": NOW}],
        "self_attested": False,
    }
    assert json.loads(Verifier().ask("verify-log", *options, folder).text) == common
    answer = Verifier().ask("verify-proof", *options, "--entry", folder / "entry", folder / "proof")
    assert json.loads(answer.text) == {**common, "index": 513}
    answer = Verifier().ask("consistency", *options, folder / "old", folder / "checkpoint", folder)
    assert json.loads(answer.text) == {**common, "old_size": OLD_SIZE}


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("VALID: log.example/hegui, 700 entries", "self-attested", "INVALID: The older", "NOT CHECKED: ")),
        ("zh", ("有效: log.example/hegui, 700 条", "仅自证", "无效: ", "未能检查: ")),
    ],
)
def test_answers_for_people_in_two_languages(tmp_path: Path, lang: str, words: tuple[str, ...]) -> None:
    folder = write(GENUINE, tmp_path)
    options = ["--key", LOG.verifier, "--lang", lang]
    valid = Verifier().ask("verify-log", *options, folder)
    assert valid.text.startswith(words[0])
    assert words[1] in valid.text
    invalid = Verifier().ask("verify-log", *options, "--origin", "x", folder)
    assert invalid.text.startswith(words[2][:4])
    assert (folder / "tile/1/000.p/2").unlink() is None
    unchecked = Verifier().ask("consistency", *options, folder / "old", folder / "checkpoint", folder)
    assert (unchecked.status, unchecked.text.startswith(words[3])) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify-log", "--key", LOG.verifier, "nowhere"],
        ["verify-log", "--key", "no key", "nowhere"],
        ["verify-log", "--key", LOG.secret(), "nowhere"],
        ["verify-log", "--key", WITNESS.verifier, "nowhere"],
        ["verify-log", "--key", str(LOG.verifier).replace("8d7cf54d", "00000000"), "nowhere"],
        ["verify-log", "--key", LOG.verifier, "--witness", LOG.verifier, "nowhere"],
        ["verify-log", "--key", LOG.verifier, "--quorum", "1", "nowhere"],
        ["verify-proof", "--key", LOG.verifier, "--entry", "nowhere", "nowhere"],
        ["consistency", "--key", LOG.verifier, "nowhere", "nowhere", "nowhere"],
        ["verify-proof"],
        [],
    ],
)
def test_what_cannot_be_checked_is_not_called_invalid(arguments: list[object]) -> None:
    answer = Verifier().ask(*arguments)
    assert answer.status == 2
    assert write_base64(b"\x01" + LOG.seed) not in answer.text


def test_the_verifier_imports_nothing_of_hegui() -> None:
    check = f"import runpy, sys; runpy.run_path({str(VERIFIER)!r}); sys.exit(any(m.startswith('hegui.') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-I", "-c", check], check=False).returncode == 0


def test_a_log_kept_in_a_folder_is_accepted(judge: Verifier | GoJudge, tmp_path: Path) -> None:
    """As the product writes it: partial files that were outgrown are gone."""
    log = TileLog(TileFolder(tmp_path, durable=False), LOG)
    log.create()
    for start in range(0, SIZE, 90):
        log.append(ENTRIES[start : min(start + 90, SIZE)])
    assert judge.log(tmp_path).status == 0


def test_a_log_with_a_second_signature_is_accepted(judge: Verifier | GoJudge, tmp_path: Path) -> None:
    """Who does not know the SM2 line passes it over."""
    note = Note.parse(GENUINE["checkpoint"])
    second = note.plus(second_line(note.text, LOG.name, ReferenceSigner()))
    folder = write(
        {**GENUINE, "checkpoint": second.encode(), "proof": proof_with(checkpoint=second.encode())}, tmp_path
    )
    assert judge.log(folder, WITNESS).status == 0
    assert judge.proof(folder, folder / "entry", WITNESS).status == 0
    assert judge.consistency(folder).status == 0
