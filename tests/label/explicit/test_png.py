"""Marks on every kind of PNG, and on what else loses nothing: every sample beside the plate as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="marks on pictures need Pillow")


from hegui.kernel.logic import Verdict
from hegui.label.explicit.check import check_mark
from hegui.label.explicit.pictures import mark_picture
from tests.label.explicit.judges import (
    CARRIERS,
    LOSSLESS,
    assert_only_the_plate_changed,
    carrier,
    need,
    run,
    saved,
)


@pytest.mark.parametrize("name", LOSSLESS)
def test_no_pixel_beside_the_plate_changes(name: str, tmp_path: Path) -> None:
    done = mark_picture(carrier(name), name=name)
    assert done.loss == "none"
    after = saved(tmp_path, name, done.data)
    assert_only_the_plate_changed(CARRIERS / name, after, [stamp.box for stamp in done.stamps])


COLOURS = {1: 2, 2: 3, 4: 12, 8: 200}
"""Depth of a palette → colours for which ImageMagick takes this depth."""
KINDS = [
    (kind, depth)
    for kind, depths in {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}.items()
    for depth in depths
]


@pytest.mark.parametrize("interlace", ["none", "PNG"])
@pytest.mark.parametrize(("kind", "depth"), KINDS)
def test_every_kind_of_png_keeps_its_samples(kind: int, depth: int, interlace: str, tmp_path: Path) -> None:
    need("convert")
    colours = ["-colors", str(COLOURS[depth]), "-type", "Palette"] if kind == 3 else []
    alpha = ["-alpha", "set", "-channel", "A", "-fx", "(i+1)/w"] if kind in (4, 6) else []
    grey = ["-colorspace", "Gray"] if kind in (0, 4) else []
    dither = ["-depth", "8", "+dither", *colours] if kind == 3 or depth < 8 else []
    made = tmp_path / "made.png"
    options = ["-define", f"png:color-type={kind}", "-define", f"png:bit-depth={depth}", "-interlace", interlace]
    run("convert", CARRIERS / "photo-16bit.png", *grey, *alpha, *dither, "-depth", str(depth), *options, made)
    header = made.read_bytes()[24:29]
    assert (header[0], header[1], header[4]) == (depth, kind, interlace == "PNG")
    done = mark_picture(made.read_bytes())
    after = saved(tmp_path, "after.png", done.data)
    assert done.data[24:26] == header[:2]
    assert_only_the_plate_changed(made, after, [done.stamps[0].box])
    assert done.stamps[0].contrast >= 4.5
    assert check_mark(done.data, stamps=done.stamps)[0].verdict is Verdict.HOLDS
