"""The texts of an answer, each running through a screen of its own, however the events cut and mix them.

Knows which texts a reader joins and which stand alone. Knows no order of events and writes nothing.
Works on pieces: the part of an event that belongs to one text. What the screen lets go collects in the text's `out`,
from where the event takes it when it leaves.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hegui.detect.screen import CompiledLexicon
from hegui.moderate.fields import Leaf, joined_key, leaves
from hegui.moderate.policy import Action, Policy, Ruling, strongest
from hegui.moderate.stream import TextScreen

__all__ = ["Piece", "Tally", "Text", "Texts"]


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
    """One text on its way: its screen, and what came out and no event has taken yet."""

    __slots__ = ("alone", "choice", "out", "path", "ruled", "screen")

    def __init__(self, path: str, choice: int | None, screen: TextScreen, *, alone: bool) -> None:
        self.path, self.choice, self.screen, self.alone = path, choice, screen, alone
        self.out = ""
        self.ruled = 0  # rulings already in the tally

    def drop(self) -> int:
        """Withhold what is held or came out and was not taken: how many characters that are, counted once."""
        count = len(self.screen.withhold()) + len(self.out)
        self.out = ""
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

    def __init__(self, lexicon: CompiledLexicon, policy: Policy) -> None:
        self._lexicon, self._policy = lexicon, policy
        self._texts: dict[tuple[int | None, str], Text] = {}
        self._decoders: dict[tuple[int, str], codecs.IncrementalDecoder] = {}
        self.tally = Tally()

    def streamed(self, choice: int, key: str) -> Text:
        """The text that a choice streams under this key, such as `delta.content`."""
        return self._texts.get((choice, key)) or self._text(choice, key)

    def pieces(self, value: dict[str, Any]) -> Iterator[Piece]:
        """The pieces of an event or body, in document order. Raises TooDeepError."""
        for choice in value.get("choices") or ():
            yield from self._choice_pieces(choice)
        kind = value.get("type")
        streams = type(kind) is str and kind.endswith(".delta")
        for name, member in value.items():
            if name == "choices":
                continue
            for leaf in leaves({name: member}):
                here = leaf if leaf.container is not None and leaf.path != name else _rehung(leaf, value)
                if streams and here.path == "delta":
                    places = [value.get(part) for part in ("item_id", "output_index", "content_index", "summary_index")]
                    yield self._piece(here, None, f"{kind}{places}")
                else:
                    yield self._single(here, None)

    def _choice_pieces(self, choice: dict[str, Any]) -> Iterator[Piece]:
        index = choice.get("index", 0)
        for leaf in leaves(choice):
            if not leaf.path.startswith("logprobs"):
                yield self._piece(leaf, index, joined_key(leaf.path))
            elif "top_logprobs" in leaf.path:
                yield self._single(leaf, index)
            else:
                yield self._piece(leaf, index, "logprobs." + leaf.path.split(".")[1].partition("[")[0], probable=True)
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

    def _single(self, leaf: Leaf, choice: int | None) -> Piece:
        path = leaf.path if choice is None else f"choices[{choice}].{leaf.path}"
        text = Text(path, choice, TextScreen(self._lexicon, self._policy), alone=True)
        return Piece(text, leaf.text, leaf.container, leaf.key, probable=choice is not None)

    def _text(self, choice: int | None, key: str) -> Text:
        found = self._texts.get((choice, key))
        if found is None:
            path = key if choice is None else f"choices[{choice}].{key}"
            screen = TextScreen(self._lexicon, self._policy)
            found = self._texts[choice, key] = Text(path, choice, screen, alone=False)
        return found

    def lone(self, text: str, path: str = "event") -> Piece:
        """A text outside any event's value: a comment, an event name."""
        return Piece(Text(path, None, TextScreen(self._lexicon, self._policy), alone=True), text, None, None)

    def of(self, choice: int) -> list[Text]:
        """The texts of a choice."""
        return [text for text in self._texts.values() if text.choice == choice]

    def ended(self) -> list[Text]:
        """The texts that a finding has ended."""
        return [text for text in self._texts.values() if text.screen.ended is not None]

    def screen(self, piece: Piece) -> None:
        """Run a piece through its screen."""
        text = piece.text
        before = text.screen.screened
        text.out += text.screen.feed(piece.source)
        if text.alone:
            text.out += text.screen.finish()
        self.tally.screened += text.screen.screened - before
        self.rule(text, piece.key is not None)

    def screen_clean(self, text: Text, source: str) -> bool:
        """Run a streamed piece through its screen; False when it brought rulings, which `rule` then takes."""
        screen = text.screen
        before = screen.screened
        out = screen.feed(source)
        text.out = text.out + out if text.out else out
        self.tally.screened += screen.screened - before
        return len(screen.rulings) == text.ruled

    def rule(self, text: Text, can_be_masked: bool = True) -> None:
        """Take the text's new rulings into the tally; what cannot be masked ends instead."""
        if len(text.screen.rulings) == text.ruled:
            return
        for ruling in text.screen.rulings[text.ruled :]:
            if ruling.action == "redact" and not can_be_masked:
                ruling = Ruling(ruling.finding, "stop")
                text.screen.ended = "stop"
            self.tally.rulings.append((text.path, ruling))
        text.ruled = len(text.screen.rulings)

    def close(self, concerns: Callable[[int | None], bool]) -> None:
        """Nothing follows in these choices' texts: let go what was held, or find it."""
        for text in self._texts.values():
            if concerns(text.choice) and text.screen.ended is None:
                text.out += text.screen.finish()
                self.rule(text)

    def forget(self, concerns: Callable[[int | None], bool]) -> None:
        """Drop the closed texts of these choices, so that a later text under the same key begins afresh."""
        self._texts = {key: text for key, text in self._texts.items() if not concerns(text.choice)}


def _rehung(leaf: Leaf, value: dict[str, Any]) -> Leaf:
    """The leaf of a top-level member with the value itself as its container."""
    return Leaf(leaf.path, value, leaf.key, leaf.text)
