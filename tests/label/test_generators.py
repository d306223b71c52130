"""Names of generators, and the words, people, cameras and titles that are none."""

from __future__ import annotations

import pytest

from hegui.label.generators import names_a_generator, product_names, says_who_made_it
from hegui.label.hints import sign_in

PROGRAMS = [
    "ComfyUI", "comfyui 0.3.10", "Stable Diffusion XL", "Midjourney", "DALL-E 3", "DALL·E", "ChatGPT", "gpt-image-1", "Sora",
    "Adobe Firefly", "FLUX.1 [dev]", "NovelAI", "ElevenLabs", "Suno AI", "即梦AI", "豆包",
    "可灵 1.6", "通义万相", "Tongyi Wanxiang",
    "腾讯混元", "Hunyuan", "海螺AI", "MiniMax", "CogView-3", "Vidu", "InvokeAI", "AUTOMATIC1111", "Made with Google AI",
]  # fmt: skip

NO_PROGRAMS = [
    "Canon EOS R5", "NIKON Z 9", "SONY ILCE-7M4", "Leica M11-P", "HUAWEI P60", "Xiaomi 14", "OPPO Find X7", "Apple iPhone 15 Pro",
    "Google Pixel 10", "SAMSUNG SM-S928B", "Adobe Photoshop 25.0", "Adobe Lightroom", "GIMP 2.10", "Microsoft Word", "WPS Office",
    "LibreOffice", "Lavf60.16.100", "LAME3.100", "Meitu", "剪映", "CapCut", "Sorarium", "Minimaxi", "Vidum",
    "OpenAI", "Midjourneys", "imagen", "Imagen final", "",
]  # fmt: skip

SAY_SO = [
    "voice by ElevenLabs", "Made with Suno AI", "created in Midjourney", "由即梦AI生成", "本图由通义万相生成", "用文心一格绘制",
    "parameters by ComfyUI", "Rendered by Stable Diffusion",
]  # fmt: skip

TITLES = [
    "Sora", "Vidu", "Sora, made in Japan", "imagen 3", "Imagen 3 generated", "minimax theorem", "Game trees made for minimax",
    "How ChatGPT works", "Midjourney for beginners", "用红豆包制作的早餐", "豆包",
    "可灵活制作的家具", "随即梦见了你", "浑源 (Hunyuan), made by hand",
    "Doubao, produced in Tianjin", "Canon", "",
]  # fmt: skip


@pytest.mark.parametrize("text", PROGRAMS)
def test_a_program_is_known(text: str) -> None:
    assert names_a_generator(text)


@pytest.mark.parametrize("text", NO_PROGRAMS)
def test_cameras_editors_and_words_are_no_generators(text: str) -> None:
    assert not names_a_generator(text)


@pytest.mark.parametrize("text", SAY_SO)
def test_a_comment_that_says_who_made_it_is_a_sign(text: str) -> None:
    assert sign_in(text) is not None


@pytest.mark.parametrize("text", TITLES)
def test_a_title_or_a_name_is_no_sign(text: str) -> None:
    assert not says_who_made_it(text)
    assert sign_in(text) is None


def test_the_list_holds_no_name_twice_and_prose_fewer() -> None:
    names = product_names()
    assert len({name.lower() for name in names}) == len(names)
    assert set(product_names(in_prose=True)) < set(names)
