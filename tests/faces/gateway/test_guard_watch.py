"""Guards watching a text on its way, against servers that are slow, wrong or gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import pytest

from hegui.detect.findings import Finding
from hegui.detect.guard.faults import KINDS, WithoutVerdictActions
from hegui.detect.guard.question import Turn
from hegui.detect.guard.settings import Guard, Windows
from hegui.faces.gateway.guard_watch import GuardWatch, WithoutVerdictOf
from hegui.faces.gateway.guards import GuardClient
from hegui.faces.gateway.upstream import UpstreamPool
from tests.support.patience import PATIENCE_SECONDS
from tests.support.upstream import Request, Script, ScriptedUpstream, chat_body, hang, json_body

SAFE, UNSAFE = (
    json_body(chat_body(f"Safety: {word}\nCategories: {what}"))
    for word, what in (("Safe", "None"), ("Unsafe", "Violent"))
)
ONE = Windows(sentences=1, characters=100, before=2)
PASSES = WithoutVerdictActions(answer=dict.fromkeys(KINDS, "pass"))
TEXT = ("头一句。", "第二", "句。第三句", "。尾")


def verdict(request: Request) -> Script:
    return UNSAFE if "三" in request.json["messages"][-1]["content"] else SAFE


def watched(
    urls: Iterable[str], what: Callable[[GuardWatch], Awaitable[None]], ends: Any = lambda *_: True, **settings: Any
) -> GuardWatch:
    direction = settings.pop("direction", "answer")

    async def main() -> GuardWatch:
        pool = UpstreamPool()
        given = {"model": "m", "windows": ONE, "release": "strict", "timeout_seconds": 20.0, **settings}
        guards = [Guard(f"g{n}", "qwen3guard", url, **given) for n, url in enumerate(urls)]
        clients = [GuardClient(guard, pool, {}) for guard in guards]
        watch = GuardWatch(clients, direction, ends, [Turn("user", "a" * 3000 + "问")] if direction == "answer" else [])
        try:
            await what(watch)
        finally:
            watch.close()
            await pool.close()
        return watch

    return asyncio.run(main())


async def whole(watch: GuardWatch) -> None:
    for fragment in TEXT:
        watch.feed(fragment)
    watch.feed("", final=True)
    await asyncio.wait_for(watch.settled(), 20)


def test_a_clean_text_comes_out_whole() -> None:
    with ScriptedUpstream(SAFE) as server:
        watch = watched([server.url], whole)
        asked = [request.json["messages"] for request in server.requests]
    assert watch.released == len("".join(TEXT))
    assert watch.blocked_at is None
    assert {turns[0]["content"][-2:] for turns in asked} == {"a问"}
    assert all(len(turns[0]["content"]) == 1000 for turns in asked)
    assert "头一句。" in {turns[-1]["content"] for turns in asked}


def test_what_a_guard_finds_ends_the_text_before_its_window() -> None:
    found: list[tuple[str, tuple[Finding, ...]]] = []

    def ends(*verdict: Any) -> bool:
        found.append(verdict)
        return True

    with ScriptedUpstream(verdict) as server:
        watch = watched([server.url], whole, ends)
    assert watch.released == watch.blocked_at == 8
    assert ("g0", (8, 12)) in [(name, (finding.start, finding.end)) for name, (finding,) in found]


def test_what_the_policy_lets_go_goes() -> None:
    with ScriptedUpstream(verdict) as server:
        assert watched([server.url], whole, lambda *_: False).released == len("".join(TEXT))


def test_the_strictest_of_several_holds() -> None:
    with ScriptedUpstream(SAFE) as one, ScriptedUpstream(verdict) as other:
        watch = watched([one.url, other.url], whole)
    assert watch.released == 8
    assert watch.is_settled


@pytest.mark.parametrize(
    ("script", "settings", "kind"),
    [
        (json_body({}, 500), {}, "outage"),
        (json_body({}, 401), {}, "credentials"),
        (json_body({}), {}, "malformed"),
        (hang(), {"timeout_seconds": 0.1}, "timeout"),
    ],
)
def test_each_want_of_a_verdict_stops_or_passes_as_decided_and_is_kept(
    script: Script, settings: Any, kind: str
) -> None:
    with ScriptedUpstream(script) as server:
        stopped = watched([server.url], whole, **settings)
        passed = watched([server.url], whole, without_verdict=PASSES, **settings)
    assert (stopped.released, stopped.blocked_at) == (0, 0)
    assert {(one.kind, one.passed) for one in stopped.without_verdict} == {(kind, False)}
    assert passed.released == len("".join(TEXT))
    assert passed.without_verdict[0] == WithoutVerdictOf("g0", 0, 4, kind, True)  # type: ignore[arg-type]
    assert len(passed.without_verdict) == 4


def test_who_leaves_ends_every_question() -> None:
    async def leave(watch: GuardWatch) -> None:
        watch.feed("".join(TEXT))
        while len(server.requests) < 3:
            await asyncio.sleep(0.005)
        assert watch.released == 0

    with ScriptedUpstream(hang()) as server:
        watched([server.url], leave)
        assert server.cancelled.wait(PATIENCE_SECONDS)


def test_after_a_block_the_questions_beyond_it_end() -> None:
    def first_is_bad(request: Request) -> Script:
        return UNSAFE if "头" in request.json["messages"][-1]["content"] else hang()

    with ScriptedUpstream(first_is_bad) as server:
        watch = watched([server.url], whole, per_text=4)
        assert server.cancelled.wait(PATIENCE_SECONDS)
    assert (watch.released, watch.blocked_at, watch.without_verdict) == (0, 0, ())


def test_one_text_takes_no_more_than_its_places() -> None:
    async def ask(watch: GuardWatch) -> None:
        watch.feed("一。" * 50)
        while len(server.requests) < 2:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        assert len(server.requests) == 2

    with ScriptedUpstream(hang()) as server:
        watched([server.url], ask, per_text=2)


def test_text_runs_ahead_until_somebody_is_uneasy() -> None:
    async def ahead(watch: GuardWatch) -> None:
        watch.feed("头一句。第二")
        assert (watch.released, watch.ahead) == (6, 6)
        watch.be_uneasy(6)
        watch.feed("句。第三句。尾")
        assert watch.released == 6

    with ScriptedUpstream(hang()) as server:
        watched([server.url], ahead, release="default", lag_characters=50)


def test_a_policy_that_fails_leaves_nothing_waiting(caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: Any) -> bool:
        raise KeyError("rule")

    with ScriptedUpstream(verdict) as server, caplog.at_level(logging.CRITICAL, "hegui.gateway"):
        watch = watched([server.url], whole, broken)
    assert watch.released == 8
    assert {one.kind for one in watch.without_verdict} == {"malformed"}


# Prompts.


async def judged(watch: GuardWatch) -> None:
    await asyncio.wait_for(watch.judge("怎么做？我想死。"), 20)


def test_what_is_under_way_for_a_prompt_is_heard_to_its_end() -> None:
    slow = Script((0.2, *json_body(chat_body("Safety: Unsafe\nCategories: Suicide & Self-Harm")).steps))
    found: dict[str, str] = {}

    def ends(guard: str, findings: tuple[Finding, ...]) -> bool:
        found[guard] = findings[0].kind
        return True

    with ScriptedUpstream(UNSAFE) as one, ScriptedUpstream(slow) as other:
        watch = watched([one.url, other.url], judged, ends, direction="prompt")
    assert found == {"g0": "guard", "g1": "crisis"}
    assert (watch.released, watch.blocked_at) == (0, 0)


def test_a_clean_prompt_goes_and_a_prompt_without_verdict_is_refused_or_passes() -> None:
    with ScriptedUpstream(SAFE) as server:
        assert watched([server.url], judged, direction="prompt").blocked_at is None
        server.script = json_body({}, 503)
        assert watched([server.url], judged, direction="prompt").blocked_at == 0
        passes = WithoutVerdictActions(prompt=dict.fromkeys(KINDS, "pass"))
        watch = watched([server.url], judged, direction="prompt", without_verdict=passes)
    assert (watch.released, watch.blocked_at) == (8, None)
    assert watch.without_verdict == (WithoutVerdictOf("g0", 0, 8, "outage", True),)


@pytest.mark.parametrize("script", [json_body({}, 503), UNSAFE])
def test_a_prompt_of_a_million_characters_is_not_asked_about_to_its_end(script: Script) -> None:
    async def large(watch: GuardWatch) -> None:
        await asyncio.wait_for(watch.judge("好。" * 500_000), 30)

    with ScriptedUpstream(script) as server:
        watch = watched([server.url], large, direction="prompt", per_text=2, rest_after=1000)
        assert len(server.requests) <= 4
    assert watch.blocked_at is not None
