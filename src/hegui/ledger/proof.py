"""One file that shows an entry to be in the log, to whoever has the entry and the log's key.

Knows the lines of a `.tlog-proof`. Knows no log: what it holds was read from one. Works offline; `verify` returns only what
the signatures cover, so that nothing else of the file is believed.
Rules: C2SP tlog-proof; docs/ledger-format.md §5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from hegui.errors import InputError
from hegui.kernel.merkle import HASH_SIZE, MAX_SIZE, leaf_hash
from hegui.kernel.merkle_proof import check_inclusion
from hegui.ledger.checkpoint import Opened, open_checkpoint
from hegui.ledger.keys import VerifierKey
from hegui.ledger.spelling import read_base64, read_decimal, read_hash, write_base64

__all__ = ["MAX_PROOF_BYTES", "MAX_PROOF_HASHES", "ProofFile", "ProofFileError"]

MAX_PROOF_BYTES = 524_288
MAX_PROOF_HASHES = 63
_TITLE = "c2sp.org/tlog-proof@v1"


class ProofFileError(InputError):
    """Bytes that are no proof file."""


@dataclass(frozen=True, slots=True)
class ProofFile:
    """What the file says, believed by nobody yet.

    Attributes:
        index: of the entry, counted from 0.
        hashes: the inclusion proof, the leaf's sibling first.
        checkpoint: the signed note, as it was published.
        extra: whatever the writer added; not covered by any signature. Empty: none.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_SIZE:
            _refuse("the index is not below 2**63")
        if len(self.hashes) > MAX_PROOF_HASHES or any(len(value) != HASH_SIZE for value in self.hashes):
            _refuse(f"there are more than {MAX_PROOF_HASHES} hashes, or one is not {HASH_SIZE} bytes long")

    def encode(self) -> bytes:
        """The bytes of the file. Raises ProofFileError (LED070) where `extra` makes it too long."""
        lines = [_TITLE]
        if self.extra:
            lines.append(f"extra {write_base64(self.extra)}")
        lines += [f"index {self.index}", *map(write_base64, self.hashes), "", ""]
        data = "\n".join(lines).encode("ascii") + self.checkpoint
        _check_length(data)
        return data

    @classmethod
    def decode(cls, data: bytes) -> ProofFile:
        """Read a file; the checkpoint is kept as bytes. Raises ProofFileError (LED070)."""
        _check_length(data)
        head, border, checkpoint = data.partition(b"\n\n")
        if not border or not head.isascii():
            _refuse("there is no empty line before a checkpoint")
        lines = head.decode("ascii").split("\n")
        if lines.pop(0) != _TITLE:
            _refuse(f"its first line is not {_TITLE}")
        extra = _extra(lines.pop(0)) if lines and lines[0].startswith("extra ") else b""
        if not lines or not lines[0].startswith("index "):
            _refuse("there is no index line")
        index = read_decimal(lines.pop(0).removeprefix("index "))
        hashes = [value for line in lines if (value := read_hash(line)) is not None]
        if index is None or len(hashes) != len(lines):
            _refuse("the index is no number, or a line is no hash in base64")
        return cls(index, tuple(hashes), checkpoint, extra)

    def verify(
        self,
        entry: bytes,
        log: VerifierKey,
        *,
        origin: str | None = None,
        witnesses: Sequence[VerifierKey] = (),
        quorum: int = 0,
    ) -> Opened:
        """The signed checkpoint of a log that has this entry at this index; arguments as of `open_checkpoint`.

        Raises:
            NoteError, CheckpointError: the checkpoint cannot be believed.
            MerkleError: LED001 the log has no such index.
            ProofError: LED003, LED004 the path does not lead from this entry to the signed root.
        """
        opened = open_checkpoint(self.checkpoint, log, origin=origin, witnesses=witnesses, quorum=quorum)
        checkpoint = opened.checkpoint
        check_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.hashes, checkpoint.root)
        return opened


def _extra(line: str) -> bytes:
    data = read_base64(line.removeprefix("extra "))
    return data if data else _refuse("the extra line holds no base64")


def _check_length(data: bytes) -> None:
    if len(data) > MAX_PROOF_BYTES:
        _refuse(f"it is longer than {MAX_PROOF_BYTES} bytes")


def _refuse(problem: str) -> NoReturn:
    raise ProofFileError("LED070", "proof file", problem, "Ask the ledger's keeper for the file again, as bytes.")
