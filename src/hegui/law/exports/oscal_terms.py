"""What all OSCAL documents of hegui share: names, identifiers, and how two languages are carried.

Knows OSCAL 1.2.1 (NIST, Open Security Controls Assessment Language) as far as we write it.

Two languages. OSCAL marks no text with a language. A document is therefore written in one language (`lang`): titles, prose and
parameter values are in it, so that every viewer shows one language throughout. The other language rides along, marked: a title
or a value as a property of the same name whose `class` is the language tag, a prose as a child part named `translation` with a
property `language`. Identifiers do not depend on the language, only the UUID of the document does. Chinese binds.

Identifiers. UUIDs are version 5 over `NAMESPACE`, so that the same law and the same profile give the same document, byte for
byte; instants come from the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5

from hegui.law.words import Words

__all__ = [
    "NAMESPACE",
    "OSCAL_VERSION",
    "Json",
    "Lang",
    "given",
    "identifier",
    "instant",
    "line",
    "metadata",
    "other",
    "part",
    "prop",
    "props",
    "tag",
    "title_prop",
]

Json = dict[str, Any]
Lang = Literal["zh", "en"]

NAMESPACE = "urn:hegui:ns:oscal"
"""The `ns` of every property and part name that OSCAL does not define."""

OSCAL_VERSION = "1.2.1"

_ROOT = UUID("5f0f4a52-6a0e-5d0b-9a55-2f4f3c1f7e11")
_TAGS: Mapping[Lang, str] = {"zh": "zh-CN", "en": "en"}


def tag(lang: Lang) -> str:
    """The language tag (BCP 47) that marks a wording."""
    return _TAGS[lang]


def other(lang: Lang) -> Lang:
    """The language a document is not written in."""
    return "en" if lang == "zh" else "zh"


def identifier(*names: str) -> str:
    """The UUID that follows from the names; the same for the same names."""
    return str(uuid5(_ROOT, "\n".join(names)))


def instant(at: datetime) -> str:
    """RFC 3339 with seconds and zone. Raises ValueError for a time without a zone: it would be no instant."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.isoformat(timespec="seconds")


def line(text: str) -> str:
    """The text on one line, as titles and values of properties have to be."""
    return " ".join(text.split())


def prop(
    name: str, value: str, *, kind: str | None = None, group: str | None = None, remarks: str | None = None
) -> Json:
    """A property of ours. kind: its `class`; group: what it belongs to, such as a version of the provision."""
    return given(
        {"name": name, "ns": NAMESPACE, "value": line(value), "class": kind, "group": group, "remarks": remarks}
    )


def props(name: str, values: Iterable[str]) -> list[Json]:
    """A property for each value."""
    return [prop(name, value) for value in values]


def title_prop(words: Words, lang: Lang, name: str = "title") -> list[Json]:
    """The wording in the language the document is not written in; none where it is the same or missing."""
    text = line(words.text(other(lang)))
    return [prop(name, text, kind=tag(other(lang)))] if text != line(words.text(lang)) else []


def part(
    name: str,
    words: Words,
    lang: Lang,
    *,
    id: str | None = None,
    ours: bool = True,
    title: str | None = None,
    more: Iterable[Json] = (),
) -> Json:
    """A text in the document's language with its translation beneath. ours: whether the name is one OSCAL does not define."""
    text, translated = words.text(lang), words.text(other(lang))
    found = {
        "id": id,
        "name": name,
        "ns": NAMESPACE if ours else None,
        "title": title,
        "props": list(more),
        "prose": text,
    }
    return given({**found, "parts": [_translation(id, translated, other(lang))] if translated != text else []})


def metadata(title: Words, lang: Lang, digest: str, at: datetime, more: Iterable[Json] = (), remarks: str = "") -> Json:
    """The head of a document. The version is the digest of the law, which names exactly what was exported."""
    return given(
        {
            "title": line(title.text(lang)),
            "last-modified": instant(at),
            "version": digest,
            "oscal-version": OSCAL_VERSION,
            "props": [prop("language", tag(lang)), *title_prop(title, lang), prop("law-digest", digest), *more],
            "remarks": remarks,
        }
    )


def given(members: Json) -> Json:
    """The members that say something: OSCAL allows no null, no empty list and no empty text."""
    return {name: value for name, value in members.items() if value not in (None, [], "", {})}


def _translation(id: str | None, text: str, lang: Lang) -> Json:
    return given(
        {
            "id": f"{id}.{lang}" if id else None,
            "name": "translation",
            "ns": NAMESPACE,
            "props": [prop("language", tag(lang))],
            "prose": text,
        }
    )
