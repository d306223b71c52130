"""Keep content sealed under its subject's key, and read it again.

Knows the order that makes keeping and erasing safe beside each other; knows no database and no object store. Rules:

1. A key is stored before anything is sealed under it, so there is never content whose key is lost.
2. After a blob is put, its key is looked at again. Was it erased meanwhile, the blob is taken away and the content sealed anew
   under the key that is live now: whoever erases either sees the blob, or the writer sees that the key is gone.
3. Content that was made before its subject was erased, and arrives afterwards, is not kept. Whoever erases writes down the
   instant before looking for the key; a writer looks for the instant after putting: one of them sees the other.
4. A key in the clear lives no longer than the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from hegui.errors import InternalError
from hegui.ledger.entry import Commitment, commit
from hegui.usecases.vault_ports import Vault
from hegui.vault.faults import KeyErased
from hegui.vault.keys import NEW_KEY_BYTES, SubjectKey, new_key, subject_of
from hegui.vault.part import RANDOM_SIZE, SALT_SIZE, Opened, Place, blob_name, open_part, seal

__all__ = ["custody_of", "is_erased", "keep_content", "read_content", "take_into_custody"]

ATTEMPTS = 10
CLOCKS_APART = timedelta(seconds=5)
"""How far the clocks of the machines may differ; so much of what follows an erasure is taken to have come before it."""


def keep_content(
    vault: Vault, user: str | None, record: str, parts: Mapping[str, bytes], *, made_at: datetime | None = None
) -> tuple[Commitment, ...]:
    """Seal the parts of a record and put them away; the commitments for its entry in the ledger, in the order of the parts.

    Args:
        user: the end user's pseudonym; None where nobody knows, which gives the record a key of its own.
        parts: name of the part to content.
        made_at: when the first of it was handed in, by the clock of whoever took it; None for now.
    Raises:
        KeyErased: VLT024, its subject was erased after it was made; nothing of it is kept.
        VaultError: VLT001, VLT002, VLT006; VaultDamage: VLT005.
        InternalError: VLT016, STO004, the store failed; VLT019, the subject was erased again and again.
    """
    subject = subject_of(user, record)
    return tuple(_keep(vault, subject, Place(record, part), content, made_at) for part, content in parts.items())


def is_erased(vault: Vault, user: str | None, record: str, made_at: datetime) -> bool:
    """Whether content of this instant came too late: its subject has been erased since."""
    return _came_late(vault, subject_of(user, record), made_at)


def read_content(vault: Vault, user: str | None, record: str, part: str) -> Opened:
    """Content as it was kept, from its subject's key or, where it outlived that, from custody.

    Raises:
        KeyErased: VLT010, there is no such content: it was erased, deleted, or never kept.
        VaultDamage: VLT003 to VLT005, what is stored is not what was kept. VaultError: VLT006.
    """
    place = Place(record, part)
    for subject in (subject_of(user, record), custody_of(record)):
        stored = vault.keys.live(subject)
        sealed = None if stored is None else vault.blobs.get(blob_name(stored.id, place))
        if stored is not None and sealed is not None:
            return open_part(vault.masters.unwrap(stored), place, sealed)
    problem = "there is no such content: it was erased or deleted, or never kept."
    raise KeyErased("VLT010", f"record {record}", problem, "Look for the erasure in the ledger.")


def custody_of(record: str) -> str:
    """The subject under which content is kept that must outlive its own subject's key, record by record."""
    return f"h-{record}"


def take_into_custody(vault: Vault, user: str | None, record: str, part: str) -> bool:
    """Seal content anew, with its salt, under a key that the user's erasure does not touch; False where there is none.

    Doing it twice does no harm. Raises as `keep_content` and `read_content`.
    """
    try:
        opened = read_content(vault, user, record, part)
    except KeyErased:
        return False
    _seal(vault, custody_of(record), Place(record, part), opened.content, opened.salt)
    return True


def _keep(vault: Vault, subject: str, place: Place, content: bytes, made_at: datetime | None) -> Commitment:
    salt = vault.random(SALT_SIZE)
    _seal(vault, subject, place, content, salt, made_at)
    return commit(place.part, content, salt)


def _seal(
    vault: Vault, subject: str, place: Place, content: bytes, salt: bytes, made_at: datetime | None = None
) -> None:
    for _ in range(ATTEMPTS):
        if _came_late(vault, subject, made_at):
            raise _erased(place.record)
        key = _live_key(vault, subject)
        name = blob_name(key.id, place)
        vault.blobs.put(name, seal(key, place, content, salt + vault.random(RANDOM_SIZE - SALT_SIZE)))
        now = vault.keys.live(subject)
        if now is not None and now.id == key.id and not _came_late(vault, subject, made_at):
            return
        vault.blobs.delete(name)
    problem = "its subject was erased again and again while it was being kept."
    raise InternalError("VLT019", f"record {place.record}", problem, "Try again.")


def _came_late(vault: Vault, subject: str, made_at: datetime | None) -> bool:
    if made_at is None:
        return False
    erased_at = vault.keys.erased_at(subject)
    return erased_at is not None and made_at <= erased_at + CLOCKS_APART


def _erased(record: str) -> KeyErased:
    problem = "its subject was erased after it was made, and before it arrived."
    return KeyErased("VLT024", f"record {record}", problem, "Nothing is to be done: it is not kept.")


def _live_key(vault: Vault, subject: str) -> SubjectKey:
    stored = vault.keys.live(subject)
    if stored is None:
        made = vault.masters.wrap(new_key(subject, vault.random(NEW_KEY_BYTES)))
        stored = vault.keys.add(made, vault.clock())
    return vault.masters.unwrap(stored)
