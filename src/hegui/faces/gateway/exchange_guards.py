"""The guards of one exchange: its prompt is judged before it is forwarded, its answer while it comes.

Knows the policy's guards and what follows from their findings; knows no HTTP and no order of steps. What an answer says twice, as
the events of the responses interface do, is asked about once. Every window without a verdict becomes a ruling of its own, so that
it is recorded and counted whether it passed or not.
Rules: docs/guards.md; fail-closed unless the file of guards says otherwise.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from hegui.detect.findings import GUARD, Finding
from hegui.detect.guard.question import Direction, Turn
from hegui.faces.gateway.guard_watch import GuardWatch, WithoutVerdictOf
from hegui.faces.gateway.guards import GuardClient
from hegui.moderate.danger import latest_turns
from hegui.moderate.guarded import TextGuard
from hegui.moderate.policy import Policy, Ruling, ends_answer

__all__ = ["ExchangeGuards"]

_GUARDED = re.compile(
    r"(content|text|reasoning\w*|refusal|arguments|thinking|transcript|output_text|delta|summary\w*)\W*\d*\W*$"
)
_STREAMED = re.compile(r"response\.\w*(text|refusal|arguments|summary|transcript)\w*\[")
"""The texts that people and tools read; names, ids and log probabilities are left to the other detectors."""
_TURNS = 6
"""Turns before the last that are shown along with it, count."""


class ExchangeGuards:
    """What guards one exchange. `close()` it when the exchange ends.

    Args:
        clients: by direction; none for a direction that is not guarded.
        is_repetitive: whether the interface says the same text more than once.
    Attributes:
        change: set whenever a guard has spoken.
    """

    def __init__(
        self, clients: dict[Direction, Sequence[GuardClient]], policy: Policy, *, language: str, is_repetitive: bool
    ) -> None:
        self._clients, self._policy, self._language = clients, policy, language
        self._is_repetitive = is_repetitive
        self._before: tuple[Turn, ...] = ()
        self._watches: list[GuardWatch] = []
        self._texts: list[_GuardedText] = []
        self.change = asyncio.Event()

    @property
    def has_answer(self) -> bool:
        """Whether answers are guarded."""
        return bool(self._clients.get("answer"))

    @property
    def models(self) -> tuple[str, ...]:
        """What records name them by: `guard:` with name and model."""
        named = {client.guard.name: client.guard for clients in self._clients.values() for client in clients}
        return tuple(f"guard:{guard.name}={guard.model or guard.kind}" for guard in named.values())

    async def judge_prompt(self, value: dict[str, Any]) -> tuple[tuple[str, Ruling], ...]:
        """What follows from what the user has just said, turn by turn, with the path of each; it waits for every verdict."""
        said = list(latest_turns(value))
        earlier = _conversation(value)
        self._before = (*earlier, *(Turn("user", text) for _, text in said))
        clients, found = self._clients.get("prompt", ()), []
        for number, (path, text) in enumerate(said if clients else ()):
            rulings: list[Ruling] = []
            before = (*earlier, *(Turn("user", one) for _, one in said[:number]))
            watch = self._watch("prompt", rulings, clients, before)
            await watch.judge(text)
            found += [(path, ruling) for ruling in rulings]
        return tuple(found)

    def guard(self, path: str) -> TextGuard | None:
        """What guards this text of the answer."""
        if not self.has_answer or "logprobs" in path or not (_GUARDED.search(path) or _STREAMED.match(path)):
            return None
        text = _GuardedText(self)
        self._texts.append(text)
        return text

    def close(self) -> None:
        """End every question that is under way."""
        for watch in self._watches:
            watch.close()

    def begin(self, rulings: list[Ruling]) -> GuardWatch:
        """A watch over a text of the answer."""
        return self._watch("answer", rulings, self._clients["answer"], self._before)

    def said_already(self, text: str, asking: _GuardedText) -> _GuardedText | None:
        """The text that says the same so far, where the interface repeats itself."""
        if not self._is_repetitive:
            return None
        return next(
            (one for one in self._texts if one is not asking and one.is_own and one.text.startswith(text)), None
        )

    def _watch(
        self, direction: Direction, rulings: list[Ruling], clients: Sequence[GuardClient], before: Sequence[Turn]
    ) -> GuardWatch:
        def ends(_: str, findings: tuple[Finding, ...]) -> bool:
            found = [self._policy.rule(direction, finding) for finding in findings]
            rulings.extend(found)
            return any(ends_answer(ruling.action) for ruling in found)

        watch = GuardWatch(
            clients,
            direction,
            ends,
            before,
            language=self._language,
            change=self.change,
            without=lambda one: rulings.append(_unheard(direction, one)),
        )
        self._watches.append(watch)
        return watch


class _GuardedText:
    """One text of the answer: it has a watch of its own, unless it only says again what another has said."""

    def __init__(self, guards: ExchangeGuards) -> None:
        self._guards = guards
        self._watch: GuardWatch | None = None
        self._same: _GuardedText | None = None
        self.rulings: list[Ruling] = []
        self.text = ""

    @property
    def is_own(self) -> bool:
        return self._watch is not None

    def feed(self, fragment: str, *, final: bool = False) -> None:
        self.text += fragment
        if self._watch is None:
            self._same = self._guards.said_already(self.text, self)
            if self._same is not None:
                return
            self._watch = self._guards.begin(self.rulings)
            fragment = self.text
        self._watch.feed(fragment, final=final)

    def be_uneasy(self, at: int) -> None:
        if self._watch is not None:
            self._watch.be_uneasy(at)

    @property
    def released(self) -> int:
        if self._same is not None:
            return min(len(self.text), self._same.released)
        return 0 if self._watch is None else self._watch.released

    @property
    def blocked_at(self) -> int | None:
        if self._same is not None:
            found = self._same.blocked_at
            return found if found is not None and found < len(self.text) else None
        return None if self._watch is None else self._watch.blocked_at

    @property
    def is_settled(self) -> bool:
        if self._same is not None:
            return self._same.is_settled or self._same.released >= len(self.text)
        return self._watch is None or self._watch.is_settled


def _unheard(direction: Direction, one: WithoutVerdictOf) -> Ruling:
    """Of a window without a verdict: flagged where it passes, else what the direction's end is."""
    finding = Finding(f"guard.{one.guard}", "", "high", one.kind, one.start, one.end, GUARD)
    if one.passed:
        return Ruling(finding, "flag", review=True)
    return Ruling(finding, "refuse" if direction == "prompt" else "stop")


def _conversation(value: dict[str, Any]) -> tuple[Turn, ...]:
    """The turns before what the user has just said, as far as they are plain text."""
    given = value.get("messages", value.get("input"))
    turns = [turn for turn in given if type(turn) is dict] if type(given) is list else []
    last = 1 + max((n for n, turn in enumerate(turns) if turn.get("role") == "assistant"), default=-1)
    return tuple(
        Turn(turn["role"], turn["content"])
        for turn in turns[max(0, last - _TURNS) : last]
        if turn.get("role") in ("user", "assistant") and type(turn.get("content")) is str
    )
