"""Compare the labels of a file before and after a step of a pipeline, and say what became of them.

Knows labels and where they stood; knows no file format. Works on two readings: what was there and is not is lost, what
differs key by key is changed, and what says the opposite is contradicted. A step that adds its own propagator changes nothing.
Rules: Labelling Measures, article 10 (nobody deletes, alters or hides labels); GB 45438-2025 6.1 c) (one label per file).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hegui.label.aigc import KEYS, AigcLabel
from hegui.label.reading import Reading
from hegui.label.standing import Standing, labels

__all__ = ["Change", "ChangeKind", "compare"]

ChangeKind = Literal[
    "lost", "added", "changed", "contradicted", "propagated", "moved", "duplicated", "unread", "explicit_lost", "kept"
]

PRODUCERS = ("Label", "ContentProducer", "ProduceID", "ReservedCode1")
"""The keys that no propagator may touch."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a label.

    Attributes:
        kind: what; "kept" when the label came through as it was.
        key: the key concerned, "" for the label as a whole.
        before: the value or place before, "" where there was none.
        after: the value or place after.
    """

    kind: ChangeKind
    key: str = ""
    before: str = ""
    after: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether a pipeline should stop: a label was lost, changed, contradicted or doubled."""
        return self.kind in ("lost", "changed", "contradicted", "duplicated", "explicit_lost")


def compare(before: Reading, after: Reading) -> tuple[Change, ...]:
    """What became of the labels of `before` in `after`; empty when neither has one and both were read whole.

    A part of `before` that was not examined is told where no label was found in it: what it held may be lost.
    """
    old, new = labels(before), labels(after)
    gaps = after.gaps if old else (*before.gaps, *after.gaps)
    found: list[Change] = [Change("unread", "", gap.place, gap.reason) for gap in dict.fromkeys(gaps)]
    if len(new) > max(1, len(old)):
        found.append(Change("duplicated", "", str(len(old)), str(len(new))))
    if old and not new:
        found.append(Change("lost", "", old[0].candidate.place))
    elif new and not old:
        found.append(Change("added", "", "", new[0].candidate.place))
    elif old and new:
        found += _between(old[0], new[0])
    if _explicit(before) and not _explicit(after) and not after.gaps:
        found.append(Change("explicit_lost", "", _explicit(before)))
    return tuple(found)


def _between(old: Standing, new: Standing) -> list[Change]:
    changes = _keys(old.spelt.label, new.spelt.label)
    if old.candidate.place != new.candidate.place:
        changes.append(Change("moved", "", old.candidate.place, new.candidate.place))
    return changes or [Change("kept")]


def _keys(old: AigcLabel, new: AigcLabel) -> list[Change]:
    changes = []
    for key, was, now in zip(KEYS, old.keys().values(), new.keys().values(), strict=True):
        if was == now:
            continue
        if key == "Label":
            changes.append(Change("contradicted", key, was, now))
        else:
            changes.append(Change("changed" if key in PRODUCERS else "propagated", key, was, now))
    return changes


def _explicit(reading: Reading) -> str:
    return next((trace.detail for trace in reading.traces if trace.kind == "explicit_text"), "")
