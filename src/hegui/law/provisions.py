"""Provisions: one duty, prohibition, right, definition or rule for authorities each (条款).

Knows what a file `<instrument>/art<NN>.yaml` says. The wording is our own; the binding text is the Chinese one, and what
quotes it says so (`quoted_zh`).
The general rule comes first (`when`); exceptions are entries of their own that name themselves and what they override.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, get_args

from hegui.law.entries import Entry
from hegui.law.expression import Expression
from hegui.law.instruments import Confidence, check_order, read_confidence
from hegui.law.read_expression import needed_expression
from hegui.law.spans import Span, read_span
from hegui.law.words import Words

__all__ = ["Effect", "Exemption", "Kind", "Provision", "ProvisionVersion", "State", "read_provisions"]

Kind = Literal[
    "duty", "prohibition", "right", "authority_rule", "definition_or_scope", "offence", "encouragement", "draft",
]  # fmt: skip
"""义务、禁止、权利、监管机关规则、定义与范围、罪名与违法行为、鼓励、草案条文。"""

State = Literal["automated", "procedural", "document", "declared", "not_encoded"]
"""How hegui helps to meet it: software runs it; people act and hegui keeps the case; a document to produce; a declaration with
evidence; or nothing to do."""

Effect = Literal["lifts", "imposes", "varies"]
"""What an exception does: the rule falls away; it applies although its condition does not hold; it applies, differently."""

_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Za-z0-9.]+)+")
_DUTY = re.compile(r"M(0[1-9]|[12][0-9]|30)")


@dataclass(frozen=True)
class Exemption:
    """An exception to a provision (例外). `over` names exceptions of the same provision that give way to it."""

    id: str
    when: Expression
    effect: Effect
    cites: str
    words: Words
    over: tuple[str, ...]


@dataclass(frozen=True)
class ProvisionVersion:
    """A stretch of time in which the provision stood under `article`."""

    span: Span
    article: str


@dataclass(frozen=True)
class Provision:
    """One provision.

    id: the citation, such as IM-17-1: instrument, article, and our own count within the article.
    excludes: ids of provisions that can never apply together with this one; hegui law validate proves it.
    bearers: ids of who bears it; duties: rows M01 to M30 of the mission it belongs to.
    sanctions: codes of what may follow from a breach, the usual first route first.
    source: where it was checked, when that is another place than its instrument's `verification` says.
    """

    id: str
    instrument: str
    kind: Kind
    title: Words
    act: Words
    quoted_zh: str | None
    bearers: tuple[str, ...]
    when: Expression
    exemptions: tuple[Exemption, ...]
    excludes: tuple[str, ...]
    deadline: Words | None
    number: Words | None
    evidence: Words | None
    sanctions: tuple[str, ...]
    duties: tuple[str, ...]
    state: State
    versions: tuple[ProvisionVersion, ...]
    confidence: Confidence
    source: Words | None
    note: Words | None
    place: str = field(compare=False)

    @property
    def is_obligation(self) -> bool:
        """Whether somebody has to do or refrain from something."""
        return self.kind in ("duty", "prohibition")


def read_provisions(entry: Entry, instrument: str, spans: tuple[Span, ...]) -> tuple[Provision, ...]:
    """The provisions of one article; `spans` are those of the instrument, for provisions that give none of their own."""
    article = entry.text("article")
    return entry.entries("provisions", lambda one: _provision(one, instrument, article, spans))


def _provision(entry: Entry, instrument: str, article: str, spans: tuple[Span, ...]) -> Provision:
    identifier = entry.matching("id", _ID, "an id such as IM-17-1")
    if identifier and not identifier.startswith(f"{instrument}-{article}"):
        entry.fault("id", f"{identifier} does not begin with {instrument}-{article}, where the file says it stands")
    return Provision(
        id=identifier,
        instrument=instrument,
        kind=entry.one_of("kind", get_args(Kind)),
        title=entry.words("title"),
        act=entry.words("act"),
        quoted_zh=entry.text_or_none("quoted_zh"),
        bearers=entry.texts("bearers"),
        when=needed_expression(entry, "when"),
        exemptions=_exemptions(entry),
        excludes=entry.texts("excludes"),
        deadline=entry.words_or_none("deadline"),
        number=entry.words_or_none("number"),
        evidence=entry.words_or_none("evidence"),
        sanctions=entry.texts("sanctions"),
        duties=_duties(entry),
        state=entry.one_of("state", get_args(State)),
        versions=_versions(entry, article, spans),
        confidence=read_confidence(entry),
        source=entry.words_or_none("source"),
        note=entry.words_or_none("note"),
        place=entry.place,
    )


def _duties(entry: Entry) -> tuple[str, ...]:
    found = entry.texts("duties")
    for one in found:
        if not _DUTY.fullmatch(one):
            entry.fault("duties", f"{one!r} is none of M01 to M30")
    return found


def _versions(entry: Entry, article: str, spans: tuple[Span, ...]) -> tuple[ProvisionVersion, ...]:
    if spans and not entry.has("versions"):
        entry.value("versions")
        return tuple(ProvisionVersion(span, article) for span in spans)
    found = entry.entries("versions", lambda one: ProvisionVersion(read_span(one), one.text_or("article", article)))
    if not found:
        entry.fault("versions", "there is none")
    check_order(entry, tuple(one.span for one in found))
    return found


def _exemptions(entry: Entry) -> tuple[Exemption, ...]:
    found = entry.entries("exceptions", _exemption)
    names = [one.id for one in found]
    for number, one in enumerate(found):
        if one.id in names[:number]:
            entry.fault("exceptions", f"{one.id} comes twice")
        for other in one.over:
            if other not in names or other == one.id:
                entry.fault("exceptions", f"{one.id} is over {other}, which is no other exception of this provision")
    return found


def _exemption(entry: Entry) -> Exemption:
    return Exemption(
        id=entry.text("id"),
        when=needed_expression(entry, "when"),
        effect=entry.one_of("effect", get_args(Effect)),
        cites=entry.text("cites"),
        words=entry.words("words"),
        over=entry.texts("over"),
    )
