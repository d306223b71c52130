"""Wrap every subject key under the master key in use; content stays as it is.

Knows pages of keys; knows no cryptography. Works through the keys that are under another master key, a page to a
transaction, and keeps no place of its own: whoever dies is followed by one that finds what is left. A key that does not open
holds nothing up and is named in the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hegui.errors import HeguiError
from hegui.usecases.vault_ports import SubjectKeys
from hegui.vault.keys import MasterKeys, WrappedKey

__all__ = ["Rotation", "rotate_master"]

PAGE = 500


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did.

    Attributes:
        master: id of the master key in use.
        done: keys wrapped anew.
        left: live keys still under another master key; 0 says that the old ones may be taken away and destroyed.
        failed: id and code of each key that could not be opened; they are among those left.
    """

    master: str
    done: int
    left: int
    failed: tuple[tuple[str, str], ...]


def rotate_master(
    keys: SubjectKeys, masters: MasterKeys, progress: Callable[[int, int], None] = lambda done, total: None
) -> Rotation:
    """Bring every live key under the master key in use.

    Keys that other processes make under the old one meanwhile count as left: give every process the new key first, then rotate.

    Args:
        progress: called after each page with the keys done so far and those there were to do, counts.
    """
    total, done, after = keys.count_outside(masters.current), 0, 0
    failed: list[tuple[str, str]] = []
    while page := keys.outside(masters.current, after, PAGE):
        changes: list[tuple[WrappedKey, WrappedKey]] = []
        for _, stored in page:
            try:
                changes.append((stored, masters.rewrap(stored)))
            except HeguiError as error:
                failed.append((stored.id, error.code))
        done += keys.rewrap(changes)
        after = page[-1][0]
        progress(done, total)
    return Rotation(masters.current, done, keys.count_outside(masters.current), tuple(failed))
