"""Every error the source can raise has its words in both languages, and what people read is in the one they asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.lexicon_files import read_lexicon
from hegui.errors import FileFaults, HeguiError, InputError
from hegui.faces.gateway.http import ApiError
from hegui.locale.errors import FILES, error_fields, error_text, named, templates, worded
from hegui.moderate.policy_files import read_policy
from hegui.settings import Settings
from hegui.vault.keys import MasterKeys
from tests.support.raised import HOLE, codes, raised, texts_of

HAN = re.compile("[\u4e00-\u9fff]")


def holes(template: str) -> str:
    """The template as the source is read: a value is `{}`."""
    return "".join(text + (HOLE if name is not None else "") for text, name, *_ in Formatter().parse(template))


def places(template: str) -> list[str]:
    return sorted(name for _, name, *_ in Formatter().parse(template) if name)


def says(text: str) -> bool:
    """Whether there is a word in it besides its values."""
    return bool(re.search("[A-Za-z]", text.replace(HOLE, "")))


KNOWN = {code: {holes(template.texts["en"]) for template in found} for code, found in templates().items()}


def is_known(code: str, text: str) -> bool:
    """Whether a template has this text, or fits it: a value may be the same wherever the source raises it."""
    if text in KNOWN.get(code, ()):
        return True
    fits = (template for template in templates().get(code, ()) if template.fields(text) is not None)
    return any(text.count(HOLE) <= len(places(template.texts["en"])) for template in fits)


def test_every_code_has_words() -> None:
    assert codes() - set(templates()) == set()


UNFOLLOWED = {
    "LAW001": "faults that were gathered, raised by Faults.raise_if_any",
    "LAW020": "the same",
    "LAW030": "ContradictionError words itself",
    **dict.fromkeys(("LED127", "LED128", "VLT008", "VLT009"), "SecretSource raises the codes it is given"),
}
"""Codes whose raising the reader of the source cannot follow; the tests of these modules show their texts."""


def test_what_the_source_raises_was_found() -> None:
    assert codes() - {one.code for one in raised()} == set(UNFOLLOWED)


def test_every_text_the_source_raises_is_in_the_catalogue() -> None:
    missing = {
        f"{one.code} {one.site}: {text}"
        for one in raised()
        for text in (one.problem, one.remedy)
        if says(text) and not is_known(one.code, text)
    }
    assert not missing, "add to src/hegui/locale/errors.*.toml:\n" + "\n".join(sorted(missing))


@pytest.mark.parametrize(
    ("callee", "at", "prefix"), [("ApiError", 3, "HTTP"), ("Check", 2, "DOC"), ("Check", 3, "DOC")]
)
def test_what_gateway_and_doctor_say_is_in_the_catalogue(callee: str, at: int, prefix: str) -> None:
    known = set().union(*(found for code, found in KNOWN.items() if code.startswith(prefix)))
    said = {text for text in texts_of(callee, at) if says(text)}
    assert len(said) > 5
    assert said - known == set()


@pytest.mark.parametrize("code", sorted(templates()))
def test_both_languages_have_the_same_fields(code: str) -> None:
    for template in templates()[code]:
        names = places(template.texts["en"])
        assert len(set(names)) == len(names)
        assert {lang: places(template.texts[lang]) for lang in FILES} == dict.fromkeys(FILES, names)
        assert HAN.search(template.texts["zh"]) or not says(holes(template.texts["en"]))


@pytest.mark.parametrize("code", sorted(templates()))
def test_no_template_hides_another(code: str) -> None:
    """Each English text, its fields filled in, is taken for itself."""
    for template in templates()[code]:
        values = {name: f"V{at}" for at, name in enumerate(places(template.texts["en"]))}
        assert worded(code, template.texts["en"].format(**values), "zh") == template.texts["zh"].format(**values)


def test_values_are_kept_whatever_they_hold() -> None:
    error = InputError("LED101", "x", "the log's origin is a{b}, kept beside the key is , asked for is %s\n", "")
    assert error_text(error, "zh").problem == "日志的来源名是 a{b}，与密钥一同保存的是 ，设置要求的是 %s\n"
    assert error_fields(error) == {"published": "a{b}", "kept": "", "wanted": "%s\n"}


def test_what_is_handed_on_is_worded_too() -> None:
    assert worded("LED081", "it has 5 bytes, not 8", "zh") == "共 5 字节，而不是 8 字节"
    assert worded("LED118", "it is not cosigned: the consistency proof does not hold (422)", "zh").startswith(
        "未获联署"
    )
    assert worded("LED081", "words of a library", "zh") == "words of a library"


@given(st.text(), st.sampled_from(sorted(templates())))
def test_any_text_is_said_somehow(text: str, code: str) -> None:
    error = InputError(code, "", text, text)
    assert isinstance(error_text(error, "zh").problem, str)
    assert all(value in text for value in error_fields(error).values())


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_a_value_holds_is_not_read_as_a_template(one: str, other: str) -> None:
    text = f"size {one} is published, {other} would take entries back"
    said = worded("LED092", text, "zh")
    assert said.startswith("已发布的大小为 ")
    assert said.endswith(" 会撤回条目")


def test_a_text_out_of_all_proportion_stays_as_it_is() -> None:
    text = "x of " * 100_000
    assert worded("LED110", text, "zh") == text


def lexicon() -> None:
    rows = "term,risk,mode\n,A.1.a,\nx,Z,\ny,A.2.a,loud\n...,A.2.a,folded\nz,A.2.a,,more,cells\n"
    read_lexicon(rows.encode(), "words.csv")


def lexicon_of_json() -> None:
    read_lexicon(b'{"term": "x", "risk": "A.2.a", "colour": 1}\n{not json\n', "words.jsonl")


def policy() -> None:
    read_policy(
        "colour: 1\nrules: [1, {action: sing, risk: Z, direction: up}, {action: stop, direction: prompt}]\n", "p.yaml"
    )


def policy_list() -> None:
    read_policy("- 1\n", "p.yaml")


def settings() -> None:
    Settings.read(
        {
            "HEGUI_SERVER_PORT": "x", "HEGUI_SERVER_MAX_BODY_BYTES": "x", "HEGUI_LEDGER_SERVE": "x", "HEGUI_LOCALE": "fr",
            "HEGUI_UPSTREAM_IDLE_SECONDS": "x", "HEGUI_LEDGER_TSA_URL": "x", "HEGUI_VAULT_MASTER_KEY": "x",
            "HEGUI_LEDGER_SM2_KEY": "x", "HEGUI_OBJECTS_PREFIX": "x", "HEGUI_SERVER_PROT": "1", "HEGUI_ZZZ_QQQ": "1",
            "HEGUI_VAULT_KEEP_PROMPT": "x", "HEGUI_LEDGER_ORIGIN": "a b", "HEGUI_SERVER_MAX_STREAMS": "0",
        },
        None,
    )  # fmt: skip


def master_keys() -> None:
    MasterKeys.parse("x\n" + "00" * 32 + "\n", "keys")


@pytest.mark.parametrize("wrong", [lexicon, lexicon_of_json, policy, policy_list, settings, master_keys])
def test_every_fault_of_a_file_is_worded(wrong: Callable[[], None]) -> None:
    with pytest.raises(FileFaults) as raised_here:
        wrong()
    error = raised_here.value
    for _, problem in error.faults:
        assert HAN.search(worded(error.code, problem, "zh")), problem
    assert error_text(error, "zh").problem.startswith(f"{len(error.faults)} 处错误：\n")
    assert error_text(error, "en").problem == error.problem


# --- faces ------------------------------------------------------------------------------------------------------------


def test_the_gateway_speaks_to_its_clients_in_the_language_of_the_service() -> None:
    error = ApiError(404, "invalid_request_error", "model_not_found", "The model 'x' does not exist.", param="model")
    zh, en = error.body("zh")["error"], error.body("en")["error"]
    assert (zh["message"], en["message"]) == ("模型 'x' 不存在。", "The model 'x' does not exist.")
    assert [{**one, "message": ""} for one in (zh, en)] == [
        {"message": "", "type": "invalid_request_error", "param": "model", "code": "model_not_found"}
    ] * 2


def test_a_finding_nobody_worded_has_no_code() -> None:
    code, fields = named("DOC", "3 entries, 4 wait for a checkpoint")
    assert (code, fields) == ("DOC015", {"entries": "3", "waiting": "4"})


def test_hegui_error_itself_stays_english() -> None:
    assert str(HeguiError("X", "here", "problem", "remedy")) == "X here — problem\nremedy"
