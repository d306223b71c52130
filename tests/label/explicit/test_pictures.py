"""Marks on pictures: twice as once, in figures as the standard asks, and nothing but our errors for anything else."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("PIL", reason="marks on pictures need Pillow")


from hegui.label.explicit import pillow
from hegui.label.explicit.check import check_mark
from hegui.label.explicit.pictures import format_of, mark_picture
from hegui.label.faults import LabelError
from hegui.locale.errors import error_text
from tests.label.explicit.judges import ALL, carrier


@pytest.mark.parametrize("name", ALL)
def test_marking_twice_is_marking_once(name: str) -> None:
    done = mark_picture(carrier(name))
    again = mark_picture(done.data)
    assert (again.is_changed, again.data) == (False, done.data)
    assert [stamp.box for stamp in again.stamps] == [stamp.box for stamp in done.stamps]


@pytest.mark.parametrize("name", ALL)
def test_what_is_reported_is_what_the_standard_asks(name: str) -> None:
    for stamp in mark_picture(carrier(name)).stamps:
        assert stamp.ink >= stamp.least_ink >= 12
        assert stamp.contrast >= 4.5


@pytest.mark.parametrize(
    ("name", "reason"), [("photo.heic", "HEIC cannot be written here"), ("doc.pdf", "format is not known")]
)
def test_what_cannot_be_drawn_on_is_refused_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(LabelError, match=f"LBL106 .*{reason}"):
        mark_picture(carrier(name))


def test_the_reason_is_worded_in_chinese_too() -> None:
    with pytest.raises(LabelError) as raised:
        mark_picture(carrier("photo.heic"))
    assert error_text(raised.value, "zh").problem == "无法在此文件上绘制标识：无法写入 HEIC"


def test_without_pillow_the_remedy_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pillow.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(LabelError, match=r"LBL100 [\s\S]*pip install 'hegui\[marks\]'"):
        mark_picture(carrier("photo.png"))
    with pytest.raises(LabelError, match="LBL100"):
        check_mark(carrier("photo.png"))


def bombs() -> Iterator[tuple[str, bytes]]:
    def one(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = one(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    yield "png", b"\x89PNG\r\n\x1a\n" + head + one(b"IDAT", zlib.compress(bytes(1 << 20))) + one(b"IEND", b"")
    head = one(b"IHDR", struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0))
    yield (
        "png that swells",
        b"\x89PNG\r\n\x1a\n" + head + one(b"IDAT", zlib.compress(bytes(1 << 26))) + one(b"IEND", b""),
    )
    yield (
        "gif",
        b"GIF89a"
        + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0)
        + b"\x2c"
        + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0)
        + b"\x02\x02\x44\x01\x00\x3b",
    )
    yield "bmp", b"BM" + struct.pack("<IIIIiiHHI", 54, 0, 54, 40, 1 << 30, 1 << 30, 1, 24, 0).ljust(60, b"\0")
    yield (
        "tiff",
        b"II*\0"
        + struct.pack("<IH", 8, 2)
        + struct.pack("<HHII", 256, 4, 1, 1 << 31)
        + struct.pack("<HHIII", 257, 4, 1, 1 << 31, 0),
    )
    yield "webp", b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff" * 6
    yield "jpeg", b"\xff\xd8\xff\xc0\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\0\xff\xd9"


@pytest.mark.parametrize(("kind", "data"), list(bombs()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_bomb_is_refused(kind: str, data: bytes) -> None:
    if kind == "png that swells":
        assert mark_picture(data).stamps  # no more is taken than the picture has
        return
    with pytest.raises(LabelError, match="LBL10[456]"):
        mark_picture(data)


SMALL = {name: carrier(name) for name in ALL}


@settings(max_examples=150)
@given(st.sampled_from(ALL), st.data())
def test_any_cut_or_flipped_bytes_give_a_picture_or_an_error_of_ours(name: str, data: st.DataObject) -> None:
    whole = SMALL[name]
    if data.draw(st.booleans()):
        hurt = whole[: data.draw(st.integers(0, len(whole)))]
    else:
        hurt_bytes = bytearray(whole)
        for at in data.draw(
            st.lists(
                st.one_of(st.integers(0, min(600, len(whole) - 1)), st.integers(0, len(whole) - 1)),
                min_size=1,
                max_size=3,
            )
        ):
            hurt_bytes[at] = data.draw(st.integers(0, 255))
        hurt = bytes(hurt_bytes)
    try:
        done = mark_picture(hurt)
    except LabelError:
        return
    assert done.stamps


@pytest.mark.parametrize("name", ALL)
def test_the_format_is_told_by_content(name: str) -> None:
    known: Callable[[str], str] = {"jpg": "jpeg", "tif": "tiff"}.get  # type: ignore[assignment]  # a str for every key used
    ending = name.rsplit(".", 1)[1]
    assert format_of(carrier(name)) == (known(ending) or ending)
