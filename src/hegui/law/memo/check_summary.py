"""What stands on top of a memo: how many provisions, and the answers that a reader looks for first (摘要)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hegui.law.assessment import Answer, Assessment
from hegui.law.memo.words import INDENT, joined
from hegui.law.summary import Topic, counts, topics
from hegui.locale import message

__all__ = ["summary_lines"]


def summary_lines(assessment: Assessment, shown: Sequence[Answer], lang: str) -> Iterator[str]:
    """The counts of what is shown, duties and prohibitions apart, and a line for each topic."""
    yield ""
    yield message("law.check.summary", lang)
    obligations = [answer for answer in shown if answer.provision.is_obligation]
    yield INDENT + message("law.check.counted_duties", lang, **counts(obligations))
    yield INDENT + message("law.check.counted", lang, **counts(shown))
    yield from (INDENT + _topic(topic, lang) for topic in topics(assessment))


def _topic(topic: Topic, lang: str) -> str:
    """The topic with its outcome, and the ids of each outcome where there are several."""
    texts = (
        message(
            "law.check.topic_outcome",
            lang,
            outcome=message(f"law.status.{status}", lang),
            ids=joined((answer.provision.id for answer in answers), lang),
        )
        for status, answers in topic.by_status().items()
    )
    gap = "；" if lang == "zh" else "; "
    return message(f"law.topic.{topic.name}", lang, outcomes=gap.join(texts))
