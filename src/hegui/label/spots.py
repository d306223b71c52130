"""What the codec of a picture has found in a file, each label with the way to change it where it stands.

Knows how reading, writing and taking out share one look at the file; knows no format: a codec fills a `Look` and says how
a new label gets in where none stands. A spot's change is a function from the new text (None takes the label out) to splices.
Rules: GB 45438-2025 6.1 c): one label per file, so an update goes where the label is and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError
from hegui.kernel.splice import Splice, in_order
from hegui.label import xmp
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError, cannot_edit
from hegui.label.reading import Candidate, Gap, Reading, Trace, TraceKind
from hegui.label.spellings import is_meant, parse
from hegui.label.standing import rewritten, standing
from hegui.label.stray import stray

__all__ = [
    "Change",
    "Frame",
    "Look",
    "Spot",
    "apart",
    "bare",
    "fixed",
    "may_be_label",
    "no_offset",
    "reason_of",
    "trace_kind",
    "written",
]

Change = Callable[[str | None], tuple[Splice, ...]]
Frame = Callable[[bytes | None], tuple[Splice, ...]]
"""Puts the new content of a block into the file, with its lengths and sums; None takes the block out."""

MAX_CANDIDATES = 256
MAX_BLOCKS = 20_000
MAX_TAIL = 64 << 20
"""Bytes after the end of a picture that are looked through."""


_PARAMETERS = frozenset(
    (
        "parameters",
        "prompt",
        "workflow",
        "generation_data",
        "invokeai_metadata",
        "sd-metadata",
        "dream",
        "fooocus_scheme",
    )
)
_GENERATORS = frozenset(("software", "make", "model", "generator", "creator tool"))
_GENERATED = re.compile(r"\bSteps: \d{1,4}, |^\s*(?:workflow|prompt)\s*:\s*\{|\"class_type\"", re.IGNORECASE)
"""Words of the text that programs for making pictures leave: settings in one line, or a graph of nodes."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A candidate and how to change it."""

    candidate: Candidate
    change: Change


@dataclass(slots=True)
class Look:
    """All that was seen of a file.

    Attributes:
        fault: why the file is not one to write into: it is damaged or cut; None where it is whole.
        looked_at: how many blocks of metadata were opened.
    """

    spots: list[Spot] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    fault: MalformedError | None = None
    looked_at: int = 0

    def look_at(self, at: int) -> None:
        """One more block is opened. Raises TooMuchError where a file has more of them than any picture needs."""
        self.looked_at += 1
        if self.looked_at > MAX_BLOCKS:
            raise TooMuchError("there are too many blocks of metadata", at)

    def reading(self) -> Reading:
        """What `read` of the codec returns."""
        return Reading(
            tuple(spot.candidate for spot in self.spots),
            tuple(dict.fromkeys(self.traces)),
            tuple(dict.fromkeys(self.gaps)),
        )

    def add(self, candidate: Candidate, change: Change) -> None:
        """One more candidate, unless there are too many for any answer but "several"."""
        if len(self.spots) < MAX_CANDIDATES:
            self.spots.append(Spot(candidate, change))

    def text(self, candidate: Candidate, change: Change) -> None:
        """A text in a place that also holds other texts: a candidate only where it reads like a label."""
        if may_be_label(candidate.text):
            self.add(candidate, change)

    def trace(self, place: str, name: str, text: str) -> None:
        """A text that is no label: a trace where its name or its words say that a generator wrote it."""
        if len(self.traces) < MAX_CANDIDATES and (kind := trace_kind(name, text)) is not None:
            self.traces.append(Trace(kind, place, text[:200]))

    def fail(self, place: str, error: MalformedError) -> None:
        """A part that could not be read on from here."""
        self.gaps.append(Gap(place, reason_of(error)))
        self.fault = self.fault or error

    def xmp(self, packet: bytes, block: Candidate, frame: Frame) -> None:
        """Everything in an XMP packet; `block` says where it stands, `frame` puts a changed one back."""
        found = xmp.find(packet)
        for label in found.labels:
            is_standard = block.is_standard and label.is_standard
            findings = (*block.findings, *label.findings)
            candidate = replace(block, text=label.text, is_standard=is_standard, findings=findings)
            self.add(candidate, lambda text: frame(xmp.without(packet) if text is None else xmp.written(packet, text)))
        self.traces += found.traces
        self.gaps += [Gap(block.place, gap.reason) for gap in found.gaps]

    def tail(self, source: Source, start: int, place: str) -> None:
        """Labels in what follows the end of a picture; they are read and not written."""
        if source.size - start > MAX_TAIL:
            self.gaps.append(Gap(place, "too large"))
        try:
            for at, size, text in stray(source, start, min(source.size, start + MAX_TAIL)):
                self.add(Candidate(place, at, size, text, is_standard=False), fixed(place))
        except MalformedError as error:
            self.gaps.append(Gap(place, reason_of(error)))


def trace_kind(name: str, text: str) -> TraceKind | None:
    """What kind of trace a text is, by the name it stands under and by its words; None where it is none."""
    if name.lower() in _PARAMETERS or _GENERATED.search(text) is not None:
        return "parameters"
    return "generator" if name.lower() in _GENERATORS and text else None


def apart(*splices: Splice) -> tuple[Splice, ...]:
    """The splices, if no two of them touch the same bytes: a hostile file lets a value overlap what points at it."""
    try:
        return in_order(splices)
    except ValueError as error:
        raise MalformedError("a value and what points at it overlap", splices[0].at) from error


def no_offset(where: str) -> LabelError:
    """A file of 32-bit offsets that is full."""
    return LabelError("LBL023", where, "its offsets end at 4 GiB, and the file reaches so far",
                      "Make the file again as BigTIFF.")  # fmt: skip


def fixed(place: str) -> Callable[[object], tuple[Splice, ...]]:
    """The change, or the frame, of a place that is read and not written."""

    def change(_new: object) -> tuple[Splice, ...]:
        raise cannot_edit("", place)

    return change


def may_be_label(text: str) -> bool:
    """Whether a text is a label, or was meant as one and is broken."""
    return parse(text) is not None or ("{" in text and "Label" in text and is_meant(text))


def reason_of(error: MalformedError) -> str:
    """The reason of a gap, for a fault of the walk."""
    match error:
        case TruncatedError():
            return "truncated"
        case TooMuchError():
            return "too large"
        case _:
            return "malformed"


def written(look: Look, label: AigcLabel, where: str, fresh: Callable[[str], tuple[Splice, ...]]) -> tuple[Splice, ...]:
    """The splices that `write` of a codec returns; `fresh` puts a text into a file without a label."""
    if look.fault is not None:
        raise look.fault
    one = standing(look.reading(), where)
    text = rewritten(one, label)
    if text is None:
        return ()
    if one is None:
        return fresh(text)
    return next(spot.change for spot in look.spots if spot.candidate is one.candidate)(text)


def bare(look: Look, where: str) -> tuple[Splice, ...]:
    """The splices that `bare` of a codec returns."""
    if look.fault is not None:
        raise look.fault
    one = standing(look.reading(), where)
    if one is None:
        return ()
    return next(spot.change for spot in look.spots if spot.candidate is one.candidate)(None)
