"""The receipt of a labelled file (标识回执): what the file was, what it is, which label it got and where that stands.

Knows digests, labels and the ledger's statements; knows no file format and no path beyond a file's own name, which is not
recorded. A receipt is stated before the labelled file takes the place of the other: a crash between the two leaves a receipt
too many, never a labelled file without one. The document holds no content and no person.
Rules: Labelling Measures, article 9 (records of what was supplied); the ledger's entry commits to the document (DESIGN §4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hegui.label.aigc import AigcLabel
from hegui.ledger import canonical
from hegui.ledger.canonical import Value
from hegui.ledger.entry import SALT_SIZE, Entry, commit
from hegui.usecases.identifiers import RANDOM_BYTES, new_exchange_id
from hegui.usecases.retention_ports import Stated, Statement

__all__ = ["LABELLED", "Digests", "Receipt", "ReceiptBook", "ReceiptHome", "state_receipts"]

LABELLED = "label.written"
"""The type of the entry."""


@dataclass(frozen=True, slots=True)
class Digests:
    """What a file's bytes are known by: length in bytes, SHA-256 and, where it was asked for, SM3, in hexadecimal."""

    size: int
    sha256: str
    sm3: str = ""

    def document(self) -> Mapping[str, Value]:
        """The members of a receipt."""
        return {"size": self.size, "sha256": self.sha256, **({"sm3": self.sm3} if self.sm3 else {})}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One file that was labelled.

    Attributes:
        format: NAME of the codec.
        place: where the label stands, as the codec calls it.
        label: what was written.
        before: the file as it was.
        after: the file as it is.
        reason: why: "generated", "uploaded", "carried", "sidecar", "signed" (a C2PA manifest was added).
        id: of the receipt; "" until it is stated.
    """

    format: str
    place: str
    label: AigcLabel
    before: Digests
    after: Digests
    reason: str = "generated"
    id: str = ""

    def document(self) -> Mapping[str, Value]:
        """What the ledger's entry commits to."""
        return {
            "v": 1,
            "format": self.format,
            "place": self.place,
            "label": dict(self.label.keys()),
            "before": self.before.document(),
            "after": self.after.document(),
            "reason": self.reason,
        }


class ReceiptBook(Protocol):
    """Where statements wait for the ledger; the store's retention book is one."""

    def state(self, statement: Statement) -> bool:
        """Let a statement wait; False when one of the same subject was made before. Raises InternalError STO004."""

    def statements(self, *types: str) -> Iterator[Stated]:
        """What was stated of these types, in order."""


@dataclass(frozen=True)
class ReceiptHome:
    """What stating a receipt needs.

    Attributes:
        book: where it waits for its place in the ledger.
        clock: an aware instant.
        random: bytes nobody can guess, so many.
        actor: id of who labels: "gateway", "operator".
    """

    book: ReceiptBook
    clock: Callable[[], datetime]
    random: Callable[[int], bytes]
    actor: str = "operator"


def state_receipts(home: ReceiptHome, receipts: Sequence[Receipt]) -> tuple[str, ...]:
    """Write receipts down; their ids, in order. Raises InternalError STO004, and then the file is not replaced."""
    return tuple(_state(home, receipt) for receipt in receipts)


def _state(home: ReceiptHome, receipt: Receipt) -> str:
    at = home.clock()
    number = f"label-{new_exchange_id(int(at.timestamp() * 1000), home.random(RANDOM_BYTES))}"
    document, salt = canonical.encode(receipt.document()), home.random(SALT_SIZE)
    instant = at.replace(microsecond=at.microsecond // 1000 * 1000)
    entry = Entry(LABELLED, number, home.actor, instant, (commit("document", document, salt),))
    home.book.state(Statement(entry, document, salt))
    return number
