"""The texts of an answer, each running through a screen of its own, however the events cut and mix them.

Knows which texts a reader joins and which stand alone. Knows no order of events and writes nothing.
Works on pieces: the part of an event that belongs to one text. What the screen lets go collects in the text's `out`,
from where the event takes it when it leaves.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hegui.detect.detectors import Detectors
from hegui.moderate.fields import Leaf, joined_key, leaves, says_nothing
from hegui.moderate.policy import Action, Policy, Ruling, strongest
from hegui.moderate.stream import TextScreen

__all__ = ["MAX_TEXTS", "Piece", "Tally", "Text", "Texts", "TooManyTextsError", "streamed_key"]


MAX_TEXTS = 2048
"""Texts of one answer, count; each has a screen of its own."""


class TooManyTextsError(ValueError):
    """The answer has more texts than one answer can have."""


@dataclass(slots=True)
class Tally:
    """What was screened, delivered and withheld, in characters; `delivered` is counted at the outlet."""

    screened: int = 0
    delivered: int = 0
    withheld: int = 0
    withheld_events: int = 0
    rulings: list[tuple[str, Ruling]] = field(default_factory=list)

    @property
    def decision(self) -> Action:
        """The strongest action of all."""
        return strongest(ruling.action for _, ruling in self.rulings)


class Text:
    """One text on its way: its screen, and what came out and no event has taken yet.

    Args:
        pieces: how many make up the whole of it; None when nobody knows yet, as in a stream.
        can_be_masked: a member's name and a comment cannot be.
    """

    __slots__ = ("_lost", "can_be_masked", "choice", "lane", "out", "path", "pieces", "ruled", "screen")

    def __init__(
        self, path: str, choice: int | None, screen: TextScreen, pieces: int | None, *, can_be_masked: bool = True
    ) -> None:
        self.path, self.choice, self.screen, self.pieces = path, choice, screen, pieces
        self.can_be_masked = can_be_masked
        self.lane = _LANE.match(path)[0]  # type: ignore[index]  # it matches every path
        self.out = ""
        self.ruled = 0  # rulings already in the tally
        self._lost = 0  # characters that came out and may not go all the same

    def lose(self) -> None:
        """Withhold what came out and was not taken."""
        self._lost += len(self.out)
        self.out = ""

    def drop(self) -> int:
        """Withhold what is held or came out and was not taken: how many characters that are, counted once."""
        self.lose()
        count, self._lost = len(self.screen.withhold()) + self._lost, 0
        return count


@dataclass(slots=True)
class Piece:
    """The part of an event that belongs to one text.

    Attributes:
        source: what the event holds; shrinks when its beginning leaves early.
        container, key: where it stands; key None for a member's name, container None for text that only bytes spell.
        probable: whether it repeats the content as log probabilities; such a piece never leaves before the content.
    """

    text: Text
    source: str
    container: Any
    key: Any
    probable: bool = False


class Texts:
    """All texts of one answer."""

    def __init__(self, detectors: Detectors, policy: Policy) -> None:
        self._detectors, self._policy = detectors, policy
        self._texts: dict[tuple[int | None, str], Text] = {}
        self._ended: dict[Text, None] = {}
        self._decoders: dict[tuple[int, str], codecs.IncrementalDecoder] = {}
        self.tally = Tally()

    def streamed(self, choice: int, key: str) -> Text:
        """The text that a choice streams under this key, such as `delta.content`."""
        return self._texts.get((choice, key)) or self._text(choice, key)

    def pieces(self, value: dict[str, Any]) -> Iterator[Piece]:
        """The pieces of an event or body, in document order. Raises TooDeepError and TooManyTextsError."""
        for choice in value.get("choices") or ():
            yield from self._choice_pieces(choice)
        found = [
            leaf if leaf.container is not None and leaf.path != name else _rehung(leaf, value)
            for name, member in value.items()
            if name != "choices" and not says_nothing(name, member)
            for leaf in leaves({name: member})
        ]
        if not found:
            return
        streamed = streamed_key(value) if str(value.get("type")).endswith(".delta") else None
        whole: dict[str, Text] = {}
        sizes = Counter(_whole_key(leaf.path) for leaf in found)
        for leaf in found:
            if streamed is not None and _DELTA.match(leaf.path):
                is_probable = leaf.path.startswith("logprobs")
                path = "logprobs" if is_probable else leaf.path.removeprefix("delta")
                yield self._piece(leaf, None, streamed + path, probable=is_probable)
                continue
            key = _whole_key(leaf.path)
            if leaf.key is None:
                yield Piece(self._whole(leaf, None, 1), leaf.text, leaf.container, None)
                continue
            if key not in whole:
                whole[key] = self._whole(leaf, None, sizes[key])
            yield Piece(whole[key], leaf.text, leaf.container, leaf.key)

    def _choice_pieces(self, choice: dict[str, Any]) -> Iterator[Piece]:
        index = choice.get("index", 0)
        for leaf in leaves(choice):
            if not _PROBABILITIES.match(leaf.path):
                key = joined_key(leaf.path)
                yield self._piece(leaf, index, _SAME_TEXT.get(key, key))
            elif "top_logprobs" in leaf.path:
                yield Piece(self._whole(leaf, index, 1), leaf.text, leaf.container, leaf.key, probable=True)
            else:
                kind = leaf.path.removeprefix("logprobs").lstrip(".").partition("[")[0]
                yield self._piece(leaf, index, "logprobs." + kind, probable=True)
        probabilities = choice.get("logprobs")
        if type(probabilities) is dict:
            for name in ("content", "refusal"):
                yield from self._byte_pieces(index, name, probabilities.get(name))

    def _byte_pieces(self, index: int, name: str, tokens: Any) -> Iterator[Piece]:
        """Bytes of log probabilities that are not those of their token: half characters, or another text."""
        for token in tokens if type(tokens) is list else ():
            written = token.get("bytes") if type(token) is dict else None
            if type(written) is not list or written == list(str(token.get("token", "")).encode(errors="replace")):
                continue
            decoder = self._decoders.setdefault((index, name), codecs.getincrementaldecoder("utf-8")("replace"))
            spelled = decoder.decode(bytes(byte for byte in written if type(byte) is int and 0 <= byte < 256))
            if spelled:
                yield Piece(self._text(index, f"logprobs.{name}.bytes"), spelled, None, None, probable=True)

    def _piece(self, leaf: Leaf, choice: int | None, key: str, *, probable: bool = False) -> Piece:
        return Piece(self._text(choice, key), leaf.text, leaf.container, leaf.key, probable)

    def _whole(self, leaf: Leaf, choice: int | None, pieces: int) -> Text:
        """A text that is whole at the end of its event."""
        path = leaf.path if choice is None else f"choices[{choice}].{leaf.path}"
        screen = TextScreen(self._detectors, self._policy)
        return Text(path, choice, screen, pieces, can_be_masked=leaf.key is not None)

    def _text(self, choice: int | None, key: str) -> Text:
        found = self._texts.get((choice, key))
        if found is None:
            if len(self._texts) >= MAX_TEXTS:
                raise TooManyTextsError(f"more than {MAX_TEXTS} texts in one answer")
            path = key if choice is None else f"choices[{choice}].{key}"
            screen = TextScreen(self._detectors, self._policy)
            can_be_masked = not key.endswith(("{name}", ".bytes"))
            found = self._texts[choice, key] = Text(path, choice, screen, None, can_be_masked=can_be_masked)
        return found

    def lone(self, text: str, path: str = "event") -> Piece:
        """A text outside any event's value: a comment, an event name."""
        screen = TextScreen(self._detectors, self._policy)
        return Piece(Text(path, None, screen, 1, can_be_masked=False), text, None, None)

    def of(self, choice: int) -> list[Text]:
        """The texts of a choice."""
        return [text for text in self._texts.values() if text.choice == choice]

    @property
    def has_ended(self) -> bool:
        """Whether a finding has ended any text."""
        return bool(self._ended)

    def ended(self) -> list[Text]:
        """The texts that a finding has ended."""
        return list(self._ended)

    def screen(self, piece: Piece) -> None:
        """Run a piece through its screen."""
        text = piece.text
        before = text.screen.screened
        text.out += text.screen.feed(piece.source)
        if text.pieces is not None:
            text.pieces -= 1
            if not text.pieces:
                text.out += text.screen.finish()
        self.tally.screened += text.screen.screened - before
        self.rule(text)

    def screen_clean(self, text: Text, source: str) -> bool:
        """Run a streamed piece through its screen; False when it brought rulings, which `rule` then takes."""
        screen = text.screen
        before = screen.screened
        out = screen.feed(source)
        text.out = text.out + out if text.out else out
        self.tally.screened += screen.screened - before
        return len(screen.rulings) == text.ruled

    def rule(self, text: Text) -> None:
        """Take the text's new rulings into the tally; what cannot be masked ends instead."""
        if len(text.screen.rulings) == text.ruled:
            return
        for ruling in text.screen.rulings[text.ruled :]:
            if ruling.action == "redact" and not text.can_be_masked:
                ruling = Ruling(ruling.finding, "stop")
                text.screen.ended = "stop"
                text.lose()
            self.tally.rulings.append((text.path, ruling))
        text.ruled = len(text.screen.rulings)
        if text.screen.ended is not None:
            self._ended[text] = None

    def close(self, concerns: Callable[[int | None], bool]) -> None:
        """Nothing follows in these choices' texts: let go what was held, or find it."""
        for text in self._texts.values():
            if concerns(text.choice):
                self._finish(text)

    def close_streamed(self, key: str) -> None:
        """Nothing follows in what was streamed under this key; a later text under it begins afresh."""
        for place in [place for place in self._texts if place[0] is None and place[1].startswith(key)]:
            self._finish(self._texts.pop(place))

    def _finish(self, text: Text) -> None:
        if text.screen.ended is None:
            text.out += text.screen.finish()
            self.rule(text)


