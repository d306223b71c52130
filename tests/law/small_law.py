"""A small law in a folder of its own, to be broken one way at a time."""

from __future__ import annotations

from pathlib import Path

from hegui.law.data_files import DataFiles

FILES = {
    "rules/instrument.yaml": """\
key: R
order: 1
title: {zh: 规则, en: Rules}
number: {zh: 一号, en: No. 1}
issuers:
  - {zh: 甲, en: A}
rank: departmental_rule
jurisdiction: CN
versions:
  - {published: 2020-01-01, effective: 2020-03-01}
status: {zh: 有效, en: in force}
verification: {zh: 已读, en: read}
checked_on: 2026-01-01
""",
    "rules/art01.yaml": """\
article: "1"
provisions:
  - id: R-1-1
    kind: duty
    title: {zh: 一, en: One}
    act: {zh: 做, en: Act}
    bearers: [provider]
    when: open_to_all AND persons >= 100
    exceptions:
      - {id: small, when: is_small, effect: lifts, cites: R-1-2, words: {zh: 小, en: small}}
      - {id: grave, when: harm == grave, effect: imposes, cites: R-1-1, over: [small], words: {zh: 重, en: grave}}
    duties: [M01]
    state: automated
    confidence: verified
  - id: R-1-2
    kind: right
    title: {zh: 二, en: Two}
    act: {zh: 可, en: May}
    when: reading(U1, b) OR NOT open_to_all
    state: declared
    confidence: own_knowledge
""",
    "facts/all.yaml": """\
group: all
order: 1
phase: 1
title: {zh: 全部, en: All}
facts:
  open_to_all:
    kind: bool
    label: {zh: 开放, en: open}
    question: {zh: 开放？, en: Open?}
    help: {zh: 略, en: none}
  is_small:
    kind: bool
    label: {zh: 小, en: small}
    question: {zh: 小？, en: Small?}
    help: {zh: 略, en: none}
    derived: {holds_if: persons < 10, words: {zh: 少于十人, en: below ten}}
  persons:
    kind: count
    label: {zh: 人数, en: persons}
    question: {zh: 几人？, en: How many?}
    help: {zh: 略, en: none}
    unit: {zh: 人, en: persons}
  harm:
    kind: level
    label: {zh: 损害, en: harm}
    question: {zh: 损害？, en: Harm?}
    help: {zh: 略, en: none}
    levels:
      - {id: slight, zh: 轻, en: slight}
      - {id: grave, zh: 重, en: grave}
""",
    "uncertainties/U1.yaml": """\
id: U1
question: {zh: 问, en: Q}
text: {zh: 文, en: T}
readings:
  - {id: a, zh: 甲, en: first}
  - {id: b, zh: 乙, en: second}
practice: {zh: 例, en: P}
when: open_to_all
provisions: [R-1-2]
""",
    "bearers/bearers.yaml": "bearers: {provider: {zh: 提供者, en: provider}}\n",
}


def small_law(folder: Path, **changes: tuple[str, str]) -> DataFiles:
    """The files in `folder`, after changes: name of the file without folder and ending → (what stands there, what shall)."""
    for name, text in FILES.items():
        old, new = changes.get(Path(name).stem, ("", ""))
        assert old in text, old
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return DataFiles(folder)
