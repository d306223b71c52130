"""How Chinese duties relate to foreign provisions, as mappings for CISO Assistant (域外对照映射).

Knows that the program carries the result of one assessment over to another by these mappings, so a mapping that says too much
would report a duty as met that nobody has looked at. Therefore `equal`, `subset` and `superset` are never written: no comparison
of the law data was made clause by clause. A counterpart is `intersect`, with a strength by its closeness; the same subject with
another trigger, tool or number is `not_related`, so that nothing is carried over, and the annotation says what differs. Duties
without a counterpart are named in the description of the set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal, Protocol

from hegui.law.book import LawBook
from hegui.law.exports.ciso_framework import provisions_on
from hegui.law.exports.ciso_terms import (
    Node,
    framework_name,
    framework_urn,
    given,
    head,
    library_urn,
    node_urn,
    set_urn,
)
from hegui.law.instruments import Jurisdiction
from hegui.law.words import Words

__all__ = ["ABROAD", "Comparison", "Counterpart", "mapping_library"]

ABROAD: tuple[Jurisdiction, ...] = ("EU", "UK", "US")
IDENTIFIER = "mapping-cn-genai-and-abroad"
NAME = Words("中国生成式人工智能服务法律义务的域外对照", "Chinese duties on generative-AI services beside foreign law")

Relationship = Literal["intersect", "not_related"]

_STRENGTH: Mapping[str, int] = {"strong": 8, "medium": 5, "weak": 2}
"""Out of ten: how sure it is that the two have to do with each other."""


class Counterpart(Protocol):
    """What comes nearest in one jurisdiction; `provisions` are ids of the law book."""

    @property
    def words(self) -> Words: ...
    @property
    def provisions(self) -> tuple[str, ...]: ...
    @property
    def confidence(self) -> str: ...


class Comparison(Protocol):
    """A Chinese provision compared. closeness: strong, medium, weak, different or none."""

    @property
    def provision(self) -> str: ...
    @property
    def counterparts(self) -> Mapping[str, Counterpart]: ...
    @property
    def closeness(self) -> str: ...
    @property
    def remark(self) -> Words: ...


def mapping_library(book: LawBook, rows: Iterable[Comparison], *, as_of: date, version: int) -> Node:
    """The library of mappings between the framework of Chinese law and those of other jurisdictions, there and back.

    Raises InputError (LAW090) for a version below 1. Only provisions that the framework libraries of the same day hold are mapped.
    """
    rows = tuple(rows)
    held = {one.id for where in ("CN", *ABROAD) for one in provisions_on(book, where, as_of)}
    sets = [one for where in ABROAD for one in _sets(rows, where, held)]
    about = Words(
        f"截至{as_of}。对照只是指引，不表示等同；“not_related”表示主题相同但触发条件、手段或者数字不同，结果不得沿用。"
        f"法律数据摘要值（SHA-256）：{book.digest}。",
        f"As of {as_of}. A counterpart is a pointer, not an equivalence; not_related marks the same subject with another "
        f"trigger, tool or number, where no result may be carried over. Digest of the law data (SHA-256): {book.digest}.",
    )
    libraries = [library_urn(framework_name(where)[0]) for where in ("CN", *ABROAD)]
    return {
        **head(IDENTIFIER, NAME, about, version, as_of),
        "dependencies": libraries,
        "objects": {"requirement_mapping_sets": sets},
    }


def _sets(rows: tuple[Comparison, ...], where: Jurisdiction, held: set[str]) -> Iterator[Node]:
    mappings = [one for row in rows for one in _mappings(row, where, held)]
    if not mappings:
        return
    forward = f"{framework_name('CN')[0]}-to-{framework_name(where)[0]}"
    about = _about(rows, where)
    yield _set(forward, "CN", where, about, mappings)
    yield _set(f"{forward}-revert", where, "CN", about, [_reverse(one) for one in mappings])


def _set(identifier: str, source: Jurisdiction, target: Jurisdiction, about: Words, mappings: list[Node]) -> Node:
    """A set with both languages in each text, for sets and mappings have no translations."""
    names = (framework_name(source)[1], framework_name(target)[1])
    return {
        "urn": set_urn(identifier),
        "ref_id": identifier,
        "name": f"{names[0].zh} → {names[1].zh} · {names[0].en} → {names[1].en}",
        "description": f"{about.zh}\n{about.en}",
        "source_framework_urn": framework_urn(source),
        "target_framework_urn": framework_urn(target),
        "requirement_mappings": mappings,
    }


def _about(rows: tuple[Comparison, ...], where: Jurisdiction) -> Words:
    """Which duties were compared and have no counterpart there, or one outside the law that the library holds."""
    none = [row.provision for row in rows if where not in row.counterparts]
    outside = [row.provision for row in rows if where in row.counterparts and not row.counterparts[where].provisions]
    return Words(
        f"没有对应规定：{'、'.join(none) or '无'}。对应规定不在本库所收法律之内：{'、'.join(outside) or '无'}。",
        f"No counterpart: {', '.join(none) or 'none'}. Counterpart outside the law held here: {', '.join(outside) or 'none'}.",
    )


def _mappings(row: Comparison, where: Jurisdiction, held: set[str]) -> Iterator[Node]:
    counterpart = row.counterparts.get(where)
    if counterpart is None or row.provision not in held:
        return
    for target in counterpart.provisions:
        if target in held:
            yield given(
                {
                    "source_requirement_urn": node_urn("CN", row.provision),
                    "target_requirement_urn": node_urn(where, target),
                    "relationship": _relationship(row),
                    "rationale": "functional",
                    "strength_of_relationship": _STRENGTH.get(row.closeness),
                    "annotation": _annotation(row, counterpart),
                }
            )


def _relationship(row: Comparison) -> Relationship:
    return "intersect" if row.closeness in _STRENGTH else "not_related"


def _annotation(row: Comparison, counterpart: Counterpart) -> str:
    told = [(one.text("zh"), one.text("en")) for one in (counterpart.words, row.remark)]
    zh, en = ("｜".join(one[0] for one in told), " | ".join(one[1] for one in told))
    return f"{zh}\n{en} | confidence: {counterpart.confidence}"


def _reverse(mapping: Node) -> Node:
    """The same pair seen from abroad; intersect and not_related read the same both ways."""
    turned = {
        "source_requirement_urn": mapping["target_requirement_urn"],
        "target_requirement_urn": mapping["source_requirement_urn"],
    }
    return {**mapping, **turned}
