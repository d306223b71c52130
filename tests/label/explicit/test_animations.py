"""Every frame bears the mark, however frames cover the screen, and nothing beside it changes."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="marks on pictures need Pillow")

from PIL import Image

from hegui.kernel.logic import Verdict
from hegui.label.explicit.check import check_mark
from hegui.label.explicit.mark import Box
from hegui.label.explicit.pictures import mark_picture
from hegui.label.faults import LabelError
from tests.label.explicit.judges import (
    carrier,
    need,
    opened,
    pixels,
    run,
    saved,
)


@pytest.mark.parametrize("name", ["anim.gif", "anim.webp", "anim.apng.png", "multi-bigtiff.tif"])
def test_every_frame_bears_the_mark(name: str) -> None:
    done = mark_picture(carrier(name))
    checks = check_mark(done.data, stamps=done.stamps)
    assert [check.verdict for check in checks] == [Verdict.HOLDS] * len(done.stamps)
    assert len(done.stamps) == (2 if name.endswith("tif") else 3)


def gif_frames(disposals: list[int], boxes: list[Box], *, colours: int = 256) -> bytes:
    """An animation of plain frames: red, green, blue and so on, with an entry that is transparent."""
    palette = bytes((255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0, 0)).ljust(3 * colours, b"\x70")
    data = b"GIF89a" + struct.pack("<HHBBB", 160, 90, 0xF0 | (colours.bit_length() - 2), 0, 0) + palette
    data += b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00\x21\xfe\x05hello\x00"
    for at, (disposal, box) in enumerate(zip(disposals, boxes, strict=True)):
        out = BytesIO()
        Image.new("L", (box.width, box.height), at % 4).save(out, "GIF", optimize=False)
        start = out.getvalue().index(b"\x2c", 13 + 768)
        data += b"\x21\xf9\x04" + bytes([disposal << 2 | 1, 10, 0, 4, 0])
        data += b"\x2c" + struct.pack("<HHHHB", *box, 0) + out.getvalue()[start + 10 : -1]
    return data + b"\x3b"


SHOWN = ("-coalesce", "-background", "none", "-alpha", "background")
"""Frames as shown; what is transparent has no colour."""
WHOLE, LEFT, RIGHT = Box(0, 0, 160, 90), Box(0, 0, 30, 90), Box(60, 20, 100, 70)
COVERS = [
    ([1, 1, 1], [WHOLE, LEFT, LEFT]), ([1, 1], [WHOLE, RIGHT]), ([2, 2, 2], [WHOLE, WHOLE, WHOLE]),
    ([2, 2, 2], [LEFT, RIGHT, LEFT]),
    ([1, 3, 1], [WHOLE, LEFT, RIGHT]), ([1, 3, 1], [WHOLE, WHOLE, LEFT]), ([0], [LEFT]),
]  # fmt: skip


@pytest.mark.parametrize(("disposals", "boxes"), COVERS)
def test_the_mark_never_blinks_however_frames_cover_the_screen(
    disposals: list[int], boxes: list[Box], tmp_path: Path
) -> None:
    need("convert")
    data = gif_frames(disposals, boxes, colours=16)
    done = mark_picture(data)
    before, after = saved(tmp_path, "before.gif", data), saved(tmp_path, "after.gif", done.data)
    for old, new, stamp in zip(pixels(before, *SHOWN), pixels(after, *SHOWN), done.stamps, strict=True):
        assert old.outside(stamp.box) == new.outside(stamp.box)
    assert all(check.is_there is Verdict.HOLDS for check in check_mark(done.data, stamps=done.stamps))
    assert b"NETSCAPE2.0" in done.data
    assert b"hello" in done.data


def test_an_animation_whose_frames_would_take_the_mark_along_is_refused() -> None:
    with pytest.raises(LabelError, match="LBL109 frame 2 covers only a part"):
        mark_picture(gif_frames([1, 2, 1], [LEFT, WHOLE, LEFT]))


def apng_frames(disposals: list[int], boxes: list[Box], *, is_default_apart: bool) -> bytes:
    def one(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def rows(box: Box, at: int) -> bytes:
        colour = bytes((50 * at, 200 - 50 * at, 90, 255))
        return zlib.compress((b"\0" + colour * box.width) * box.height)

    data = b"\x89PNG\r\n\x1a\n" + one(b"IHDR", struct.pack(">IIBBBBB", 160, 90, 8, 6, 0, 0, 0))
    data += one(b"acTL", struct.pack(">II", len(boxes), 1))
    sequence = 0
    if is_default_apart:
        data += one(b"IDAT", rows(WHOLE, 0))
    for at, (disposal, box) in enumerate(zip(disposals, boxes, strict=True)):
        place = struct.pack(">IIIII", sequence, box.width, box.height, box.left, box.top)
        data += one(b"fcTL", place + struct.pack(">HHBB", 1, 10, disposal, 1))
        sequence += 1
        if at == 0 and not is_default_apart:
            data += one(b"IDAT", rows(box, at))
        else:
            data += one(b"fdAT", struct.pack(">I", sequence) + rows(box, at))
            sequence += 1
    return data + one(b"tEXt", b"Title\0kept") + one(b"IEND", b"")


def through_ffmpeg(path: Path, folder: Path) -> list[bytes]:
    """The frames as shown, by ffmpeg, red, green, blue and alpha of 8 bits."""
    data = run("ffmpeg", "-v", "error", "-i", path, "-vsync", "0", "-f", "rawvideo", "-pix_fmt", "rgba", "-")
    return [data[at : at + 160 * 90 * 4] for at in range(0, len(data), 160 * 90 * 4)]


@pytest.mark.parametrize("is_default_apart", [False, True])
@pytest.mark.parametrize(
    ("disposals", "boxes"),
    [([0, 0, 0], [WHOLE, LEFT, RIGHT]), ([1, 1], [WHOLE, LEFT]), ([0, 2, 0], [WHOLE, WHOLE, LEFT])],
)
def test_the_mark_never_blinks_in_apng(
    disposals: list[int], boxes: list[Box], is_default_apart: bool, tmp_path: Path
) -> None:
    need("ffmpeg")
    data = apng_frames(disposals, boxes, is_default_apart=is_default_apart)
    done = mark_picture(data)
    shown = done.stamps[-len(boxes) :]
    old = through_ffmpeg(saved(tmp_path, "before.png", data), tmp_path)
    new = through_ffmpeg(saved(tmp_path, "after.png", done.data), tmp_path)
    assert len(old) == len(new) >= len(boxes)
    for one, other in zip(old, new, strict=True):
        box = shown[0].box
        for row in range(90):
            cut = slice(row * 640, row * 640 + 640)
            left, right = (box.left * 4, box.right * 4) if box.top <= row < box.bottom else (640, 640)
            assert one[cut][:left] == other[cut][:left]
            assert one[cut][right:] == other[cut][right:]
        middle = other[(box.top + 2) * 640 + (box.left + 2) * 4 :][:4]
        assert middle[3] == 255
    assert b"Title\0kept" in done.data
    assert all(
        check.is_there is Verdict.HOLDS
        for check in check_mark(done.data, stamps=done.stamps[-len(boxes) :][:0] or done.stamps)
    )


@pytest.mark.parametrize("at", [(4, 4), (90, 60)])
def test_frames_of_webp_that_cover_a_part_keep_the_mark(at: tuple[int, int], tmp_path: Path) -> None:
    ground = opened("photo.png").convert("RGB").crop((0, 0, 161, 121))
    pictures = []
    for step in range(4):
        pictures.append(ground.copy())
        pictures[-1].paste((255, 20 * step, 0), (at[0] + 3 * step, at[1], at[0] + 3 * step + 20, at[1] + 20))
    out = BytesIO()
    pictures[0].save(
        out, "WEBP", save_all=True, append_images=pictures[1:], lossless=True, minimize_size=True, duration=80
    )
    done = mark_picture(out.getvalue())
    assert done.loss == "none"
    assert [check.verdict for check in check_mark(done.data, stamps=done.stamps)] == [Verdict.HOLDS] * 4
    box = done.stamps[0].box
    with Image.open(BytesIO(done.data)) as new:
        for number, old in enumerate(pictures):
            new.seek(number)
            shown = new.convert("RGB")
            shown.paste(old.crop((box.left, box.top, box.right, box.bottom)), (box.left, box.top))
            assert shown.tobytes() == old.tobytes()
