"""The catalogues say the same things, and everything the command line says is in them."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import hegui
from hegui.locale import LANGUAGES, catalogue, message

SOURCE = Path(hegui.__file__).parent


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_catalogues_hold_the_same_keys_and_places() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    assert sorted(english) == sorted(chinese)
    assert {key: places(text) for key, text in english.items()} == {key: places(chinese[key]) for key in english}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_is_empty(lang: str) -> None:
    assert all(text.strip() for text in catalogue(lang).values())


def test_values_take_their_places_and_are_not_read_again() -> None:
    assert message("app.rotated", "en", name="{x}").startswith("Application {x} has")


def test_every_sentence_that_is_named_exists() -> None:
    named = set()
    for file in SOURCE.rglob("*.py"):
        if file.parent.name != "locale":
            named |= set(re.findall(r'(?<![_\w])(?:say|word|message)\(\s*"([a-z_.]+)"', file.read_text("utf-8")))
    assert named
    assert named <= set(catalogue("en"))
