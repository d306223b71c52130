"""Replay texts under two policies, and count what would change: by direction, by risk, with a few examples.

Knows how a comparison is counted; knows neither where the texts come from (`replay_files`, `replay_recorded`) nor any output.
Works one text at a time: nothing of a text stays but its counts and, of the first few of each change, an example.
Rules: none; a report decides nothing, and who reads it does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from hegui.moderate.comparison import Change, Difference, PlacedRuling, compare
from hegui.moderate.policy import Action, Direction
from hegui.usecases.replay_material import Material, Side, UnreadableError

__all__ = ["Example", "NotReplayed", "Note", "Pair", "Placed", "Replay", "replay_texts"]

NotReplayed = Literal["not_kept", "cut", "damaged", "unreadable", "own_words", "prompt_ends"]
"""Why something was not replayed: its content is not kept (never was, or was erased or deleted); more came than is kept; what
is kept is damaged; it cannot be read; it holds no word of a model; its prompt does not reach the model on one side."""

Note = Literal["withheld_answers", "withheld_characters", "masked_answers", "answers_in_part", "without_attachments"]
"""What limits what was replayed: answers of which something was withheld, or masked, cannot show what that was."""

EXCERPT = 60
"""Characters shown on either side of what was found."""


class Pair(NamedTuple):
    """The two sides that are compared."""

    before: Side
    after: Side


class Placed(NamedTuple):
    """A text of a file: what it is called, and the text."""

    id: str
    material: Material


@dataclass(frozen=True, slots=True)
class Example:
    """One text that would be treated otherwise.

    Attributes:
        causes: kind, risk and id of what was found, each once.
        excerpt: what stands around the first of them; None unless it was asked for.
    """

    id: str
    before: Action
    after: Action
    causes: tuple[tuple[str, str, str], ...]
    excerpt: str | None


@dataclass(slots=True)
class Replay:
    """A replay under way, and its report.

    Attributes:
        most_examples: kept of each change and direction.
        shows: whether examples hold text.
        changes: how many texts, by direction and change.
        steps: of the changed, by direction, change, action before and action after.
        risks: of the changed, by direction, change, kind and risk of what caused it; a text counts under each of its risks.
        passed_over: what was not replayed, by direction and reason.
        notes: see `Note`.
    """

    most_examples: int = 5
    shows: bool = False
    changes: Counter[tuple[Direction, Change]] = field(default_factory=Counter)
    steps: Counter[tuple[Direction, Change, Action, Action]] = field(default_factory=Counter)
    risks: Counter[tuple[Direction, Change, str, str]] = field(default_factory=Counter)
    passed_over: Counter[tuple[Direction, NotReplayed]] = field(default_factory=Counter)
    notes: Counter[Note] = field(default_factory=Counter)
    examples: dict[tuple[Direction, Change], list[Example]] = field(default_factory=dict)

    @property
    def replayed(self) -> int:
        """Texts compared, count."""
        return self.changes.total()

    @property
    def changed(self) -> int:
        """Texts that would be treated otherwise, count."""
        return self.steps.total()

    def take(self, name: str, material: Material, pair: Pair) -> Difference | None:
        """Compare the sides on one text; None where it cannot be read, which is counted."""
        try:
            found = compare(material.screen(pair.before), material.screen(pair.after))
        except UnreadableError:
            self.pass_over(material.direction, "unreadable")
            return None
        direction = material.direction
        self.changes[direction, found.change] += 1
        if found.change != "unchanged":
            self.steps[direction, found.change, found.before, found.after] += 1
            self.risks.update({(direction, found.change, kind, risk) for kind, risk, _ in _named(found)})
            self._keep_example(name, material, found)
        return found

    def pass_over(self, direction: Direction, why: NotReplayed) -> None:
        """Count what was not replayed."""
        self.passed_over[direction, why] += 1

    def _keep_example(self, name: str, material: Material, found: Difference) -> None:
        kept = self.examples.setdefault((material.direction, found.change), [])
        if len(kept) < self.most_examples:
            shown = _excerpt(material.texts(), found.causes) if self.shows else None
            kept.append(Example(_sound(name), found.before, found.after, _named(found), shown))


def replay_texts(
    replay: Replay, texts: Iterable[Placed], pair: Pair, *, limit: int | None = None, told: Callable[[int], None]
) -> None:
    """Replay the texts in their order, at most `limit` of them; `told` hears of the count after each."""
    if limit == 0:
        return
    for number, one in enumerate(texts, 1):
        replay.take(one.id, one.material, pair)
        told(number)
        if number == limit:
            return


def _named(found: Difference) -> tuple[tuple[str, str, str], ...]:
    causes = (ruling.finding for _, ruling in found.causes)
    return tuple(dict.fromkeys((one.kind, one.risk, _sound(one.term_id)) for one in causes))[:20]


def _excerpt(texts: dict[str, str], causes: tuple[PlacedRuling, ...]) -> str:
    """What stands around the first cause whose place is known; else the beginning of the first text."""
    for path, ruling in causes:
        if (text := texts.get(path)) is not None:
            start = max(0, ruling.finding.start - EXCERPT)
            end = min(len(text), ruling.finding.start + 2 * EXCERPT, ruling.finding.end + EXCERPT)
            return _sound("…" * (start > 0) + text[start:end] + "…" * (end < len(text)))
    return _sound(next(iter(texts.values()), "")[: 2 * EXCERPT])


def _sound(text: str) -> str:
    """The text without halves of characters, which no output can hold."""
    return text.encode(errors="replace").decode()
