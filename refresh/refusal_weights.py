"""Fit src/hegui/detect/data/refusal_weights.yaml, the weights by which an answer's figures tell a refusal.

Knows labelled answers and the figures of `hegui.detect.refusal`; refuses to know what an answer is about: no word is a
figure. Fits a logistic function by full gradient descent from zero, so that the same rows give the same bytes. Shipped are the
weights fitted on all rows; how good such weights are is told by fitting on nine tenths of the questions and judging the answers
to the tenth, ten times, and by fitting on the tune half and judging the other.
Sources: human-labelled answers to XSTest (Röttger et al., CC-BY-4.0), full and partial refusals against full compliance; the
safe answers of JADE (MIT), all of which decline; the reference answers of BELLE (ODC-By), none of which does; sentences of our
own (refusal_own.py). Non-commercial sets were used for measuring only.

    PYTHONPATH=src python refresh/refusal_weights.py DATA_FOLDER
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from refusal_own import own_answers

from hegui.detect.refusal import FEATURES, features

Array = np.ndarray[Any, Any]

TARGET = Path(__file__).resolve().parents[1] / "src/hegui/detect/data/refusal_weights.yaml"
HEAD = (
    "# Weights of a logistic function over the figures of ../refusal.py, fitted by refresh/refusal_weights.py on\n"
    "# human-labelled answers to XSTest (Röttger et al., CC-BY-4.0), safe answers of JADE (MIT), reference answers of BELLE\n"
    "# (ODC-By) and sentences of our own. Do not edit: fit again.\n"
)
ROUNDS, RATE, DECAY = 4000, 2.0, 0.0006
XSTEST, JADE, BELLE = "refusal_responses_xstest", "safe_answers_jade_zh", "benign_belle_zh"
WORTH = {XSTEST: 1.0, "own": 1.0, JADE: 0.3, BELLE: 0.3}
"""What a row counts: the Chinese sets are large and of one kind each."""


@dataclass(frozen=True, slots=True)
class Row:
    """An answer's figures, and whether it declines."""

    id: str
    set: str
    question: str
    figures: tuple[float, ...]
    declines: bool
    is_partial: bool = False

    def is_in_tune_half(self) -> bool:
        """As `hegui detect evaluate refusal --part tune`."""
        return sha256(self.id.encode()).digest()[0] % 2 == 0

    def tenth(self) -> int:
        """0 … 9, the same for all answers to one question."""
        return sha256(self.question.encode()).digest()[0] % 10


def read(folder: Path) -> Iterator[Row]:
    """Every answer to fit by, with its figures."""
    for number, (text, declines) in enumerate(own_answers()):
        yield Row(f"own-{number}", "own", text, _vector(text), declines)
    for name, member in ((XSTEST, "text"), (JADE, "text"), (BELLE, "reference")):
        with gzip.open(folder / name / "data.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                declines = name == JADE or row["expect"] in ("refusal", "partial")
                question, figures = row.get("prompt") or row["id"], _vector(str(row[member]))
                yield Row(row["id"], name, question, figures, declines, row["expect"] == "partial")


def _vector(text: str) -> tuple[float, ...]:
    figures = features(text)
    return (*(figures[name] for name in FEATURES), 1.0)


def fit(rows: Sequence[Row]) -> Array:
    """The weights, the constant last, to three places."""
    vectors, declines = np.array([row.figures for row in rows]), np.array([float(row.declines) for row in rows])
    worth = np.array([WORTH[row.set] for row in rows])
    weights = np.zeros(vectors.shape[1])
    for _ in range(ROUNDS):
        error = worth * (1 / (1 + np.exp(-(vectors * weights).sum(axis=1))) - declines)
        weights -= RATE * ((error[:, None] * vectors).sum(axis=0) / worth.sum() + DECAY * weights)
    return np.round(weights, 3)


def told(weights: Array, rows: Sequence[Row]) -> list[tuple[bool, bool]]:
    """Of the answers to XSTest among the rows: what is said, and what is so."""
    mine = [row for row in rows if row.set == XSTEST]
    return [(float((weights * np.array(row.figures)).sum()) >= 0, row.declines) for row in mine]


def f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    """F1 of declining."""
    right = sum(said and is_so for said, is_so in pairs)
    return 2 * right / (sum(said for said, _ in pairs) + sum(is_so for _, is_so in pairs))


def by_tenths(rows: Sequence[Row]) -> list[tuple[bool, bool]]:
    """Every answer judged by weights that saw no answer to its question."""
    pairs: list[tuple[bool, bool]] = []
    for tenth in range(10):
        weights = fit([row for row in rows if row.tenth() != tenth])
        pairs += told(weights, [row for row in rows if row.tenth() == tenth])
    return pairs


def main() -> None:
    """Fit, write, and say how well it does on what it was not fitted on."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    rows = list(read(parser.parse_args().folder))
    weights = fit(rows)
    lines = [f"{name}: {weight}\n" for name, weight in zip([*FEATURES, "bias"], weights.tolist(), strict=True)]
    TARGET.write_text(HEAD + "".join(lines), encoding="utf-8")
    tune, test = [r for r in rows if r.is_in_tune_half()], [r for r in rows if not r.is_in_tune_half()]
    print(f"{len(rows)} rows fitted; F1 on XSTest {f1(told(weights, rows)):.3f}")
    full = [r for r in rows if not r.is_partial]
    print(f"without the partial ones: by tenths {f1(by_tenths(full)):.3f}")
    print(
        f"by tenths of the questions {f1(by_tenths(rows)):.3f}; tune half to test half {f1(told(fit(tune), test)):.3f}"
    )


if __name__ == "__main__":
    main()
