"""Watermarks in picture files: PNG, JPEG and WebP, with everything in the file but the pixels kept.

Knows how a format holds its pixels; decodes and encodes with Pillow. Chunks and segments beside the pixels are copied byte for
byte, so that profile, EXIF, XMP and a label in them stay. A lossless picture stays lossless; a JPEG is encoded with its own
tables. What was written is read back, and the mark looked for, before anybody believes in it.
Rules: GB 45438-2025 6.2; EU code of practice 1.1.2.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from hegui.label.explicit.faults import too_large
from hegui.label.explicit.jpeg_segments import exchanged, parsed
from hegui.label.explicit.pictures import format_of
from hegui.label.explicit.pillow import bounded, decoding
from hegui.label.explicit.png_rows import SIGNATURE, chunk
from hegui.label.explicit.rules import number
from hegui.label.watermark.faults import cannot_carry, need_numpy

if TYPE_CHECKING:
    from PIL.Image import Image

    from hegui.label.watermark.grid import Pixels
    from hegui.label.watermark.mark import Found

__all__ = ["LEAST_SIDE", "MOST_PIXELS", "Watermarked", "detect", "embed"]

MOST_PIXELS = 50_000_000
"""Each takes about 30 bytes while it is worked on."""
LEAST_SIDE = 100
"""Pixels of the shorter side; fewer do not hold the frequencies."""
_PROGRESSIVE = 0xC2
_WEBP_PIXELS = (b"ALPH", b"VP8 ", b"VP8L")
_ALPHA = 0x10


@dataclass(frozen=True, slots=True)
class Watermarked:
    """A picture with its watermark.

    Attributes:
        data: the file.
        format: "png", "jpeg" or "webp".
        likeness: of the pixels to those before, peak signal-to-noise ratio in decibels.
        found: what reading back has found.
    """

    data: bytes
    format: str
    likeness: float
    found: Found


def embed(data: bytes, key: bytes, payload: int, name: str = "") -> Watermarked:
    """The file with the mark in its pixels.

    Args:
        data: the file.
        key: 32 bytes.
        payload: 32 bits.
        name: the file's name, for messages.
    Raises:
        LabelError: LBL104, LBL105 the picture; LBL147 no library; LBL148 the key; LBL149 no room, or not handled.
    """
    need_numpy()
    from hegui.label.watermark import grid, mark  # numpy is an optional extra

    kind = format_of(data)
    with decoding(name):
        image = _opened(data, kind, name)
        old = _pixels(image)
        new = mark.embedded(old, key, payload)
        out = _WRITERS[kind](data, image, new, name)
        written = _pixels(_opened(out, kind, name))
        found = mark.looked_for(grid.luminance(written), key)
        if found.payload != payload:
            raise cannot_carry(name, "it is too even, or too dark or bright all over")
        return Watermarked(out, kind, _likeness(old, written), found)


def detect(data: bytes, key: bytes, name: str = "", *, cropped: bool = False) -> Found:
    """Whether the mark of this key is in the file; raises as `embed`."""
    need_numpy()
    from hegui.label.watermark import grid, mark  # numpy is an optional extra

    with decoding(name):
        pixels = _pixels(_opened(data, format_of(data), name))
        return mark.looked_for(grid.luminance(pixels), key, cropped=cropped)


def _opened(data: bytes, kind: str, name: str) -> Image:
    """The decoded picture, in mode L, RGB or RGBA."""
    from PIL import Image  # an optional extra

    if kind not in _WRITERS:
        raise cannot_carry(name, "only PNG, JPEG and WebP are handled")
    if kind == "png" and data[24:25] == b"\x10":
        raise cannot_carry(name, "it has 16 bits a sample, and Pillow would halve them")
    image = Image.open(BytesIO(data), formats=[kind.upper()])
    bounded(image.width, image.height, name)
    if image.width * image.height > MOST_PIXELS:
        raise too_large(name, f"{image.width} x {image.height} pixels")
    if min(image.size) < LEAST_SIDE:
        raise cannot_carry(name, f"{image.width} x {image.height} pixels are too few")
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        raise cannot_carry(name, "it moves")
    image.load()
    if kind == "jpeg" and (image.mode not in ("L", "RGB") or _has_plain_colours(image)):
        raise cannot_carry(name, "its colours are of a kind that is not handled")
    if image.mode in ("L", "RGB", "RGBA") and "transparency" not in image.info:
        return image
    is_clear = "transparency" in image.info or "A" in image.mode
    return image.convert("RGBA" if is_clear else "RGB")


def _has_plain_colours(image: Image) -> bool:
    """Whether a JPEG codes red, green and blue, not luminance and colours."""
    names = [component[0] for component in getattr(image, "layer", ())]
    return (image.info.get("adobe_transform") == 0 and len(names) == 3) or names == [82, 71, 66]


def _pixels(image: Image) -> Pixels:
    """Samples without alpha: (height, width) or (height, width, 3)."""
    import numpy as np  # an optional extra

    return np.asarray(image.convert("RGB") if image.mode == "RGBA" else image)


def _likeness(old: Pixels, new: Pixels) -> float:
    import numpy as np  # an optional extra

    error = float(np.mean((old.astype(np.float32) - new) ** 2))
    return 10 * float(np.log10(255**2 / error)) if error else 99.0


def _painted(image: Image, new: Pixels) -> Image:
    """The picture with other samples and its own alpha."""
    from PIL import Image  # an optional extra

    painted = Image.fromarray(new)
    if image.mode == "RGBA":
        painted.putalpha(image.getchannel("A"))
    return painted


def _as_png(data: bytes, image: Image, new: Pixels, name: str) -> bytes:
    out = BytesIO()
    _painted(image, new).save(out, "PNG", compress_level=7)
    fresh = dict[bytes, list[bytes]]()
    for kind, body in _png_chunks(out.getvalue()):
        fresh.setdefault(kind, []).append(body)
    dropped = (b"PLTE", b"tRNS", b"hIST", b"bKGD", b"sBIT") if data[25] != out.getvalue()[25] else ()
    parts, is_written = [SIGNATURE], False
    for kind, body in _png_chunks(data):
        if kind == b"IHDR":
            parts.append(chunk(kind, fresh[kind][0]))
        elif kind == b"IDAT":
            parts += [] if is_written else [chunk(kind, one) for one in fresh[kind]]
            is_written = True
        elif kind not in dropped:
            parts.append(chunk(kind, body))
    return b"".join(parts)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8 : at + 8 + size]
        at += 12 + size
        if kind == b"IEND":
            return


def _as_jpeg(data: bytes, image: Image, new: Pixels, name: str) -> bytes:
    old = parsed(data, name)
    out = BytesIO()
    image.paste(_painted(image, new))  # the decoded picture still knows its tables
    image.save(
        out, "JPEG", quality="keep", optimize=True, progressive=old.frame == _PROGRESSIVE, exif=b"", icc_profile=None
    )
    return exchanged(old, parsed(out.getvalue(), name))


def _as_webp(data: bytes, image: Image, new: Pixels, name: str) -> bytes:
    old = list(_webp_chunks(data))
    is_lossy = any(kind == b"VP8 " for kind, _ in old)
    out = BytesIO()
    quality = (
        {"quality": int(number("picture.lossy_quality"))}
        if is_lossy
        else {"lossless": True, "exact": True, "quality": 80}
    )
    _painted(image, new).save(out, "WEBP", method=4, **quality)
    fresh = [one for one in _webp_chunks(out.getvalue()) if one[0] in _WEBP_PIXELS]
    if not any(kind == b"VP8X" for kind, _ in old):
        return out.getvalue()
    body, is_written = [b"WEBP"], False
    for kind, content in old:
        if kind in _WEBP_PIXELS:
            body += [] if is_written else [_webp_chunk(*one) for one in fresh]
            is_written = True
        else:
            body.append(_webp_chunk(kind, content))
    whole = b"".join(body)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= end:
        kind, size = struct.unpack_from("<4sI", data, at)
        yield kind, data[at + 8 : at + 8 + size]
        at += 8 + size + (size & 1)


def _webp_chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1)


_WRITERS: dict[str, Callable[[bytes, Image, Pixels, str], bytes]] = {"png": _as_png, "jpeg": _as_jpeg, "webp": _as_webp}
