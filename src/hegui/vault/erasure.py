"""What destroying a subject's key does: which content becomes unreadable, what stays, under which provision, until when.

Knows items, the law's minima and holds; knows no key and no store. A user's request outweighs the operator's own periods, so
only the law and holds keep anything here. What the law keeps of content has to be sealed under another key before the
subject's is destroyed; records and logs hold no content and stay where they are.
Rules: PIPL Art. 47 (delete on request; where a law's period has not passed, keep and do nothing else with it).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hegui.vault.retention import CONTENT_KINDS, Hold, Item, Kept, Question, RetentionLaw, longest, statutory_reasons

__all__ = ["ErasurePlan", "plan_erasure"]


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """Every item of the subject stands in exactly one of the first four.

    Attributes:
        unreadable: content that can be read by nobody once the key is destroyed.
        custody: content that must outlive the key, and why; to be sealed anew before.
        kept: records and logs that must stay, and why.
        deletable: records and logs that nothing in the law keeps any more.
        questions: where the law is unclear for what becomes unreadable; the first reading was followed.
    """

    unreadable: tuple[Item, ...]
    custody: tuple[Kept, ...]
    kept: tuple[Kept, ...]
    deletable: tuple[Item, ...]
    questions: tuple[Question, ...]


def plan_erasure(items: Iterable[Item], law: RetentionLaw, *, on: date, holds: Iterable[Hold] = ()) -> ErasurePlan:
    """The plan for all items of one subject. Raises InputError (VLT013) for a day before the law is modelled."""
    holds = tuple(holds)
    unreadable: list[Item] = []
    custody: list[Kept] = []
    kept: list[Kept] = []
    deletable: list[Item] = []
    for item in items:
        is_content = item.kind in CONTENT_KINDS
        reasons = longest(statutory_reasons(item, law, on=on, holds=holds), on)
        if reasons:
            (custody if is_content else kept).append(Kept(item, reasons))
        else:
            (unreadable if is_content else deletable).append(item)
    gone = {item.kind for item in unreadable}
    questions = tuple(question for question in law.questions if gone.intersection(question.kinds))
    return ErasurePlan(tuple(unreadable), tuple(custody), tuple(kept), tuple(deletable), questions)
