"""More facts may settle a comparison and never turn what was settled."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.law.assessment import assess
from hegui.law.comparisons import comparisons
from hegui.law.crosswalk import crosswalk
from hegui.law.crosswalk_rows import ABROAD
from hegui.law.draft_comparison import compare_draft
from hegui.law.profile import Profile
from hegui.law.roles import service_roles
from tests.law.comparing import BOOK, profile

DATA = comparisons()
PLAIN = [name for name, fact in BOOK.facts.items() if fact.kind == "bool" and fact.derivation is None]
"""Facts that follow from nothing, so that no two of them contradict each other."""


def settled(who: Profile) -> dict[str, str]:
    """Every answer of every comparison that is not open."""
    assessed = assess(BOOK, who, as_of=date(2026, 11, 26))
    rows = compare_draft(BOOK, DATA.drafts["D23"], who).rows
    found = {f"row {one.row.draft} {one.row.final}": one.effect for one in rows if one.effect != "open"}
    for to in ABROAD:
        foreign = crosswalk(assessed, DATA.crosswalk, to).foreign
        found |= {name: one.status for name, one in foreign.items() if one.status != "may_apply"}
    held = {one.role.id: one.verdict.value for one in service_roles(assessed, DATA.roles).roles}
    named = {f"role {name}": held.get(name, "fails") for name in DATA.roles.roles}
    return found | {name: verdict for name, verdict in named.items() if verdict != "unknown"}


@settings(max_examples=12, deadline=None)
@given(st.dictionaries(st.sampled_from(PLAIN), st.booleans(), min_size=5), st.data())
def test_adding_facts_never_turns_a_settled_comparison(facts: dict[str, bool], data: st.DataObject) -> None:
    fewer = data.draw(st.sets(st.sampled_from(sorted(facts))))
    before = settled(profile({name: facts[name] for name in fewer}))
    after = settled(profile(facts))
    assert before.items() <= after.items()


@settings(max_examples=8, deadline=None)
@given(st.fixed_dictionaries({name: st.booleans() for name in PLAIN}))
def test_an_open_row_of_the_draft_names_a_fact_or_turns_on_the_law(facts: dict[str, bool]) -> None:
    for one in compare_draft(BOOK, DATA.drafts["D23"], profile(facts)).rows:
        turns_on = {question for answer in (*one.draft_answers, *one.final_answers) for question in answer.unclear}
        assert one.effect != "open" or one.missing or turns_on
