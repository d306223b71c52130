"""Which provisions apply to a service and why, as OSCAL assessment results (适用性判断结果).

Knows that OSCAL's findings say `satisfied` or `not-satisfied`, and that the law alone tells neither: whether a duty is met takes
measures and evidence. So there are observations only, one for each provision, of our own type `applicability`, and no finding.
`unclear` has no place in a finding either; here it stands with what is missing and with the condition that is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hegui.law.assessment import Answer, Assessment
from hegui.law.exports.oscal_profile import applicability_props
from hegui.law.exports.oscal_service import (
    assessment_props,
    assessment_uuid,
    facts_behind,
    reason,
    service_name,
    shown_value,
)
from hegui.law.exports.oscal_terms import Json, Lang, given, identifier, instant, line, metadata, prop
from hegui.law.expression import written
from hegui.law.words import Words

__all__ = ["oscal_results"]

REMARKS = Words(
    "本文件只说明条款是否适用及其理由，不说明义务是否已经履行，因此没有“满足”或者“不满足”的结论。",
    "This document says whether provisions apply and why. It does not say whether a duty is met, and therefore holds no finding "
    "that anything is satisfied or not satisfied.",
)
STATUS = Words("服务画像没有陈述运行状态。", "The profile does not state whether the service is in operation.")
PLAN = Words(
    "没有单独的评估计划：每一条款的适用条件按服务画像中陈述的事实逐一求值。",
    "There is no separate assessment plan: the condition of every provision is evaluated on the facts that the service profile "
    "states.",
)
SERVICE = Words(
    "服务画像所描述的服务；属性列出已陈述的事实。",
    "The service that the profile describes; its properties list the facts stated.",
)


def oscal_results(assessment: Assessment, lang: Lang, *, at: datetime, catalog: str) -> Json:
    """The assessment-results document, `{"assessment-results": …}`, with an observation for every provision of the law.

    Args:
        at: the instant of the export, with a zone; the observations are `collected` then.
        catalog: where the catalog document of the same law lies, as links should refer to it.
    """
    uuid = assessment_uuid("results", assessment, lang)
    plan = identifier(uuid, "plan")
    return {
        "assessment-results": {
            "uuid": uuid,
            "metadata": metadata(
                _title(assessment), lang, assessment.book.digest, at, assessment_props(assessment), REMARKS.text(lang)
            ),
            "import-ap": {"href": f"#{plan}", "remarks": PLAN.text(lang)},
            "results": [_result(assessment, lang, at, catalog, uuid)],
            "back-matter": {"resources": [{"uuid": plan, "description": PLAN.text(lang)}]},
        }
    }


def _title(assessment: Assessment) -> Words:
    zh, en = service_name(assessment, "zh"), service_name(assessment, "en")
    return Words(f"{zh}：{assessment.as_of}的适用性判断", f"{en}: which provisions apply on {assessment.as_of}")


def _result(assessment: Assessment, lang: Lang, at: datetime, catalog: str, uuid: str) -> Json:
    service = identifier(uuid, "service")
    answers = assessment.answers.values()
    return given(
        {
            "uuid": identifier(uuid, "result"),
            "title": line(_title(assessment).text(lang)),
            "description": REMARKS.text(lang),
            "start": instant(at),
            "props": list(_counts(assessment)),
            "local-definitions": {"components": [_service(assessment, lang, service)]},
            "reviewed-controls": {"control-selections": [_reviewed(list(assessment.answers))]},
            "observations": [_observation(assessment, one, lang, at, catalog, uuid, service) for one in answers],
        }
    )


def _counts(assessment: Assessment) -> Iterator[Json]:
    yield prop("law-digest", assessment.book.digest)
    yield from assessment_props(assessment)
    for outcome in ("applies", "unclear", "does_not_apply", "not_in_force"):
        count = sum(one.outcome == outcome for one in assessment.answers.values())
        yield prop("count", str(count), kind=outcome)


def _reviewed(identifiers: list[str]) -> Json:
    if not identifiers:
        return {"include-all": {}}
    return {"include-controls": [{"control-id": one} for one in identifiers]}


def _service(assessment: Assessment, lang: Lang, uuid: str) -> Json:
    return given(
        {
            "uuid": uuid,
            "type": "service",
            "title": line(service_name(assessment, lang)),
            "description": SERVICE.text(lang),
            "props": [*_facts(assessment, lang), *_readings(assessment)],
            "status": {"state": "other", "remarks": STATUS.text(lang)},
        }
    )


def _facts(assessment: Assessment, lang: Lang) -> Iterator[Json]:
    """What was stated, with its question, source, day and note; then what was stated to be unknown."""
    facts = assessment.book.facts
    for name, stated in assessment.profile.stated.items():
        told = (facts[name].question.text(lang), stated.source, stated.on and stated.on.isoformat(), stated.note)
        yield prop("fact", shown_value(stated.value), kind=name, remarks=" · ".join(one for one in told if one))
    for name in sorted(assessment.profile.open):
        yield prop("fact", "unknown", kind=name, remarks=facts[name].question.text(lang))


def _readings(assessment: Assessment) -> Iterator[Json]:
    for name, one in assessment.profile.readings.items():
        told = (one.by, one.on and one.on.isoformat())
        yield prop("adopted-reading", one.taken, kind=name, remarks=" · ".join(part for part in told if part))


def _observation(
    assessment: Assessment, answer: Answer, lang: Lang, at: datetime, catalog: str, uuid: str, service: str
) -> Json:
    provision = answer.provision
    return {
        "uuid": identifier(uuid, provision.id),
        "title": line(f"{provision.id} {provision.title.text(lang)}"),
        "description": reason(answer, lang),
        "props": list(_observed(assessment, answer, lang)),
        "links": [{"href": f"{catalog}#{provision.id}", "rel": "related"}],
        "methods": ["EXAMINE"],
        "types": ["applicability"],
        "subjects": [{"subject-uuid": service, "type": "component"}],
        "collected": instant(at),
    }


def _observed(assessment: Assessment, answer: Answer, lang: Lang) -> Iterator[Json]:
    """The control, the outcome and what it rests on: dates, facts used and missing, questions of law, exceptions."""
    yield prop("control-id", answer.provision.id)
    yield from (_asked(assessment, one, lang) for one in applicability_props(answer))
    yield prop("standing", answer.timing.standing)
    if answer.timing.turn is not None:
        yield prop("turn", answer.timing.turn.isoformat())
    if answer.counts:
        yield prop("condition", written(answer.condition))
        yield from _used(assessment, answer)
        yield from (
            prop("exception", one.verdict.name.lower(), kind=f"exc.{count}", remarks=one.exemption.words.text(lang))
            for count, one in enumerate(answer.exceptions, 1)
        )


def _asked(assessment: Assessment, found: Json, lang: Lang) -> Json:
    """A missing fact or question of law together with how it is asked."""
    book = assessment.book
    if found["name"] == "missing-fact":
        return {**found, "remarks": book.facts[found["value"]].question.text(lang)}
    if found["name"] == "question-of-law":
        return {**found, "remarks": book.uncertainties[found["value"]].question.text(lang)}
    return found


def _used(assessment: Assessment, answer: Answer) -> Iterator[Json]:
    stated = assessment.profile.stated
    for name in facts_behind(assessment, answer.condition):
        if name in stated:
            yield prop("fact", shown_value(stated[name].value), kind=name)
