"""Find personal information in a text on its way, cut anywhere: what was found, and how far the text is safe to let go.

For every way of cutting the text: the findings are those of the whole text; nothing of a value is safe before it is decided
what the value is; what is withheld begins where the first value may begin that is still open; the state is bounded, because
so is every value. Knows no policy and masks nothing (see `masking`). Offsets are raw characters from the beginning of the
text.
"""

from __future__ import annotations

from typing import NamedTuple

from hegui.detect.personal.findings import PersonalFinding
from hegui.detect.personal.quiet import quiet_until
from hegui.detect.personal.reading import BREAK, MAX_RUN, read
from hegui.detect.personal.registry import DETECTORS
from hegui.detect.personal.scanner import Scanner, Settled, may_hold, open_at

__all__ = ["SCANNER", "PersonalStep", "PersonalStream", "scan"]

SCANNER = Scanner(DETECTORS)
"""All detectors."""

_KEPT = 96
"""Characters before the first open value that are kept, count: the words that may speak for it."""
_MOST_KEPT = 256
"""Characters that are kept at most, so that they need not be cut to _KEPT each time."""
_PIECE = 65_536


class PersonalStep(NamedTuple):
    """What a fragment brought: new findings, and the raw offset up to which nothing can change any more."""

    safe: int
    findings: tuple[PersonalFinding, ...]


class PersonalStream:
    """One text on its way, fragment by fragment."""

    __slots__ = ("_buffer", "_context", "_offset", "_run", "_scanner")

    def __init__(self, scanner: Scanner = SCANNER) -> None:
        self._scanner = scanner
        self._context = ""  # text already decided, as it is meant
        self._buffer = ""  # raw text that is not decided
        self._offset = 0  # raw offset of the buffer's first character
        self._run = 0  # invisible characters right before the buffer

    def fork(self) -> PersonalStream:
        """A copy that goes its own way."""
        twin = PersonalStream(self._scanner)
        twin._context, twin._buffer, twin._offset, twin._run = self._context, self._buffer, self._offset, self._run
        return twin

    @property
    def length(self) -> int:
        """Raw characters fed so far."""
        return self._offset + len(self._buffer)

    def feed(self, fragment: str, *, final: bool = False) -> PersonalStep:
        """Take the next fragment, of any length; with `final`, nothing follows."""
        raw = self._buffer + fragment
        if not final and not self._run:
            text, base = self._context + raw, len(self._context)
            upto = quiet_until(text, base)
            if upto is not None:
                self._context = text[:upto] if upto < _MOST_KEPT else text[upto - _KEPT : upto]
                self._buffer = text[upto:]
                self._offset += upto - base
                return PersonalStep(self._offset, ())
        reading = read(raw, self._run)
        text, base = self._context + reading.text, len(self._context)
        upto = len(text)
        settled: tuple[Settled, ...] = ()
        if may_hold(text, base, upto):
            upto = upto if final else open_at(text, base)
            settled = tuple(self._scanner.settle(text, base, upto)) if upto > base else ()
        findings = tuple(
            PersonalFinding(
                kind,
                self._offset + reading.raw_start(hit.start - base),
                self._offset + reading.raw_end(hit.end - base),
                hit.check,
                hit.confidence,
            )
            for kind, hit in settled
        )
        end = max(upto, settled[-1].hit.end) if settled else upto
        cut = len(raw) if end == len(text) else reading.raw_start(end - base)
        self._run = reading.run if end == len(text) else MAX_RUN if text[end] == BREAK else 0
        self._context = text[max(0, end - _KEPT) : end]
        self._buffer = raw[cut:]
        self._offset += cut
        return PersonalStep(self._offset, findings)


def scan(text: str, scanner: Scanner = SCANNER) -> tuple[PersonalFinding, ...]:
    """All personal information in a whole text, in order, none overlapping; what a stream of it would find."""
    if len(text) <= _PIECE:
        return PersonalStream(scanner).feed(text, final=True).findings
    stream = PersonalStream(scanner)
    pieces = (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
    found = [finding for piece in pieces for finding in stream.feed(piece).findings]
    return (*found, *stream.feed("", final=True).findings)
