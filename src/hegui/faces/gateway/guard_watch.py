"""Have guards watch one text on its way: ask about its windows as they come, and say how far it may go.

Knows which questions are under way and ends them when the exchange ends. Knows neither policy nor record: whether findings end
the text is asked of the caller, who also hears of every fault.
Works as one `Guarding` for each guard; the slowest and the strictest of them holds. Everything runs in one event loop, and no call
here waits but `changed`, `settled` and `judge`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

from hegui.detect.findings import Finding
from hegui.detect.guard.faults import GuardFault, WithoutVerdict
from hegui.detect.guard.question import Direction, Turn
from hegui.detect.guard.windows import Window
from hegui.faces.gateway.guards import GuardClient
from hegui.moderate.guarding import Guarding

__all__ = ["Ends", "GuardWatch", "WithoutVerdictOf"]

Ends = Callable[[str, tuple[Finding, ...]], bool]
"""Name of the guard and what it found, at least one finding; whether the text ends there."""

LARGE = 1 << 16
"""Characters of a prompt from which it is cut beside the event loop."""

_log = logging.getLogger("hegui.gateway")


class WithoutVerdictOf(NamedTuple):
    """Text that passed, or was stopped, for want of a verdict of a guard; for the record."""

    guard: str
    start: int
    end: int
    kind: WithoutVerdict
    passed: bool


class GuardWatch:
    """One text field before some guards.

    Args:
        clients: the guards, at least one.
        before: the conversation before the text; of an answer, at least the prompt.
        language: of the person who writes a prompt.
    """

    def __init__(
        self,
        clients: Sequence[GuardClient],
        direction: Direction,
        ends: Ends,
        before: Sequence[Turn] = (),
        *,
        language: str = "zh",
    ) -> None:
        self._guardings = [(client, Guarding.by(client.guard, direction)) for client in clients]
        self._places = {client.guard.name: asyncio.Semaphore(client.guard.per_text) for client in clients}
        self._direction, self._ends, self._before, self._language = direction, ends, tuple(before), language
        self._tasks: dict[asyncio.Task[None], Window] = {}
        self._change = asyncio.Event()

    @property
    def released(self) -> int:
        """Raw characters that may go out."""
        return min(guarding.released for _, guarding in self._guardings)

    @property
    def ahead(self) -> int:
        """Raw characters that may go out and are not settled by every guard, count."""
        return max(0, self.released - min(guarding.settled for _, guarding in self._guardings))

    @property
    def blocked_at(self) -> int | None:
        """Where the text ends, as far as is known; None while nothing ends it."""
        return min((guarding.blocked.start for _, guarding in self._guardings if guarding.blocked), default=None)

    @property
    def is_settled(self) -> bool:
        """Whether nothing that may still come changes what is released."""
        wall = self.blocked_at
        return all(
            guarding.is_settled or (wall is not None and guarding.settled >= wall) for _, guarding in self._guardings
        )

    @property
    def without_verdict(self) -> tuple[WithoutVerdictOf, ...]:
        """Every pass, and every stop, for want of a verdict."""
        return tuple(
            WithoutVerdictOf(client.guard.name, *one, passed)
            for client, guarding in self._guardings
            for passed, listed in ((True, guarding.passes), (False, guarding.stops))
            for one in listed
        )

    def feed(self, fragment: str, *, final: bool = False) -> None:
        """Take the next fragment and ask about the windows it completes. With `final`, nothing follows."""
        for client, guarding in self._guardings:
            self._begin(client, guarding, guarding.feed(fragment, final=final))
        self._change.set()

    async def judge(self, prompt: str) -> None:
        """Have a whole prompt judged, and wait until every question that was begun has its outcome.

        A guard may find a person in danger where another finds an offence, so what is under way is heard to its end; after a block
        no further window is begun.
        """
        for client, guarding in self._guardings:
            if len(prompt) < LARGE:
                windows = guarding.feed(prompt, final=True)
            else:  # the others' streams go on meanwhile
                windows = await asyncio.to_thread(guarding.feed, prompt, final=True)
            self._begin(client, guarding, windows)
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def be_uneasy(self, at: int) -> None:
        """The lexicon or the small model mistrusts the text from this raw character on."""
        for _, guarding in self._guardings:
            guarding.be_uneasy(at)

    async def changed(self) -> None:
        """Wait until something came in since the last call: a fragment, a verdict, a fault."""
        await self._change.wait()
        self._change.clear()

    async def settled(self) -> None:
        """Wait until nothing changes any more; call it once the text is whole, or blocked."""
        while not self.is_settled:
            await self.changed()

    def close(self) -> None:
        """End every question that is under way."""
        for task in tuple(self._tasks):
            task.cancel()

    def _begin(self, client: GuardClient, guarding: Guarding, windows: Sequence[Window]) -> None:
        for window in windows:
            task = asyncio.get_running_loop().create_task(self._ask(client, guarding, window))
            self._tasks[task] = window
            task.add_done_callback(self._tasks.pop)

    async def _ask(self, client: GuardClient, guarding: Guarding, window: Window) -> None:
        guard = client.guard
        try:
            async with self._places[guard.name]:
                if self._direction == "prompt" and self.blocked_at is not None:
                    return
                verdict = await client.ask(self._turns(client, window), self._direction)
            findings = verdict.as_findings(self._direction, window.start, window.end, self._language)
            ends = bool(findings) and self._ends(guard.name, findings)
        except GuardFault as error:
            self._note(client, guarding, window, error.kind)
        except Exception:  # the edge of the task: a fault of ours must not leave the text waiting for ever
            _log.exception("guard %s: a verdict could not be used", guard.name)
            self._note(client, guarding, window, "malformed")
        else:
            guarding.block(window.number) if ends else guarding.clear(window.number)
        self._leave_the_rest()
        self._change.set()

    def _leave_the_rest(self) -> None:
        """Nothing beyond a block matters any more: end the questions about it."""
        if self._direction == "answer" and (wall := self.blocked_at) is not None:
            for task, window in tuple(self._tasks.items()):
                if window.start > wall:
                    task.cancel()

    def _note(self, client: GuardClient, guarding: Guarding, window: Window, kind: WithoutVerdict) -> None:
        passes = client.guard.without_verdict.passes(self._direction, kind)
        guarding.without(window.number, kind, passes=passes)

    def _turns(self, client: GuardClient, window: Window) -> tuple[Turn, ...]:
        text = window.before + window.text
        if self._direction == "prompt":
            return (*self._before, Turn("user", text))
        most = client.guard.prompt_characters
        shown = tuple(Turn(turn.role, turn.text[max(0, len(turn.text) - most) :]) for turn in self._before)
        return (*shown, Turn("assistant", text))
