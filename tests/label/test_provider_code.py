"""Provider codes: those that stand in published labels are right, those with a fault are not, and every part is explained."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.check_digits import resident_id_check, social_credit_check
from hegui.label import provider_code
from hegui.label.faults import LabelError
from hegui.label.provider_code import ProviderCode, build, compact, explain, is_valid, parse, resembles, validate
from hegui.locale import LANGUAGES

PUBLISHED = (
    "001191110102MAD55U9H0F10002", "00119144030008867405X210001", "00119144030008867405X220001", "001191110102MACQD9K64010000",
    "001191440300708461136T00000", "001191310104MACE0YX63918020", "001191110108335469089C10001", "001191110000802100433B00000",
)  # fmt: skip
PERSON = "0021" + "11010119900307123" + resident_id_check("11010119900307123") + "10000"
FAULTY = {
    "001191330101MA27WPYJ18xliu": ("length", "case"),  # as one tool writes it
    "0" * 29: ("length",),
    "001191110102mad55u9h0f10002": ("case",),
    "001191110102MAD55U9H0F1000-": ("character",),
    "００1191110102MAD55U9H0F10002": ("character",),
    "": ("length",),
    "011191110102MAD55U9H0F10002": ("format",),
    "003191110102MAD55U9H0F10002": ("binding",),
    "001291110102MAD55U9H0F10002": ("binding",),
    "0011911101O2MAD55U9H0F10002": ("subject",),
    "001191110102MAD55U9H0I10002": ("subject",),
    "001191110102MAD55U9H0G10002": ("check",),
    "001191110102MAD55U9H0F30002": ("extension",),
    "001191110102MAD55U9H0F00002": ("extension",),
    "001191110102MAD55U9H0G90002": ("check", "extension"),
    PERSON[:21] + ("0" if PERSON[21] != "0" else "1") + PERSON[22:]: ("check",),
    "0021" + "110101199013071232" + "10000": ("subject",),
}


@pytest.mark.parametrize("code", [*PUBLISHED, PERSON])
def test_right_codes_are_read_and_written_again(code: str) -> None:
    assert validate(code) == ()
    assert is_valid(code)
    found = parse(code)
    assert str(found) == code
    again = build(found.subject, service=found.service, model=found.model, individual=not found.is_organisation)
    assert again == found
    assert resembles(code)


@pytest.mark.parametrize(("code", "faults"), FAULTY.items())
def test_what_is_wrong_with_a_code_is_said(code: str, faults: tuple[str, ...]) -> None:
    assert validate(code) == faults
    with pytest.raises(LabelError) as caught:
        parse(code)
    assert caught.value.code == "LBL090"
    assert code[4:22] not in str(caught.value) or not code[4:22]
    assert explain(code).faults == faults


def test_the_parts_of_a_code_have_their_meaning() -> None:
    found = parse("00119144030008867405X220001")
    assert (found.is_organisation, found.service, found.model) == (True, "propagation", "0001")
    unstated = parse("001191440300708461136T00000")
    assert (unstated.service, unstated.model) == ("unstated", "")


def test_a_generator_and_the_propagator_of_one_provider_differ_in_the_service_alone() -> None:
    one, other = parse(PUBLISHED[1]), parse(PUBLISHED[2])
    assert (one.service, other.service) == ("generation", "propagation")
    assert one.subject == other.subject


@pytest.mark.parametrize("code", [*PUBLISHED, PERSON])
def test_an_explanation_covers_each_position_once(code: str) -> None:
    places = [place for part in explain(code).parts for place in range(part.first, part.last + 1)]
    assert places == list(range(1, 28 if code[22:] != "00000" else 24))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_explanations_are_in_both_languages(lang: str) -> None:
    lines = explain(PUBLISHED[0]).lines(lang)
    assert {"zh": "9  市场监管（工商）", "en": "9  market regulation"}[lang] in lines[3]
    assert explain("x" * 27).lines(lang) == ({"zh": "含有小写字母", "en": "it has lower-case letters"}[lang],)


def test_the_explanation_of_a_persons_code_does_not_show_the_number() -> None:
    shown = "\n".join(explain(PERSON).lines("en"))
    assert "19900307" not in shown
    assert "123" not in shown
    assert "one source alone" in shown
    assert [part.value for part in explain(PERSON).parts if part.name == "region"] == ["110101"]


@pytest.mark.parametrize(
    "name",
    [
        "MiniMax",
        "Minimax Agent AI",
        "HEGUI-DEMONSTRATION",
        "北京某某科技有限公司",
        "",
        "example.com",
        "abcdefghijklmnopqrstuvwxyz",
    ],
)
def test_names_are_not_taken_for_codes(name: str) -> None:
    assert not resembles(name)


@pytest.mark.parametrize(
    ("subject", "model"), [("91110102MAD55U9H0G", "0000"), ("91110102MAD55U9H0F", "00"), ("91110102MAD55U9H0F", "0é00")]
)
def test_building_refuses_what_is_no_code(subject: str, model: str) -> None:
    with pytest.raises(LabelError):
        build(subject, model=model)


def test_codes_are_taken_as_people_type_them() -> None:
    assert compact(" 0011 9111-0102 mad55u9h0f 10002\n") == PUBLISHED[0]


def test_the_examples_of_the_docstrings_hold() -> None:
    assert not doctest.testmod(provider_code).failed


subjects = st.tuples(
    st.sampled_from(["91", "92", "11", "52", "Y1", "N1"]),
    st.text("0123456789", min_size=6, max_size=6),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9),
).map("".join)


@given(
    subjects, st.sampled_from(["generation", "propagation", "unstated"]), st.from_regex(r"[0-9A-Z]{4}", fullmatch=True)
)
def test_every_code_that_is_built_is_right(first17: str, service: provider_code.Service, model: str) -> None:
    check = social_credit_check(first17)
    assert check is not None
    code = build(first17 + check, service=service, model=model)
    assert isinstance(code, ProviderCode)
    assert parse(str(code)) == code
    assert explain(str(code)).faults == ()


@given(
    st.one_of(st.text(max_size=40), st.from_regex(r"00[12]1[0-9A-Z]{23}", fullmatch=True)),
    st.sampled_from(sorted(LANGUAGES)),
)
def test_any_text_can_be_judged_and_explained(text: str, lang: str) -> None:
    assert is_valid(text) == (not explain(text).faults)
    explain(text).lines(lang)
    resembles(text)
