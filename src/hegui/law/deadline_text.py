"""Say a deadline's answer in Chinese or English.

Knows wordings; decides nothing. The words are made from the answer's tree; whatever it rests on (dates, figure, source,
confidence, rules of counting, assumptions) is said, so that the lines can be pasted into a memo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import assert_never

from hegui.law.counting import Reckoning, StepKind
from hegui.law.deadline_data import CountingRule, Kind, Term, Unit
from hegui.law.deadlines import (
    Answer,
    Between,
    Fixed,
    NotBinding,
    Paused,
    Reason,
    Soon,
    UntilEvent,
    careful_end,
)
from hegui.law.provenance import Provenance
from hegui.law.words import Words

__all__ = ["explain"]

_KINDS: Mapping[Kind, Words] = {
    "due": Words("最迟于{end}前完成", "to be done by {end}"),
    "keep": Words("至少保存至{end}", "to be kept until {end} at least"),
    "recurs": Words("最迟于{end}前再次完成", "to be done again by {end}"),
    "lapse": Words("{end}届满", "lapses at {end}"),
    "before": Words("应在事件之前完成", "to be done before the event"),
    "soon": Words("自行设定：{end}", "own choice: {end}"),
}
_UNITS: Mapping[Unit, tuple[str, str, str]] = {
    "minute": ("分钟", "minute", "minutes"),
    "hour": ("小时", "hour", "hours"),
    "natural_day": ("日", "day", "days"),
    "working_day": ("个工作日", "working day", "working days"),
    "month": ("个月", "month", "months"),
    "year": ("年", "year", "years"),
    "calendar_year": ("个自然年度（至年末）", "calendar year, to its end", "calendar years, to the end of the last"),
}
_REASONS: Mapping[Reason, Words] = {
    Reason.UNPUBLISHED_YEAR: Words(
        "期间跨入国务院尚未公布节假日安排的年份，末日只能给出范围",
        "it runs into a year whose working days have not been announced",
    ),
    Reason.SEVERAL_READINGS: Words("条文有不同理解", "the text can be read in several ways"),
    Reason.ROLL_UNCLEAR: Words(
        "末日为休息日时是否顺延不明确", "whether an end on a day off moves to a working day is unclear"
    ),
    Reason.HOUR_UNKNOWN: Words("事件发生的时刻未给出", "the hour of the event was not given"),
    Reason.DRAFT: Words("仅见于征求意见稿，从未生效", "only in a draft, which never took effect"),
    Reason.EFFECT_UNKNOWN: Words(
        "施行日未查明，是否适用不明确", "its day of effect is not known to us, so whether it binds is unclear"
    ),
    Reason.NOT_YET_IN_FORCE: Words("事件发生时尚未施行", "not yet in force on the day of the event"),
    Reason.NO_LONGER_IN_FORCE: Words("事件发生时已失效", "no longer in force on the day of the event"),
    Reason.NOT_YET_PUBLISHED: Words("在所问之日尚未公布", "not yet published on the day asked about"),
}
_STEPS: Mapping[StepKind, Words] = {
    StepKind.WEEKEND: Words("周末", "weekend"),
    StepKind.HOLIDAY: Words("放假", "holiday"),
    StepKind.PAUSED: Words("中止", "paused"),
    StepKind.MAKE_UP: Words("调休上班", "made-up working day"),
    StepKind.NO_SUCH_DAY: Words("该月无对应日，取月末日", "the month has no such day, its last day is taken"),
    StepKind.ROLLED: Words("顺延", "moved to the next working day"),
    StepKind.ASSUMED_WORKING: Words("未公布，按工作日计", "not announced, taken as working"),
    StepKind.ASSUMED_REST: Words("未公布，按休息日计", "not announced, taken as a day off"),
}
_CONFIDENCE = {
    "verified": Words("已核原文", "verified in the text"),
    "secondary": Words("据转述", "from a secondary source"),
    "own_knowledge": Words("自有知识，未核", "own knowledge, not checked"),
}


def explain(answer: Answer, lang: str) -> list[str]:
    """The answer in lines, in "zh" or "en"."""
    return list(_Teller(lang).lines(answer))


class _Teller:
    """Makes lines in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def say(self, zh: str, en: str) -> str:
        return Words(zh, en).text(self.lang)

    def lines(self, answer: Answer) -> Iterator[str]:
        deadline = answer.deadline
        event = self.when(answer.event)
        yield f"{deadline.id} {deadline.title.text(self.lang)}"
        if deadline.is_authority:
            yield self.say("此为主管机关的期限。", "This is the authority's clock, not the operator's.")
        yield self.say(f"事件：{event}", f"Event: {event}")
        yield from self.outcome(answer)
        if answer.version is not None:
            yield self.basis(answer.version.provenance)
        for rule in answer.rules:
            yield self.rule(rule)

    def outcome(self, answer: Answer) -> Iterator[str]:
        """What follows, in its own lines."""
        kind = answer.deadline.kind
        match answer.outcome:
            case Fixed(end):
                yield from self.fixed(kind, end)
            case Between() as between:
                yield from self.between(kind, between, careful_end(answer) or between.earliest)
            case UntilEvent():
                yield self.say(
                    "应在该事件发生之前完成，没有宽限。", "To be done before that event; there is no time after it."
                )
            case Paused(since):
                yield self.say(
                    f"自{self.when(since)}起中止，期限未定。", f"Paused since {self.when(since)}; it has no end yet."
                )
            case NotBinding(reason):
                unclear = reason is Reason.EFFECT_UNKNOWN
                told = self.say("不明确：", "Unclear: ") if unclear else self.say("不适用：", "Does not bind: ")
                yield told + _REASONS[reason].text(self.lang)
            case Soon() as soon:
                yield from self.soon(soon)
            case other:
                assert_never(other)

    def fixed(self, kind: Kind, end: Reckoning) -> Iterator[str]:
        yield self.term(end.term)
        yield _KINDS[kind].text(self.lang).format(end=self.end(end))
        yield from self.steps(end)

    def between(self, kind: Kind, between: Between, careful: Reckoning) -> Iterator[str]:
        earliest, latest = between.earliest, between.latest
        for term in dict.fromkeys((earliest.term, latest.term)):
            yield self.term(term)
        first, last = self.end(earliest), self.end(latest)
        yield self.say(f"末日在{first}与{last}之间。", f"Its end lies between {first} and {last}.")
        yield self.say("稳妥起见：", "To be safe: ") + _KINDS[kind].text(self.lang).format(end=self.end(careful))
        for reason in between.reasons:
            yield self.say("原因：", "Because ") + _REASONS[reason].text(self.lang)
        for name, end in ((self.say("最早：", "Earliest:"), earliest), (self.say("最晚：", "Latest:"), latest)):
            if end.steps:
                yield name
                yield from self.steps(end)

    def soon(self, soon: Soon) -> Iterator[str]:
        word = soon.word.text(self.lang)
        yield self.say(f"条文用语：“{word}”，没有数字期限。", f"The text says “{word}” and gives no number.")
        match soon.own:
            case None:
                return
            case Fixed(end):
                yield from self.fixed("soon", end)
            case Between() as between:
                yield from self.between("soon", between, between.earliest)
            case Paused(since):
                yield self.say(f"自{self.when(since)}起中止。", f"Paused since {self.when(since)}.")
            case other:
                assert_never(other)
        if soon.level:
            yield self.basis(soon.level.provenance)

    def steps(self, end: Reckoning) -> Iterator[str]:
        """The days that were not plainly counted, runs of a kind together."""
        for (kind, name), run in groupby(end.steps, key=lambda step: (step.kind, step.name)):
            if kind is StepKind.COUNTED:
                continue
            days = [step.day for step in run]
            what = _STEPS[kind].text(self.lang) + (f" ({name.text(self.lang)})" if name else "")
            yield f"  {days[0]}{f' – {days[-1]}' if len(days) > 1 else ''} {what}"

    def term(self, term: Term) -> str:
        zh, one, many = _UNITS[term.unit]
        text = self.say(f"期限：{term.amount}{zh}", f"Term: {term.amount} {one if term.amount == 1 else many}")
        return f"{text} ({term.reading.text(self.lang)})" if term.reading else text

    def basis(self, provenance: Provenance) -> str:
        sure = _CONFIDENCE[provenance.confidence].text(self.lang)
        note = f" {provenance.note.text(self.lang)}" if provenance.note else ""
        source = provenance.source_text(self.lang)
        return self.say(f"依据：{source}（{sure}）。{note}", f"Source: {source} ({sure}).{note}")

    def rule(self, rule: CountingRule) -> str:
        sure = _CONFIDENCE[rule.provenance.confidence].text(self.lang)
        kind = self.say(
            "计算（参照）" if rule.is_reading else "计算", "Counting, a reading" if rule.is_reading else "Counting"
        )
        text, source = rule.text.text(self.lang), rule.provenance.source_text(self.lang)
        return self.say(f"{kind}：{text}〔{source}；{sure}〕", f"{kind}: {text} [{source}; {sure}]")

    def end(self, end: Reckoning) -> str:
        if end.term.unit in ("minute", "hour"):
            return self.when(end.at)
        return self.say(f"{end.last_day}（24时）", f"{end.last_day} (24:00)")

    def when(self, moment: date | datetime) -> str:
        if isinstance(moment, datetime):
            return moment.isoformat(sep=" ", timespec="seconds" if moment.second else "minutes")
        return moment.isoformat()
