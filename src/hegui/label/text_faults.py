"""Why a text cannot be read or labelled: the errors of the text formats, each with its remedy.

Knows the codes LBL080 to LBL089; knows no format. Works as small functions that return the error.
Rules: the remedy never is to take a label away (Labelling Measures, article 10).
"""

from __future__ import annotations

from collections.abc import Callable

from hegui.label.faults import LabelError
from hegui.label.reading import Gap, Reading

__all__ = [
    "has_entities",
    "is_compressed",
    "is_toml",
    "occupied",
    "or_gap",
    "require_whole",
    "too_long",
    "unknown_encoding",
]


def unknown_encoding(where: str, name: str) -> LabelError:
    """ASCII is not ASCII in this encoding."""
    return LabelError("LBL080", where, f"its text is in the encoding {name}, which hegui does not read",
                      "Save it as UTF-8, or write a sidecar file with --sidecar.")  # fmt: skip


def is_toml(where: str) -> LabelError:
    """Markdown whose front matter is TOML."""
    return LabelError("LBL081", where, "its front matter is TOML, and the guide wants the label in YAML",
                      "Turn the front matter into YAML between two lines ---, then label the file.")  # fmt: skip


def occupied(where: str, place: str) -> LabelError:
    """The name AIGC is taken by something that is no label."""
    return LabelError("LBL082", where, f"{place} is there already, and is no label",
                      "Give that another name, then label the file.")  # fmt: skip


def too_long(where: str) -> LabelError:
    """A part that was not read may hold a label."""
    return LabelError("LBL083", where, "it is too long to be read whole, and the word AIGC stands in what was not read",
                      "Divide the file, or write a sidecar file with --sidecar.")  # fmt: skip


def has_entities(where: str) -> LabelError:
    """XML with a document type whose entities it uses."""
    return LabelError("LBL084", where, "it uses entities that its document type declares, which hegui does not expand",
                      "Save it without a document type, then label it.")  # fmt: skip


def is_compressed(where: str) -> LabelError:
    """SVG in gzip."""
    return LabelError("LBL085", where, "it is compressed (svgz), and a label inside would change every byte",
                      "Unpack it, label it, and pack it again.")  # fmt: skip


def or_gap(name: str, look: Callable[[], Reading]) -> Reading:
    """What `look` reads; a gap where the encoding is one that hegui does not read."""
    try:
        return look()
    except LabelError as error:
        if error.code != "LBL080":
            raise
        return Reading(gaps=(Gap(f"{name} text", "unknown encoding"),))


def require_whole(reading: Reading, where: str) -> None:
    """That no label can stand in a part that was not read. Raises LabelError (LBL083)."""
    if any(gap.reason == "too large" for gap in reading.gaps):
        raise too_long(where)
