"""One provision as a requirement of a CISO Assistant framework (条款作为评估要求).

Knows which member of a requirement takes which member of a provision. The format has no place for conditions, dates, deadlines
and confidence; they are told in words in `annotation`, so that an assessor sees when the duty applies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hegui.law.exports.ciso_terms import Node, both, given, node_urn
from hegui.law.expression import written
from hegui.law.instruments import Confidence, Instrument
from hegui.law.provisions import Provision, State
from hegui.law.timing import Timing
from hegui.law.words import Words

__all__ = ["STATES", "article_reference", "requirement"]

STATES: Mapping[State, Words] = {
    "automated": Words("软件自动执行", "Run by software"),
    "procedural": Words("按流程办理", "Handled as a case"),
    "document": Words("形成文件", "A document to produce"),
    "declared": Words("声明并附证据", "Declared with evidence"),
    "not_encoded": Words("仅供了解", "For information only"),
}

CONFIDENCE: Mapping[Confidence, Words] = {
    "verified": Words("已对照法律文本", "read in the legal text"),
    "secondary": Words("依二手来源", "from a secondary source"),
    "own_knowledge": Words("未经核实", "not checked"),
}


def article_reference(provision: Provision) -> str:
    """The article a provision belongs to, as its id says: `IM.17` for IM-17-1.

    With a full stop, for `CRL-286-1` is a provision of article 286, and article 286-1 is another.
    """
    return provision.id.rpartition("-")[0].replace("-", ".", 1)


def requirement(provision: Provision, instrument: Instrument, when: Timing, groups: list[str]) -> Node:
    """The requirement; it is assessed if somebody has to do or refrain from something."""
    where = instrument.jurisdiction
    return given(
        {
            "urn": node_urn(where, provision.id),
            "assessable": provision.is_obligation,
            "depth": 3,
            "parent_urn": node_urn(where, article_reference(provision)),
            "ref_id": provision.id,
            **both(
                name=provision.title,
                description=provision.act,
                annotation=_annotation(provision, instrument, when),
                typical_evidence=provision.evidence,
            ),
            "importance": _importance(provision, instrument),
            "implementation_groups": groups,
        }
    )


def _importance(provision: Provision, instrument: Instrument) -> str | None:
    if not provision.is_obligation:
        return None
    return "mandatory" if instrument.is_binding else "recommended"


def _annotation(provision: Provision, instrument: Instrument, when: Timing) -> Words:
    lines = list(_told(provision, instrument, when))
    return Words(
        "\n".join(f"{name.zh}：{text.zh}" for name, text in lines), "\n".join(f"{n.en}: {t.en}" for n, t in lines)
    )


def _told(provision: Provision, instrument: Instrument, when: Timing) -> Iterator[tuple[Words, Words]]:
    """What the format has no member for, each with its heading."""
    if when.version and when.version.span.effective:
        yield Words("施行日期", "Effective"), _same(when.version.span.effective.isoformat())
    if instrument.gate is not None:
        yield Words("文件适用条件", "Condition of the instrument"), _same(written(instrument.gate))
    yield Words("适用条件", "Condition"), _same(written(provision.when))
    for one in provision.exemptions:
        yield Words(f"例外（{one.cites}）", f"Exception ({one.cites})"), _whole(one.words)
    if provision.deadline:
        yield Words("期限", "Deadline"), _whole(provision.deadline)
    if provision.number:
        yield Words("数值", "Number"), _whole(provision.number)
    if provision.note:
        yield Words("备注", "Note"), _whole(provision.note)
    if provision.sanctions:
        yield Words("后果", "Sanctions"), _same(", ".join(provision.sanctions))
    if provision.duties:
        yield Words("义务编号", "Duties"), _same(", ".join(provision.duties))
    yield Words("核实程度", "Confidence"), CONFIDENCE[provision.confidence]


def _same(text: str) -> Words:
    return Words(text, text)


def _whole(words: Words) -> Words:
    """With the other language where one is missing."""
    return Words(words.text("zh"), words.text("en"))
