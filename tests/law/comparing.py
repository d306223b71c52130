"""What the tests of comparisons share: profiles in a few words, and files that are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hegui.law.book import LawBook, law_book
from hegui.law.entries import Entry, Faults
from hegui.law.facts import FactValue
from hegui.law.profile import AdoptedReading, Profile, Side, Stated
from hegui.law.yaml_lines import parse_yaml

BOOK: LawBook = law_book()

PUBLIC_CHAT: Mapping[str, FactValue] = {
    "uses_generative_ai": True,
    "accessible_from_PRC": True,
    "offshore_provider": False,
    "b2b_only": False,
    "rd_only": False,
    "internal_use_only": False,
    "network_operator_in_PRC": True,
    "processing_in_PRC": True,
    "processes_personal_info": True,
    "has_registered_users": True,
    "outputs_text": True,
    "simulates_human_text": True,
    "trains_or_finetunes": True,
    "develops_own_model": True,
    "uses_third_party_model": False,
    "calls_filed_model_only": False,
    "is_content_platform": False,
    "is_app_store": False,
    "is_user": False,
    "is_technical_supporter": False,
    "offers_api": False,
}
"""A chat service on a model of its own for the mainland public; what it does not name is unknown."""

NO_CHANNEL: Mapping[str, FactValue] = {
    "has_forum_or_chatroom": False,
    "has_comments_or_sharing": False,
    "has_public_accounts_or_video": False,
    "is_mini_program": False,
    "other_public_expression_channel": False,
    "authority_found_public_opinion_property": False,
}
"""None of the channels that make the public-opinion property."""


def profile(facts: Mapping[str, FactValue], more: Mapping[str, FactValue] | None = None, **readings: Side) -> Profile:
    """A profile that states these facts and adopts these readings."""
    stated = {name: Stated(value) for name, value in {**facts, **(more or {})}.items()}
    return Profile("客服助手", stated, {name: AdoptedReading(side) for name, side in readings.items()})


def cases(file: str) -> list[Mapping[str, Any]]:
    """The cases of a file of `comparison_cases/`."""
    return list(parse_yaml((Path(__file__).parent / "comparison_cases" / file).read_text("utf-8")))


def service(case: Mapping[str, Any]) -> Profile:
    """The service of a case; a public chat where it names none."""
    start = {} if case.get("service") == "nothing known" else PUBLIC_CHAT
    return profile(start, case.get("given"), **case.get("readings", {}))


def entries(files: Mapping[str, str]) -> tuple[dict[str, Entry], Faults]:
    """Files by path, and the list their faults go to."""
    faults = Faults()
    return {path: Entry(parse_yaml(text), path, 1, faults) for path, text in files.items()}, faults
