"""What can be said of one file's implicit label: compliant, non-compliant, not found, or inconclusive.

Knows how findings, gaps and labels add up; reads no file and checks no signature: the reading, and what the reserved codes are
worth, are handed in. A broken rule stays broken whatever was not examined, so a fault outweighs a gap; a gap outweighs a label
without fault, since a second one may hide there. "Not found" is never a word about who made the content.
Rules: GB 45438-2025 6.1 (there is one label, 6.1 c) and Annex E; the places are the guides', which the codec names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from hegui.label.aigc import AigcLabel
from hegui.label.checks import check
from hegui.label.findings import Finding, Grade, Kind
from hegui.label.reading import Candidate, Gap, Reading
from hegui.label.security_data import Role
from hegui.label.signatures import SecurityReport, SideReport
from hegui.label.spellings import is_meant
from hegui.label.standing import Standing, labels
from hegui.locale import message

__all__ = ["Placed", "State", "Verdict", "judge"]

State = Literal["compliant", "non_compliant", "not_found", "inconclusive"]

_ONE = "GB 45438-2025 6.1 c)"
_SIGNATURES = "TC260-PG-202511A"


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding and where it stands; "" where it is about the file as a whole."""

    place: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one file.

    Attributes:
        state: the answer.
        labels: the labels that stand in it, in file order.
        findings: everything that is odd, of the file first, then by label.
        gaps: what was not examined.
        security: what the reserved codes of each label are worth, where that was handed in.
    """

    state: State
    labels: tuple[Standing, ...]
    findings: tuple[Placed, ...]
    gaps: tuple[Gap, ...]
    security: Mapping[AigcLabel, SecurityReport]

    def of_grade(self, grade: Grade) -> tuple[Placed, ...]:
        """The findings of one grade."""
        return tuple(placed for placed in self.findings if placed.finding.grade == grade)

    def text(self, lang: str) -> str:
        """The answer for people, in one sentence or two."""
        return message(f"label_verdict.{self.state}", lang)


def judge(
    reading: Reading,
    *,
    clause: str = "",
    security: Mapping[AigcLabel, SecurityReport] | None = None,
    strict: bool = False,
) -> Verdict:
    """What the reading of a file comes to.

    Args:
        reading: what the codec found.
        clause: the guide that names the place for this format: CLAUSE of the codec.
        security: by label, what its reserved codes are worth; a label that is not in it was not checked, and nothing is said.
        strict: as `checks.check`.
    """
    known = security or {}
    standing = labels(reading)
    read = {id(one.candidate) for one in standing}
    findings = [*_of_number(standing), *_unreadable(reading, read)]
    for one in standing:
        findings += _of_label(one, clause, known.get(one.spelt.label), strict=strict)
    has_fault = any(placed.finding.grade == "fault" for placed in findings)
    state: State = (
        "non_compliant" if has_fault else "inconclusive" if reading.gaps else "compliant" if standing else "not_found"
    )
    return Verdict(state, standing, tuple(findings), reading.gaps, known)


def _of_number(standing: tuple[Standing, ...]) -> Iterator[Placed]:
    """One label per file: more are a fault even if they are equal."""
    if len(standing) > 1:
        differ = len({one.spelt.label for one in standing}) > 1
        kind: Kind = "label.conflict" if differ else "label.duplicate"
        yield Placed("", Finding(kind, "fault", _ONE, ", ".join(one.candidate.place for one in standing)[:120]))


def _unreadable(reading: Reading, read: set[int]) -> Iterator[Placed]:
    """A candidate that was meant for a label; any other text is something else."""
    for candidate in reading.candidates:
        if id(candidate) not in read and is_meant(
            candidate.text, is_named=candidate.is_standard or "AIGC" in candidate.place.upper()
        ):
            yield from (Placed(candidate.place, finding) for finding in candidate.findings)
            yield Placed(candidate.place, Finding("label.unreadable", "fault", "GB 45438-2025 Annex E b)"))


def _of_label(one: Standing, clause: str, security: SecurityReport | None, *, strict: bool) -> Iterator[Placed]:
    place = one.candidate.place
    yield from (Placed(place, finding) for finding in one.candidate.findings)
    if not one.candidate.is_standard and not _says_so(one.candidate):
        yield Placed(place, Finding("place.nonstandard", "warning", clause, place[:120]))
    yield from (Placed(place, finding) for finding in check(one.spelt, strict=strict))
    for role, side in security.sides if security is not None else ():
        yield from (Placed(place, finding) for finding in _of_side(role, side))


def _says_so(candidate: Candidate) -> bool:
    """Whether the codec has said in what way the place is another one."""
    return any(finding.kind.startswith("place.") for finding in candidate.findings)


def _of_side(role: Role, side: SideReport) -> Iterator[Finding]:
    """A wrong signature is a fault: the label, or the content, is not what its provider signed."""
    reserved = "ReservedCode1" if role == "producer" else "ReservedCode2"
    kinds: dict[str, tuple[Kind, Grade]] = {
        "self_consistent": ("signature.self_consistent", "note"),
        "invalid": ("signature.content_differs" if side.reason == "content" else "signature.invalid", "fault"),
        "not_checked": ("signature.not_checked", "note"),
        "opaque": ("signature.opaque", "note"),
    }
    if side.outcome in kinds:
        kind, grade = kinds[side.outcome]
        yield Finding(kind, grade, _SIGNATURES, ": ".join(filter(None, (reserved, side.reason or side.form))))
    if (
        side.content == "differs" and side.reason != "content"
    ):  # by which rule others hash is not known for every format
        yield Finding("signature.content_differs", "warning", _SIGNATURES, reserved)
