"""What one line of the ledger says, and the commitment that stands in for content kept elsewhere.

Knows the members of an entry and their spelling. Knows no content: a payload comes in only to be hashed with its salt, and
neither is kept. Works on values: what a caller hands in is checked when the entry is made, so that every Entry can be
written and every entry that was read can be written again as the same bytes.
Rules: docs/ledger-format.md §1; SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hmac import compare_digest
from itertools import pairwise
from typing import NoReturn

from cryptography.hazmat.primitives import hashes

from hegui.errors import InputError
from hegui.ledger import canonical
from hegui.ledger.canonical import MAX_INTEGER, Value
from hegui.ledger.spelling import read_hex, read_instant, write_instant

__all__ = [
    "MAX_ENTRY_BYTES",
    "MAX_ID",
    "SALT_SIZE",
    "VERSION",
    "Commitment",
    "Entry",
    "EntryError",
    "InForce",
    "commit",
]

VERSION = 1
MAX_ENTRY_BYTES = 65_535
"""What the length field of a bundle can say (uint16)."""
SALT_SIZE = 32
"""Bytes of randomness before a payload; from the operating system's generator, never used twice."""
MAX_ID = 256
"""Characters of an id or a name."""

_TYPE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_REMEDY = "Compare it with the table of members in docs/ledger-format.md §1."
_MEMBERS = {"v", "type", "subject", "actor", "at", "payloads", "under"}


