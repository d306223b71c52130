"""Whether a text of the metadata names a program or service that generates content.

Knows a dated list of product names (data/generators.yaml); knows no file format. A name stands as a word of its own, in any
case; a company's name alone is none, since companies also make cameras and editors. A name is a trace, never a proof.
Rules: Labelling Measures, article 6 (3): other traces of generation make an upload suspected.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

__all__ = ["names_a_generator", "product_names"]


@cache
def product_names() -> tuple[str, ...]:
    """The names listed."""
    text = files("hegui.label").joinpath("data/generators.yaml").read_text(encoding="utf-8")
    return tuple(row["word"] for row in yaml.safe_load(text)["products"])


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(map(re.escape, product_names()), key=len, reverse=True)
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(longest_first)})(?![A-Za-z0-9])", re.IGNORECASE)


def names_a_generator(text: str) -> bool:
    """Whether one of the products is named.

    >>> names_a_generator("parameters by ComfyUI 0.3"), names_a_generator("Adobe Photoshop 25")
    (True, False)
    """
    return _pattern().search(text) is not None
