"""Greetings, single words, names and numbers are noticed by nobody: short is not obscene."""

from __future__ import annotations

import pytest

from hegui.detect.harm import HarmScorer, shipped_model

GREETINGS = (
    """你好|你好！|您好|谢谢|可以|继续|再见|好|宝贝|早安|晚安|在吗|好的谢谢|hi|Hello|thanks|ok|good morning|bye"""
)
WORDS = """苹果|老婆|老公|妈妈|牛奶|鸡肉|操场|消毒|感冒药|阿姨好|小朋友|奶奶家|燕麦片|绿豆汤|红豆沙|羊排|菜心|藕片
弹力带|毛线|窗帘|书签"""
WORDS_EN = (
    "apple|wife|chicken|noodle|walnut|spoonful|raincoat|teapot|pillow|granddad|nephew|blanket|garlic bread|lettuce"
)
ASKED = """几点开门|附近有药店吗|明天几号|怎么去机场|多少度|谁写的|换个话题|再短一些|可以吃吗|今晚吃啥|说慢一点
what day is it|is it open|say it again"""
FILES = """user|assistant|tool|system|index.ts|budget.xlsx|周报.md|photo_17.png|get_total|orderCount|line_no|created
is_open|{"id": 7}|<p>"""
NUMBERS = """0|7|37|2031|88.5%|4:45|15kg|64GB|三十页|两袋|9/10|￥25|2030-06-18|第七页|图12|x2|¥3|20 min|+86|10:05"""
PLACES = """浴室|阳台|洗澡水|卧室灯|河边|车库|kitchen sink|garage|north|pier|山路|雪地"""
TEXTS = [
    text
    for group in (GREETINGS, WORDS, WORDS_EN, ASKED, FILES, NUMBERS, PLACES)
    for text in group.replace("\n", "|").split("|")
]


@pytest.fixture(scope="module")
def scorer() -> HarmScorer:
    return HarmScorer(shipped_model())


@pytest.mark.parametrize("text", TEXTS)
def test_a_short_text_is_not_noticed(scorer: HarmScorer, text: str) -> None:
    assert scorer.score(text).noticed == ()


@pytest.mark.parametrize("character", "。，！？ \n")
def test_a_greeting_and_a_mark_are_not_noticed(scorer: HarmScorer, character: str) -> None:
    assert scorer.score(f"你好{character}").noticed == ()
