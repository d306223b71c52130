"""Every kind of finding has its sentence in both languages, and the source names no other kind."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hegui
from hegui.label.findings import Finding, Kind, seen, sentence
from hegui.locale import LANGUAGES, catalogue

LABEL = Path(hegui.__file__).parent / "label"
KINDS = get_args(Kind)
HAN = re.compile("[\u4e00-\u9fff]")


def named() -> dict[str, str]:
    """Kinds that stand in the source as the first argument of a finding, and where."""
    found = {}
    for path in sorted(LABEL.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Finding"
                and node.args
            ):
                kind = node.args[0]
                if isinstance(kind, ast.Constant):
                    found[kind.value] = f"{path.name}:{node.lineno}"
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogues_have_a_sentence_for_each_kind_and_no_other(lang: str) -> None:
    prefix = "label_finding."
    said = {key.removeprefix(prefix) for key in catalogue(lang) if key.startswith(prefix)}
    assert said == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_each_sentence_is_one_and_is_in_its_language(kind: Kind) -> None:
    zh, en = (sentence(Finding(kind, "note", ""), lang) for lang in ("zh", "en"))
    assert HAN.search(zh)
    assert zh.endswith("。")
    assert not HAN.search(en)
    assert en.endswith(".")


def test_the_source_names_only_kinds_of_the_list() -> None:
    found = named()
    assert len(found) > 10
    assert {kind: place for kind, place in found.items() if kind not in KINDS} == {}


def test_what_was_seen_stands_behind_the_sentence() -> None:
    finding = Finding("key.extra", "warning", "GB 45438-2025 Annex E b)", "ProcessingTypes")
    assert sentence(finding, "zh") == "含有附录 E 未规定的键。（ProcessingTypes）"
    assert sentence(finding, "en") == "A key that Annex E does not have. (ProcessingTypes)"


@given(st.text())
def test_what_was_seen_is_short_and_printable(text: str) -> None:
    shown = seen(text)
    assert len(shown) <= 61
    assert shown.isprintable()
