"""The label that already stands in a file, before another one is written.

Knows what a writer must find out first: none, one, or several; knows no format.
Works on the candidates of a codec: those whose text spells a label count, the others are something else.
Rules: GB 45438-2025 6.1 c) (one label per file).
"""

from __future__ import annotations

from typing import NamedTuple

from hegui.label.aigc import AigcLabel
from hegui.label.faults import several
from hegui.label.reading import Candidate, Reading
from hegui.label.spellings import Spelt, parse

__all__ = ["Standing", "labels", "rewritten", "standing"]


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

    A wrapped object stays wrapped; every other JSON spelling becomes the inner object.
    """
    is_right = one is not None and not any(finding.grade == "fault" for finding in one.spelt.findings)
    if one is not None and is_right and one.spelt.label == label and one.spelt.form in ("inner", "wrapped", "yaml"):
        return None
    return label.wrapped() if one is not None and one.spelt.form == "wrapped" else label.text()
