"""What changed for a service between two days, as a memo and as plain values (法规变化)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from hegui.law.changes import Changes, DraftWatch, ProvisionChange
from hegui.law.citation import article_text, title_text
from hegui.law.developments import Development
from hegui.law.memo.comparing import confidence_text, footer, headed
from hegui.law.memo.words import INDENT, joined
from hegui.law.periods import Period
from hegui.law.plain import plain_words
from hegui.law.version_events import Event
from hegui.locale import message

__all__ = ["changes_lines", "plain_changes"]


def changes_lines(found: Changes, lang: str) -> Iterator[str]:
    """Day by day what changed, how the answers stand at both ends, then what to watch."""
    yield message("law.changes.title", lang, after=found.after, upto=found.upto)
    if not found.days:
        yield message("law.changes.nothing", lang)
    for day, events in found.days.items():
        yield ""
        yield str(day)
        for _, group in groupby(events, key=lambda e: (e.instrument.key, e.kind)):
            yield from _events(list(group), lang)
    turned = [line for one in found.concerning for line in _turned(one, lang)]
    yield from headed("law.changes.turned", turned, lang)
    yield from headed("law.changes.drafts", [line for one in found.drafts for line in _draft(one, lang)], lang)
    yield from headed("law.changes.news", [line for one in found.news for line in _news(one, lang)], lang)
    yield ""
    yield footer(found.book, lang)


def plain_changes(found: Changes) -> dict[str, Any]:
    """The window, its days, both ends of every provision that changed, and the watch items."""
    return {
        "service": found.profile.service,
        "after": found.after,
        "upto": found.upto,
        "law_digest": found.book.digest,
        "days": [{"day": day, "events": [_plain_event(e) for e in events]} for day, events in found.days.items()],
        "provisions": [_plain_change(one) for one in found.provisions],
        "watch": {
            "drafts": [_plain_draft(one) for one in found.drafts],
            "news": [_plain_news(one) for one in found.news],
        },
    }


def _events(events: Sequence[Event], lang: str) -> Iterator[str]:
    """Events of one kind, on one day, in one instrument."""
    first = events[0]
    what = message(f"law.changes.kind.{first.kind}", lang)
    yield f"{INDENT}{title_text(first.instrument, lang)} — {what}"
    for event in events:
        yield INDENT * 2 + _event(event, lang)


def _event(event: Event, lang: str) -> str:
    article = article_text(event.instrument, event.version.article, lang)
    if event.kind == "renumbered" and event.before:
        before = article_text(event.instrument, event.before.article, lang)
        article = message("law.changes.renumbered", lang, before=before, now=article)
    if event.kind == "published":
        article = message("law.changes.effective", lang, article=article, effective=event.version.span.effective or "–")
    remarkable = event.manner not in (None, "with_instrument")
    manner = message(f"law.changes.manner.{event.manner}", lang) if remarkable else ""
    provision = event.provision
    confidence = confidence_text(provision.confidence, lang)
    return f"{provision.id}  {article}  {provision.title.text(lang)}{manner} [{confidence}]"


def _turned(one: ProvisionChange, lang: str) -> Iterator[str]:
    before, after = one.before.outcome, one.after.outcome
    if before == after:
        return
    yield message(
        "law.changes.turn",
        lang,
        id=one.provision.id,
        title=one.provision.title.text(lang),
        before=message(f"law.outcome.{before}", lang),
        after=message(f"law.outcome.{after}", lang),
    )
    if after == "unclear":
        yield INDENT + message("law.changes.open", lang, facts=joined((*one.after.missing, *one.after.unclear), lang))


def _draft(one: DraftWatch, lang: str) -> Iterator[str]:
    seen = dict.fromkeys((event.day, event.kind) for event in one.events)
    dated = joined((f"{day} {message(f'law.changes.kind.{kind}', lang)}" for day, kind in seen), lang)
    state = message("law.changes.pending" if one.pending else "law.changes.replaced", lang)
    yield f"{title_text(one.instrument, lang)} — {joined(filter(None, (dated, state)), lang)}"
    if one.pending and one.near:
        yield INDENT + message("law.changes.near", lang, provisions=joined((p.id for p in one.near), lang))


def _news(one: Development, lang: str) -> Iterator[str]:
    dated = joined((f"{message(f'law.changes.of.{d.of}', lang)} {_period(d.on, lang)}" for d in one.dates), lang)
    note = message("law.changes.date_note", lang, note=one.date_note.text(lang)) if one.date_note else ""
    kind, confidence = message(f"law.changes.news_kind.{one.kind}", lang), confidence_text(one.confidence, lang)
    what = one.what.text(lang)
    yield message("law.changes.news_line", lang, dated=dated + note, kind=kind, what=what, confidence=confidence)
    yield INDENT + one.note.text(lang)
    yield INDENT + message("law.changes.verification", lang, verification=one.verification.text(lang))


def _period(period: Period, lang: str) -> str:
    """A day or month as written; from one to another, or with an open side, in words."""
    begin, slash, end = period.written.partition("/")
    if not slash:
        return period.written
    key = "between" if begin and end else "since" if begin else "until"
    return message(f"law.changes.{key}", lang, begin=begin, end=end)


def _plain_event(event: Event) -> dict[str, Any]:
    return {
        "day": event.day,
        "kind": event.kind,
        "id": event.provision.id,
        "instrument": event.instrument.key,
        "article": event.version.article,
        "article_before": event.before.article if event.before else None,
        "effective": event.version.span.effective,
        "manner": event.manner,
    }


def _plain_change(one: ProvisionChange) -> dict[str, Any]:
    return {
        "id": one.provision.id,
        "concerns": one.concerns,
        "before": {
            "outcome": one.before.outcome,
            "standing": one.before.timing.standing,
            "turn": one.before.timing.turn,
        },
        "after": {"outcome": one.after.outcome, "standing": one.after.timing.standing, "turn": one.after.timing.turn},
        "missing": list(one.after.missing),
        "unclear": list(one.after.unclear),
        "events": [_plain_event(event) for event in one.events],
    }


def _plain_draft(one: DraftWatch) -> dict[str, Any]:
    seen = dict.fromkeys((event.day, event.kind) for event in one.events)
    return {
        "instrument": one.instrument.key,
        "title": plain_words(one.instrument.title),
        "pending": one.pending,
        "near": [provision.id for provision in one.near],
        "superseded_by": one.instrument.superseded_by,
        "events": [{"day": day, "kind": kind} for day, kind in seen],
    }


def _plain_news(one: Development) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "dates": [{"of": d.of, "on": d.on.written} for d in one.dates],
        "date_note": plain_words(one.date_note),
        "what": plain_words(one.what),
        "note": plain_words(one.note),
        "instruments": list(one.instruments),
        "confidence": one.confidence,
        "verification": plain_words(one.verification),
    }
