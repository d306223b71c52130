"""Marks on every kind of TIFF and BMP: every sample beside the plate as it was, what is not handled refused."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="marks on pictures need Pillow")


from hegui.kernel.logic import Verdict
from hegui.label.explicit.check import check_mark
from hegui.label.explicit.pictures import mark_picture
from hegui.label.faults import LabelError
from tests.label.explicit.judges import CARRIERS, assert_only_the_plate_changed, need, opened, run, saved

TIFFS = [
    ("None", ["-depth", "8"]), ("LZW", ["-depth", "8"]), ("Zip", ["-depth", "8"]), ("RLE", ["-depth", "8"]),
    ("LZW", ["-depth", "16"]), ("Zip", ["-depth", "16", "-endian", "MSB"]), ("Zip", ["-depth", "16", "-endian", "LSB"]),
    ("Zip", ["-colorspace", "Gray", "-depth", "16", "-define", "tiff:predictor=2"]), ("Zip", ["-define", "tiff:predictor=2"]),
    ("LZW", ["-define", "tiff:predictor=2", "-depth", "16", "-endian", "MSB"]), ("None", ["-colorspace", "CMYK", "-depth", "8"]),
    ("LZW", ["-define", "tiff:tile-geometry=64x64"]), ("Zip", ["-define", "tiff:rows-per-strip=1"]), ("LZW", ["-monochrome"]),
    ("Zip", ["-colors", "32", "-type", "Palette"]), ("None", ["-colorspace", "Gray", "-depth", "8", "-negate"]),
    ("RLE", ["-alpha", "set", "-channel", "A", "-fx", "i/w"]),
]  # fmt: skip


@pytest.mark.parametrize(("compression", "options"), TIFFS)
def test_every_kind_of_tiff_keeps_its_samples(compression: str, options: list[str], tmp_path: Path) -> None:
    need("convert")
    made = tmp_path / "made.tif"
    run("convert", CARRIERS / "photo.png", *options, "-compress", compression, made)
    done = mark_picture(made.read_bytes())
    after = saved(tmp_path, "after.tif", done.data)
    assert_only_the_plate_changed(made, after, [done.stamps[0].box])
    assert check_mark(done.data, stamps=done.stamps)[0].is_there is Verdict.HOLDS


@pytest.mark.parametrize("compression", ["JPEG", "Group4"])
def test_a_tiff_of_another_compression_is_refused_with_its_number(compression: str, tmp_path: Path) -> None:
    need("convert")
    run(
        "convert",
        CARRIERS / "photo.png",
        *(["-monochrome"] if compression == "Group4" else []),
        "-compress",
        compression,
        tmp_path / "a.tif",
    )
    with pytest.raises(LabelError, match=r"LBL106 .* its compression \([47]\) is not handled"):
        mark_picture((tmp_path / "a.tif").read_bytes())


@pytest.mark.parametrize("kind", ["BMP3:", "BMP:"])
@pytest.mark.parametrize(
    "options", [[], ["-colors", "200", "-type", "Palette"], ["-colors", "12", "-type", "Palette"], ["-monochrome"]]
)
def test_every_kind_of_bmp_keeps_its_samples(kind: str, options: list[str], tmp_path: Path) -> None:
    need("convert")
    made = tmp_path / "made.bmp"
    run("convert", CARRIERS / "photo.png", *options, "-compress", "None", f"{kind}{made}")
    done = mark_picture(made.read_bytes())
    assert_only_the_plate_changed(made, saved(tmp_path, "after.bmp", done.data), [done.stamps[0].box])


def test_a_smaller_copy_in_a_tiff_gets_no_mark() -> None:
    small = opened("photo.png").convert("RGB").resize((80, 60))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    out = BytesIO()
    opened("photo.png").convert("RGB").save(out, "TIFF", save_all=True, append_images=[small], compression="tiff_lzw")
    done = mark_picture(out.getvalue())
    assert len(done.stamps) == 1
    assert not mark_picture(done.data).is_changed
