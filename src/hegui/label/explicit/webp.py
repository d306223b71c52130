"""Draw the mark on a WebP and on every frame of an animated one.

Knows the chunks of RIFF and the frames in ANMF; leaves the coding of pixels to Pillow, one frame at a time. A lossless frame
stays exact beside the plate; a lossy one is encoded anew at a high quality, since the format has no way to exchange a part,
and the answer says so. Every other chunk is copied, so that profile, EXIF, XMP and a label in it stay.
Rules: RFC 9649 (WebP container); GB 45438-2025 5.2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from hegui.label.explicit.faults import cannot_decode, too_large
from hegui.label.explicit.frames import Frame, grown
from hegui.label.explicit.mark import Box, PictureMark, Stamp, Stamped
from hegui.label.explicit.pillow import bounded
from hegui.label.explicit.plate import Plate, contrast, drawn, fades, plate
from hegui.label.explicit.rules import number

__all__ = ["stamp"]

_MOST_CHUNKS = 100_000
_PIXELS = (b"ALPH", b"VP8 ", b"VP8L")
_RIPPLES = 0.05
_ALPHA = 0x10


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of RIFF."""

    kind: bytes
    data: bytes

    @property
    def raw(self) -> bytes:
        """As it stands in the file, with the byte that makes it even."""
        return self.kind + struct.pack("<I", len(self.data)) + self.data + b"\x00" * (len(self.data) & 1)


@dataclass(frozen=True, slots=True)
class Picture:
    """A still picture or a frame.

    Attributes:
        head: the sixteen bytes before the chunks of an ANMF; b"" for a still picture.
        chunks: what it is made of.
        box: its place on the canvas.
        is_cleared: whether its place is cleared after it was shown.
    """

    head: bytes
    chunks: tuple[Chunk, ...]
    box: Box
    is_cleared: bool = False

    @property
    def is_lossy(self) -> bool:
        """Whether its pixels are coded as VP8."""
        return any(chunk.kind == b"VP8 " for chunk in self.chunks)


def stamp(data: bytes, mark: PictureMark, where: str, orientation: int) -> Stamped:
    """The file with the mark on every frame. Raises LabelError (LBL102-LBL105, LBL109, LBL110)."""
    size = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    chunks = list(_chunks(data[12:size], where))
    width, height = _canvas(data, chunks, where)
    bounded(width, height, where)
    pictures = _pictures(chunks, width, height, where)
    bounded(width, height, where, frames=len(pictures))
    one = plate(width, height, mark, where, orientation=orientation)
    frames = [Frame(picture.box, "clear" if picture.is_cleared else "keep") for picture in pictures]
    boxes = [_even(box, width, height) for box in grown(frames, one.stored, where)]
    stamps: list[Stamp] = []
    fresh: list[Picture] = []
    for picture, box in zip(pictures, boxes, strict=True):
        found = stamps[-1].contrast if stamps else 0.0
        if box.meets(one.stored):
            picture, found = _redrawn(picture, box, one, where)
        fresh.append(picture)
        stamps.append(one.stamp(len(stamps), found))
    body = b"WEBP" + b"".join(_rebuilt(chunks, fresh, width, height))
    out = b"RIFF" + struct.pack("<I", len(body)) + body + data[size:]
    return Stamped(out, "webp", tuple(stamps), "picture" if any(one.is_lossy for one in pictures) else "none")


def _chunks(data: bytes, where: str) -> Iterator[Chunk]:
    at = 0
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(data):
            return
        kind, size = struct.unpack_from("<4sI", data, at)
        if size > len(data) - at - 8:
            raise cannot_decode(where, "it ends early")
        yield Chunk(kind, data[at + 8 : at + 8 + size])
        at += 8 + size + (size & 1)
    raise too_large(where, "too many chunks")


