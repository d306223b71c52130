"""What is said of a mark: there, complete, large, legible, or not to be told; and our plates are told from everything else."""

from __future__ import annotations

import random
from io import BytesIO

import pytest

pytest.importorskip("PIL", reason="marks on pictures need Pillow")

from PIL import Image, ImageDraw

from hegui.kernel.logic import Verdict
from hegui.label.explicit.check import check_mark
from hegui.label.explicit.ink import ink_and_contrast, threshold
from hegui.label.explicit.mark import SHORT, WORDINGS, Box, PictureMark, Place
from hegui.label.explicit.pictures import mark_picture
from hegui.label.explicit.recognise import ENOUGH, most_alike
from hegui.label.faults import LabelError
from tests.label.explicit.judges import ALL, carrier, opened

HOLDS, FAILS, UNKNOWN = Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN
PLACES: list[Place] = ["bottom_right", "top_left", "top"]


def busy(seed: int, width: int = 480, height: int = 360) -> Image.Image:
    """A picture with noise, shapes and writing of another kind."""
    dice = random.Random(seed)
    noise = Image.frombytes("L", (width, height), dice.randbytes(width * height))
    strength = dice.choice([8, 4, 2])
    image = noise.point(lambda level: 128 + (level - 128) // strength).convert("RGB")
    draw = ImageDraw.Draw(image)

    def colour() -> tuple[int, int, int]:
        return dice.randrange(256), dice.randrange(256), dice.randrange(256)

    for _ in range(30):
        x, y = dice.randrange(width), dice.randrange(height)
        draw.rectangle((x, y, x + dice.randrange(5, width // 3), y + dice.randrange(5, height // 3)), fill=colour())
    for _ in range(15):
        draw.text(
            (dice.randrange(width), dice.randrange(height)),
            "Photo 2025 (c) agency",
            fill=colour(),
            font_size=dice.choice([12, 20, 30]),
        )
    return image


def encoded(image: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("name", ALL)
def test_a_marked_picture_passes_and_the_unmarked_one_does_not(name: str) -> None:
    done = mark_picture(carrier(name))
    for check in check_mark(done.data, stamps=done.stamps):
        assert (check.verdict, check.unsettled) == (HOLDS, ())
    for check in check_mark(carrier(name), stamps=done.stamps):
        assert (check.is_there, check.verdict, check.text) == (FAILS, FAILS, None)


@pytest.mark.parametrize("name", ["photo.jpg", "anim.gif", "photo-exif-orient6.jpg"])
def test_our_plate_is_recognised_without_being_told_where(name: str) -> None:
    for check in check_mark(mark_picture(carrier(name)).data):
        assert (check.verdict, check.text) == (HOLDS, WORDINGS["zh"])


@pytest.mark.parametrize("name", ["photo.jpg", "anim.gif"])
def test_what_is_not_recognised_is_unknown_and_never_failed(name: str) -> None:
    for check in check_mark(carrier(name)):
        assert (check.verdict, check.region) == (UNKNOWN, None)
        assert check.unsettled == ("is_there", "is_complete", "is_large", "is_legible")


@pytest.mark.parametrize("seed", range(6))
def test_pictures_without_a_mark_stay_far_below_what_counts(seed: int) -> None:
    assert most_alike(busy(seed)).likeness < 0.4 < ENOUGH


@pytest.mark.parametrize(
    ("seed", "text", "place"), [(at, text, PLACES[at % 3]) for at, text in enumerate([*WORDINGS.values(), SHORT])]
)
def test_a_plate_is_recognised_after_halving_and_saving_anew(seed: int, text: str, place: Place) -> None:
    done = mark_picture(encoded(busy(seed, 960, 720)), PictureMark(text, place))
    with Image.open(BytesIO(done.data)) as image:
        small = image.convert("RGB").resize((480, 360))
    check = check_mark(encoded(small, "JPEG", quality=70))[0]
    assert (check.text, check.is_there) == (text, HOLDS)


def region_of(text_px: int, ink: str, ground: str) -> tuple[bytes, Box]:
    image = Image.new("RGB", (400, 400), "#777777")
    draw = ImageDraw.Draw(image)
    box = Box(20, 300, 300, 70)
    draw.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=ground)
    draw.text((30, 310), "HH AI HH", fill=ink, font_size=text_px)
    return encoded(image), box


@pytest.mark.parametrize(
    ("text_px", "ink", "ground", "is_large", "is_legible"),
    [
        (40, "white", "black", HOLDS, HOLDS),
        (40, "black", "white", HOLDS, HOLDS),
        (14, "white", "black", FAILS, HOLDS),
        (40, "#8a8a8a", "#777777", HOLDS, FAILS),
    ],
)
def test_a_region_is_measured_and_its_words_stay_unknown(
    text_px: int, ink: str, ground: str, is_large: Verdict, is_legible: Verdict
) -> None:
    data, box = region_of(text_px, ink, ground)
    check = check_mark(data, region=box)[0]
    assert (check.is_large, check.is_legible) == (is_large, is_legible)
    assert (check.is_there, check.is_complete) == (UNKNOWN, UNKNOWN)
    assert check.verdict is (FAILS if FAILS in (is_large, is_legible) else UNKNOWN)


def test_a_region_of_one_colour_holds_no_mark() -> None:
    check = check_mark(encoded(Image.new("RGB", (300, 300), "white")), region=Box(10, 10, 100, 40))[0]
    assert (check.is_there, check.verdict, check.ink) == (FAILS, FAILS, 0)


def test_a_region_outside_the_picture_is_refused() -> None:
    with pytest.raises(LabelError, match="LBL114"):
        check_mark(carrier("photo.png"), region=Box(300, 200, 50, 20))


def test_a_mark_that_was_painted_over_is_found_missing() -> None:
    done = mark_picture(carrier("photo.png"))
    box = done.stamps[0].box
    with Image.open(BytesIO(done.data)) as image:
        image.paste(opened("photo.png").crop((0, 0, box.width, box.height)), (box.left, box.top))
        check = check_mark(encoded(image), stamps=done.stamps)[0]
    assert (check.is_there, check.verdict) == (FAILS, FAILS)


def test_ink_is_measured_whichever_side_is_lighter() -> None:
    for ink, ground in (("white", "black"), ("black", "white")):
        image = Image.new("RGB", (60, 40), ground)
        ImageDraw.Draw(image).rectangle((10, 8, 20, 27), fill=ink)
        assert ink_and_contrast(image) == (20, 21.0)


def test_one_level_has_no_threshold() -> None:
    assert threshold([0] * 100 + [5] + [0] * 155) is None
    assert threshold([3] + [0] * 254 + [3]) in range(255)
