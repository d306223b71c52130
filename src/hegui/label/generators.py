"""Whether a text of the metadata names a program or service that generates content.

Knows a dated list of product names (data/generators.yaml); knows no file format. A name stands as a word of its own, in any
case; a company's name alone is none, since companies also make cameras and editors, and a name that is also a word (豆包,
Sora) counts only where nothing but a program is named. A name is a trace, never a proof.
Rules: Labelling Measures, article 6 (3): other traces of generation make an upload suspected.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

__all__ = ["names_a_generator", "product_names", "says_who_made_it"]

_MAKING = re.compile(
    r"\b(?:made|created|generated|produced|rendered|drawn|sung|voiced?|composed|synthesi[sz]ed|powered|parameters)\b"
    r"|生成|合成|制作|创作|绘制|配音", re.IGNORECASE,
)  # fmt: skip


@cache
def product_names(*, in_prose: bool = False) -> tuple[str, ...]:
    """The names listed; in prose those alone that are no ordinary words."""
    text = files("hegui.label").joinpath("data/generators.yaml").read_text(encoding="utf-8")
    return tuple(row["word"] for row in yaml.safe_load(text)["products"] if not (in_prose and row.get("ordinary")))


@cache
def _pattern(*, in_prose: bool) -> re.Pattern[str]:
    longest_first = sorted(map(_alone, product_names(in_prose=in_prose)), key=len, reverse=True)
    return re.compile("|".join(longest_first), re.IGNORECASE)


def _alone(name: str) -> str:
    """The name as a word of its own; a Chinese one ends wherever it ends, also before letters (即梦AI)."""
    before = "(?<![A-Za-z0-9])" if name[0].isascii() else ""
    return before + re.escape(name) + ("(?![A-Za-z0-9])" if name[-1].isascii() else "")


def names_a_generator(text: str) -> bool:
    """Whether a tag for the program that made a file names one of the products.

    >>> names_a_generator("ComfyUI 0.3"), names_a_generator("Adobe Photoshop 25")
    (True, False)
    """
    return _pattern(in_prose=False).search(text) is not None


def says_who_made_it(text: str) -> bool:
    """Whether a text that may be about anything, such as a title or a comment, says that a product made this, or only names it.

    >>> says_who_made_it("voice by ElevenLabs"), says_who_made_it("ElevenLabs"), says_who_made_it("How ChatGPT works")
    (True, True, False)
    """
    found = _pattern(in_prose=True).search(text)
    return found is not None and (found[0] == text.strip() or _MAKING.search(text) is not None)
