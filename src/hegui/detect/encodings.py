"""How a term looks when it is encoded: in base64, in hexadecimal digits or percent signs, in ROT13, in Unicode tag characters.

Knows encodings, each turned into fixed strings to look for: a stream cut anywhere is read as the whole, and nothing is decoded.
Refuses to know other alphabets than UTF-8, and a term in another spelling than its own, its lower, upper and capital case.
Rules: RFC 4648 §4 and §5 (base64 and its form for addresses), RFC 3986 §2.1 (percent signs), Unicode 16 §23.9 (tag characters).
"""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Iterator
from functools import cache

from hegui.kernel.fold import SKIP

__all__ = ["CODED", "base64_cores", "hex_forms", "rot13", "tag_forms", "unspaced"]

_SPACE = dict.fromkeys((*range(0x21), 0x7F, 0x85, 0xA0, *range(0xD800, 0xE000)), SKIP)
"""What is skipped where encoded text is read: white space and controls, which break its lines, and halves of characters."""

CODED = re.compile("[0-9A-Za-z+/_\\-\U000e0000-\U000e007f]")
"""The characters that a core in base64 or a form in tags is made of."""

MIN_CORE, MIN_HEX, MIN_LETTERS = 6, 8, 4
"""Characters of base64 that are the term's own, digits of it in hexadecimal, letters of it in ROT13, counts: what is shorter
stands in other texts by chance."""

_HEX_LETTER = re.compile("[a-f]")


class _Unspaced(dict[int, str]):
    """For `str.translate`: what is skipped, and every other character as itself, kept once it was met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if code < 0x30000:
            self[code] = character
        return character


@cache
def unspaced() -> dict[int, str]:
    """The map of the view that reads encoded text."""
    return _Unspaced(_SPACE)


def base64_cores(text: str) -> list[str]:
    """The characters that the term's bytes fix wherever they begin in what was encoded: three ways, and `-_` for `+/`.

    >>> base64_cores("冰毒")
    ['5Yaw5q+S', '5Yaw5q-S', 'WGsOavk', 'lhrDmr5']
    """
    found: dict[str, None] = {}
    for form in _cases(text):
        data = form.encode()
        for shift in range(3):
            encoded = base64.b64encode(bytes(shift) + data).decode()
            core = encoded[-(-8 * shift // 6) : 8 * (shift + len(data)) // 6]
            if len(core) >= MIN_CORE:
                found |= dict.fromkeys((core, core.replace("+", "-").replace("/", "_")))
    return list(found)


def hex_forms(text: str) -> list[str]:
    r"""The hexadecimal digits of the term, bare and after x or 0x; folding takes away what else stands between them, such as %.

    >>> hex_forms("冰毒")
    ['e586b0e6af92', 'xe5x86xb0xe6xafx92', '0xe50x860xb00xe60xaf0x92']
    """
    found: dict[str, None] = {}
    for form in _cases(text):
        digits = form.encode().hex()
        if len(digits) >= MIN_HEX and _HEX_LETTER.search(digits):
            pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
            found |= dict.fromkeys((digits, *("".join(mark + pair for pair in pairs) for mark in ("x", "0x"))))
    return list(found)


def rot13(folded: str) -> str:
    """A term in Latin letters, each thirteen letters on; "" for any other, and for a short one."""
    fits = folded.isascii() and folded.isalpha() and len(folded) >= MIN_LETTERS
    return codecs.encode(folded, "rot13") if fits else ""


def tag_forms(text: str) -> list[str]:
    """A term of ASCII in tag characters, which nobody sees and a model may read."""
    if not text.isascii() or not text.isprintable():
        return []
    bare = "".join(text.split())
    return list(dict.fromkeys("".join(chr(0xE0000 + ord(letter)) for letter in form) for form in _cases(bare) if form))


def _cases(text: str) -> Iterator[str]:
    yield text
    if text.lower() != text.upper():
        yield from (text.lower(), text.upper(), text.capitalize())
