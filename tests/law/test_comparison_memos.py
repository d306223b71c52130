"""Comparisons as lines for a memo and as JSON, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, get_args

import orjson
import pytest

from hegui.law.assessment import Outcome, assess
from hegui.law.changes import changes_for
from hegui.law.comparisons import comparisons
from hegui.law.coverage import coverage
from hegui.law.crosswalk import ForeignStatus, crosswalk
from hegui.law.crosswalk_rows import ABROAD, Closeness
from hegui.law.developments import DateOf, DevelopmentKind
from hegui.law.draft_comparison import ServiceEffect, compare_draft
from hegui.law.draft_rows import DraftKind
from hegui.law.instruments import Confidence
from hegui.law.memo.changes import changes_lines, plain_changes
from hegui.law.memo.coverage import coverage_lines, plain_coverage
from hegui.law.memo.crosswalk import crosswalk_lines, plain_crosswalk
from hegui.law.memo.draft import draft_lines, draft_table_lines, plain_draft, plain_draft_table
from hegui.law.memo.roles import (
    checklist_lines,
    disagreement_lines,
    matrix_lines,
    plain_checklist,
    plain_disagreements,
    plain_matrix,
    plain_roles,
    roles_lines,
)
from hegui.law.memo.search import plain_search, search_lines
from hegui.law.profile import Profile
from hegui.law.provisions import State
from hegui.law.role_agreement import disagreements
from hegui.law.role_data import CellValue
from hegui.law.roles import checklist, service_roles
from hegui.law.search import LawIndex
from hegui.law.timing import Standing
from hegui.law.version_events import EventKind, Manner
from hegui.locale import message
from tests.law.comparing import BOOK, PUBLIC_CHAT, profile

DATA = comparisons()
DAY = date(2026, 11, 26)
CHAT = profile(PUBLIC_CHAT, {"eu_market": True, "offers_api": True, "downstream_serves_public": True})
LANGS = ("zh", "en")


def both(who: Profile, lang: str) -> Iterable[tuple[str, Iterable[str], Any]]:
    table = DATA.drafts["D23"]
    assessed = assess(BOOK, who, as_of=DAY)
    compared = compare_draft(BOOK, table, who)
    changed = changes_for(BOOK, who, after=date(2023, 1, 1), upto=DAY, developments=DATA.developments)
    found = service_roles(assessed, DATA.roles)
    clauses = checklist(found, "app_provider")
    differing = disagreements(BOOK, DATA.roles)
    hits = LawIndex(BOOK).search("CSL 49")
    counted = coverage(BOOK)
    yield "table", draft_table_lines(BOOK, table, lang), plain_draft_table(BOOK, table)
    yield "draft", draft_lines(compared, lang), plain_draft(compared)
    yield "changes", changes_lines(changed, lang), plain_changes(changed)
    for to in ABROAD:
        laid = crosswalk(assessed, DATA.crosswalk, to)
        yield to, crosswalk_lines(laid, lang), plain_crosswalk(laid)
    yield "roles", roles_lines(found, lang), plain_roles(found)
    yield "matrix", matrix_lines(DATA.roles, lang), plain_matrix(DATA.roles)
    yield "checklist", checklist_lines(found, clauses, "app_provider", lang), plain_checklist(clauses)
    yield "differences", disagreement_lines(differing, DATA.roles, lang), plain_disagreements(differing)
    yield "search", search_lines(BOOK, hits, lang), plain_search(hits)
    yield "coverage", coverage_lines(counted, lang), plain_coverage(counted)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("who", [Profile(), CHAT], ids=["nothing known", "public chat"])
def test_every_memo_is_lines_of_text_and_every_plain_form_is_json(who: Profile, lang: str) -> None:
    for name, lines, plain in both(who, lang):
        text = list(lines)
        assert text, name
        assert all("\n" not in line and "{" not in line and "None" not in line for line in text), name
        assert orjson.loads(orjson.dumps(plain)), name


WORDS: list[tuple[str, Any]] = [
    ("law.outcome", Outcome), ("law.confidence", Confidence), ("law.standing", Standing),
    ("law.draft_diff.kind", DraftKind), ("law.draft_diff.effect", ServiceEffect),
    ("law.changes.kind", EventKind), ("law.changes.manner", Manner), ("law.changes.of", DateOf),
    ("law.changes.news_kind", DevelopmentKind),
    ("law.crosswalk.status", ForeignStatus), ("law.crosswalk.closeness", Closeness),
    ("law.roles.cell", CellValue), ("law.covered.state", State),
]  # fmt: skip


@pytest.mark.parametrize(("key", "words"), WORDS, ids=[key for key, _ in WORDS])
def test_every_word_of_an_answer_has_a_wording_in_both_languages(key: str, words: Any) -> None:
    for word in set(get_args(words)) - {"with_instrument"}:  # the ordinary case, of which a memo says nothing
        for lang in LANGS:
            assert message(f"{key}.{word}", lang, turn="", standing="…", facts="")


def test_a_memo_cites_dates_and_says_how_far_it_was_checked() -> None:
    text = "\n".join(draft_lines(compare_draft(BOOK, DATA.drafts["D23"], CHAT), "zh"))
    assert "《生成式人工智能服务管理暂行办法》第四条" in text
    assert "自2023-08-15起施行 [已核原文]" in text
    assert BOOK.digest[:12] in text


def test_a_former_number_is_said_with_its_day() -> None:
    lines = list(search_lines(BOOK, LawIndex(BOOK).search("CSL 47"), "zh"))
    assert lines[-1].strip() == "第四十七条是2026-01-01以前的序号，现为第四十九条"


def test_watch_items_say_that_they_carry_no_duty() -> None:
    found = changes_for(BOOK, CHAT, after=date(2026, 1, 1), upto=DAY, developments=DATA.developments)
    text = "\n".join(changes_lines(found, "en"))
    assert "Watch: drafts, which carry no duty (1)" in text
    assert "published 2026-03 to 2026-05 (spring of 2026; the day is not verified)" in text


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_changed_is_said(lang: str) -> None:
    found = changes_for(BOOK, CHAT, after=date(2015, 1, 1), upto=date(2015, 1, 2))
    assert message("law.changes.nothing", lang) in list(changes_lines(found, lang))
