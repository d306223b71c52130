"""The watermark: what it survives, what it does not, and that nothing else in a file changes."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product
from math import exp
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.faults import LabelError
from hegui.label.formats import open_label, plan
from hegui.label.standing import labels
from hegui.label.watermark.code import code_of
from hegui.label.watermark.files import detect, embed
from hegui.label.watermark.grid import Pixels, frequencies, luminance, on_grid, pattern
from hegui.label.watermark.mark import FALSE_ALARMS, Found, embedded, looked_for
from hegui.label.watermark.payload import payload_of, read_key, read_payload
from tests.label.contract import CARRIERS
from tests.label.media import LABEL

KEY = hashlib.sha256(b"a key of the tests").digest()
PAYLOAD = payload_of(LABEL.produce_id)
PHOTOS = (
    "photo.jpg",
    "photo-progressive.jpg",
    "photo-exif-orient6.jpg",
    "photo.png",
    "photo.webp",
    "photo-lossless.webp",
)


def scene(width: int = 640, height: int = 480, seed: int = 1) -> Pixels:
    """A made picture with the spectrum of photographs: much at large scales, little at small ones."""
    random = np.random.default_rng(seed)
    row, column = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :]
    weight = 1 / np.maximum(np.hypot(row, column), 1 / width)
    layers = []
    for _ in range(3):
        waves = np.fft.fft2(random.normal(size=(height, width))) * weight
        layer = np.real(np.fft.ifft2(waves))
        layers.append(128 + 45 * layer / layer.std())
    mixed = np.stack([layers[0] + 0.3 * (one - 128) for one in layers], axis=-1)
    return np.clip(mixed, 0, 255).astype(np.uint8)


def encoded(pixels: Pixels, kind: str, **options: object) -> Pixels:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return np.asarray(Image.open(out).convert("RGB"))


def sized(pixels: Pixels, across: float, down: float | None = None) -> Pixels:
    image = Image.fromarray(pixels)
    size = (int(image.width * across), int(image.height * (down or across)))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))


def noisy(pixels: Pixels) -> Pixels:
    return np.clip(pixels + np.random.default_rng(2).normal(0, 5, pixels.shape), 0, 255).astype(np.uint8)


def plated(pixels: Pixels) -> Pixels:
    plate = pixels.copy()
    plate[-60:, -200:] = 20
    return plate


def cut(pixels: Pixels, share: float, left: float = 0.5, top: float = 0.5) -> Pixels:
    height, width = pixels.shape[:2]
    down, across = int(height * share), int(width * share)
    y, x = int((height - down) * top), int((width - across) * left)
    return pixels[y : y + down, x : x + across]


SURVIVED: dict[str, Callable[[Pixels], Pixels]] = {
    "nothing": lambda pixels: pixels,
    "JPEG 90": lambda pixels: encoded(pixels, "JPEG", quality=90),
    "JPEG 75": lambda pixels: encoded(pixels, "JPEG", quality=75),
    "JPEG 50": lambda pixels: encoded(pixels, "JPEG", quality=50),
    "JPEG 30": lambda pixels: encoded(pixels, "JPEG", quality=30),
    "WebP 60": lambda pixels: encoded(pixels, "WEBP", quality=60),
    "half the size": lambda pixels: sized(pixels, 0.5),
    "half the size, JPEG 75": lambda pixels: encoded(sized(pixels, 0.5), "JPEG", quality=75),
    "another shape": lambda pixels: sized(pixels, 0.9, 1.2),
    "noise": noisy,
    "brighter": lambda pixels: np.clip(pixels.astype(int) + 20, 0, 255).astype(np.uint8),
    "a plate in the corner": plated,
    "screenshot": lambda pixels: encoded(sized(pixels, 0.8), "JPEG", quality=80),
    "grey": lambda pixels: np.repeat(luminance(pixels)[..., None], 3, axis=2).astype(np.uint8),
    "mirrored": lambda pixels: pixels[:, ::-1],
    "turned": lambda pixels: np.rot90(pixels),
}


@pytest.fixture(scope="module")
def marked() -> Pixels:
    return embedded(scene(), KEY, PAYLOAD)


def seen(pixels: Pixels, key: bytes = KEY, *, cropped: bool = False) -> Found:
    return looked_for(luminance(pixels), key, cropped=cropped)


# --- what it survives -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", SURVIVED)
def test_the_mark_and_all_its_bits_survive(attack: str, marked: Pixels) -> None:
    found = seen(SURVIVED[attack](marked))
    assert (found.is_marked, found.payload) == (True, PAYLOAD)


def test_the_picture_stays_what_it_was(marked: Pixels) -> None:
    error = np.mean((marked.astype(float) - scene()) ** 2)
    assert 10 * np.log10(255**2 / error) > 35


def test_a_cut_picture_is_not_found_and_with_a_search_only_its_middle_is(marked: Pixels) -> None:
    """Stated as it is: the grid is laid over the whole picture, and a cut moves it."""
    middle, corner = cut(marked, 0.95), cut(marked, 0.9, 0, 0)
    assert not seen(middle).is_marked
    found = seen(middle, cropped=True)
    assert (found.is_marked, found.payload, round(found.share, 2)) == (True, PAYLOAD, 0.95)
    assert not seen(corner, cropped=True).is_marked


# --- false alarms ---------------------------------------------------------------------------------------------------


def test_other_keys_find_nothing(marked: Pixels) -> None:
    for number in range(20):
        found = seen(marked, hashlib.sha256(bytes([number])).digest())
        assert (found.is_marked, found.payload) == (False, None)


def even(_: int) -> Pixels:
    return np.full((300, 400, 3), 90, np.uint8)


def chessboard(_: int) -> Pixels:
    tiles = (np.indices((400, 400)) // 25).sum(axis=0) % 2 * 255
    return np.repeat(tiles[..., None], 3, axis=2).astype(np.uint8)


def waves(_: int) -> Pixels:
    line = 128 + 100 * np.cos(np.arange(600) * 2 * np.pi * 20 / 600)
    return np.broadcast_to(line[None, :, None], (300, 600, 3)).astype(np.uint8)


@pytest.mark.parametrize("made", [scene, even, chessboard, waves], ids=lambda made: made.__name__)
def test_pictures_without_the_mark_have_none(made: Callable[[int], Pixels]) -> None:
    assert not seen(made(600)).is_marked


def test_the_threshold_follows_from_the_number_of_trials(marked: Pixels) -> None:
    for cropped, trials in ((False, 8), (True, 8 * 26)):
        threshold = seen(marked[::2, ::2], cropped=cropped).threshold
        assert trials * exp(-(threshold**2) / 2) == pytest.approx(FALSE_ALARMS)


def test_the_signs_of_a_key_are_as_even_as_thrown_coins() -> None:
    code = code_of(KEY)
    for signs in (code.presence, code.bits):
        assert set(signs) == {-1, 1}
        assert abs(float(signs.sum())) < 5 * len(signs) ** 0.5
    assert abs(float((code.presence * code.bits).sum())) < 5 * len(code.places) ** 0.5
    assert len(set(code.places.tolist())) == len(code.places)


# --- the grid -------------------------------------------------------------------------------------------------------


def test_the_transform_is_its_own_inverse() -> None:
    grid = on_grid(luminance(scene(512, 512)))
    assert np.allclose(pattern(frequencies(grid)), grid, atol=0.01)
    energy = float((grid.astype(float) ** 2).sum())
    assert float((frequencies(grid).astype(float) ** 2).sum()) == pytest.approx(energy, rel=1e-4)


# --- files ----------------------------------------------------------------------------------------------------------


def carrier(name: str) -> bytes:
    return (CARRIERS / name).read_bytes()


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    at, found = 8, []
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        found.append((kind, data[at + 8 : at + 8 + size]))
        at += 12 + size
    return found


@pytest.mark.parametrize("name", PHOTOS)
def test_a_label_that_stands_in_the_file_stays(name: str) -> None:
    data = carrier(name)
    labelled = apply(data, plan(Source.of(data), name, LABEL)[1])
    done = embed(labelled, KEY, PAYLOAD, name)
    assert detect(done.data, KEY, name).payload == PAYLOAD
    reading = open_label(Source.of(done.data), name).reading
    assert [one.spelt.label for one in labels(reading)] == [LABEL]
    assert reading.gaps == ()
    assert done.likeness > 36


def test_everything_but_the_pixels_of_a_png_stays() -> None:
    image, out = Image.fromarray(scene(200, 160)), io.BytesIO()
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    image.save(out, "PNG", dpi=(300, 300), icc_profile=b"profile of the tests")
    done = embed(out.getvalue(), KEY, PAYLOAD)

    def others(data: bytes) -> list[tuple[bytes, bytes]]:
        return [one for one in png_chunks(data) if one[0] != b"IDAT"]

    assert others(done.data) == others(out.getvalue())
    new = Image.open(io.BytesIO(done.data))
    assert np.array_equal(np.asarray(new.getchannel("A")), np.asarray(image.getchannel("A")))


def test_the_segments_of_a_jpeg_and_its_tables_stay() -> None:
    data = carrier("photo-exif-orient6.jpg")
    new, old = Image.open(io.BytesIO(embed(data, KEY, PAYLOAD).data)), Image.open(io.BytesIO(data))
    assert new.info.get("exif") == old.info.get("exif")
    assert new.getexif()[0x0112] == 6
    assert new.quantization == old.quantization  # type: ignore[attr-defined]


def test_a_lossless_webp_stays_lossless() -> None:
    assert b"VP8L" in embed(carrier("photo-lossless.webp"), KEY, PAYLOAD).data[:64]
    assert b"VP8 " in embed(carrier("photo.webp"), KEY, PAYLOAD).data[:64]


def test_a_palette_becomes_full_colour() -> None:
    out = io.BytesIO()
    Image.fromarray(scene(200, 160)).quantize(64).save(out, "PNG", transparency=0)
    done = embed(out.getvalue(), KEY, PAYLOAD)
    assert Image.open(io.BytesIO(done.data)).mode == "RGBA"
    assert {kind for kind, _ in png_chunks(done.data)} & {b"PLTE", b"tRNS"} == set()


@pytest.mark.parametrize(
    ("kind", "mode"), [*product(("PNG", "WEBP"), ("L", "LA", "RGB", "RGBA")), ("JPEG", "L"), ("JPEG", "RGB")]
)
def test_every_mode_of_eight_bits_is_handled(kind: str, mode: str) -> None:
    out = io.BytesIO()
    Image.fromarray(scene(200, 160)).convert(mode).save(out, kind)
    assert embed(out.getvalue(), KEY, PAYLOAD).found.payload == PAYLOAD


REFUSED = {
    "photo-16bit.png": ("LBL149", "16 bits"),
    "photo-cmyk.jpg": ("LBL149", "colours"),
    "anim.webp": ("LBL149", "too few"),
    "anim.gif": ("LBL149", "only PNG"),
    "photo.tif": ("LBL149", "only PNG"),
    "photo.heic": ("LBL149", "only PNG"),
    "plain.txt": ("LBL149", "only PNG"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_handled_is_refused_with_its_reason(name: str) -> None:
    for work in (lambda: embed(carrier(name), KEY, PAYLOAD, name), lambda: detect(carrier(name), KEY, name)):
        with pytest.raises(LabelError) as raised:
            work()
        assert (raised.value.code, REFUSED[name][1] in raised.value.problem) == (REFUSED[name][0], True)


def test_a_picture_that_moves_is_refused() -> None:
    frames, out = [Image.fromarray(scene(160, 120, seed)) for seed in (1, 2)], io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(LabelError, match="it moves"):
        embed(out.getvalue(), KEY, PAYLOAD)


@pytest.mark.parametrize("colour", [0, 255])
def test_a_white_or_black_picture_has_no_room(colour: int) -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), (colour,) * 3).save(out, "PNG")
    with pytest.raises(LabelError, match="too even"):
        embed(out.getvalue(), KEY, PAYLOAD)


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "photo.webp"])
def test_damaged_files_raise_our_error_and_nothing_else(name: str) -> None:
    data = carrier(name)
    for at in (0, 3, 20, 40, len(data) // 2, len(data) - 5):
        for broken in (data[:at], data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :]):
            with suppress(LabelError):
                embed(broken, KEY, PAYLOAD, name)


# --- keys and payloads ----------------------------------------------------------------------------------------------


def test_a_key_comes_from_a_file_of_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "watermark.key"
    for content in (KEY, KEY.hex().encode() + b"\n"):
        path.write_bytes(content)
        path.chmod(0o600)
        assert read_key(path) == KEY
    path.chmod(0o644)
    with pytest.raises(LabelError, match="mode 0644"):
        read_key(path)


@pytest.mark.parametrize("content", [b"", KEY[:31], KEY + b"\n", b"g" * 64])
def test_a_key_of_another_length_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "watermark.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(LabelError, match="LBL148"):
        read_key(path)


def test_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="cannot be read"):
        read_key(tmp_path / "none")
    with pytest.raises(LabelError, match="31 bytes"):
        seen(scene(120, 120), KEY[:31])


@pytest.mark.parametrize("text", ["", "deadbee", "deadbeef0", "xyzxyzxy", "-1234567"])
def test_a_payload_is_eight_digits(text: str) -> None:
    assert read_payload("DEADbeef") == 0xDEADBEEF
    with pytest.raises(LabelError, match="LBL148"):
        read_payload(text)


# --- all marks together ---------------------------------------------------------------------------------------------


def test_watermark_label_and_manifest_stand_in_one_file(tmp_path: Path) -> None:
    from tests.label.c2pa_authority import Authority, need_c2pa  # only this test needs the other extra

    need_c2pa()
    from hegui.label.c2pa.manifest import Statement
    from hegui.label.c2pa.sign import sign
    from hegui.label.c2pa.verify import verify

    authority = Authority.made(tmp_path)
    data = embed(carrier("photo.jpg"), KEY, PAYLOAD).data
    data = apply(data, plan(Source.of(data), "photo.jpg", LABEL)[1])
    out = io.BytesIO()
    sign(io.BytesIO(data), out, "photo.jpg", authority.credential(), Statement(datetime.now(UTC)))
    sealed = out.getvalue()
    assert verify(io.BytesIO(sealed), anchors=authority.anchors).state == "trusted"
    assert [one.spelt.label for one in labels(open_label(Source.of(sealed), "photo.jpg").reading)] == [LABEL]
    assert detect(sealed, KEY).payload == payload_of(LABEL.produce_id)
    marked_later = embed(sealed, KEY, PAYLOAD).data
    assert verify(io.BytesIO(marked_later), anchors=authority.anchors).state == "invalid"


def test_without_the_extra_the_remedy_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hegui.label.watermark.faults.importlib.util.find_spec", lambda name: None)
    with pytest.raises(LabelError) as raised:
        detect(carrier("photo.png"), KEY)
    assert (raised.value.code, raised.value.remedy) == ("LBL147", 'Install them with: pip install "hegui[watermark]"')