class EntryError(InputError):
    """An entry that cannot be written, or bytes that are canonical JSON but no entry."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """A payload that is kept elsewhere, bound by two salted digests of 32 bytes each."""

    name: str
    sha256: bytes
    sm3: bytes

    def __post_init__(self) -> None:
        _check_id(self.name, "payloads.name")
        if len(self.sha256) != 32 or len(self.sm3) != 32:
            _refuse("payloads", "a digest is not 32 bytes long")

    def holds_for(self, payload: bytes, salt: bytes) -> bool:
        """Whether this payload under this salt is what was committed to; both digests must agree."""
        other = commit(self.name, payload, salt)
        return compare_digest(self.sha256 + self.sm3, other.sha256 + other.sm3)


def commit(name: str, payload: bytes, salt: bytes) -> Commitment:
    """Bind a payload: SHA-256(salt || payload) and SM3(salt || payload).

    Raises EntryError (LED023) unless the salt is SALT_SIZE bytes; a shorter one leaves short payloads to be guessed.
    """
    if len(salt) != SALT_SIZE:
        raise EntryError(
            "LED023", name, f"the salt has {len(salt)} bytes", f"Draw {SALT_SIZE} random bytes per payload."
        )
    return Commitment(name, _digest(hashes.SHA256(), salt, payload), _digest(hashes.SM3(), salt, payload))


@dataclass(frozen=True, slots=True)
class InForce:
    """Ids of what governed the event; None where nobody knows, which the entry leaves out."""

    policy: str | None = None
    lexicon: str | None = None
    law: str | None = None
    model: str | None = None

    def __post_init__(self) -> None:
        for name, value in self.items():
            _check_id(value, f"under.{name}")

    def items(self) -> list[tuple[str, str]]:
        """The known ones, name and id."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return [(name, value) for name, value in values if value is not None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event.

    Attributes:
        type: what happened, `noun.participle`.
        subject: id of the record it happened to; never the pseudonym of a person.
        actor: id of who did it.
        at: aware instant; only its millisecond in UTC is recorded, so hand in one without a finer part.
        payloads: commitments, no name twice.
        under: what was in force.
        refs: indices of the entries this one speaks of, ascending.
    """

    type: str
    subject: str
    actor: str
    at: datetime
    payloads: tuple[Commitment, ...] = ()
    under: InForce = InForce()
    refs: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not _TYPE.fullmatch(self.type) or len(self.type) > MAX_ID:
            _refuse("type", "it is not of the form noun.participle")
        _check_id(self.subject, "subject")
        _check_id(self.actor, "actor")
        if self.at.utcoffset() != timedelta(0) or self.at.microsecond % 1000:
            _refuse("at", "it is not a whole millisecond in UTC")
        if len({payload.name for payload in self.payloads}) != len(self.payloads):
            _refuse("payloads", "a name stands twice")
        if not all(0 <= ref <= MAX_INTEGER for ref in self.refs) or any(a >= b for a, b in pairwise(self.refs)):
            _refuse("refs", "they are not entry indices in ascending order")

    def encode(self) -> bytes:
        """The bytes that are hashed, 1 to 65,535. Raises EntryError (LED021) beyond, CanonicalError for half characters."""
        members: dict[str, Value] = {
            "v": VERSION,
            "type": self.type,
            "subject": self.subject,
            "actor": self.actor,
            "at": write_instant(self.at),
            "payloads": [
                {"name": payload.name, "sha256": payload.sha256.hex(), "sm3": payload.sm3.hex()}
                for payload in self.payloads
            ],
            "under": dict(self.under.items()),
        }
        if self.refs:
            members["refs"] = self.refs
        data = canonical.encode(members)
        _check_length(data)
        return data

    @classmethod
    def decode(cls, data: bytes) -> Entry:
        """The entry whose bytes these are.

        Raises:
            CanonicalError: not canonical JSON (its codes).
            EntryError: LED020 a member missing, unknown or out of its range; LED021 too long; LED022 another version.
        """
        _check_length(data)
        value = canonical.decode(data)
        if not isinstance(value, dict):
            _refuse("", "it is not an object")
        version = value.get("v")
        if version is not True and isinstance(version, int) and version != VERSION:
            raise EntryError("LED022", "entry.v", f"version {version} is not known", "Read it with a newer hegui.")
        if not _MEMBERS <= value.keys() <= _MEMBERS | {"refs"} or version is True or version != VERSION:
            _refuse("", "its members are not those of version 1")
        return cls(
            type=_text(value["type"], "type"),
            subject=_text(value["subject"], "subject"),
            actor=_text(value["actor"], "actor"),
            at=_instant(value["at"]),
            payloads=tuple(_commitment(item) for item in _list(value["payloads"], "payloads")),
            under=_in_force(value["under"]),
            refs=_refs(value["refs"]) if "refs" in value else (),
        )


def _digest(algorithm: hashes.HashAlgorithm, salt: bytes, payload: bytes) -> bytes:
    running = hashes.Hash(algorithm)
    running.update(salt)
    running.update(payload)
    return running.finalize()


def _commitment(value: Value) -> Commitment:
    if not isinstance(value, dict) or value.keys() != {"name", "sha256", "sm3"}:
        _refuse("payloads", "one is not an object of name, sha256 and sm3")
    return Commitment(_text(value["name"], "payloads.name"), _hex(value["sha256"]), _hex(value["sm3"]))


def _in_force(value: Value) -> InForce:
    known = {field.name for field in fields(InForce)}
    if not isinstance(value, dict) or not value.keys() <= known:
        _refuse("under", "it is not an object of ids of policy, lexicon, law and model")
    return InForce(**{name: _text(item, f"under.{name}") for name, item in value.items()})


def _refs(value: Value) -> tuple[int, ...]:
    refs = tuple(item for item in _list(value, "refs") if isinstance(item, int) and not isinstance(item, bool))
    if not refs or len(refs) != len(_list(value, "refs")):
        _refuse("refs", "it is not a list of entry indices; none at all is written by leaving the member out")
    return refs


def _instant(value: Value) -> datetime:
    instant = read_instant(_text(value, "at"))
    return instant if instant is not None else _refuse("at", "it is not an instant YYYY-MM-DDThh:mm:ss.sssZ")


def _hex(value: Value) -> bytes:
    data = read_hex(_text(value, "payloads"))
    return data if data is not None else _refuse("payloads", "a digest is not lower-case hexadecimal")


def _text(value: Value, member: str) -> str:
    return value if isinstance(value, str) else _refuse(member, "it is not a string")


def _list(value: Value, member: str) -> Sequence[Value]:
    return value if isinstance(value, list) else _refuse(member, "it is not a list")


def _check_id(value: str, member: str) -> None:
    if not 1 <= len(value) <= MAX_ID or _CONTROL.search(value):
        _refuse(member, f"an id has 1 to {MAX_ID} characters and no control characters")


def _check_length(data: bytes) -> None:
    if not 1 <= len(data) <= MAX_ENTRY_BYTES:
        problem = f"it has {len(data)} bytes; an entry has 1 to {MAX_ENTRY_BYTES}"
        raise EntryError("LED021", "entry", problem, "Commit to long content as a payload instead of writing it out.")


def _refuse(member: str, problem: str) -> NoReturn:
    raise EntryError("LED020", f"entry.{member}" if member else "entry", problem, _REMEDY)
