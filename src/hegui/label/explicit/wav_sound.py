"""A mark in a WAV file: its samples in front of the others or behind them, exactly, and all that counts samples made right.

Knows `fact`, `ds64`, cue points, loops, peaks and the time reference of a broadcast file, which count from the first sample;
touches no sample and no other chunk. What counts in a way that is not known here (levels, object metadata, timers) keeps a
mark from standing in front, and a check sum over the samples keeps one away altogether: that is said, not guessed.
Rules: GB 45438-2025 5.3; Multimedia Programming Interface (cue, fact); EBU Tech 3285 (bext) and 3306 (ds64).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator

from hegui.kernel import riff
from hegui.kernel.riff import Chunk
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label.explicit.media_faults import cannot_sound, would_move
from hegui.label.explicit.rhythm import padded
from hegui.label.explicit.sound_mark import SoundPlace
from hegui.label.explicit.wav_form import Form

__all__ = ["put"]

_CANNOT_FOLLOW = {
    b"levl": "level measurements", b"chna": "object metadata", b"axml": "object metadata", b"cart": "cart timers",
    b"mext": "frame table", b"slnt": "listed silences",
}  # fmt: skip
_LONGEST = 1 << 20


def put(source: Source, form: Form, wave: array[float], place: SoundPlace, where: str) -> tuple[Splice, ...]:
    """The splices that put this wave, which has the rate of the file, in front or behind.

    Raises:
        LabelError: LBL132, the size field has no room, or a check sum covers the samples; LBL133, something would be moved.
        MalformedError: a chunk is not what it says.
    """
    if form.named(b"MD5 "):
        raise cannot_sound(where, "a check sum covers its samples")
    samples, data = form.samples, form.data
    wave = padded(wave, samples.rate, in_front=place == "head", multiple=2)
    body = samples.packed(wave)
    holders = (*data.parents, data)
    if not riff.fits(holders, len(body)):
        raise cannot_sound(where, "its size field ends at 4 GiB")
    at = data.body + (0 if place == "head" else data.size // samples.frame * samples.frame)
    counted = list(_counted(source, form, len(wave), where))
    moved = list(_moved(source, form, len(wave), where)) if place == "head" else []
    return (*riff.grown(holders, len(body)), *counted, *moved, Splice(at, 0, body))


def _counted(source: Source, form: Form, by: int, where: str) -> Iterator[Splice]:
    """The fields that count all samples."""
    for chunk in form.named(b"fact"):
        if chunk.size >= 4:
            count = int.from_bytes(source.at(chunk.body, 4), "little")
            if count not in (0, 0xFFFF_FFFF):
                yield _field(chunk, 0, count + by, 4, where)
    for chunk in form.named(b"ds64"):
        count = int.from_bytes(source.at(chunk.body + 16, 8), "little")
        if count:
            yield _field(chunk, 16, count + by, 8, where)


def _moved(source: Source, form: Form, by: int, where: str) -> Iterator[Splice]:
    """The fields that say which sample something stands at."""
    for chunk in form.chunks:
        if chunk.name in _CANNOT_FOLLOW:
            raise would_move(where, _CANNOT_FOLLOW[chunk.name])
        if chunk.name == b"iXML" and _has_times(source, chunk):
            raise would_move(where, "time stamps")
        follow = _FOLLOW.get(chunk.name)
        if follow is not None:
            if chunk.size > _LONGEST:
                raise would_move(where, "sample positions")
            body = source.at(chunk.body, chunk.size)
            for at, width in follow(body, chunk, where):
                yield _field(chunk, at, int.from_bytes(body[at : at + width], "little") + by, width, where)
        elif chunk.name == b"bext":
            yield from _reference(source, chunk, by, where)


def _field(chunk: Chunk, at: int, value: int, width: int, where: str) -> Splice:
    if value >= 1 << 8 * width:
        raise cannot_sound(where, "a field that counts samples is full")
    return Splice(chunk.body + at, width, value.to_bytes(width, "little"))


def _cues(body: bytes, chunk: Chunk, where: str) -> Iterator[tuple[int, int]]:
    """The position of each cue point, in play order and in the samples."""
    for at in _entries(body, 0, 4, 24, chunk):
        if body[at + 8 : at + 12] != b"data" or any(body[at + 12 : at + 20]):
            raise would_move(where, "cue points")
        yield at + 4, 4
        yield at + 20, 4


def _loops(body: bytes, chunk: Chunk, where: str) -> Iterator[tuple[int, int]]:
    """The start and end of each loop of a sampler."""
    for at in _entries(body, 28, 36, 24, chunk):
        yield at + 8, 4
        yield at + 12, 4


def _peaks(body: bytes, chunk: Chunk, where: str) -> Iterator[tuple[int, int]]:
    """The position of the peak of each channel."""
    for at in range(8, len(body) - 7, 8):
        yield at + 4, 4


def _entries(body: bytes, counter: int, start: int, size: int, chunk: Chunk) -> range:
    count = int.from_bytes(body[counter : counter + 4], "little")
    if len(body) < start or start + count * size > len(body):
        raise MalformedError("a table of positions is longer than its chunk", chunk.start)
    return range(start, start + count * size, size)


_FOLLOW: dict[bytes, Callable[[bytes, Chunk, str], Iterator[tuple[int, int]]]] = {
    b"cue ": _cues, b"smpl": _loops, b"PEAK": _peaks,
}  # fmt: skip


def _reference(source: Source, chunk: Chunk, by: int, where: str) -> Iterator[Splice]:
    """The sample of the day at which a broadcast file begins: earlier now; zero, which is no statement, stays."""
    if chunk.size < 346:
        raise MalformedError("a bext chunk is too short", chunk.start)
    value = int.from_bytes(source.at(chunk.body + 338, 8), "little")
    if 0 < value < by:
        raise would_move(where, "time of the day")
    if value:
        yield Splice(chunk.body + 338, 8, (value - by).to_bytes(8, "little"))


def _has_times(source: Source, chunk: Chunk) -> bool:
    text = source.at(chunk.body, min(chunk.size, _LONGEST))
    return chunk.size > _LONGEST or b"TIMESTAMP" in text or b"SYNC_POINT" in text
