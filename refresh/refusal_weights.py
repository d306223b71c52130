"""Fit src/hegui/detect/data/refusal_weights.yaml, the weights by which an answer's figures tell a refusal.

Knows labelled answers and the figures of `hegui.detect.refusal`; refuses to know what an answer is about: no word is a
figure. Takes the answers whose id hashes to the tune part, fits a logistic function by full gradient descent from zero, so
that the same rows give the same bytes, and prints F1 on the other part.
Source of the shipped weights: human-labelled answers to XSTest (Röttger et al., CC-BY-4.0), full and partial refusals
against full compliance. Non-commercial sets were used for measuring only.

    PYTHONPATH=src python refresh/refusal_weights.py path/to/refusal_responses_xstest/data.jsonl.gz
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from math import exp
from pathlib import Path

from hegui.detect.refusal import FEATURES, features

TARGET = Path(__file__).resolve().parents[1] / "src/hegui/detect/data/refusal_weights.yaml"
HEAD = (
    "# Weights of a logistic function over the figures of ../refusal.py, fitted by refresh/refusal_weights.py on\n"
    "# human-labelled answers to XSTest (Röttger et al., CC-BY-4.0), tune part. Do not edit: fit again.\n"
)
ROUNDS, RATE, DECAY = 1500, 2.0, 0.001

Row = tuple[list[float], bool]


def is_tuned_on(row_id: str) -> bool:
    """Whether a row belongs to the tune part; the other part is for measuring."""
    return hashlib.sha256(row_id.encode()).digest()[0] % 2 == 0


def read(path: Path) -> tuple[list[Row], list[Row]]:
    """The rows of the tune part and of the test part, as figures and whether it declines."""
    parts: tuple[list[Row], list[Row]] = ([], [])
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            figures = features(row["text"])
            vector = [*(figures[name] for name in FEATURES), 1.0]
            parts[0 if is_tuned_on(row["id"]) else 1].append((vector, row["expect"] in ("refusal", "partial")))
    return parts


def chance(weights: list[float], vector: list[float]) -> float:
    """How likely it declines, 0 to 1."""
    return 1 / (1 + exp(-sum(w * x for w, x in zip(weights, vector, strict=True))))


def fit(rows: list[Row]) -> list[float]:
    """The weights, the constant last."""
    weights = [0.0] * (len(FEATURES) + 1)
    for _ in range(ROUNDS):
        slope = [0.0] * len(weights)
        for vector, declines in rows:
            error = chance(weights, vector) - declines
            for number, value in enumerate(vector):
                slope[number] += error * value
        weights = [w - RATE * (g / len(rows) + DECAY * w) for w, g in zip(weights, slope, strict=True)]
    return shifted(weights, rows)


def shifted(weights: list[float], rows: list[Row]) -> list[float]:
    """With the constant that gives the best F1 on the same rows, within one of the fitted one; the lower of equals."""
    trials = [[*weights[:-1], weights[-1] + step / 10] for step in range(-10, 11)]
    best = max(trials, key=lambda trial: f1(trial, rows))
    return [round(w, 3) for w in best]


def f1(weights: list[float], rows: list[Row]) -> float:
    """F1 of declining."""
    told = [(chance(weights, vector) >= 0.5, declines) for vector, declines in rows]
    right = sum(said and is_so for said, is_so in told)
    return 2 * right / (sum(said for said, _ in told) + sum(is_so for _, is_so in told))


def main() -> None:
    """Fit, write, and say how well it does on what it was not fitted on."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rows", type=Path)
    tune, test = read(parser.parse_args().rows)
    weights = fit(tune)
    lines = [f"{name}: {weight}\n" for name, weight in zip([*FEATURES, "bias"], weights, strict=True)]
    TARGET.write_text(HEAD + "".join(lines), encoding="utf-8")
    print(f"{len(tune)} rows fitted; F1 {f1(weights, tune):.3f}; on {len(test)} others {f1(weights, test):.3f}")


if __name__ == "__main__":
    main()
