"""Marks on JPEG: grafted block by block, or encoded anew where that is allowed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="marks on pictures need Pillow")

from PIL import Image

from hegui.kernel.logic import Verdict
from hegui.label.explicit.check import check_mark
from hegui.label.explicit.mark import Box, PictureMark
from hegui.label.explicit.pictures import mark_picture
from hegui.label.faults import LabelError
from tests.label.explicit.judges import CARRIERS, carrier, djpeg, need, opened, saved


@pytest.mark.parametrize("name", ["photo.jpg", "photo-progressive.jpg", "photo-cmyk.jpg", "photo-exif-orient6.jpg"])
def test_no_block_of_a_jpeg_beside_the_plate_changes(name: str, tmp_path: Path) -> None:
    need("jpegtran", "djpeg")
    done = mark_picture(carrier(name), name=name)
    assert done.loss == "none"
    old, new = djpeg(CARRIERS / name), djpeg(saved(tmp_path, name, done.data))
    box = done.stamps[0].box
    if "orient6" in name:  # shown turned by a quarter: columns of the rows as stored are rows as shown
        box = Box(box.top, old.height - box.right, box.height, box.width)
    assert old.outside(box) == new.outside(box)
    assert old.data != new.data


SAMPLINGS = [("RGB", 0), ("RGB", 1), ("RGB", 2), ("L", 0)]


@pytest.mark.parametrize("size", [(160, 120), (161, 127), (333, 95)])
@pytest.mark.parametrize(("mode", "sampling"), SAMPLINGS)
def test_every_sampling_of_a_jpeg_is_grafted_on_its_own_grid(
    mode: str, sampling: int, size: tuple[int, int], tmp_path: Path
) -> None:
    need("jpegtran", "djpeg")
    picture = opened("photo.png").convert(mode).resize(size)
    picture.save(tmp_path / "made.jpg", quality=77, subsampling=sampling)
    done = mark_picture((tmp_path / "made.jpg").read_bytes())
    old, new = djpeg(tmp_path / "made.jpg"), djpeg(saved(tmp_path, "after.jpg", done.data))
    assert (done.loss, old.outside(done.stamps[0].box)) == ("none", new.outside(done.stamps[0].box))


def test_without_jpegtran_a_jpeg_is_encoded_anew_only_where_that_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LabelError, match="LBL107"):
        mark_picture(carrier("photo.jpg"))
    done = mark_picture(carrier("photo.jpg"), PictureMark(may_reencode=True))
    assert done.loss == "picture"
    assert check_mark(done.data, stamps=done.stamps)[0].verdict is Verdict.HOLDS


def test_a_jpegtran_that_fails_is_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jpegtran").write_text("#!/bin/sh\ncat > /dev/null\nexit 3\n")
    (tmp_path / "jpegtran").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(LabelError, match="LBL108 .* it ended with 3"):
        mark_picture(carrier("photo.jpg"))


def test_further_pictures_behind_the_first_are_found_where_the_index_says() -> None:
    need("jpegtran")
    second = Image.new("RGB", (96, 64), "teal")
    out = BytesIO()
    opened("photo.jpg").convert("RGB").save(out, "MPO", save_all=True, append_images=[second], quality=80)
    done = mark_picture(out.getvalue())
    assert done.notes == ("other pictures in the file",)
    with Image.open(BytesIO(done.data)) as image:
        assert getattr(image, "n_frames", 1) == 2
        image.seek(1)
        assert image.size == (96, 64)
        assert image.convert("RGB").getpixel((40, 30)) == pytest.approx((0, 128, 128), abs=3)
    again = mark_picture(done.data)
    assert not again.is_changed
