"""A label whose keys stand each in a tag of its own, as a tool writes them to which they were given one by one.

Knows names and texts of tags; knows no container. The tags count together, and only where they say who produced, the number and one
of the three attributes, for Label and Producer are also words of music and film. They are read and not written.
Rules: GB 45438-2025 Annex E a) and b), which want one field with one object.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from hegui.label.findings import Finding
from hegui.label.key_names import meant_key, tells
from hegui.label.reading import Candidate
from hegui.label.spellings import parse

__all__ = ["scattered"]

_TOLD = ("ContentProducer", "ProduceID")


def scattered(tags: Iterable[tuple[str, str]], place: str, offset: int, size: int) -> tuple[Candidate, ...]:
    """The label that the tags spell together; none where they do not.

    Args:
        tags: names and texts of all tags that stand in one list.
        place: what the list is called.
        offset: where the list begins, in bytes; no single tag begins there.
        size: bytes of the list.
    """
    keys: dict[str, str] = {}
    for name, text in tags:
        key = meant_key(name)
        if key is not None and (key not in _TOLD or tells(name, is_wrapped="AIGC" in name.upper())):
            keys.setdefault(key, text.strip("\0"))
    if keys.get("Label", "").strip() not in ("1", "2", "3") or not (
        keys.get("ContentProducer") and keys.get("ProduceID")
    ):
        return ()
    text = json.dumps({"AIGC": keys})
    finding = Finding("place.scattered", "fault", "GB 45438-2025 Annex E b)")
    return (Candidate(place, offset, size, text, False, (finding,)),) if parse(text) is not None else ()
