"""Read the keys of a label out of a text that has them one after the other, in whatever notation.

Knows the keys and what may stand between a key, its value and the next key; knows no notation as a whole: the print of an object
in any language, elements of XML, lines of settings, rows of a table, JSON that is past mending. It is asked last, and wants more
than the others: who produced, the number, and an attribute that is one of the three, so that no description of a label is taken
for one.
Rules: GB 45438-2025 Annex E b), for the keys and for what the notation departs from.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from hegui.label.findings import Finding, Kind
from hegui.label.key_names import meant_key
from hegui.label.notation import Members, Notation

__all__ = ["read_scattered"]

_AROUND = 256
"""Characters before the first key and behind the last value that may be there."""
_MOST = 400
"""Words before a mark that are looked at."""
_LONGEST = 16_384

_KEY = re.compile(
    r"(?<![\w/])(?P<key>[A-Za-z][A-Za-z0-9_-]{2,40}+|[\u4e00-\u9fff]{4,8}[12]?)[\\\"'”’\])]{0,6}\s{0,4}+"
    r"(?:=>|[:=：＝>|]|,(?=\s{0,4}+[\"']))\s{0,40}+(?P<open>\\{0,3}[\"'“‘”])?"
)
_ENDS = re.compile(r"[,;|&\r\n<)}\]\"，；]")
_PAIRS = {"“": "”", "‘": "’"}


class _Key(NamedTuple):
    start: int
    name: str
    end: int
    quote: str


def read_scattered(text: str) -> Notation | None:
    """The keys and their values in order; None where they are not those of a label.

    >>> read_scattered("AigcLabel(label=1, contentProducer=P, produceId=7)").members
    (('label', '1'), ('contentProducer', 'P'), ('produceId', '7'))
    """
    keys = _keys(text)
    if not keys or keys[0].start > _AROUND:
        return None
    found: list[tuple[str, str]] = []
    end = 0
    for one, after in zip(keys, (*keys[1:], None), strict=True):
        stop = min(after.start if after else len(text), one.end + _LONGEST)
        value = _value(text[one.end : stop], one)
        if value is None:
            return None
        found.append((one.name, value))
        end = one.end + len(value)
    told = {meant_key(name): value for name, value in reversed(found)}
    if told.get("Label") not in ("1", "2", "3") or not told.get("ContentProducer") or not told.get("ProduceID"):
        return None
    if len(text) - end > _AROUND:
        return None
    is_json = re.match(r"\W{0,3}[{\[]\s*+\W{1,4}\w", text) is not None
    kind: Kind = "spelling.mended" if is_json else "spelling.object_dump"
    return Notation(Members(found), (Finding(kind, "fault", "GB 45438-2025 Annex E b)", "keys" if is_json else ""),))


def _keys(text: str) -> list[_Key]:
    """The keys of Annex E."""
    found = islice(_KEY.finditer(text), _MOST)
    return [_Key(one.start(), one["key"], one.end(), one["open"] or "") for one in found if meant_key(one["key"])]


def _value(raw: str, key: _Key) -> str | None:
    """The value at the start of what stands before the next key; None where it is cut."""
    if raw.startswith("{") and meant_key(key.name) in ("ReservedCode1", "ReservedCode2"):
        return raw[: raw.rfind("}") + 1]  # with quotes that nobody escaped
    if key.quote:
        at = raw.find(key.quote[:-1] + _PAIRS.get(key.quote[-1], key.quote[-1]))
        return raw[:at] if at >= 0 else None
    end = _ENDS.search(raw)
    return re.sub(r"(?:^|\s)-$", "", (raw[: end.start()] if end else raw).strip().rstrip(" ,;|&([>，；\0"))
