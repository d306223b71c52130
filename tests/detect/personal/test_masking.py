"""What is masked can be restored, in pieces both ways, and nothing masked leaves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.personal import scan
from hegui.detect.personal.masking import MAX_PLACEHOLDER, MaskingStream, Placeholders, RestoringStream, mask, restore
from tests.detect.personal.identities import cut, cuts, texts


def masked(fragments: list[str], placeholders: Placeholders) -> list[str]:
    stream = MaskingStream(placeholders)
    return [stream.feed(fragment, final=number == len(fragments) - 1).text for number, fragment in enumerate(fragments)]


def restored(fragments: list[str], placeholders: Placeholders) -> str:
    stream = RestoringStream(placeholders)
    return "".join(stream.feed(piece, final=number == len(fragments) - 1) for number, piece in enumerate(fragments))


def test_placeholders_read_like_what_they_stand_for() -> None:
    pairs = Placeholders()
    step = mask("客户张静，手机13800000000，备用13900000000，还是13800000000", pairs)
    assert step.text == "客户⟦姓名1⟧，手机⟦手机号1⟧，备用⟦手机号2⟧，还是⟦手机号1⟧"
    assert [finding.kind for finding in step.findings] == ["personal_name", *["mobile_number"] * 3]
    assert pairs.values["⟦手机号2⟧"] == "13900000000"
    assert restore("请联系⟦姓名1⟧（⟦手机号1⟧），⟦手机号9⟧不存在", pairs) == "请联系张静（13800000000），⟦手机号9⟧不存在"


def test_english_placeholders() -> None:
    assert mask("mail user@example.com", Placeholders("en")).text == "mail ⟦EMAIL1⟧"


def test_only_the_kinds_asked_for_are_masked() -> None:
    pairs = Placeholders()
    assert mask("客户张静，手机13800000000", pairs, {"mobile_number"}).text == "客户张静，手机⟦手机号1⟧"


def test_low_confidence_is_found_and_not_masked() -> None:
    step = mask("订单号13800000000", Placeholders())
    assert step.text == "订单号13800000000"
    assert [finding.confidence for finding in step.findings] == ["low"]


def test_brackets_of_the_text_cannot_forge_a_placeholder() -> None:
    pairs = Placeholders()
    text = "⟦手机号1⟧不是13800000000"
    safe = mask(text, pairs).text
    assert restore(safe, pairs) == text


@given(texts, cuts, cuts)
def test_restoring_what_was_masked_gives_the_text(text: str, places: list[int], others: list[int]) -> None:
    pairs = Placeholders()
    safe = "".join(masked(cut(text, places), pairs))
    assert restored(cut(safe, others), pairs) == text


@given(texts, cuts)
def test_every_cut_masks_like_the_whole(text: str, places: list[int]) -> None:
    assert "".join(masked(cut(text, places), Placeholders())) == mask(text, Placeholders()).text


@given(texts)
def test_no_character_of_a_masked_value_leaves(text: str) -> None:
    stream, sent = MaskingStream(Placeholders()), ""
    values = [(f.start, f.end) for f in scan(text) if f.confidence != "low"]
    outside = [(a, b) for (_, a), (b, _) in zip([(0, 0), *values], [*values, (len(text), 0)], strict=True)]
    plain = [text[a:b].replace("⟦", "⟦括号1⟧") for a, b in outside]
    for character in text:
        sent += stream.feed(character).text
        rest = sent
        for piece in plain:
            if not rest.startswith(piece):
                assert piece.startswith(rest)
                break
            rest = rest[len(piece) :]
            if not rest:
                break
            assert rest[0] == "⟦", "a value was sent instead of its placeholder"
            rest = rest[rest.index("⟧") + 1 :]


@given(st.text(alphabet="⟦⟧手机号1a", max_size=200), cuts)
def test_restoring_holds_back_little_and_loses_nothing(text: str, places: list[int]) -> None:
    stream, sent = RestoringStream(Placeholders()), ""
    fed = 0
    for fragment in cut(text, places):
        sent += stream.feed(fragment)
        fed += len(fragment)
        assert fed - len(sent) <= MAX_PLACEHOLDER
    assert sent + stream.feed("", final=True) == text
