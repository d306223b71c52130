"""The plate is as large as the strictest reading of the standard asks, legible, and where it was asked for."""

from __future__ import annotations

import runpy
from math import ceil
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("PIL", reason="marks on pictures need Pillow")

from PIL import Image, ImageDraw, ImageFont

from hegui.label.explicit.font_file import FontFile, bundled
from hegui.label.explicit.mark import SHORT, WORDINGS, Box, PictureMark, Place
from hegui.label.explicit.orientation import shown_box, shown_size, stored_box, to_shown
from hegui.label.explicit.plate import contrast, drawn, luminance, plate, ratio
from hegui.label.explicit.rules import number, parameters
from hegui.label.faults import LabelError
from hegui.label.policy import DEFAULT_TEXT

ROOT = Path(__file__).parents[3]
FONT = ROOT / "src/hegui/label/data/fonts/label.otf"
PROVISIONS = {
    provision["id"]: provision
    for path in (ROOT / "src/hegui/law/data/gb45438").glob("art*.yaml")
    for provision in yaml.safe_load(path.read_text("utf-8"))["provisions"]
}


@pytest.mark.parametrize("name", sorted(parameters()))
def test_every_number_says_where_it_is_from(name: str) -> None:
    one = parameters()[name]
    assert one.confidence in ("V", "S", "K", "O")
    assert bool(one.clause) or one.confidence == "O"
    assert one.provision in PROVISIONS
    assert set(one.what) == {"zh", "en"}


def test_the_numbers_are_those_of_the_law() -> None:
    assert PROVISIONS["GB45438-5.2-1"]["number"]["en"] == f"{number('picture.height_share'):.0%}"
    assert PROVISIONS["GB45438-5.4-1"]["number"]["en"].startswith(f"{number('subtitle.seconds')} s")


@pytest.mark.parametrize(
    "text", [*WORDINGS.values(), SHORT, *DEFAULT_TEXT.values(), "深度合成（AI）", "由 AI 生成，仅供参考"]
)
def test_the_bundled_font_has_every_wording_offered(text: str) -> None:
    assert bundled().missing(text) == ""


def test_the_font_holds_what_its_script_wants() -> None:
    wanted = runpy.run_path(str(ROOT / "refresh/label_font.py"))["wanted"]()
    assert bundled().missing(wanted) == ""
    assert set(map(ord, wanted)) == set(bundled().glyphs())


def test_the_font_is_small_and_knows_its_widths() -> None:
    font = bundled()
    assert len(font.data) < 60_000
    widths = font.widths()
    assert widths[font.glyphs()[ord("生")]] == 1000
    assert 0 < widths[font.glyphs()[ord("i")]] < 400


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_font_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(LabelError, match="LBL105"):
        FontFile.of(bundled().data[:cut])


@pytest.mark.parametrize(
    ("text", "code"), [("内容由模型生成", "LBL101"), ("人工智能", "LBL101"), ("龘AI生成", "LBL102")]
)
def test_a_wording_that_will_not_do_is_refused(text: str, code: str) -> None:
    with pytest.raises(LabelError, match=code):
        plate(800, 600, PictureMark(text), "")


@pytest.mark.parametrize("size", [(256, 1024), (512, 512), (1024, 1024), (1920, 1080), (3840, 2160), (1000, 241)])
@pytest.mark.parametrize("text", [*WORDINGS.values(), SHORT])
def test_every_chinese_character_and_capital_reaches_five_per_cent(size: tuple[int, int], text: str) -> None:
    """Measured by a face of our own making, glyph by glyph: rows that hold ink of half coverage or more."""
    one = plate(*size, PictureMark(text), "").size
    face = ImageFont.truetype(str(FONT), one.font_px, layout_engine=ImageFont.Layout.BASIC)
    for glyph in (c for c in one.text if c.isupper() or ord(c) > 0x2E80):
        image = Image.new("L", (2 * one.font_px, 2 * one.font_px), 0)
        ImageDraw.Draw(image).text((10, 10), glyph, 255, font=face)
        box = image.point(lambda value: 255 if value >= 128 else 0).getbbox()
        assert box is not None
        assert box[3] - box[1] >= ceil(0.05 * min(size))


