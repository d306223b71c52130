"""Write a profile as the file it is read from.

Knows the layout; what `read_profile` reads back is equal. Texts are quoted so that no YAML reader takes them for anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from hegui.law.profile import UNKNOWN, AdoptedReading, Profile, Stated

__all__ = ["write_profile"]


def write_profile(profile: Profile) -> str:
    """The text of the profile file."""
    return "\n".join(_lines(profile)) + "\n"


def _lines(profile: Profile) -> Iterator[str]:
    if profile.service:
        yield f"service: {_quoted(profile.service)}"
    yield "facts:" if profile.stated or profile.open else "facts: {}"
    for name, stated in profile.stated.items():
        yield f"  {name}: {_stated(stated)}"
    for name in sorted(profile.open):
        yield f"  {name}: {UNKNOWN}"
    if profile.readings:
        yield "readings:"
    for question, adopted in profile.readings.items():
        yield f"  {question}: {_adopted(adopted)}"


def _stated(stated: Stated) -> str:
    value = stated.value if isinstance(stated.value, str) else orjson.dumps(stated.value).decode()
    more = {"source": stated.source, "on": stated.on, "note": stated.note}
    return _flow("value", str(value), more)


def _adopted(adopted: AdoptedReading) -> str:
    return _flow("taken", adopted.taken, {"by": adopted.by, "on": adopted.on})


def _flow(short: str, value: str, more: Mapping[str, Any]) -> str:
    """The short form where there is nothing more to say, else a mapping on one line."""
    said = {name: one for name, one in more.items() if one is not None}
    if not said:
        return value
    texts = (f"{name}: {one if name == 'on' else _quoted(one)}" for name, one in said.items())
    return f"{{{short}: {value}, {', '.join(texts)}}}"


def _quoted(text: str) -> str:
    """A JSON string, which is a YAML string too."""
    return orjson.dumps(text).decode()
