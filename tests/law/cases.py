"""Read and run the cases of `tests/law/cases`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from hegui.kernel.diagrams import TRUE
from hegui.law.assessment import Assessment, Outcome, answer_all, refuse_contradicted_facts
from hegui.law.book import LawBook, law_book
from hegui.law.conditions import Conditions
from hegui.law.expression import Always
from hegui.law.facts import FactDefinition, FactValue
from hegui.law.profile import AdoptedReading, Profile, Stated, value_fault
from hegui.law.yaml_lines import parse_yaml

FOLDER = Path(__file__).parent / "cases"
OUTCOMES: tuple[Outcome, ...] = ("applies", "does_not_apply", "unclear", "not_in_force")
MEMBERS = {"name", "story", "given", "readings", "world", "when", "known_on", "draft", "then", "notes", "differs"}
CLAIMS = {*OUTCOMES, "missing", "turns_on", "arises", "exceptions", "standing", "article", "counts", "error"}
LOWEST: Mapping[str, FactValue] = {"bool": False, "count": 0, "number": 0}


@dataclass(frozen=True)
class Case:
    """One case, and the file it stands in."""

    file: str
    raw: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.raw["name"])

    @property
    def then(self) -> Mapping[str, Any]:
        return dict(self.raw["then"])

    @property
    def when(self) -> date:
        return date.fromisoformat(self.raw["when"])

    @property
    def differs(self) -> str | None:
        """Why the law as hegui holds it does not give this answer yet, which the facts about the law demand."""
        return self.raw.get("differs")

    def says(self, claim: str) -> Sequence[str]:
        """The provisions of which the case claims this outcome."""
        return list(self.then.get(claim, []))


def cases(under: str = "") -> Iterator[Case]:
    """Every case of the files below `under`."""
    for file in sorted((FOLDER / under).rglob("*.yaml")):
        for raw in parse_yaml(file.read_text("utf-8")):
            unknown = set(raw) - MEMBERS | set(raw["then"]) - CLAIMS
            assert not unknown, f"{file}: {raw['name']}: {unknown}"
            yield Case(file.relative_to(FOLDER).as_posix(), raw)


def profile_of(book: LawBook, case: Case) -> Profile:
    """What the case states."""
    given: Mapping[str, Any] = case.raw.get("given") or {}
    stated = {name: Stated(value, place=f"{case.file}: {name}") for name, value in given.items() if value != "unknown"}
    for name, one in stated.items():
        problem = value_fault(book.facts[name], one.value)
        assert problem is None, f"{case.file}: {case.name}: {name}: {problem}"
    adopted = {question: AdoptedReading(taken) for question, taken in (case.raw.get("readings") or {}).items()}
    return Profile(case.name, stated, adopted, frozenset(name for name, value in given.items() if value == "unknown"))


def run(case: Case) -> Assessment:
    """The assessment the case asks for."""
    book = law_book()
    profile = profile_of(book, case)
    refuse_contradicted_facts(_conditions(book, profile))
    if case.raw.get("world", "open") == "closed":
        profile = closed(book, profile)
    known = case.raw.get("known_on")
    return answer_all(
        book,
        _conditions(book, profile),
        as_of=case.when,
        known_on=date.fromisoformat(known) if known else None,
        draft=bool(case.raw.get("draft")),
    )


def closed(book: LawBook, profile: Profile) -> Profile:
    """The profile in which whatever is not listed is not so; a derived fact follows its rule, as far as that goes."""
    stated = dict(profile.stated)
    listed = stated.keys() | profile.open
    for fact in book.facts.values():
        if fact.name not in listed and fact.derivation is None:
            stated[fact.name] = Stated(lowest(fact))
    for fact in book.facts.values():
        if fact.name in listed or fact.derivation is None:
            continue
        conditions = _conditions(book, replace(profile, stated=stated))
        if fact.name in conditions.missing(conditions.fact(fact.name)):
            stated[fact.name] = Stated(False)
    return replace(profile, stated=stated)


def lowest(fact: FactDefinition) -> FactValue:
    return fact.levels[0].id if fact.levels else LOWEST[fact.kind]


def counts(assessment: Assessment) -> Mapping[str, int]:
    """How many provisions apply and are unclear by the facts alone, of those the scenarios count."""
    statutory = [
        answer
        for answer in assessment.answers.values()
        if not isinstance(answer.provision.when, Always)
        and not answer.instrument.is_draft
        and answer.provision.id not in NON_STATUTORY
    ]
    applies = sum(answer.node == TRUE for answer in statutory)
    return {"applies": applies, "unclear": sum(answer.node > TRUE for answer in statutory)}


NON_STATUTORY = frozenset({"UK-P1-1", "UK-P2-1", "UK-P3-1", "UK-P4-1", "UK-P5-1"})
"""The five principles, which are policy; whoever made the scenarios left them out of the counts."""


def _conditions(book: LawBook, profile: Profile) -> Conditions:
    return Conditions(book.facts, tuple(book.uncertainties), book.domains, profile)
