"""Sentences for people, in Chinese and English.

Knows keys and two catalogues beside this file, `zh_CN.toml` and `en.toml`, which hold the same keys. Knows no meaning:
whoever speaks hands in the values. A catalogue is read when the first sentence is asked for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["LANGUAGES", "catalogue", "message"]

LANGUAGES = {"zh": "zh_CN.toml", "en": "en.toml"}
"""Language → the file of its catalogue."""


def message(key: str, lang: str, **values: object) -> str:
    """The sentence `key`, such as "app.added", with `values` in their places. Raises KeyError for an unknown key.

    >>> message("app.none", "zh")
    '还没有应用。'
    """
    return catalogue(lang)[key].format(**values)


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Every sentence of one language, by key."""
    text = files(__package__).joinpath(LANGUAGES[lang]).read_text("utf-8")
    return dict(_flat(tomllib.loads(text), ""))


def _flat(section: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in section.items():
        if isinstance(value, str):
            yield prefix + key, value
        else:
            yield from _flat(value, f"{prefix}{key}.")
