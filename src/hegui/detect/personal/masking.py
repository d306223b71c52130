"""Put placeholders in the place of personal information, and the values back: ⟦手机号1⟧, the same for the same value in one
exchange.

Knows kinds to mask and the pairs of one exchange; knows no policy, no disk and no log. Both ways work on text cut anywhere:
nothing of a value to be masked leaves before it is decided, and a placeholder that comes in pieces is put together before
it is replaced. The pairs live as long as the `Placeholders` of the exchange and nowhere else; whoever drops it has made the
masking final. An opening bracket that was in the text before is masked as well, so that restoring what was masked gives
back exactly the text. Rules: Personal Information Protection Law Art. 51 (de-identification 去标识化) and 73; GB/T
37964-2019.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from hegui.detect.personal.findings import Confidence, PersonalFinding
from hegui.detect.personal.registry import BY_KIND
from hegui.detect.personal.stream import PersonalStream
from hegui.locale import message

__all__ = ["MAX_PLACEHOLDER", "OPEN", "MaskStep", "MaskingStream", "Placeholders", "RestoringStream", "mask", "restore"]

OPEN, CLOSE = "⟦", "⟧"
MAX_PLACEHOLDER = 40
"""Characters of a placeholder, count, at most; a longer text after an opening bracket is none."""

_CUT = re.compile(rf"{OPEN}[^{OPEN}{CLOSE}]{{0,{MAX_PLACEHOLDER - 2}}}\Z")
_WHOLE = re.compile(rf"{OPEN}[^{OPEN}{CLOSE}]{{1,{MAX_PLACEHOLDER - 2}}}{CLOSE}")
_BRACKET_KIND = "bracket"


class Placeholders:
    """The pairs of one exchange: a value and the placeholder that stands for it."""

    __slots__ = ("_by_value", "_counts", "_lang", "_surface")

    def __init__(self, lang: str = "zh") -> None:
        self._lang = lang
        self._by_value: dict[tuple[str, str], str] = {}
        self._surface: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._surface)

    @property
    def values(self) -> Mapping[str, str]:
        """Placeholder → what it stands for, as it was written."""
        return dict(self._surface)

    def of(self, kind: str, surface: str) -> str:
        """The placeholder for a value. One written in another way gets another, so that each is restored as it was."""
        known = self._by_value.get((kind, surface))
        if known is not None:
            return known
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        placeholder = f"{OPEN}{message(f'personal.short.{kind}', self._lang)}{number}{CLOSE}"
        self._by_value[kind, surface] = placeholder
        self._surface[placeholder] = surface
        return placeholder

    def bracket(self) -> str:
        """The placeholder for an opening bracket that was in the text before."""
        return self.of(_BRACKET_KIND, OPEN)

    def value(self, placeholder: str) -> str | None:
        """What a placeholder stands for; None where it is none of this exchange."""
        return self._surface.get(placeholder)


class MaskStep(NamedTuple):
    """What a fragment brought: masked text that may go, and what was found, in offsets of the original."""

    text: str
    findings: tuple[PersonalFinding, ...]


class MaskingStream:
    """One text on its way to be masked.

    Args:
        placeholders: those of the exchange; several texts of it share them.
        kinds: the kinds to mask; by default all.
        confidences: what is sure enough to be masked; by default high and medium.
    """

    def __init__(
        self,
        placeholders: Placeholders,
        kinds: Collection[str] = frozenset(BY_KIND),
        confidences: Collection[Confidence] = ("high", "medium"),
    ) -> None:
        self._placeholders = placeholders
        self._kinds = frozenset(kinds)
        self._confidences = frozenset(confidences)
        self._stream = PersonalStream()
        self._waiting = ""  # raw text that has not been let go
        self._gone = 0  # raw offset of its first character

    def feed(self, fragment: str, *, final: bool = False) -> MaskStep:
        """Take the next fragment, of any length; with `final`, nothing follows."""
        self._waiting += fragment
        step = self._stream.feed(fragment, final=final)
        pieces, at = [], self._gone
        for finding in step.findings:
            if finding.kind in self._kinds and finding.confidence in self._confidences:
                pieces.append(self._plain(at, finding.start))
                pieces.append(self._placeholders.of(finding.kind, self._raw(finding.start, finding.end)))
                at = finding.end
        pieces.append(self._plain(at, step.safe))
        self._waiting = self._waiting[step.safe - self._gone :]
        self._gone = step.safe
        return MaskStep("".join(pieces), step.findings)

    def _raw(self, start: int, end: int) -> str:
        return self._waiting[start - self._gone : end - self._gone]

    def _plain(self, start: int, end: int) -> str:
        text = self._raw(start, end)
        return text.replace(OPEN, self._placeholders.bracket()) if OPEN in text else text


class RestoringStream:
    """One answer on its way to have its placeholders replaced by what they stand for; unknown ones stay as they are.

    Attributes:
        waiting: what may be the beginning of a placeholder.
    """

    def __init__(self, placeholders: Placeholders) -> None:
        self._placeholders = placeholders
        self.waiting = ""

    def feed(self, fragment: str, *, final: bool = False) -> str:
        """Take the next fragment; what comes back may go. At most MAX_PLACEHOLDER characters wait for the next."""
        text = self.waiting + fragment
        cut = None if final else _CUT.search(text, max(0, len(text) - MAX_PLACEHOLDER))
        keep = len(text) if cut is None else cut.start()
        self.waiting = text[keep:]
        return _WHOLE.sub(self._value, text[:keep])

    def _value(self, found: re.Match[str]) -> str:
        value = self._placeholders.value(found[0])
        return found[0] if value is None else value


def mask(text: str, placeholders: Placeholders, kinds: Collection[str] = frozenset(BY_KIND)) -> MaskStep:
    """A whole text, masked."""
    return MaskingStream(placeholders, kinds).feed(text, final=True)


def restore(text: str, placeholders: Placeholders) -> str:
    """A whole text with its placeholders replaced by what they stand for."""
    return RestoringStream(placeholders).feed(text, final=True)