def _canvas(data: bytes, chunks: list[Chunk], where: str) -> tuple[int, int]:
    """Width and height of the canvas."""
    for chunk in chunks:
        if chunk.kind == b"VP8X" and len(chunk.data) >= 10:
            return 1 + int.from_bytes(chunk.data[4:7], "little"), 1 + int.from_bytes(chunk.data[7:10], "little")
        if chunk.kind == b"VP8 " and len(chunk.data) >= 10:
            width, height = struct.unpack_from("<HH", chunk.data, 6)
            return width & 0x3FFF, height & 0x3FFF
        if chunk.kind == b"VP8L" and len(chunk.data) >= 5:
            bits = int.from_bytes(chunk.data[1:5], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    raise cannot_decode(where, "it has no picture")


def _pictures(chunks: list[Chunk], width: int, height: int, where: str) -> list[Picture]:
    frames = [chunk.data for chunk in chunks if chunk.kind == b"ANMF"]
    if not frames:
        still = tuple(chunk for chunk in chunks if chunk.kind in _PIXELS)
        return [Picture(b"", still, Box(0, 0, width, height))]
    found = []
    for data in frames:
        if len(data) < 16:
            raise cannot_decode(where, "a frame has no place")
        left, top, wide, high = (int.from_bytes(data[at : at + 3], "little") for at in (0, 3, 6, 9))
        box = Box(2 * left, 2 * top, wide + 1, high + 1)
        bounded(box.width, box.height, where, frames=len(frames))
        found.append(Picture(data[:16], tuple(_chunks(data[16:], where)), box, bool(data[15] & 1)))
    return found


def _even(box: Box, width: int, height: int) -> Box:
    """The box with an even corner, as the format wants."""
    left, top = box.left & ~1, box.top & ~1
    return Box(left, top, min(box.right, width) - left, min(box.bottom, height) - top)


def _decoded(picture: Picture) -> Image.Image:
    """The pixels of one frame, mode RGB or RGBA."""
    pixels = b"".join(chunk.raw for chunk in picture.chunks if chunk.kind in _PIXELS)
    if any(chunk.kind == b"ALPH" for chunk in picture.chunks):
        corner = struct.pack("<I", picture.box.width - 1)[:3] + struct.pack("<I", picture.box.height - 1)[:3]
        pixels = Chunk(b"VP8X", bytes([_ALPHA, 0, 0, 0]) + corner).raw + pixels
    body = b"WEBP" + pixels
    with Image.open(BytesIO(b"RIFF" + struct.pack("<I", len(body)) + body), formats=["WEBP"]) as image:
        image.load()
        return image.copy()


def _redrawn(picture: Picture, box: Box, one: Plate, where: str) -> tuple[Picture, float]:
    image = _decoded(picture)
    if image.size != (picture.box.width, picture.box.height):
        raise cannot_decode(where, "a frame has another size than it says")
    if box != picture.box:
        whole = Image.new("RGBA", (box.width, box.height))
        whole.paste(image, (picture.box.left - box.left, picture.box.top - box.top))
        image = whole
    left, top = max(box.left, one.stored.left), max(box.top, one.stored.top)
    right, bottom = min(box.right, one.stored.right), min(box.bottom, one.stored.bottom)
    letters = one.letters.crop(
        (left - one.stored.left, top - one.stored.top, right - one.stored.left, bottom - one.stored.top)
    )
    part = (left - box.left, top - box.top, right - box.left, bottom - box.top)
    under = image.crop(part)
    is_clear = under.mode == "RGBA" and under.getchannel("A").getextrema() != (255, 255)
    painted, _ = drawn(
        under, one._replace(letters=letters), where, is_opaque=is_clear or (picture.is_lossy and fades(one))
    )
    image.paste(painted.convert(image.mode), part)
    chunks = _coded(image, is_lossy=picture.is_lossy)
    others = tuple(chunk for chunk in picture.chunks if chunk.kind not in _PIXELS)
    head = picture.head
    if head:
        numbers = (box.left // 2, box.top // 2, box.width - 1, box.height - 1)
        head = b"".join(value.to_bytes(3, "little") for value in numbers) + head[12:]
    new = Picture(head, (*chunks, *others), box, picture.is_cleared)
    return new, contrast(_decoded(new).convert("RGB").crop(part), letters, share=_RIPPLES)


def _coded(image: Image.Image, *, is_lossy: bool) -> tuple[Chunk, ...]:
    """The chunks of one picture."""
    out = BytesIO()
    if is_lossy:
        image.save(out, "WEBP", quality=int(number("picture.lossy_quality")), method=4)
    else:
        image.save(out, "WEBP", lossless=True, exact=True, quality=80, method=4)
    return tuple(chunk for chunk in _chunks(out.getvalue()[12:], "") if chunk.kind in _PIXELS)


def _rebuilt(chunks: list[Chunk], fresh: list[Picture], width: int, height: int) -> Iterator[bytes]:
    """The chunks again, with the new pictures where the old ones were."""
    has_alpha = any(chunk.kind in (b"ALPH", b"VP8L") for picture in fresh for chunk in picture.chunks)
    is_extended = any(chunk.kind == b"VP8X" for chunk in chunks)
    if not is_extended and len(fresh[0].chunks) > 1:
        corner = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        yield Chunk(b"VP8X", bytes([_ALPHA, 0, 0, 0]) + corner).raw
    left = list(fresh)
    for chunk in chunks:
        if chunk.kind == b"ANMF":
            frame = left.pop(0)
            yield Chunk(b"ANMF", frame.head + b"".join(one.raw for one in frame.chunks)).raw
        elif chunk.kind in _PIXELS:
            if left:
                yield b"".join(one.raw for one in left.pop(0).chunks)
        elif chunk.kind == b"VP8X" and has_alpha:
            flags = chunk.data[0] | (_ALPHA if any(c.kind == b"ALPH" for p in fresh for c in p.chunks) else 0)
            yield Chunk(b"VP8X", bytes([flags]) + chunk.data[1:]).raw
        else:
            yield chunk.raw
