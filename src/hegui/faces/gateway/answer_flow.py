"""Read a streamed answer and give out what of it may go, as soon as it may.

Knows the upstream's bytes, the answer's screen and the guards; knows no client and no record. Where guards watch, three things are
waited for at once: the next piece, a verdict, and room; the end of the answer waits until every guard has spoken.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from hegui.faces.gateway.exchange_guards import ExchangeGuards
from hegui.faces.gateway.upstream import UpstreamResponse
from hegui.kernel.sse import SseSplitter
from hegui.moderate.answer import AnswerStream
from hegui.moderate.body import WholeAnswer

__all__ = ["flow", "guarded_flow", "settle"]


async def flow(upstream: UpstreamResponse, splitter: SseSplitter, answer: AnswerStream) -> AsyncGenerator[bytes, None]:
    """What may go of each piece; it ends with the upstream, or when the answer has ended."""
    while not answer.is_done and (piece := await upstream.read()):
        yield b"".join([answer.feed(event) for event in splitter.feed(piece)])


async def guarded_flow(
    upstream: UpstreamResponse, splitter: SseSplitter, answer: AnswerStream, guards: ExchangeGuards
) -> AsyncGenerator[bytes, None]:
    """As `flow`, behind guards; when the upstream has ended, all that they let go has been given out."""
    reading: asyncio.Task[bytes] | None = None
    try:
        while not answer.is_done:
            reading = reading or asyncio.ensure_future(upstream.read())
            if not await _changed(guards, reading):
                piece, reading = reading.result(), None
                if not piece:
                    break
                for event in splitter.feed(piece):
                    if event.data == b"[DONE]" or answer.is_full:
                        async for out in _wait(answer, guards, whole=event.data == b"[DONE]"):
                            yield out
                    yield answer.feed(event)
            yield answer.advance()
        async for out in _wait(answer, guards, whole=True):
            yield out
    finally:
        if reading is not None:
            reading.cancel()


async def settle(answer: WholeAnswer, guards: ExchangeGuards) -> None:
    """Wait until the guards have spoken of a whole answer."""
    answer.advance()
    while not answer.is_settled:
        await guards.change.wait()
        guards.change.clear()
        answer.advance()


async def _wait(answer: AnswerStream, guards: ExchangeGuards, *, whole: bool) -> AsyncIterator[bytes]:
    """Until there is room again, or, once the answer is whole, until nothing waits for a verdict."""
    if whole:
        yield answer.close()
    while True:
        yield answer.advance()  # first of all: a verdict may have come in while the last bytes went out
        if answer.is_done or (answer.is_settled if whole else not answer.is_full):
            return
        await guards.change.wait()
        guards.change.clear()


async def _changed(guards: ExchangeGuards, reading: asyncio.Task[bytes]) -> bool:
    """Whether a guard has spoken before the next piece came."""
    if reading.done():
        return False
    change = asyncio.ensure_future(guards.change.wait())
    try:
        await asyncio.wait((reading, change), return_when=asyncio.FIRST_COMPLETED)
    finally:
        change.cancel()
    if reading.done():
        return False
    guards.change.clear()
    return True
