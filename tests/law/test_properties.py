"""What holds for every profile: answers only ever settle, what is left decides, and a question settles what it says."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hegui.errors import FileFaults, InputError
from hegui.kernel.diagrams import TRUE, Forest
from hegui.kernel.logic import Verdict, negation, verdict
from hegui.law.assessment import Assessment, assess
from hegui.law.conditions import Conditions, settled
from hegui.law.expression import Always, Compare, Expression, Fact, Reading, evaluate
from hegui.law.facts import FactValue
from hegui.law.profile import Profile
from hegui.law.questions import matters, questions
from tests.law.profiles import BOOK, UNDERIVED, all_facts, all_readings, profile, some_facts

DAY = date(2026, 11, 23)
EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def assessed(stated: Profile) -> Assessment:
    return assess(BOOK, stated, as_of=DAY)


@given(some_facts, all_facts, all_readings)
@EXAMPLES
def test_what_is_settled_stays_settled_whatever_else_is_found_out(
    known: dict[str, FactValue], world: dict[str, FactValue], readings: dict[str, str]
) -> None:
    before, after = assessed(profile(known)), assessed(profile({**world, **known}, readings))
    for name, answer in before.answers.items():
        if answer.verdict is not Verdict.UNKNOWN:
            assert after.answers[name].verdict is answer.verdict, name


@given(some_facts, st.sampled_from([name for name in BOOK.facts if name not in UNDERIVED]), st.booleans())
@EXAMPLES
def test_stating_a_derived_fact_settles_or_is_refused(known: dict[str, FactValue], name: str, value: bool) -> None:
    before = assessed(profile(known))
    derived = before.conditions.verdict(Fact(name))
    if derived is negation(verdict(value)):
        with pytest.raises(FileFaults, match="LAW021"):
            assessed(profile({**known, name: value}))
        return
    after = assessed(profile({**known, name: value}))
    for identifier, answer in before.answers.items():
        if answer.verdict is not Verdict.UNKNOWN:
            assert after.answers[identifier].verdict is answer.verdict, identifier


@given(some_facts, all_facts, all_readings)
@EXAMPLES
def test_what_is_left_and_the_missing_facts_decide(
    known: dict[str, FactValue], world: dict[str, FactValue], readings: dict[str, str]
) -> None:
    before, after = assessed(profile(known)), assessed(profile({**world, **known}, readings))
    for name, answer in before.answers.items():
        left = answer.residual
        assert (left == Always(True)) == (answer.node == TRUE)
        assert after.conditions.verdict(left) is after.answers[name].verdict, name
        missing = {fact: world[fact] for fact in answer.missing if fact in world}
        taken = {question: readings[question] for question in answer.unclear}
        narrow = Conditions(BOOK.facts, tuple(BOOK.uncertainties), BOOK.domains, profile({**known, **missing}, taken))
        assert narrow.verdict(answer.condition) is after.answers[name].verdict, "nothing but what is missing decides"


@given(some_facts)
@EXAMPLES
def test_kleene_never_says_otherwise(known: dict[str, FactValue]) -> None:
    found = assessed(profile(known))
    for name, answer in found.answers.items():
        kleene = evaluate(answer.condition, lambda atom: _known(found.conditions, atom))
        assert kleene in (Verdict.UNKNOWN, answer.verdict), name


def _known(conditions: Conditions, atom: Fact | Compare | Reading) -> Verdict:
    expression: Expression = atom
    return conditions.verdict(expression)


@given(some_facts, st.data())
@EXAMPLES
def test_a_question_settles_just_as_many_provisions_as_it_says(
    known: dict[str, FactValue], data: st.DataObject
) -> None:
    before = assessed(profile(known))
    asked = questions(before, events=True)
    if not asked:
        assert all(not answer.missing for answer in matters(before))
        return
    question = data.draw(st.sampled_from(asked))
    name = question.fact.name
    waiting = {answer.provision.id for answer in matters(before) if name in answer.missing}
    assert len(waiting) == question.bears_on > 0
    for case in question.cases:
        try:
            after = assessed(profile({**known, name: case.value}))
        except FileFaults:
            assert name not in UNDERIVED
            continue
        done = [one for one in waiting if after.answers[one].verdict is not Verdict.UNKNOWN]
        assert len(done) == case.settles
        if question.is_decisive:
            assert set(done) == waiting


@given(st.randoms(use_true_random=False))
@settings(max_examples=settings().max_examples // 100, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
def test_asking_on_settles_everything_but_what_the_law_leaves_open(random: Random) -> None:
    known: dict[str, FactValue] = {}
    for _ in BOOK.facts:
        asked = questions(assessed(profile(known)), events=True)
        if not asked:
            break
        name = asked[0].fact.name
        samples = random.sample(BOOK.domains[name].samples, len(BOOK.domains[name].samples))
        known = next(found for value in samples if is_possible(found := {**known, name: value}))
    left = matters(assessed(profile(known)))
    assert all(answer.unclear and not answer.missing for answer in left)


def is_possible(known: dict[str, FactValue]) -> bool:
    """Whether the facts do not rule each other out; one answer to a question always is."""
    try:
        assessed(profile(known))
    except FileFaults:
        return False
    return True


def test_an_unsettled_condition_is_unknown() -> None:
    assert [settled(node) for node in (0, 1, 2)] == [Verdict.FAILS, Verdict.HOLDS, Verdict.UNKNOWN]


def test_a_condition_too_large_to_decide_is_an_error_with_a_remedy() -> None:
    conditions = Conditions(BOOK.facts, tuple(BOOK.uncertainties), BOOK.domains, profile({}))
    conditions.forest = Forest(conditions.forest.sizes, most=20)
    with pytest.raises(InputError) as caught:
        conditions.node(BOOK.conditions["IM-17-1"])
    assert (caught.value.code, caught.value.problem) == (
        "LAW031",
        "too many facts hang together here to decide it for all of them",
    )
