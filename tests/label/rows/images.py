"""Pictures: decoded pixels by ImageMagick and ffmpeg, labels by exiftool and exiv2, structure by a checker of each format."""

from __future__ import annotations

from pathlib import Path

from hegui.label import gif, jpeg, png, tiff
from tests.label.contract import CARRIERS, Row, digest_of, output


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


def jpeginfo(path: Path) -> None:
    """Content with every JPEG but CMYK, whose colours it cannot convert."""
    assert output("jpeginfo", "-c", path).split()[-1] == b"OK"


def coefficients(path: Path) -> object:
    """The picture as jpegtran copies it without metadata: its coefficients; and its pixels."""
    return digest_of("jpegtran", "-copy", "none", path), pixels(path)


def gifsicle(path: Path) -> None:
    assert output("gifsicle", "--no-warnings", "--info", path)
    assert output("gifsicle", "--info", path).count(b"warning") == 0


def exiftool_says_nothing_new(path: Path) -> None:
    """`-validate` has no more to say of the labelled file than of the carrier."""
    said, before = (
        output("exiftool", "-validate", "-warning", "-a", "-b", one).decode() for one in (path, CARRIERS / path.name)
    )
    assert said == before


def exiftool_minds_the_field_type_alone(path: Path) -> None:
    """The guide wants field type 7, the XMP specification 1: exiftool says so of a TIFF, and has nothing else to say."""
    said, before = (
        set(output("exiftool", "-validate", "-warning", "-a", one).decode().splitlines()[1:])
        for one in (path, CARRIERS / path.name)
    )
    assert {line.partition(": ")[2] for line in said - before} <= {
        "Non-standard format (undef) for IFD0 0x02bc ApplicationNotes"
    }


BOTH = {"exiftool": exiftool, "exiv2": exiv2}

ROWS = (
    Row("photo.png", png, pixels, BOTH, (pngcheck, exiftool_says_nothing_new)),
    Row("photo-16bit.png", png, pixels, BOTH, (pngcheck, exiftool_says_nothing_new)),
    Row("anim.apng.png", png, apng_frames, BOTH, (pngcheck, exiftool_says_nothing_new)),
    Row("photo.jpg", jpeg, coefficients, BOTH, (jpeginfo, exiftool_says_nothing_new)),
    Row("photo-progressive.jpg", jpeg, coefficients, BOTH, (jpeginfo, exiftool_says_nothing_new)),
    Row("photo-cmyk.jpg", jpeg, coefficients, BOTH, (exiftool_says_nothing_new,)),
    Row("photo-exif-orient6.jpg", jpeg, coefficients, BOTH, (jpeginfo, exiftool_says_nothing_new)),
    Row("anim.gif", gif, pixels, {"exiftool": exiftool}, (gifsicle, exiftool_says_nothing_new)),
    Row("photo.tif", tiff, pixels, BOTH, (exiftool_minds_the_field_type_alone,)),
    Row("multi-bigtiff.tif", tiff, pixels, {"exiftool": exiftool}, (exiftool_minds_the_field_type_alone,)),
)
