"""A text classifier on this machine: a folder with a model for transformers, or an ONNX file with its tokenizer beside it.

Knows how to load one and what its answer looks like: labels with scores. The packages are large and optional, so they are
imported when a model is loaded and at no other time; where they are missing the error says how to get them.
A call blocks and belongs in a thread. A model is loaded from its folder only: nothing is fetched, no code of the folder is run.
Source: transformers, TextClassificationPipeline (`top_k=None`); ONNX Runtime, InferenceSession.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hegui.detect.guard.faults import fault
from hegui.detect.guard.question import Direction, Turn
from hegui.detect.guard.reply import malformed, number
from hegui.detect.guard.verdict import GuardVerdict, Taxonomy, guard_data, taxonomy
from hegui.errors import InputError

__all__ = ["Classify", "LocalGuard", "load_classifier"]

Classify = Callable[[str], Sequence[tuple[str, float]]]
"""A text in; every label with its score from 0 to 1 out."""

MOST_TOKENS = 512
"""Tokens of a text that a classifier reads; windows are far shorter."""


@dataclass(frozen=True)
class LocalGuard:
    """Judges texts with a loaded classifier.

    Attributes:
        ignore: labels that mean that nothing was found, such as `safe`.
        thresholds: by label as the model writes it, from which score it is found.
    """

    name: str
    classify: Classify
    known: Taxonomy = field(default_factory=lambda: taxonomy("local"))
    thresholds: Mapping[str, float] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()

    def judge(self, turns: Sequence[Turn], direction: Direction) -> GuardVerdict:
        """The verdict on the last turn; blocks. Raises GuardFault."""
        try:
            told = list(self.classify(turns[-1].text.encode("utf-8", "replace").decode()))
        except Exception as error:  # the edge to a library: whatever it raises, there is no verdict
            raise fault("outage", self.name, f"the classifier failed: {type(error).__name__}.") from error
        return self.read(told)

    def read(self, told: Sequence[tuple[str, float]]) -> GuardVerdict:
        """The labels whose score reaches their threshold. Raises GuardFault where there are none, or a score is none."""
        default: float = guard_data()["kinds"]["local"]["threshold"]
        if not told or any(number(score) is None for _, score in told):
            raise malformed(self.name, "the classifier gave no labels with scores from 0 to 1.")
        found = [
            pair for pair in told if pair[0] not in self.ignore and pair[1] >= self.thresholds.get(pair[0], default)
        ]
        return GuardVerdict(tuple(self.known.found(label, score) for label, score in found))


def load_classifier(folder: Path) -> Classify:
    """The classifier in a folder. Raises InputError GRD007 where a package is missing, GRD008 where the model is not usable."""
    if not folder.is_dir():
        raise InputError("GRD008", str(folder), "is not a folder with a model.", _MODEL)
    onnx = folder / "model.onnx"
    _need("transformers", *(["onnxruntime"] if onnx.exists() else ["torch"]))
    try:
        return _onnx(folder, onnx) if onnx.exists() else _pipeline(folder)
    except Exception as error:  # the edge to a library: a folder of any content
        raise InputError("GRD008", str(folder), f"cannot be loaded: {type(error).__name__}.", _MODEL) from error


_MODEL = (
    "Name a folder with config.json, the tokenizer, and model.safetensors or model.onnx, for sequence classification."
)


def _need(*packages: str) -> None:
    for package in packages:
        if importlib.util.find_spec(package) is None:
            remedy = "Install it with: pip install 'hegui[guard]' (for model.safetensors also torch)"
            raise InputError("GRD007", package, "a local classifier needs this package.", remedy)


def _pipeline(folder: Path) -> Classify:
    made: Any = importlib.import_module("transformers").pipeline(
        "text-classification",
        model=str(folder),
        tokenizer=str(folder),
        top_k=None,
        truncation=True,
        max_length=MOST_TOKENS,
    )

    def classify(text: str) -> list[tuple[str, float]]:
        told = made([text])[0]
        return [(str(row["label"]), float(row["score"])) for row in told]

    return classify


def _onnx(folder: Path, file: Path) -> Classify:
    transformers = importlib.import_module("transformers")
    tokenizer: Any = transformers.AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    config: Any = transformers.AutoConfig.from_pretrained(str(folder), local_files_only=True)
    session: Any = importlib.import_module("onnxruntime").InferenceSession(
        str(file), providers=["CPUExecutionProvider"]
    )
    wanted = {given.name for given in session.get_inputs()}
    labels = [str(config.id2label[index]) for index in range(len(config.id2label))]
    several = config.problem_type == "multi_label_classification"

    def classify(text: str) -> list[tuple[str, float]]:
        encoded = tokenizer(text, truncation=True, max_length=MOST_TOKENS, return_tensors="np")
        logits = [float(x) for x in session.run(None, {n: v for n, v in encoded.items() if n in wanted})[0][0]]
        return list(zip(labels, _sigmoid(logits) if several else _softmax(logits), strict=True))

    return classify


def _sigmoid(logits: Sequence[float]) -> list[float]:
    return [1 / (1 + math.exp(-max(-60.0, min(60.0, logit)))) for logit in logits]


def _softmax(logits: Sequence[float]) -> list[float]:
    most = max(logits)
    weights = [math.exp(logit - most) for logit in logits]
    return [weight / sum(weights) for weight in weights]
