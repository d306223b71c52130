"""Change a file where its reader looks: the structure-aware half of the fuzz run.

Knows which bytes a codec took from a file (by letting it read), and the words that codecs compare with (by the constants in
their code); knows no format. What a reader does not look at, media data above all, is seldom changed: nothing would happen.
"""

from __future__ import annotations

import random
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from io import BytesIO

from hegui.kernel.source import MalformedError, Source
from hegui.label.codec import Codec
from hegui.label.faults import LabelError

__all__ = ["Mutator", "looked_at", "words"]

_INTEGERS = (
    *range(9), 15, 16, 31, 32, 63, 64, 127, 128, 255, 256,
    *(edge for bits in (15, 16, 24, 31, 32, 63, 64) for edge in ((1 << bits) - 1, 1 << bits)),
)  # fmt: skip
_LONGEST = 96 << 10


class _Watched(Source):
    """A source that remembers what was taken from it."""

    __slots__ = ("taken",)

    def __init__(self, data: bytes) -> None:
        super().__init__(BytesIO(data))
        self.taken: list[tuple[int, int]] = []

    def _take(self, offset: int, size: int) -> bytes:
        if size and len(self.taken) < 4000:
            self.taken.append((offset, min(offset + size, self.size)))
        return super()._take(offset, size)

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        if len(self.taken) < 4000:
            self.taken.append((start, min(end, self.size)))
        return super().pieces(start, end)


def looked_at(codec: Codec, data: bytes) -> tuple[tuple[int, int], ...]:
    """The ranges of `data` that the codec reads, small ones first where they overlap; the whole where it reads nothing."""
    source = _Watched(data)
    with suppress(MalformedError, LabelError):
        codec.read(source)
    found = sorted({(at, end) for at, end in source.taken if end > at}, key=lambda one: one[1] - one[0])
    return tuple(found[:400]) or ((0, len(data)),)


def words(modules: Iterable[types.ModuleType]) -> tuple[bytes, ...]:
    """Bytes and short texts among the constants of these modules' code: box types, keys, tags."""
    found: set[bytes] = set()
    for module in modules:
        found.update(_constants(vars(module).values(), 0))
    return tuple(sorted(word for word in found if 1 < len(word) <= 48))


def _constants(values: Iterable[object], depth: int) -> Iterator[bytes]:
    for value in values:
        if isinstance(value, bytes):
            yield value
        elif isinstance(value, str) and len(value) <= 48:
            yield value.encode("utf-8", "replace")
        elif isinstance(value, types.FunctionType):
            yield from _constants([value.__code__], depth)
        elif isinstance(value, types.CodeType):
            yield from _constants(value.co_consts, depth)
        elif isinstance(value, (tuple, list, set, frozenset)) and depth < 3:
            yield from _constants(value, depth + 1)
        elif isinstance(value, dict) and depth < 3:
            yield from _constants((*value, *value.values()), depth + 1)


class Mutator:
    """Makes one input of another."""

    def __init__(self, codec: Codec | None, seeds: Sequence[bytes], tokens: Sequence[bytes]) -> None:
        self._seeds = seeds
        self._tokens = tokens
        self._places: Callable[[bytes], tuple[tuple[int, int], ...]] = lru_cache(512)(
            lambda data: ((0, len(data)),) if codec is None else looked_at(codec, data)
        )

    def changed(self, data: bytes, chance: random.Random) -> bytes:
        """`data` with one to eight changes."""
        places, out = self._places(data), bytearray(data)
        for _ in range(1 << chance.choice((0, 0, 0, 1, 1, 2, 3))):
            at, end = self._place(places, len(out), chance)
            chance.choice(self._WAYS)(self, out, at, end, chance)
        return bytes(out[:_LONGEST])

    @staticmethod
    def _place(places: Sequence[tuple[int, int]], size: int, chance: random.Random) -> tuple[int, int]:
        """A place, mostly within or at the edge of what is read, and where the range it lies in ends."""
        if not size:
            return 0, 0
        if chance.random() < 0.1:
            return chance.randrange(size), size
        start, end = chance.choice(places)
        end = min(end, size)
        if start >= end:
            return chance.randrange(size), size
        return chance.choice((start, end - 1, chance.randrange(start, end), chance.randrange(start, end))), end

    def _flip(self, out: bytearray, at: int, end: int, chance: random.Random) -> None:
        if at < len(out):
            out[at] ^= 1 << chance.randrange(8)

    def _byte(self, out: bytearray, at: int, end: int, chance: random.Random) -> None:
        if at < len(out):
            out[at] = chance.choice((0, 0xFF, 0x7F, 0x80, 0x20, 0x22, 0x5C, 0x0A, chance.randrange(256)))

    def _integer(self, out: bytearray, at: int, end: int, chance: random.Random) -> None:
        """A field of one to eight bytes gets a number that is often at an edge, or its old one nearly."""
        width, order = chance.choice((1, 2, 3, 4, 4, 4, 8)), chance.choice(("big", "little"))
        old = int.from_bytes(out[at : at + width], order)  # type: ignore[arg-type]
        edges = (*_INTEGERS, len(out), len(out) - at, end - at, at, old + 1, old - 1, old * 2, old + 8, len(out) - old)
        value = chance.choice(edges) % (1 << 8 * width)
        out[at : at + width] = value.to_bytes(width, order)  # type: ignore[arg-type]

    def _cut(self, out: bytearray, at: int, end: int, chance: random.Random) -> None:
        del out[at:]

    def _drop(self, out: bytearray, at: int, end: int, chance: random.Random) -> None:
        del out[at : at + self._length(end - at, chance)]

    def _double(self, out: bytearray, at: int, end: int, chance: random.Random) -> None:
        block = out[at : at + self._length(end - at, chance)]
        times = chance.choice((1, 1, 1, 2, 50)) if len(block) < 200 else 1
        out[at:at] = block * times

    def _move(self, out: bytearray, at: int, end: int, chance: random.Random) -> None:
        size = self._length(end - at, chance)
        source = chance.randrange(len(out) + 1)
        out[at : at + size] = out[source : source + size]

    def _token(self, out: bytearray, at: int, end: int, chance: random.Random) -> None:
        word = chance.choice(self._tokens)
        out[at : at + (len(word) if chance.random() < 0.5 else 0)] = word

    def _graft(self, out: bytearray, at: int, end: int, chance: random.Random) -> None:
        """A block that another seed's reader looks at."""
        seed = chance.choice(self._seeds)
        start, stop = chance.choice(self._places(seed))
        block = seed[start : min(stop, start + 4096)]
        out[at : at + (len(block) if chance.random() < 0.5 else 0)] = block

    def _splice(self, out: bytearray, at: int, end: int, chance: random.Random) -> None:
        """The front of this file, the back of another."""
        seed = chance.choice(self._seeds)
        start, _ = self._place(self._places(seed), len(seed), chance)
        out[at:] = seed[start:]

    def _bytes(self, out: bytearray, at: int, end: int, chance: random.Random) -> None:
        out[at:at] = chance.randbytes(chance.choice((1, 2, 4, 8, 64)))

    @staticmethod
    def _length(room: int, chance: random.Random) -> int:
        return chance.choice((1, 2, 4, 8, max(1, room), chance.randint(1, max(1, min(room, 4096)))))

    _WAYS = (
        _flip,
        _byte,
        _integer,
        _integer,
        _integer,
        _cut,
        _drop,
        _double,
        _move,
        _token,
        _token,
        _graft,
        _splice,
        _bytes,
    )
