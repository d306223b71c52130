"""Say an assessment in sentences that a lawyer can paste into a memo (法律意见文字).

Knows the order of a memo: law in time, sanctions one by one, fine, persons, measures, hand-over, rules, result. Knows no law and
decides nothing: every word comes from the assessment, every sentence from the catalogue of the language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from hegui.kernel.logic import Verdict
from hegui.law.sanction_amounts import Band, Contest
from hegui.law.sanction_data import Chain, PersonPenalty, Tier
from hegui.law.sanction_findings import Finding
from hegui.law.sanction_money import band_text, custody_text, fine_text
from hegui.law.sanction_names import AUTHORITIES, CIRCUMSTANCES, LAWS, MEASURES, RANKS, ROLES, STAGES
from hegui.law.sanctions import Assessment, Handover, Measure, Reading
from hegui.law.spans import Span
from hegui.locale import message

__all__ = ["explain", "explain_chain"]

_INDENT = "  "


def explain(assessment: Assessment, lang: str) -> list[str]:
    """The assessment as lines in `lang`, "zh" or "en", indented by two spaces for each step down the tree."""
    breach = assessment.breach
    decided = message("sanction.decided", lang, day=breach.decided_on) if breach.decided_on else _say("undecided", lang)
    return [
        message("sanction.title", lang, codes=_list(breach.codes, lang), act=breach.act_on, decided=decided),
        _say("law", lang),
        _INDENT + _say("same_law" if assessment.law_settled is Verdict.HOLDS else "changed_law", lang),
        *(line for reading in assessment.readings for line in _reading(reading, lang)),
        *(_rules(assessment, lang) if assessment.outcome != "no_sanction" else ()),
        _result(assessment, lang),
    ]


def explain_chain(chain: Chain, lang: str) -> list[str]:
    """A chain as lines: the breach and its outcome, then each route step by step."""
    head = message(
        "sanction.chain",
        lang,
        id=chain.id,
        breach=chain.breach.text(lang),
        outcome=chain.outcome.text(lang),
        confidence=_say(f"confidence.{chain.confidence}", lang),
    )
    steps = (
        _INDENT
        + ("→ " if number else "· ")
        + message("sanction.step", lang, cites=_list(step.cites, lang), does=step.does.text(lang))
        for route in chain.routes
        for number, step in enumerate(route)
    )
    return [head, *steps]


def _reading(reading: Reading, lang: str) -> Iterator[str]:
    yield message("sanction.reading", lang, day=reading.day, of=_say(f"of.{reading.of}", lang))
    for finding in reading.findings:
        yield from (_INDENT + line for line in _finding(finding, lang))
    yield _INDENT + (_entity(reading.fine, lang) if reading.fine else _say("no_fine", lang))
    for role, found in reading.persons:
        yield _INDENT + message("sanction.person", lang, role=ROLES[role].text(lang), band=_maybe(found.band, lang))
    yield from (_INDENT + line for line in _measures(reading.measures, lang))
    yield from (_INDENT + _handover(one, lang) for one in reading.handover)
    if any(one.truth is not Verdict.FAILS for one in reading.handover):
        yield _INDENT + _say("offset", lang)
    yield from (_INDENT + line for one in reading.foreign for line in _foreign(one, lang))


def _finding(finding: Finding, lang: str) -> Iterator[str]:
    sanction = finding.sanction
    is_handover = sanction.rank in ("criminal", "public_security") and finding.standing == "applies"
    standing = _say("stands.in_force" if is_handover else f"stands.{finding.standing}", lang)
    if finding.because:
        standing = message("sanction.because", lang, standing=standing, codes=_list(finding.because, lang))
    rank = RANKS[sanction.rank].text(lang)
    yield message(
        "sanction.standing", lang, code=sanction.id, basis=sanction.basis.text(lang), rank=rank, standing=standing
    )
    if sanction.residual:
        yield _INDENT + message(
            "sanction.tried_first", lang, laws=_list([LAWS[one].text(lang) for one in sanction.tried_first], lang)
        )
    if finding.version is not None and finding.truth is not Verdict.FAILS:
        yield from (_INDENT + line for line in _version(finding, lang))
    if sanction.note and finding.truth is not Verdict.FAILS:
        yield _INDENT + sanction.note.text(lang)


def _version(finding: Finding, lang: str) -> Iterator[str]:
    version, authorities = finding.version, finding.sanction.authorities
    if version is None:
        return
    who = (
        _list([AUTHORITIES[one].text(lang) for one in authorities.who], lang) if authorities else _say("unknown", lang)
    )
    yield message(
        "sanction.source",
        lang,
        authority=who,
        span=_span(version.span, lang),
        source=version.source.text(lang),
        confidence=_say(f"confidence.{version.confidence}", lang),
    )
    if finding.by_authority is Verdict.FAILS:
        yield _say("other_authority", lang)
    if not version.tiers:
        yield version.wording.text(lang)
    for tier, truth in finding.tiers:
        yield message(
            "sanction.tier",
            lang,
            stage=_stage(tier, lang),
            reached=_say(f"reached.{truth.value}", lang),
            what=_tier(tier, lang),
        )
    if version.missing:
        lacks = _list([_say(f"lacks.{one}", lang) for one in sorted(version.missing)], lang)
        yield message("sanction.incomplete", lang, missing=lacks)


def _stage(tier: Tier, lang: str) -> str:
    limits = [one for one in (_list(tier.articles, lang), tier.basis) if one]
    return STAGES[tier.stage].words.text(lang) + (f" [{_say('list_of_words', lang).join(limits)}]" if limits else "")


def _tier(tier: Tier, lang: str) -> str:
    parts = [MEASURES[name].text(lang) for name in tier.measures]
    parts += [fine_text(tier.fine, lang)] if tier.fine else []
    parts += [text for person in tier.persons for text in _person(person, lang)]
    parts += [custody_text(tier.custody, lang)] if tier.custody else []
    return _say("list_of_words", lang).join(parts) or message("sanction.fine.nothing", lang)


def _person(person: PersonPenalty, lang: str) -> Iterator[str]:
    role = ROLES[person.role].text(lang)
    if person.fine:
        yield message("sanction.fine.persons", lang, role=role, amount=fine_text(person.fine, lang))
    if person.ban:
        yield message("sanction.fine.ban", lang, role=role)


def _entity(found: Contest, lang: str) -> str:
    only = found.winner or (found.contenders[0] if len(found.contenders) == 1 else None)
    rests = message("sanction.winner", lang, code=only) if only else None
    open_between = message("sanction.no_winner", lang, codes=_list(found.contenders, lang))
    return _fine_line(found.band, lang) + _gap(lang) + (rests or open_between)


def _fine_line(band: Band, lang: str) -> str:
    return message("sanction.entity", lang, band=_maybe(band, lang))


def _maybe(band: Band, lang: str) -> str:
    """The band, and whether there need be a fine at all."""
    text = band_text(band, lang)
    if band.optional is Verdict.FAILS:
        return text
    return message("sanction.optional" if band.optional is Verdict.HOLDS else "sanction.perhaps", lang, band=text)


def _measures(measures: Iterable[Measure], lang: str) -> Iterator[str]:
    found = tuple(measures)
    for key, truth in (("measures", Verdict.HOLDS), ("possible", Verdict.UNKNOWN)):
        listed = [_with_codes(one, lang) for one in found if one.truth is truth]
        if listed:
            yield message(f"sanction.{key}", lang, list=_say("list_of_words", lang).join(listed))


def _with_codes(one: Measure, lang: str) -> str:
    return message("sanction.with_codes", lang, measure=MEASURES[one.name].text(lang), codes=_list(one.codes, lang))


def _handover(one: Handover, lang: str) -> str:
    sanction = one.finding.sanction
    ranges = dict.fromkeys(
        custody_text(t.custody, lang) for t, truth in one.tiers if t.custody and truth is not Verdict.FAILS
    )
    custody = "".join(message("sanction.custody", lang, range=text) for text in ranges)
    reached = _say(f"reached.{one.truth.value}", lang)
    return message(
        "sanction.handover", lang, code=sanction.id, basis=sanction.basis.text(lang), reached=reached, custody=custody
    )


def _foreign(finding: Finding, lang: str) -> Iterator[str]:
    if finding.fine:
        sanction = finding.sanction
        band = _maybe(finding.fine.overall, lang)
        yield message("sanction.foreign", lang, code=sanction.id, basis=sanction.basis.text(lang), band=band)


def _rules(assessment: Assessment, lang: str) -> Iterator[str]:
    """The general rules; they are about administrative penalties only."""
    yield _one_fine(assessment, lang)
    yield from _leniency(assessment, lang)
    yield _limitation(assessment, lang)


def _one_fine(assessment: Assessment, lang: str) -> str:
    rule = assessment.one_fine
    if rule is None:
        return _say("no_one_fine", lang)
    confidence = _say(f"confidence.{rule.confidence}", lang)
    return message(
        "sanction.one_fine", lang, wording=rule.wording.text(lang), basis=rule.basis.text(lang), confidence=confidence
    )


def _leniency(assessment: Assessment, lang: str) -> Iterator[str]:
    yield _say("leniency_head", lang)
    if not assessment.leniency:
        yield _INDENT + _say("no_leniency", lang)
    for one in assessment.leniency:
        asked = _list([CIRCUMSTANCES[name].text(lang) for name in one.missing], lang)
        yield _INDENT + message(
            "sanction.leniency",
            lang,
            words=one.ground.words.text(lang),
            basis=one.rule.basis.text(lang),
            truth=_say(f"truth.{one.truth.value}", lang),
            missing=message("sanction.missing", lang, list=asked) if asked else "",
        )


def _limitation(assessment: Assessment, lang: str) -> str:
    found = assessment.limitation
    if found.rule is None or found.last_days is None:
        return _say("no_limitation", lang)
    first, second = found.last_days
    days = str(first) if first == second else message("sanction.days", lang, first=first, second=second)
    truth = _say(f"expired.{found.expired.value}", lang)
    return message("sanction.limitation", lang, basis=found.rule.basis.text(lang), truth=truth, days=days)


def _result(assessment: Assessment, lang: str) -> str:
    parts = [message("sanction.result", lang, outcome=_say(f"outcome.{assessment.outcome}", lang))]
    parts += [_fine_line(assessment.fine, lang)] if assessment.fine else []
    parts += [_say("some_without", lang)] if assessment.some_without_fine else []
    return _gap(lang).join(parts)


def _gap(lang: str) -> str:
    """Between sentences: a space in English, nothing in Chinese."""
    return "" if lang == "zh" else " "


def _span(span: Span, lang: str) -> str:
    """The first and the last day of force, both included."""
    if span.effective is None:
        return _say("no_day", lang)
    if span.until is None:
        return message("sanction.since", lang, first=span.effective)
    return message("sanction.between", lang, first=span.effective, last=span.until - timedelta(days=1))


def _say(key: str, lang: str) -> str:
    return message(f"sanction.{key}", lang)


def _list(items: Iterable[str], lang: str) -> str:
    return _say("list", lang).join(items)
