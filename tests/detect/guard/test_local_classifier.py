"""A classifier on this machine: what is said when it cannot be loaded, and a tiny ONNX model made here where the packages are.

The pipeline of transformers needs torch and is played by a written fake with the same interface: called with a list of texts it
gives one list of labels with scores for each.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hegui.detect.guard import local_classifier
from hegui.detect.guard.local_classifier import LocalGuard, load_classifier
from hegui.detect.guard.question import Turn
from hegui.errors import InputError

ASKED = (Turn("user", "bad"),)


def test_what_is_no_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="GRD008"):
        load_classifier(tmp_path / "none")


def test_a_missing_package_is_said_with_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError) as caught:
        load_classifier(tmp_path)
    assert (caught.value.code, caught.value.where) == ("GRD007", "transformers")
    assert "hegui[guard]" in caught.value.remedy


def test_the_packages_are_not_imported_before_a_model_is() -> None:
    assert not {"transformers", "onnxruntime", "torch"} & set(vars(local_classifier))


def installed(monkeypatch: pytest.MonkeyPatch, pipeline: Any) -> None:
    """As if transformers and torch were installed, with this pipeline."""
    for name in ("transformers", "torch"):
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        vars(module)["pipeline"] = pipeline
        monkeypatch.setitem(sys.modules, name, module)


class Pipeline:
    """The fake."""

    def __init__(self, task: str, **settings: Any) -> None:
        assert task == "text-classification"
        assert settings["top_k"] is None
        assert settings["truncation"] is True

    def __call__(self, texts: list[str]) -> list[list[dict[str, Any]]]:
        return [[{"label": "toxic", "score": 0.8}, {"label": "fine", "score": 0.2}] for _ in texts]


def test_a_pipeline_gives_labels_with_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, Pipeline)
    guard = LocalGuard("l", load_classifier(tmp_path))
    assert [(f.label.written, f.score) for f in guard.judge(ASKED, "prompt").findings] == [("toxic", 0.8)]


def test_a_folder_of_anything_is_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(task: str, **settings: Any) -> Any:
        raise OSError("no config.json")

    installed(monkeypatch, broken)
    with pytest.raises(InputError, match="GRD008"):
        load_classifier(tmp_path)


def tiny_model(folder: Path) -> None:
    """Two labels: `bad` where the last token of the text is the word bad, by a table of two rows and a look-up."""
    onnx = pytest.importorskip("onnx", reason="making a tiny model needs the package onnx")
    pytest.importorskip("onnxruntime", reason="needs hegui[guard]")
    tokenizers = pytest.importorskip("tokenizers", reason="needs hegui[guard]")
    pytest.importorskip("transformers", reason="needs hegui[guard]")
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0, "bad": 1}, unk_token="[UNK]"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    words.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"}))
    labels = {"id2label": {"0": "fine", "1": "bad"}, "label2id": {"fine": 0, "bad": 1}}
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", **labels}))
    helper, kinds = onnx.helper, onnx.TensorProto
    table = helper.make_tensor("table", kinds.FLOAT, [2, 2], [2.0, -2.0, -2.0, 2.0])
    last = helper.make_tensor("last", kinds.INT64, [], [-1])
    nodes = [
        helper.make_node("Gather", ["input_ids", "last"], ["token"], axis=1),
        helper.make_node("Gather", ["table", "token"], ["logits"], axis=0),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input_ids", kinds.INT64, [1, "n"])],
        [helper.make_tensor_value_info("logits", kinds.FLOAT, [1, 2])],
        [table, last],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(folder / "model.onnx"))


@pytest.mark.filterwarnings("ignore")  # of the packages, which are none of ours
def test_an_onnx_model_made_here_is_loaded_and_judges(tmp_path: Path) -> None:
    tiny_model(tmp_path)
    guard = LocalGuard("l", load_classifier(tmp_path), ignore=("fine",))
    (found,) = guard.judge((Turn("user", "this is bad"),), "prompt").findings
    assert found.label.written == "bad"
    assert found.score == pytest.approx(0.982, abs=0.001)
    assert not guard.judge((Turn("user", "this is good"),), "prompt").findings
