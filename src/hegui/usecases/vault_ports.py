"""What keeping and erasing content needs from the outside: a store of blobs and the table of subject keys.

Knows no database and no object store. Implementations live in `store/` and are handed over by `compose`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hegui.vault.keys import MasterKeys, WrappedKey

__all__ = ["BlobStore", "KeyRecord", "SubjectKeys", "Vault"]


class BlobStore(Protocol):
    """Keeps whole blobs of up to 72 MiB by opaque names `group/name` (see `vault.blobs`). May be used from any thread.

    Every operation raises InputError (VLT014) for a name that cannot be one, and InternalError (VLT016) where the store fails.
    """

    def put(self, name: str, data: bytes) -> None:
        """Keep a blob; one that is there is replaced for every reader at once. When it returns, the blob survives a loss
        of power. Raises VaultError VLT015 when it is too large."""

    def get(self, name: str) -> bytes | None:
        """The blob, None where there is none."""

    def has(self, name: str) -> bool:
        """Whether a blob is there."""

    def delete(self, name: str) -> None:
        """Take a blob away; one that is not there is passed over."""

    def list(self, group: str | None = None) -> Iterator[str]:
        """The names in a group, or all, in the order of the names. What is put or deleted meanwhile may show or not."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is written down about a subject's key, also when the key itself is gone.

    Attributes:
        erased_at: when the key was destroyed; None while it is live.
        swept_at: when its bytes and the blobs under it were seen to be gone.
    """

    id: str
    subject: str
    created_at: datetime
    erased_at: datetime | None
    swept_at: datetime | None


class SubjectKeys(Protocol):
    """Keeps wrapped subject keys: at most one live key a subject, and what is left of the erased ones."""

    def add(self, key: WrappedKey, created_at: datetime) -> WrappedKey:
        """Keep `key` unless its subject has a live one already; the one that is live now. One of two callers wins."""

    def live(self, subject: str) -> WrappedKey | None: ...

    def live_ids(self, subjects: Collection[str]) -> Mapping[str, str]:
        """Subject → id of its live key, of those of these subjects that have one."""

    def of(self, subject: str) -> Sequence[KeyRecord]:
        """Every key the subject ever had, oldest first."""

    def erased_at(self, subject: str) -> datetime | None:
        """Up to which instant its content is erased; None where it never was."""

    def erase(self, subject: str, at: datetime) -> None:
        """Write down that the subject is erased up to `at`, and then destroy its live key, if it has one; the record of it
        stays. Who adds a key that this does not see yet finds the instant written down."""

    def scrub(self) -> bool:
        """Drive the bytes of destroyed keys out of the database's own files, as far as its kind can; whether it is done."""

    def mark_swept(self, *key_ids: str, at: datetime) -> None:
        """Write down that neither bytes nor blobs of these erased keys are left; the first time counts."""

    def unswept(self) -> Sequence[KeyRecord]:
        """Erased keys of which something may still be there: an erasure that did not come to its end."""

    def count_outside(self, master: str) -> int:
        """How many live keys are not under this master key."""

    def outside(self, master: str, after: int, limit: int) -> Sequence[tuple[int, WrappedKey]]:
        """Up to `limit` live keys that are not under this master key, each with its number, those beyond `after` in order."""

    def rewrap(self, changes: Sequence[tuple[WrappedKey, WrappedKey]]) -> int:
        """Put the second of each pair in the place of the first, where the first is still what is stored; how many were."""


@dataclass(frozen=True, slots=True)
class Vault:
    """The vault as the use cases take it.

    Attributes:
        random: gives that many bytes of a cryptographic source, such as `os.urandom`.
        clock: the instant, in UTC.
    """

    keys: SubjectKeys
    blobs: BlobStore
    masters: MasterKeys
    random: Callable[[int], bytes]
    clock: Callable[[], datetime]
