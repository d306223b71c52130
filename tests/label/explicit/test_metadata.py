"""Metadata, the implicit label and the orientation stay with a marked picture."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="marks on pictures need Pillow")

from PIL import Image

from hegui.kernel.logic import Verdict
from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label import gif, jpeg, png, tiff
from hegui.label.aigc import AigcLabel
from hegui.label.codec import Codec
from hegui.label.explicit.check import check_mark
from hegui.label.explicit.mark import SHORT, PictureMark
from hegui.label.explicit.pictures import mark_picture
from tests.label.explicit.judges import (
    CARRIERS,
    carrier,
    need,
    opened,
    pixels,
    run,
    saved,
)

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "A-1")


CODECS: dict[str, Codec] = {
    "photo.png": png,
    "anim.apng.png": png,
    "photo.jpg": jpeg,
    "photo-exif-orient6.jpg": jpeg,
    "anim.gif": gif,
    "photo.tif": tiff,
}


@pytest.mark.parametrize("name", CODECS)
def test_the_implicit_label_stays(name: str) -> None:
    codec = CODECS[name]
    source = Source.of(carrier(name))
    labelled = apply(carrier(name), codec.write(source, LABEL))
    done = mark_picture(labelled)
    assert [candidate.text for candidate in codec.read(Source.of(done.data)).candidates] == [LABEL.text()]


def said(path: Path) -> dict[str, object]:
    """What exiftool says, but for what a change of pixels changes."""
    changed = (
        "System:",
        "ExifTool:",
        "SourceFile",
        "Composite:",
        "IFD0:StripOffsets",
        "IFD0:StripByteCounts",
        "File:EncodingProcess",
    )
    found: dict[str, object] = json.loads(run("exiftool", "-j", "-G1", "-a", "-b", path))[0]
    return {key: value for key, value in found.items() if not key.startswith(changed)}


@pytest.mark.parametrize(
    "name", ["photo-exif-orient6.jpg", "photo.png", "anim.gif", "photo.tif", "anim.webp", "photo-lossless.webp"]
)
def test_all_metadata_stay(name: str, tmp_path: Path) -> None:
    need("exiftool")
    marked = saved(tmp_path, name, mark_picture(carrier(name)).data)
    assert said(marked) == said(CARRIERS / name)


def test_metadata_of_webp_and_avif_are_carried_over(tmp_path: Path) -> None:
    need("exiftool")
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    picture = opened("photo.png").convert("RGB")
    profile = opened("photo-exif-orient6.jpg").info["icc_profile"]
    for kind in ("webp", "avif"):
        made = tmp_path / f"made.{kind}"
        picture.save(made, exif=exif, icc_profile=profile, xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
        done = mark_picture(made.read_bytes())
        assert done.loss == "picture"
        assert done.stamps[0].box.right <= 240
        after = saved(tmp_path, f"after.{kind}", done.data)
        assert {key: value for key, value in said(after).items() if "Exif" in key or "ICC" in key or "IFD" in key} == {
            key: value for key, value in said(made).items() if "Exif" in key or "ICC" in key or "IFD" in key
        }
        assert b"xmpmeta" in done.data


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_mark_reads_upright_after_the_picture_is_turned(orientation: int, kind: str, tmp_path: Path) -> None:
    need("convert", "jpegtran")
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = BytesIO()
    Image.new("RGB", (200, 140), (90, 120, 150)).save(out, kind, exif=exif)
    done = mark_picture(out.getvalue(), PictureMark(SHORT, "bottom_left"))
    box = done.stamps[0].box
    width, height = (140, 200) if orientation >= 5 else (200, 140)
    assert box.left < 24
    assert height - box.bottom < 24
    seen = check_mark(done.data, stamps=done.stamps)[0]
    assert (seen.verdict, seen.text) == (Verdict.HOLDS, SHORT)
    if kind in ("JPEG", "TIFF"):  # what ImageMagick turns
        turned = pixels(saved(tmp_path, f"a.{kind.lower()}", done.data), "-auto-orient")[0]
        assert (turned.width, turned.height) == (width, height)
        dark = [at % width for at in range(width * height) if max(turned.data[at * 8 : at * 8 + 6 : 2]) < 70]
        assert dark
        assert max(dark) < box.right + 2
