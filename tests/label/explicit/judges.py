"""Independent programs that look at marked files: their pixels, their frames, their words. A missing one is a skip that says so."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hegui.label.explicit.mark import Box

if TYPE_CHECKING:
    from PIL import Image

CARRIERS = Path(__file__).parents[1] / "carriers"


LOSSLESS = ("photo.png", "photo-16bit.png", "photo.bmp", "photo.tif", "multi-bigtiff.tif", "photo-lossless.webp")
ALL = (
    *LOSSLESS, "photo.jpg", "photo-progressive.jpg", "photo-cmyk.jpg", "photo-exif-orient6.jpg", "photo.webp", "photo.avif",
    "anim.gif", "anim.webp", "anim.apng.png",
)  # fmt: skip


class Pixels(NamedTuple):
    """A picture as red, green, blue and alpha, 16 bits each."""

    width: int
    height: int
    data: bytes

    def outside(self, box: Box) -> bytes:
        """Every pixel but those in the box."""
        rows = [self.data[row * self.width * 8 : (row + 1) * self.width * 8] for row in range(self.height)]
        for row in range(max(0, box.top), min(self.height, box.bottom)):
            rows[row] = rows[row][: max(0, box.left) * 8] + rows[row][max(0, box.right) * 8 :]
        return b"".join(rows)


def need(*programs: str) -> None:
    """Skip where a program is missing."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed; this test has it as a judge")


def run(*command: str | Path, given: bytes = b"") -> bytes:
    """What a program writes; it must succeed."""
    done = subprocess.run([str(part) for part in command], input=given, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[:500]
    return done.stdout


def pixels(path: Path | str, *options: str) -> list[Pixels]:
    """The frames or pages of a picture, by ImageMagick."""
    need("convert")
    sizes = run("convert", path, *options, "-format", "%w %h\n", "info:").decode().splitlines()
    data, found, at = run("convert", path, *options, "-depth", "16", "rgba:-"), [], 0
    for width, height in (map(int, size.split()) for size in sizes):
        found.append(Pixels(width, height, data[at : at + width * height * 8]))
        at += width * height * 8
    assert at == len(data)
    return found


def djpeg(path: Path) -> Pixels:
    """A JPEG by djpeg without smoothing of colours, so that a block tells nothing of its neighbours."""
    need("djpeg")
    data = run("djpeg", "-nosmooth", "-pnm", path)
    kind, size, _, samples = data.split(b"\n", 3)
    width, height = map(int, size.split())
    step = 3 if kind == b"P6" else 1
    wide = b"".join(samples[at : at + step].ljust(8, b"\0") for at in range(0, len(samples), step))
    return Pixels(width, height, wide)


def carrier(name: str) -> bytes:
    return (CARRIERS / name).read_bytes()


def opened(name: str) -> Image.Image:
    """A carrier as Pillow decodes it."""
    from PIL import Image

    with Image.open(CARRIERS / name) as image:
        image.load()
        return image


def saved(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def assert_only_the_plate_changed(before: Path, after: Path, boxes: list[Box]) -> None:
    old, new = pixels(before), pixels(after)
    assert len(old) == len(new) == len(boxes)
    for one, other, box in zip(old, new, boxes, strict=True):
        assert (one.width, one.height) == (other.width, other.height)
        assert one.outside(box) == other.outside(box)
        assert one.data != other.data
