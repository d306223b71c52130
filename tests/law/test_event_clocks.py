"""An event that has happened starts its clocks, whatever the profile said before."""

from __future__ import annotations

from datetime import date

import pytest

from hegui.law.assessment import Assessment, assess
from hegui.law.data_files import DataFiles, law_folder
from hegui.law.event_clocks import EventClocks, event_clocks
from hegui.law.library import Library
from hegui.law.profile import Profile, Stated

LIBRARY = Library(DataFiles(law_folder()))
DAY = date(2026, 11, 26)
PUBLIC = {"uses_generative_ai": True, "serves_public_in_PRC": True, "network_operator_in_PRC": True}


def assessed(**facts: bool) -> Assessment:
    stated = {name: Stated(value) for name, value in {**PUBLIC, **facts}.items()}
    return assess(LIBRARY.book, Profile("x", stated), as_of=DAY)


def asked(event: str, **facts: bool) -> EventClocks:
    return event_clocks(LIBRARY.times, event, DAY, assessed(**facts))


def test_an_event_that_was_answered_with_no_starts_its_clocks() -> None:
    denied, said = (asked("illegal_output_found", illegal_output_found=value) for value in (False, True))
    assert "IM-14-1" in [one.answer.deadline.id for one in denied.clocks]
    assert denied.clocks == said.clocks
    assert said.taken is None
    assert denied.taken is not None
    assert (denied.taken.fact.name, denied.taken.stated) == ("illegal_output_found", Stated(False))


def test_an_event_that_nobody_spoke_of_is_taken_to_have_happened() -> None:
    found = asked("incident_detected")
    assert found.taken is not None
    assert found.taken.stated is None


def test_an_unclear_clock_says_on_what_it_depends() -> None:
    found = {one.answer.deadline.id: one for one in asked("incident_detected").clocks}
    assert found["INC-4-1"].outcome == "unclear"
    assert {"incident_level", "incident_involves_cii"} <= set(found["INC-4-1"].missing)
    assert "incident_occurred" not in found["INC-4-1"].missing


@pytest.mark.parametrize("event", LIBRARY.times.events)
def test_each_clock_of_an_event_is_shown_or_said_to_be_left_out(event: str) -> None:
    fact = LIBRARY.times.events[event].fact
    found = asked(event, **({fact: False} if fact else {}))
    named = {*(one.answer.deadline.id for one in found.clocks), *(one.id for one in found.left_out)}
    assert named == {one.id for one in LIBRARY.times.started_by(event)}


def test_a_duty_that_waits_for_an_event_is_told_from_one_that_never_comes() -> None:
    answers = assessed(illegal_output_found=False).answers
    assert (answers["IM-14-1"].outcome, answers["IM-14-1"].when_it_happens) == ("does_not_apply", True)
    assert not answers["IM-4-1"].when_it_happens
    never = assessed(illegal_output_found=False, uses_generative_ai=False).answers["IM-14-1"]
    assert (never.outcome, never.when_it_happens) == ("does_not_apply", False)


def test_a_duty_that_only_an_event_is_missing_for_waits_for_it() -> None:
    open_ones = [one for one in assessed().answers.values() if one.outcome == "unclear"]
    waiting = [one for one in open_ones if one.when_it_happens]
    assert waiting
    for one in open_ones:
        only_events = LIBRARY.book.events.issuperset(one.missing) and not one.unclear
        assert one.when_it_happens is only_events


def test_what_waits_for_an_event_applies_for_some_events() -> None:
    """Against the definition: some completion of the events makes it anything but fail."""
    found = assessed(**dict.fromkeys((n for n in LIBRARY.book.events if LIBRARY.book.facts[n].kind == "bool"), False))
    without = assessed()
    for one in found.answers.values():
        if one.outcome == "does_not_apply":
            assert one.when_it_happens is (without.answers[one.provision.id].verdict.value != "fails")