def streamed_key(value: dict[str, Any]) -> str | None:
    """Under which key an event of the responses interface streams its text, or says that it is whole; else None."""
    kind = value.get("type")
    if type(kind) is not str:
        return None
    stem, dot, last = kind.rpartition(".")
    if not dot or last not in ("delta", "done"):
        return None
    return f"{stem}{[value.get(part) for part in _PLACES]}"


_LANE = re.compile(r"(?:choices\[-?\d+\]\.)?(?:delta\.)?[^.\[]*")
"""Which texts of a choice a reader keeps apart: the choice and the field, such as `choices[0].delta.tool_calls`."""

_PLACES = ("item_id", "output_index", "content_index", "summary_index")
_DELTA = re.compile(r"(delta|logprobs)\b(?!.*top_logprobs)")
_PROBABILITIES = re.compile(r"logprobs(?![^.\[])")
_SAME_TEXT = {"delta.content[].text": "delta.content", "message.content[].text": "message.content"}
_POSITION = re.compile(r"\[\d+\]")
_OUTPUT = re.compile(r"(?:response\.)?output\[\d+\]")


def _whole_key(path: str) -> str:
    """What a reader joins inside one event or body: the parts of an output, of all outputs."""
    found = _OUTPUT.match(path)
    return "output[]" + _POSITION.sub("[]", path[found.end() :]) if found and "content[" in path else path


def _rehung(leaf: Leaf, value: dict[str, Any]) -> Leaf:
    """The leaf of a top-level member with the value itself as its container."""
    return Leaf(leaf.path, value, leaf.key, leaf.text)