def test_a_narrow_picture_gets_the_short_wording() -> None:
    assert plate(64, 400, PictureMark(), "").size.text == SHORT


def test_a_picture_too_small_is_refused_with_what_it_needs() -> None:
    with pytest.raises(LabelError, match=r"LBL103 tiny\.png — 40 x 40 pixels .* needs 55 x 25"):
        plate(40, 40, PictureMark(), "tiny.png")


PLACES: list[Place] = ["bottom_right", "bottom_left", "bottom", "top_right", "top_left", "top"]


@pytest.mark.parametrize("place", PLACES)
def test_the_plate_stands_where_it_was_asked_for(place: Place) -> None:
    box = plate(800, 600, PictureMark(place=place), "").shown
    gaps = {"left": box.left, "right": 800 - box.right, "top": box.top, "bottom": 600 - box.bottom}
    assert all(gaps[side] < 20 for side in place.split("_"))
    assert min(gaps.values()) > 0


@given(
    width=st.integers(60, 900), height=st.integers(60, 900), orientation=st.integers(1, 8),
    place=st.sampled_from(PLACES), grid=st.sampled_from([(1, 1), (8, 8), (16, 8), (16, 16)]),
)  # fmt: skip
def test_a_plate_lies_in_the_picture_on_its_grid_and_reads_upright(
    width: int, height: int, orientation: int, place: Place, grid: tuple[int, int]
) -> None:
    try:
        one = plate(width, height, PictureMark(place=place), "", orientation=orientation, grid=grid)
    except LabelError:
        return  # too small; what is asserted of sizes stands above
    stored = one.stored
    assert Box(0, 0, width, height).holds(stored)
    assert (stored.left % grid[0], stored.top % grid[1], stored.right % grid[0], stored.bottom % grid[1]) == (
        0,
        0,
        0,
        0,
    )
    assert Box(0, 0, *shown_size(width, height, orientation)).holds(one.shown)
    assert to_shown(one.letters, orientation).size == one.shown[2:]
    assert one.shown.width >= one.shown.height


@given(st.integers(1, 8), st.integers(10, 60), st.integers(10, 60), st.data())
def test_boxes_turn_as_pictures_do(orientation: int, width: int, height: int, data: st.DataObject) -> None:
    left, top = data.draw(st.integers(0, width - 2)), data.draw(st.integers(0, height - 2))
    box = Box(left, top, data.draw(st.integers(1, width - left)), data.draw(st.integers(1, height - top)))
    image = Image.new("L", (width, height))
    image.paste(255, (box.left, box.top, box.right, box.bottom))
    seen = shown_box(box, width, height, orientation)
    assert to_shown(image, orientation).getbbox() == (seen.left, seen.top, seen.right, seen.bottom)
    assert stored_box(seen, width, height, orientation) == box


@pytest.mark.parametrize("colour", ["white", "black", "red", "#00ff00", "#ffff00", "#808080", "#00ffff"])
def test_the_text_is_legible_on_any_ground(colour: str) -> None:
    one = plate(640, 480, PictureMark(), "")
    painted, found = drawn(Image.new("RGB", one.letters.size, colour), one, "")
    assert found >= number("picture.least_contrast")
    pixels = set(painted.getcolors(1 << 20) or ())
    white = max(luminance(pixel) for _, pixel in pixels if isinstance(pixel, tuple))
    ground = luminance(painted.getpixel((0, 0)))  # type: ignore[arg-type]  # mode RGB
    assert found == pytest.approx(ratio(white, ground))


def test_contrast_is_the_worst_a_reader_meets() -> None:
    letters = Image.new("L", (4, 1), 0)
    letters.putpixel((0, 0), 255)
    painted = Image.new("RGB", (4, 1), "black")
    painted.putpixel((0, 0), (255, 255, 255))
    assert contrast(painted, letters) == pytest.approx(21)
    painted.putpixel((3, 0), (255, 255, 255))
    assert contrast(painted, letters) == pytest.approx(1)
