"""A small training run: the same rows and seed give the same file, and what it has learned it knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hegui.detect.harm.examples import read_examples
from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.score import HarmScorer
from hegui.errors import FileFaults, InputError, NotFoundError

pytest.importorskip("numpy", reason="training needs the extra `harm`")

from hegui.detect.harm.build import train
from hegui.detect.harm.evaluate import average_precision, curve, evaluate

WORDS = dict(zip(NAMES, "辱打淫割骗侵窥越恶", strict=True))


def rows() -> Iterator[dict[str, Any]]:
    """Each label has a character of its own; the rest is the same everywhere."""
    for number in range(30):
        filler = chr(0x4E00 + 37 * number) + f"今天天气{number}很好"
        part = ("train", "train", "tune", "test")[number % 4]
        yield {"text": filler, "labels": dict.fromkeys(NAMES, 0), "part": part, "set": "calm", "expect": "answer"}
        for name, word in WORDS.items():
            text = f"{filler[:3]}{word * 2}{filler[3:]}"
            yield {"text": text, "labels": {name: 1}, "part": part, "set": name, "expect": "refuse"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("harm") / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows()), "utf-8")
    return file


def test_the_same_rows_and_seed_give_the_same_bytes(data: Path) -> None:
    examples = read_examples([data])
    first, second, other = (train(examples, seed, bits=10).to_bytes() for seed in (1, 1, 2))
    assert first == second != other


def test_what_was_learned_is_known(data: Path) -> None:
    examples = read_examples([data])
    model = train(examples, 1, bits=12)
    report = evaluate(model, examples)
    assert all(report["labels"][name]["auprc"] > 0.95 for name in NAMES)
    assert all(points[-1]["recall"] > 0.9 for points in report["curves"].values())
    probabilities = HarmScorer(model).score("今天骗骗很好").probabilities
    assert max(probabilities, key=probabilities.__getitem__) == "illegal_trade"


def test_rows_that_are_only_measured_with_teach_nothing(data: Path) -> None:
    examples = read_examples([data])
    poisoned = [
        type(e)(e.id, "毒" * 50, {"violence": 1}, "test", "measure", "poison", "", "", "request") for e in examples[:20]
    ]
    assert train([*examples, *poisoned], 1, bits=10).to_bytes() == train(examples, 1, bits=10).to_bytes()


def test_a_label_without_rows_is_named(data: Path) -> None:
    examples = [e for e in read_examples([data]) if e.set != "privacy"]
    with pytest.raises(InputError, match=r"HRM005 privacy"):
        train(examples, 1, bits=10)


def test_every_fault_of_the_rows_is_listed(tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(
        '[]\n{"text": 1, "labels": {}}\n{"text": "x"}\n{"text": "x", "labels": {"evil": 1, "privacy": 2}}\n'
        '{"text": "x", "labels": {"privacy": true}, "part": "all"}\n' + "[" * 100_000 + "\n",
        "utf-8",
    )
    with pytest.raises(FileFaults, match="HRM003") as raised:
        read_examples([file])
    assert [place for place, _ in raised.value.faults] == [f"line {n}" for n in (1, 2, 3, 4, 4, 5, 5, 6)]
    file.write_bytes(b"\xff")
    with pytest.raises(FileFaults, match="not UTF-8"):
        read_examples([file])
    with pytest.raises(NotFoundError, match="HRM004"):
        read_examples([tmp_path / "none"])


def test_average_precision_by_hand() -> None:
    assert average_precision([(0.9, 1), (0.8, 0), (0.7, 1)]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([(0.5, 1), (0.5, 0)]) == pytest.approx(0.5)  # a tie counts at once


def test_a_curve_never_lets_in_more_than_its_rate() -> None:
    benign = [float(n) for n in range(1000)]
    for point in curve(benign, [2000.0, 995.0, -5.0]):
        assert sum(value > point["excess"] for value in benign) <= point["fpr"] * 1000
    assert curve(benign, [2000.0])[0]["recall"] == 1
    assert curve([], [1.0]) == []
