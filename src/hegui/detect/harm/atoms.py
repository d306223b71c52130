"""Cut a text into atoms and number them: Han characters one by one, words of other scripts whole.

Knows the folding of the kernel and one hash. Knows no model and no label.
Works character by character: what a character folds to, with a blank where a reader sees a gap, and a blank on either side
of a Han character. What stands between blanks is an atom; an atom cut by the end of a fragment stays open (`next_atoms`), so
a text cut anywhere has the atoms of the whole. Of an atom only the first MAX_ATOM characters are kept, which bounds all state.
Invisible characters separate nothing, so a word split by a zero-width space is the word.
"""

from __future__ import annotations

import unicodedata
from hashlib import blake2b

from hegui.kernel.fold import fold_character, is_ideograph, is_invisible

__all__ = ["MAX_ATOM", "SHAPE_BITS", "AtomIds", "SingleAtoms", "atoms", "is_gap", "next_atoms", "spelled"]

MAX_ATOM = 24
"""Longest atom that is told from others, characters."""

SHAPE_BITS = 4
"""Bits of a number that are the shape of its atom."""

_MAX_CACHED = 1 << 16
_MAX_SINGLES = 1 << 13


class _AtomTable(dict[int, str]):
    """For `str.translate`, filled as characters are met: code point → its fold between blanks, a blank, or nothing."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = fold_character(character)
        if not folded:
            known = "" if is_invisible(character) else " "
        elif is_ideograph(character) or any(map(is_ideograph, folded)):
            known = f" {' '.join(folded)} "
        else:
            known = folded
        if unicodedata.category(character) not in ("Cn", "Co", "Cs"):
            self[code] = known
        return known


_TABLE = _AtomTable()


def atoms(text: str) -> list[str]:
    """The atoms of a whole text, in order, as long as they stand there.

    >>> atoms("如何 Ｍake a b\u200bomb？")
    ['如', '何', 'make', 'a', 'bomb']
    """
    return text.translate(_TABLE).split()


def spelled(text: str) -> str:
    """The text as it folds, a blank where a reader sees a gap and on either side of a Han character."""
    return text.translate(_TABLE)


def next_atoms(opened: str, fragment: str) -> tuple[list[str], str]:
    """The atoms a fragment completes, and the one it leaves open, which the next fragment may continue.

    Args:
        opened: the atom that the fragments before have left open; "" at the beginning.

    >>> next_atoms("bo", "mb 是 what")
    (['bomb', '是'], 'what')
    """
    folded = opened + fragment.translate(_TABLE)
    found = folded.split()
    if not found or folded[-1] == " ":
        return found, ""
    return found, found.pop()[: MAX_ATOM + 1]


def is_gap(character: str) -> bool:
    """Whether it stands for nothing but a gap between atoms."""
    return _TABLE[ord(character)] == " "


class AtomIds(dict[str, int]):
    """Atom → 64-bit number, the same in every process; filled as atoms are met, and emptied before it grows large.

    The lowest SHAPE_BITS bits are the shape of the atom. All atoms longer than MAX_ATOM are one: what they have in common, being
    no words, is what tells.
    """

    def __init__(self, salt: bytes) -> None:
        super().__init__()
        self._salt = salt

    def __missing__(self, atom: str) -> int:
        head = atom if len(atom) <= MAX_ATOM else ""
        digest = blake2b(head.encode("utf-8", "surrogatepass"), digest_size=8, key=self._salt).digest()
        number = int.from_bytes(digest, "little") >> SHAPE_BITS << SHAPE_BITS | _shape(atom)
        if head:
            if len(self) >= _MAX_CACHED:
                self.clear()
            self[atom] = number
        return number


class SingleAtoms(dict[str, int]):
    """Character → the number of its atom, for those that are one whatever stands beside them; 0 for all others.

    Filled as characters are met, and no larger than common writing needs.
    """

    def __init__(self, ids: AtomIds) -> None:
        super().__init__()
        self._ids = ids

    def __missing__(self, character: str) -> int:
        whole, _ = next_atoms("", character)
        number = self._ids[whole[0]] if len(whole) == 1 else 0
        if len(self) < _MAX_SINGLES:
            self[character] = number
        return number


def _shape(atom: str) -> int:
    """What it looks like, 0 … 13: too long, Han, figures, figures among letters, another script, or a word by length and vowels."""
    if len(atom) > MAX_ATOM:
        return 0
    if len(atom) == 1 and is_ideograph(atom):
        return 1
    if not atom.isascii():
        return 4
    if not atom.isalpha():
        return 2 if atom.isdigit() else 3
    vowels = sum(map(atom.count, "aeiouy")) / len(atom)
    length = 0 if len(atom) < 4 else 1 if len(atom) < 8 else 2
    return 5 + 3 * length + (0 if vowels == 0 else 1 if vowels < 0.25 else 2)
