"""Cut a text into the windows a guard is asked about, as the text arrives.

Knows sentences and sizes; knows no guard. A window is one or more whole sentences with what stood before them, so that a guard
sees what they refer to; joined, the windows are the text.
The same text gives the same windows however its fragments are cut; the state is one window and one sentence.
"""

from __future__ import annotations

from typing import NamedTuple

from hegui.detect.guard.settings import Windows
from hegui.detect.sentences import SentenceStream

__all__ = ["Window", "WindowCutter", "windows_of"]


class Window(NamedTuple):
    """Part of a text to be judged; `start` and `end` in raw characters, `before` is shown along and was judged already."""

    number: int
    start: int
    text: str
    before: str

    @property
    def end(self) -> int:
        """Where it ends, half-open."""
        return self.start + len(self.text)

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing in it to be judged."""
        return not self.text.strip()


def windows_of(text: str, sizes: Windows) -> list[Window]:
    """The windows of a whole text.

    >>> [window.text for window in windows_of("一。二。三。", Windows(2, 100, 10))]
    ['一。二。', '三。']
    """
    return WindowCutter(sizes).feed(text, final=True)


class WindowCutter:
    """One text on its way."""

    __slots__ = ("_before", "_count", "_open", "_sentences", "_size", "_sizes", "_start", "_windows")

    def __init__(self, sizes: Windows) -> None:
        self._sizes = sizes
        self._sentences = SentenceStream()
        self._open: list[str] = []
        self._before = ""
        self._start = self._count = self._size = self._windows = 0

    def feed(self, fragment: str, *, final: bool = False) -> list[Window]:
        """Take the next fragment; give back the windows that are complete. With `final`, nothing follows."""
        found = []
        for sentence in self._sentences.feed(fragment, final=final):
            self._open.append(sentence.text)
            self._count += not sentence.text.isspace()
            self._size += len(sentence.text)
            if self._count >= self._sizes.sentences or self._size >= self._sizes.characters:
                found.append(self._close())
        if final and self._open:
            found.append(self._close())
        return found

    def _close(self) -> Window:
        window = Window(self._windows, self._start, "".join(self._open), self._before)
        shown = window.before + window.text
        self._before = shown[max(0, len(shown) - self._sizes.before) :]
        self._open, self._count, self._size = [], 0, 0
        self._start, self._windows = window.end, window.number + 1
        return window
