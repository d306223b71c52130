"""A mark in an Ogg file: a stream of its own, chained in front of the others or behind them.

Knows Vorbis, Opus and FLAC in Ogg, and what a chained file is; touches no packet of sound. In front, the mark's stream takes over
the comments, and with them the label, so that who reads the first stream alone still finds it, and it stands in the file once.
Some players do not know chained files, and stop at the end of the first stream.
Rules: GB 45438-2025 5.3 and 6.1 c); RFC 3533, 4 (chaining); RFC 7845 (Opus); Vorbis I; the mapping of FLAC.
"""

from __future__ import annotations

from typing import NamedTuple

from hegui.kernel import ogg, ogg_edit, vorbis_comment
from hegui.kernel.ogg import Stream
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice, apply
from hegui.label import ogg as ogg_label
from hegui.label.explicit.media_faults import cannot_sound, would_move
from hegui.label.explicit.prefix import coded
from hegui.label.explicit.sound_mark import SoundMark

__all__ = ["put"]


class _Kind(NamedTuple):
    """What a stream is, and how one like it is coded."""

    opening: bytes
    headers: int
    rate: int
    channels: int
    arguments: tuple[str, ...]


def put(source: Source, mark: SoundMark, where: str) -> tuple[Splice, ...]:
    """The splices. Raises LabelError (LBL130 to LBL133, and those of taking the label out), MalformedError."""
    walk = ogg.walk(source, lambda first: 1 if _kind(first) is not None else 0)
    if not walk.streams or walk.problem:
        raise MalformedError("the Ogg pages are not whole", walk.end)
    first = [stream for stream in walk.streams if stream.link == 0]
    kind = _kind(first[0].first)
    if len(first) != 1 or kind is None or first[0].problem or kind.channels > 2:
        raise cannot_sound(where, "it is Ogg with other streams than one of Vorbis, Opus or FLAC in mono or stereo")
    serials = {stream.serial for stream in walk.streams}
    serial = next(number for number in range(len(serials) + 1) if number not in serials)
    arguments = (*kind.arguments, "-serial_offset", str(serial), "-f", "ogg")
    data = coded(mark, kind.rate, kind.channels, arguments, where)
    if mark.place == "tail":
        return (Splice(walk.end, 0, data),)
    if _has_chapters(first[0].packet):
        raise would_move(where, "chapter marks")
    return (Splice(0, 0, _with_comments(data, first[0], kind)), *ogg_label.bare(source))


def _kind(first: bytes) -> _Kind | None:
    """By its first packet."""
    if first.startswith(b"\x01vorbis") and len(first) >= 30:
        rate = int.from_bytes(first[12:16], "little")
        return _Kind(b"\x03vorbis", 2, rate, first[11], ("-c:a", "libvorbis", "-q:a", "4"))
    if first.startswith(b"OpusHead") and len(first) >= 19:
        return _Kind(b"OpusTags", 1, 48000, first[9], ("-c:a", "libopus", "-b:a", f"{48 * max(1, first[9])}k"))
    if first.startswith(b"\x7fFLAC") and first[9:13] == b"fLaC" and len(first) >= 51:
        packed = int.from_bytes(first[27:35])
        rate, channels, bits = packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1
        form = {16: "s16", 24: "s32"}.get(bits)
        return _Kind(b"", 1, rate, channels, ("-c:a", "flac", "-sample_fmt", form)) if form else None
    return None


def _with_comments(data: bytes, old: Stream, kind: _Kind) -> bytes:
    """The coded mark with the comments of the file in the place of its own."""
    made = Source.of(data)
    (stream,) = ogg.walk(made, lambda _: kind.headers).streams
    packet = old.packet if kind.opening else stream.packet[:1] + old.packet[1:]
    return apply(data, ogg_edit.rewritten(made, stream, packet))


def _has_chapters(packet: bytes) -> bool:
    """Whether comments name chapters or hold a cue sheet, which count from the start."""
    for opening in (b"\x03vorbis", b"OpusTags", packet[:4]):
        if packet.startswith(opening):
            try:
                comments = vorbis_comment.parse(packet, len(opening)).comments
            except MalformedError:
                return True
            return any(one.name.upper().startswith(("CHAPTER", "CUESHEET")) for one in comments)
    return False
