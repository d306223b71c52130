"""Measure what the watermark survives: a table of changes, for made pictures, sample pictures of scikit-image, and our carriers.

Works alone; scikit-image's pictures are taken where it is installed, or where --samples names a folder with its data, and are
passed over otherwise. Prints the share of pictures in which the mark is found, and is found with all its bits, the likeness to
the picture before, processor time, and the scores of other keys, which show how far the threshold lies. Exit status: 0 always;
the limits are in tests/label/test_watermark.py.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.label.test_watermark import SURVIVED, cut, encoded, scene, sized

from hegui.label.watermark.files import LEAST_SIDE
from hegui.label.watermark.grid import Pixels, luminance
from hegui.label.watermark.mark import FALSE_ALARMS, embedded, looked_for

KEY = hashlib.sha256(b"bench").digest()
PAYLOAD = 0xDEADBEEF
SIDE = 900
NOT_PICTURES = ("chessboard_GRAY", "chessboard_RGB", "phantom", "microaneurysms", "horse", "logo", "color")
CARRIERS = Path(__file__).parents[2] / "tests/label/carriers"

CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    **SURVIVED,
    "JPEG 60": lambda pixels: encoded(pixels, "JPEG", quality=60),
    "a quarter of the size": lambda pixels: sized(pixels, 0.25),
    "blurred": lambda pixels: np.asarray(Image.fromarray(pixels).resize((pixels.shape[1] // 3, pixels.shape[0] // 3))
                                         .resize((pixels.shape[1], pixels.shape[0]))),
    "contrast x 1.3": lambda pixels: np.clip((pixels.astype(float) - 128) * 1.3 + 128, 0, 255).astype(np.uint8),
    "turned by 2 degrees": lambda pixels: np.asarray(Image.fromarray(pixels).rotate(2, Image.Resampling.BICUBIC)),
    "cut 5 % in the middle": lambda pixels: cut(pixels, 0.95),
    "cut 10 % at a corner": lambda pixels: cut(pixels, 0.9, 0, 0),
}  # fmt: skip
CUTS = {
    "middle, 5 %": (0.95, 0.5),
    "middle, 10 %": (0.9, 0.5),
    "middle, 20 %": (0.8, 0.5),
    "middle, 25 %": (0.75, 0.5),
    "corner, 10 %": (0.9, 0.0),
}


def made() -> Iterator[Pixels]:
    yield from (scene(640, 480, seed) for seed in range(6))


def folder(path: Path, names: str = "*") -> Iterator[Pixels]:
    for file in sorted(path.glob(names)):
        if file.suffix not in (".png", ".jpg", ".webp") or file.stem in NOT_PICTURES or file.stem.startswith("anim"):
            continue
        with Image.open(file) as image:
            picture = image.convert("RGB")
        picture.thumbnail((SIDE, SIDE))
        if min(picture.size) >= LEAST_SIDE:
            yield np.asarray(picture)


def samples(given: Path | None) -> Iterator[Pixels]:
    if given is None:
        spec = importlib.util.find_spec("skimage")
        if spec is None or spec.origin is None:
            return
        given = Path(spec.origin).parent / "data"
    yield from folder(given)


def timed(work: Callable[[], Pixels]) -> tuple[Pixels, float]:
    start = time.process_time()
    return work(), time.process_time() - start


def measured(name: str, pictures: list[Pixels], keys: int, *, search: bool) -> None:
    likeness, spent, shares = [], [], {change: np.zeros(2) for change in CHANGES}
    cuts, scores, looking = dict.fromkeys(CUTS, 0), [], []
    for number, old in enumerate(pictures):
        new, seconds = timed(lambda old=old: embedded(old, KEY, PAYLOAD))  # type: ignore[misc]
        spent.append(seconds)
        likeness.append(10 * np.log10(255**2 / np.mean((new.astype(float) - old) ** 2)))
        for change, work in CHANGES.items():
            changed = luminance(np.ascontiguousarray(work(new)))
            start = time.process_time()
            found = looked_for(changed, KEY)
            looking.append(time.process_time() - start)
            shares[change] += np.array([found.is_marked, found.payload == PAYLOAD])
        if search:
            for what, (share, corner) in CUTS.items():
                cut_out = np.ascontiguousarray(cut(new, share, corner, corner))
                cuts[what] += looked_for(luminance(cut_out), KEY, cropped=True).payload == PAYLOAD
        others = (hashlib.sha256(bytes([number % 256, key % 256, key >> 8])).digest() for key in range(keys))
        scores += [looked_for(luminance(old), other).score for other in others]
    count = len(pictures)
    print(f"\n{name}: {count} pictures, {statistics.mean(likeness):.1f} dB (least {min(likeness):.1f}), "
          f"embed {1000 * statistics.median(spent):.0f} ms, detect {1000 * statistics.median(looking):.0f} ms")  # fmt: skip
    print(f"  {'':<28}found  all bits")
    for change, numbers in shares.items():
        found_share, right = 100 * numbers / count
        print(f"  {change:<28}{found_share:4.0f} %   {right:4.0f} %")
    for what, number in cuts.items() if search else ():
        print(f"  with a search, {what:<13}{100 * number / count:5.0f} %")
    if scores:
        print(f"  other keys: {len(scores)} scores, median {statistics.median(scores):.2f}, greatest {max(scores):.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, help="a folder of pictures, such as skimage/data")
    parser.add_argument("--keys", type=int, default=20, help="other keys to try on each picture")
    parser.add_argument("--search", action="store_true", help="look for cut pictures too, which takes 25 times as long")
    given = parser.parse_args()
    threshold = looked_for(luminance(scene(200, 200)), KEY).threshold
    print(f"Python {platform.python_version()}, {platform.machine()}; threshold {threshold:.2f} for {FALSE_ALARMS:g}")
    sets = {"made": made(), "scikit-image": samples(given.samples), "carriers": folder(CARRIERS, "photo*")}
    for name, pictures in sets.items():
        listed = list(pictures)
        if listed:
            measured(name, listed, given.keys, search=given.search)
        else:
            print(f"\n{name}: no pictures at hand; pip install scikit-image, or name a folder with --samples")
    return 0


if __name__ == "__main__":
    sys.exit(main())
