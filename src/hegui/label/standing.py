"""The label that already stands in a file, before another one is written.

Knows what a writer must find out first: none, one, or several; knows no format.
Works on the candidates of a codec: those whose text spells a label count, the others are something else.
Rules: GB 45438-2025 6.1 c) (one label per file).
"""

from __future__ import annotations

import json
from typing import NamedTuple

from hegui.label.aigc import AigcLabel
from hegui.label.faults import cannot_edit, several
from hegui.label.notation_layers import objects
from hegui.label.reading import Candidate, Reading
from hegui.label.spellings import Spelt, parse

__all__ = ["Standing", "labels", "rewritten", "standing"]


_WORDS = ("spelling.leading", "spelling.trailing")
_AROUND = (*_WORDS, "key.extra")
"""What tells that more than the label stands in a text."""


class Standing(NamedTuple):
    """A candidate that is a label."""

    candidate: Candidate
    spelt: Spelt


def labels(reading: Reading) -> tuple[Standing, ...]:
    """The candidates that spell a label, in file order."""
    spelt = ((candidate, parse(candidate.text)) for candidate in reading.candidates)
    return tuple(Standing(candidate, found) for candidate, found in spelt if found is not None)


def standing(reading: Reading, where: str) -> Standing | None:
    """The one label of the file; None where there is none. Raises LabelError (LBL005) for several."""
    found = labels(reading)
    if len(found) > 1:
        raise several(where, len(found))
    return found[0] if found else None


def rewritten(one: Standing | None, label: AigcLabel) -> str | None:
    """The text to write for `label` in the form that stands; None where the file holds that label already, rightly spelt.

    A wrapped object stays wrapped, and what stands around an object stays; every other spelling becomes the inner object.
    """
    is_right = one is not None and not any(finding.grade == "fault" for finding in one.spelt.findings)
    if one is not None and is_right and one.spelt.label == label and one.spelt.form in ("inner", "wrapped", "yaml"):
        return None
    text = label.wrapped() if one is not None and one.spelt.form == "wrapped" else label.text()
    among = _among(one, label) if one is not None else None
    return text if among is None else None if one is not None and among == one.candidate.text else among


def _among(one: Standing, label: AigcLabel) -> str | None:
    """The text with its object exchanged and nothing else, where words or other keys stand around it.

    Raises LabelError (LBL006) where the words are not ASCII, since not every place says in which encoding its text is.
    """
    kinds = {finding.kind for finding in one.spelt.findings}
    if kinds.isdisjoint(_AROUND):
        return None
    text = one.candidate.text
    if not text.isascii():
        if not kinds.isdisjoint(_WORDS):
            raise cannot_edit("", one.candidate.place)
        text = "".join(letter if letter.isascii() else json.dumps(letter)[1:-1] for letter in text)
    for start, end in objects(text):
        inner = parse(text[start:end])
        if inner is not None and inner.form == "inner" and inner.label == one.spelt.label:
            if inner.label == label and not any(finding.grade == "fault" for finding in inner.findings):
                return one.candidate.text  # the very label, whatever escapes its place asks for
            return text[:start] + label.text() + text[end:]
    return None
