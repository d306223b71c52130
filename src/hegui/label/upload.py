"""Decide what a platform must do with an uploaded file: one of five answers, with the evidence for it.

Knows the order in which the Labelling Measures want a platform to look: the implicit label, the declaration of the user, then
explicit marks and other traces; knows no file format and does not look itself. "Nothing found" never says that a person made
it, and a part that could not be read makes "nothing" into "cannot tell".
Rules: Labelling Measures (人工智能生成合成内容标识办法) article 6; the attribute written is Label of GB 45438-2025 Annex E. Our own
rules: a label that says 2 or 3 counts as that; a C2PA manifest counts as confirmed only where it was validated. One that nobody
validated leaves open what it says, for cameras and editors write them too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hegui.label.aigc import AigcLabel
from hegui.label.generators import names_a_generator
from hegui.label.reading import Reading, Trace
from hegui.label.standing import Standing, labels

__all__ = ["Category", "Evidence", "Upload", "decide", "platform_label"]

Category = Literal["confirmed", "possible", "suspected", "nothing_found", "cannot_tell"]
"""属于, 可能, 疑似; nothing found; not to be told."""

ATTRIBUTE: dict[Category, Literal["1", "2", "3"]] = {"confirmed": "1", "possible": "2", "suspected": "3"}

GENERATED_TYPES = ("trainedalgorithmicmedia", "compositesynthetic")
"""Ends of the IPTC digital source types that say generated, or in part; http://cv.iptc.org/newscodes/digitalsourcetype/."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing an answer rests on.

    Attributes:
        kind: "label", "declaration", "explicit_text", "c2pa", "iptc_source_type", "generator", "parameters", "broken_label",
            "several_labels", "gap".
        place: where in the file, "" where nowhere.
        detail: what it says.
        supports: the category it speaks for.
    """

    kind: str
    place: str
    detail: str
    supports: Category


@dataclass(frozen=True, slots=True)
class Upload:
    """The answer for one file.

    Attributes:
        category: the strongest that the evidence supports.
        evidence: everything found, strongest first.
        label: the label that stands in the file, None where there is none or several.
    """

    category: Category
    evidence: tuple[Evidence, ...]
    label: AigcLabel | None = None

    @property
    def attribute(self) -> Literal["1", "2", "3"] | None:
        """The value of `Label` the platform writes where no label stands; None where it writes none."""
        return ATTRIBUTE.get(self.category)


_ORDER: tuple[Category, ...] = ("confirmed", "possible", "suspected", "cannot_tell", "nothing_found")


def decide(reading: Reading, *, declared: bool | None = None, valid_c2pa: str | None = None) -> Upload:
    """The answer for a file.

    Args:
        reading: what its codec found, explicit text included where somebody looked for it.
        declared: whether the user said that it is generated; None when nobody asked.
        valid_c2pa: the digital source type a validated C2PA manifest states; None where none was validated.
    """
    standing = labels(reading)
    evidence = [piece for one in standing for piece in _of_label(one)]
    if len(standing) > 1 and len({one.spelt.label for one in standing}) > 1:
        evidence.append(Evidence("several_labels", standing[1].candidate.place, str(len(standing)), "suspected"))
    if valid_c2pa is not None:
        supports: Category = "confirmed" if _says_generated(valid_c2pa) else "nothing_found"
        evidence.append(Evidence("c2pa", "", valid_c2pa, supports))
    if declared:
        evidence.append(Evidence("declaration", "", "", "possible"))
    passed_over = ("other", "c2pa") if valid_c2pa is not None else ("other",)
    evidence += [_of_trace(trace) for trace in reading.traces if trace.kind not in passed_over]
    evidence += [Evidence("gap", gap.place, gap.reason, "cannot_tell") for gap in reading.gaps]
    evidence.sort(key=lambda piece: _ORDER.index(piece.supports))
    category = evidence[0].supports if evidence else "nothing_found"
    return Upload(category, tuple(evidence), standing[0].spelt.label if len(standing) == 1 else None)


def platform_label(upload: Upload, propagator: str, propagate_id: str, *, reserved: str = "") -> AigcLabel | None:
    """The label the platform writes into the file; None where article 6 asks for none.

    A label that stands keeps its producer's elements. Where there was none, who produced is not known: the platform's code goes
    into both places, as at every first write (Annex E note 1), and its 23rd character 2 says that a propagator wrote it. That
    is our reading; the standard has no value for an unknown producer.
    """
    if upload.attribute is None:
        return None
    if upload.label is not None:
        return upload.label.propagated(propagator, propagate_id, reserved=reserved)
    return AigcLabel(upload.attribute, propagator, propagate_id, "", propagator, propagate_id, reserved)


def _of_label(one: Standing) -> Sequence[Evidence]:
    place, said = one.candidate.place, one.spelt.label.attribute
    broken = [finding.kind for finding in one.spelt.findings if finding.grade == "fault"]
    known: dict[str, Category] = {"1": "confirmed", "2": "possible", "3": "suspected"}
    digit = re.fullmatch(r"\W*0*([123])(?:\.0)?\W*", unicodedata.normalize("NFKC", said[:60]))
    if digit is None:
        return [Evidence("broken_label", place, said[:60], "suspected")]
    pieces = [Evidence("label", place, said, known[digit[1]])]
    broken += [] if said in known else ["attribute.unknown"]
    if broken:
        pieces.append(Evidence("broken_label", place, ", ".join(dict.fromkeys(broken)), "suspected"))
    return pieces


def _of_trace(trace: Trace) -> Evidence:
    """Traces are suspicions, whatever they say: none of them has been validated. A manifest nobody opened is not even that."""
    if trace.kind == "c2pa":
        return Evidence(trace.kind, trace.place, trace.detail, "cannot_tell")
    if trace.kind == "iptc_source_type" and not _says_generated(trace.detail):
        return Evidence(trace.kind, trace.place, trace.detail, "nothing_found")
    if trace.kind == "generator" and not names_a_generator(trace.detail):
        return Evidence(trace.kind, trace.place, trace.detail, "nothing_found")
    return Evidence(trace.kind, trace.place, trace.detail, "suspected")


def _says_generated(source_type: str) -> bool:
    return source_type.rstrip("/").lower().endswith(GENERATED_TYPES)
