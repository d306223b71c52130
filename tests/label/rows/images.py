"""Pictures: decoded pixels by ImageMagick and ffmpeg, the label by exiftool and exiv2, the structure by a checker of each format."""

from __future__ import annotations

from pathlib import Path

from hegui.label import png
from tests.label.contract import Row, digest_of, output


def pixels(path: Path) -> object:
    """A signature of every frame or page, as ImageMagick decodes them."""
    return output("identify", "-quiet", "-format", "%# %w %h %T %z\n", path).decode().split("\n")


def apng_frames(path: Path) -> object:
    """Every frame of an APNG, with its time, as ffmpeg decodes them."""
    return digest_of("ffmpeg", "-v", "error", "-f", "apng", "-i", path, "-f", "framemd5", "-"), pixels(path)


def exiftool(path: Path) -> str:
    return output("exiftool", "-b", "-XMP-TC260:AIGC", path).decode()


def exiv2(path: Path) -> str:
    return output("exiv2", "-q", "-g", "Xmp.TC260.AIGC", "-Pv", path).decode().removesuffix("\n")


def pngcheck(path: Path) -> None:
    assert output("pngcheck", path).startswith(b"OK")


def exiftool_is_content(path: Path) -> None:
    said = output("exiftool", "-validate", "-warning", "-a", "-b", path).decode()
    assert said in ("OK", "0 0 0"), said


BOTH = {"exiftool": exiftool, "exiv2": exiv2}

ROWS = (
    Row("photo.png", png, pixels, BOTH, (pngcheck, exiftool_is_content)),
    Row("photo-16bit.png", png, pixels, BOTH, (pngcheck, exiftool_is_content)),
    Row("anim.apng.png", png, apng_frames, BOTH, (pngcheck, exiftool_is_content)),
)
