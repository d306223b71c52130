"""The provisions that a service has to reckon with on a day, as an OSCAL profile over the catalog (适用条款选集).

Knows that what applies is selected, and so is what is unclear: leaving it out would say that it does not apply. Each selected
control gets a property `applicability`, `applies` or `unclear`; an unclear one also names the missing facts, the questions of
law and the condition that is left. What does not apply or is not in force is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hegui.law.assessment import Answer, Assessment
from hegui.law.exports.oscal_service import assessment_props, assessment_uuid, service_name
from hegui.law.exports.oscal_terms import Json, Lang, metadata, prop, props
from hegui.law.expression import written
from hegui.law.words import Words

__all__ = ["applicability_props", "oscal_profile"]

REMARKS = Words(
    "所选条款为适用的条款和适用与否不明确的条款，后者以属性 applicability 标明，不等于适用。",
    "Selected are the provisions that apply and those of which it is unclear; the property applicability tells them apart, and "
    "unclear does not mean that they apply.",
)


def oscal_profile(assessment: Assessment, lang: Lang, *, at: datetime, catalog: str) -> Json:
    """The profile document, `{"profile": …}`.

    Args:
        at: the instant of the export, with a zone.
        catalog: where the catalog document of the same law lies, as the profile should refer to it.
    """
    selected = [one for one in assessment.answers.values() if one.outcome in ("applies", "unclear")]
    service = Words(service_name(assessment, "zh"), service_name(assessment, "en"))
    title = Words(f"{service.zh}：{assessment.as_of}适用的条款", f"{service.en}: provisions on {assessment.as_of}")
    profile: Json = {
        "uuid": assessment_uuid("profile", assessment, lang),
        "metadata": metadata(
            title, lang, assessment.book.digest, at, assessment_props(assessment), remarks=REMARKS.text(lang)
        ),
        "imports": [{"href": catalog, **_selection(assessment, [one.provision.id for one in selected])}],
        "merge": {"as-is": True},
    }
    if selected:
        profile["modify"] = {"alters": [_alteration(one) for one in selected]}
    return {"profile": profile}


def applicability_props(answer: Answer) -> Iterator[Json]:
    """The outcome, and for an unclear one all that it depends on."""
    yield prop("applicability", answer.outcome)
    if answer.outcome == "unclear":
        yield from props("missing-fact", answer.missing)
        yield from props("question-of-law", answer.unclear)
        yield prop("residual", written(answer.residual))


def _selection(assessment: Assessment, identifiers: list[str]) -> Json:
    """A selection by id; selecting nothing is said by taking all and leaving all out, for no list may be empty."""
    if identifiers:
        return {"include-controls": [{"with-ids": identifiers}]}
    return {"include-all": {}, "exclude-controls": [{"with-ids": list(assessment.answers)}]}


def _alteration(answer: Answer) -> Json:
    return {
        "control-id": answer.provision.id,
        "adds": [{"position": "ending", "props": list(applicability_props(answer))}],
    }
