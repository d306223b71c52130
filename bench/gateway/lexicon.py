"""Make a word list of the size and shape a Chinese service screens with, which the mock's text does not hit.

Knows GB 2312 level 1, the 3,755 characters of everyday writing. Knows no real forbidden word: every term is drawn at
random from a fixed seed. Works by drawing again whatever occurs in the text that will be streamed, so that no stream is
stopped, while beginnings of terms occur all the time, which is what holding text back costs.
Rules: GB 2312-1980, rows 16 to 55; the sizes are those of the keyword measurements this project began with.
"""

from __future__ import annotations

import csv
import random
import string
from pathlib import Path

TERMS = 10_000
CHINESE_SHARE = 0.8
CHINESE_LENGTHS = (2, 8)  # characters
LATIN_LENGTHS = (4, 8)  # letters
SEED = 20230815
RISK = "A.1.h"
SEVERITY = "high"
PROMPT = "请介绍一下长江流域的春天。"  # what the load generator asks


def level_1() -> list[str]:
    """The characters of GB 2312 level 1, in code order.

    >>> characters = level_1()
    >>> len(characters), characters[0], characters[-1]
    (3755, '啊', '座')
    """
    characters = []
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            character = bytes((row, cell)).decode("gb2312", errors="ignore")
            if character:  # row 55 ends five cells early
                characters.append(character)
    return characters


def make_terms(text: str, *, count: int = TERMS, seed: int = SEED) -> list[str]:
    """Draw `count` different terms, none of which occurs in `text`."""
    draw = random.Random(seed)
    characters = level_1()
    text = text.casefold()
    terms: dict[str, None] = {}
    while len(terms) < count:
        if len(terms) < count * CHINESE_SHARE:
            term = "".join(draw.choices(characters, k=draw.randint(*CHINESE_LENGTHS)))
        else:
            term = "".join(draw.choices(string.ascii_lowercase, k=draw.randint(*LATIN_LENGTHS)))
        if term not in text:
            terms[term] = None
    return list(terms)


def write_lexicon(path: Path, text: str) -> None:
    """Write the CSV that `hegui lexicon load` reads: id, term, risk, severity."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("id", "term", "risk", "severity"))
        for number, term in enumerate(make_terms(f"{text}\n{PROMPT}"), 1):
            rows.writerow((f"bench-{number:05}", term, RISK, SEVERITY))
