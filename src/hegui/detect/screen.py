"""Screen a text, or a stream of it cut anywhere, against a lexicon: what was found, and how far it is safe to let go.

For lexicon L, folding F and every way of cutting the text into fragments (DESIGN §3):

    (a) F(what was let go) contains no term of L, and no prefix of a term that was completed later
    (b) what is let go is a prefix of the original
    (c) what is withheld begins exactly where the longest live prefix begins: no window, nothing on text that starts no term
    (d) text without findings comes out whole and unchanged
    (e) work per character is bounded by the longest term, and so is the state; a longer run of skipped characters inside
        a term is itself a finding, of grade "flood"
    (f) the findings are those of the whole text

Knows no policy: it does not know which findings matter, only where they are. Offsets are raw characters from the
beginning of the text. In the views `latin`, `sound` and `strokes` (see `views`) what is withheld may begin earlier than (c) asks,
never later. A term in mode `word` is live only at the beginning of a word, and waits for the end of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from hegui.detect.compiled import CompiledLexicon
from hegui.detect.findings import FLOOD, Finding, Step
from hegui.detect.glance import is_undisguised
from hegui.detect.look import Look
from hegui.kernel.fold import SKIP, is_invisible
from hegui.kernel.units import Units, needs_unwrapping, plain_units, unwrap

__all__ = ["FLOOD", "CompiledLexicon", "Finding", "LexiconStream", "Step", "is_clean", "scan"]


def scan(lexicon: CompiledLexicon, text: str) -> tuple[Finding, ...]:
    """Every finding in a whole text; what a stream of it would find."""
    return LexiconStream(lexicon).feed(text, final=True).findings


def is_clean(lexicon: CompiledLexicon, text: str) -> bool:
    """Whether a whole text has no finding."""
    return lexicon.glance.holds_nothing(text) or not scan(lexicon, text)


class LexiconStream:
    """One text on its way, fragment by fragment.

    The state is the text since the longest live prefix, nothing else but a few offsets: cheap to copy (`fork`).
    """

    __slots__ = ("_bare_before", "_before", "_buffer", "_lexicon", "_offset", "_safe", "_settled")

    def __init__(self, lexicon: CompiledLexicon) -> None:
        self._lexicon = lexicon
        self._buffer = ""
        self._offset = 0  # raw offset of the buffer's first character
        self._safe = 0
        self._before = self._bare_before = ""  # last visible character before the buffer, as it stands and unwrapped
        self._settled: frozenset[tuple[str, int, int]] = frozenset()

    def fork(self) -> LexiconStream:
        """A copy that goes its own way."""
        twin = LexiconStream(self._lexicon)
        twin._buffer, twin._offset, twin._safe = self._buffer, self._offset, self._safe
        twin._before, twin._bare_before, twin._settled = self._before, self._bare_before, self._settled
        return twin

    @property
    def length(self) -> int:
        """Raw characters fed so far."""
        return self._offset + len(self._buffer)

    def feed(self, fragment: str, *, final: bool = False) -> Step:
        """Take the next fragment, of any length; with `final`, nothing follows."""
        if (safe := self._last_glance(fragment) if final else self.glance(fragment)) is not None:
            return Step(safe, ())
        text = self._buffer + fragment
        wrapped = needs_unwrapping(text)
        plain = plain_units(text) if wrapped else Units(text, None, len(text), False)
        bare = unwrap(text, final=final) if wrapped else plain
        # Unwrapped, the text or what stands before it is another one.
        differs = wrapped or self._before != self._bare_before
        look = Look(self._lexicon, text, final)
        folded = ""
        for view in self._lexicon.views:
            if view.name == "exact":
                look.read(view, plain, view.map_text(plain.text), "", False)
                continue
            if view.name == "unwrapped" and not differs:
                continue
            units, before = (plain, self._before) if view.name == "plain" else (bare, self._bare_before)
            marked = view.map_text(units.text)
            read = marked.replace(SKIP, "")
            if view.name == "plain":
                folded = read
            elif view.name == "latin" and not differs and is_undisguised(read, folded, text):
                continue  # what the plain view saw is all there is
            look.read(view, units, marked, before, differs and view.name != "plain")
        return self._advance(look, plain, bare)

    def glance(self, fragment: str) -> int | None:
        """Take the next fragment if a glance tells that it brings no finding: how far all is safe, as in `Step`.

        None, and nothing is taken, when only `feed` can tell.
        """
        if self._settled or self._before != self._bare_before:
            return None
        text = self._buffer + fragment
        keep = self._lexicon.glance.safe_until(text, self._before)
        if keep is None:
            return None
        if keep:
            last = text[keep - 1]
            if not last.isalnum():
                last = _last_visible(Units(text, None, len(text), False), keep) or self._before
            self._before = self._bare_before = last
            self._offset += keep
            self._buffer = text[keep:]
            if self._offset > self._safe:
                self._safe = self._offset
        else:
            self._buffer = text
        return self._safe

    def _last_glance(self, fragment: str) -> int | None:
        """As `glance`, for the end of the text: where nothing is found in what is left, all of it is safe."""
        text = self._buffer + fragment
        if self._settled or self._before != self._bare_before or not self._lexicon.glance.holds_nothing(text):
            return None
        self._offset += len(text)
        self._buffer = ""
        self._safe = self._offset
        return self._safe

    def _advance(self, look: Look, plain: Units, bare: Units) -> Step:
        look.settle()
        text, size = look.text, len(look.text)
        hold = min(look.hold, size)
        for units in (plain, bare):
            if units.may_be_letter and not look.final:
                hold = min(hold, units.open_at)
        keep = size if look.final else min(hold, look.keep, plain.open_at, bare.open_at)
        keep = min(plain.boundary(keep), bare.boundary(keep)) if keep < size else size
        findings = tuple(f for f in look.found(self._offset) if not self._is_known(f))
        safe = self._offset + (size if look.final else hold)
        self._safe = max(self._safe, safe)
        if findings or look.excused or self._settled:
            known = {(f.term_id, f.start, f.end) for f in findings} | self._settled | look.excused_keys(self._offset)
            self._settled = frozenset(key for key in known if key[2] > self._offset + keep)
        if keep:
            self._before = _last_visible(plain, keep) or self._before
            self._bare_before = _last_visible(bare, keep) or self._bare_before
        self._offset += keep
        self._buffer = text[keep:]
        return Step(self._safe, findings)

    def _is_known(self, finding: Finding) -> bool:
        return (finding.term_id, finding.start, finding.end) in self._settled


def _last_visible(units: Units, raw_end: int) -> str:
    """The last visible unit that begins before `raw_end`; "" when there is none."""
    unit = raw_end if units.starts is None else _first_at(units.starts, raw_end)
    while unit > 0:
        unit -= 1
        character = units.text[unit]
        if character.isalnum() or not is_invisible(character):
            return character
    return ""


def _first_at(starts: Sequence[int], raw: int) -> int:
    unit = len(starts) - 1
    while unit > 0 and starts[unit - 1] >= raw:
        unit -= 1
    return unit
