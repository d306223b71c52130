"""Content numbers (内容制作编号, ProduceID): one per file, traced to its record by the operator, guessed by nobody else.

Knows the form `<id>-<index>-<mac>` and checks it; draws no chance and keeps no key. The id is the exchange's, 26 characters of
Crockford's base32 of which 80 bits are chance; a file that no exchange made has an id of its own, with an F before it. The
index counts the files of one id, from 0. The last 16 characters are 80 bits of HMAC-SHA256 over what stands before them.

What is defended against, and what is not:
 - Numbers that are counted or dated let outsiders try the neighbours in a look-up of numbers, and count a provider's output. Here
   the id cannot be guessed; the files of one exchange differ in a digit, and there the MAC cannot.
 - A number made up, or one of another provider with a digit changed, is told from ours without a look-up in any table.
 - The id stands there plainly, so that a record is found with the number alone, by hand, after a key was lost. The price: who
   sees a number sees when the exchange began, in milliseconds, and whether two files came from one exchange; never who asked.
 - The MAC does not tie a number to a content: whoever copies a whole label copies its number. Signatures do that.
Rules: GB 45438-2025 Annex E (unique within the provider; characters of j); form and MAC are our own.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from hegui.label.faults import LabelError

__all__ = ["LEAST_KEY", "ContentNumber", "record_of", "verified"]

LEAST_KEY = 16
"""Bytes that a key has at least; 32 of chance are better."""
MOST_FILES = 1_000_000
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TITLE = b"hegui.label/content-number@v1\n"
_FORM = re.compile(
    rf"(?P<mark>F?)(?P<id>[0-7][{_ALPHABET}]{{25}})(?:-(?P<index>0|[1-9][0-9]{{0,5}})-(?P<mac>[{_ALPHABET}]{{16}}))?"
)


@dataclass(frozen=True, slots=True)
class ContentNumber:
    """Which record a file belongs to, and which of its files it is.

    Attributes:
        id: 26 characters: the exchange's id, or one drawn for the file or for a run over files.
        index: 0 to 999,999: which of the files of this id.
        is_of_exchange: whether an exchange made the content.
    """

    id: str
    index: int = 0
    is_of_exchange: bool = True

    def __post_init__(self) -> None:
        found = _FORM.fullmatch(self.id)
        if found is None or found["mark"] or found["index"] or not 0 <= self.index < MOST_FILES:
            raise ValueError("an id has 26 characters, and an index is below a million", self.id, self.index)

    def spelt(self, key: bytes) -> str:
        """The number as a label has it. Raises LabelError (LBL092) for a key below 16 bytes.

        >>> ContentNumber("01HF7YAT000000000000000000").spelt(bytes(32))
        '01HF7YAT000000000000000000-0-4RSF503447H13H7V'
        """
        return f"{self._head}-{_mac(self._head, key)}"

    @property
    def _head(self) -> str:
        return f"{'' if self.is_of_exchange else 'F'}{self.id}-{self.index}"


def record_of(number: str) -> ContentNumber | None:
    """What a number says, by its form alone and unproven; None for a number that is not of this form.

    A bare exchange id, which answers in text have for a number, counts as its first file.
    """
    found = _FORM.fullmatch(number.strip().upper())
    if found is None:
        return None
    return ContentNumber(found["id"], int(found["index"] or 0), not found["mark"])


def verified(number: str, keys: Sequence[bytes]) -> ContentNumber:
    """What a number says, once one of the keys has confirmed it.

    Args:
        number: as it stands in a label, in any case.
        keys: the key in use, and those before it.
    Raises:
        LabelError: LBL091 a number of another form, or one that none of the keys made; LBL092 a key below 16 bytes.
    """
    plain = number.strip().upper()
    found, mac = record_of(plain), plain.rpartition("-")[2]
    if found is None or "-" not in plain:
        raise _not_ours("it is not of the form id, index, check")
    if not any(hmac.compare_digest(_mac(found._head, key), mac) for key in keys):
        raise _not_ours("none of the keys made it")
    return found


def _mac(head: str, key: bytes) -> str:
    """16 characters of base32 over 80 bits."""
    if len(key) < LEAST_KEY:
        raise LabelError("LBL092", "content number", "the key has fewer than 16 bytes", "Set one of 32 random bytes.")
    number = int.from_bytes(hmac.digest(key, _TITLE + head.encode("ascii"), "sha256")[:10], "big")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(75, -5, -5))


def _not_ours(problem: str) -> LabelError:
    remedy = "Copy it whole from ProduceID or PropagateID; a number of another provider leads to no record here."
    return LabelError("LBL091", "content number", problem, remedy)
