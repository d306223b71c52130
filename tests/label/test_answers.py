"""JSON answers and event streams of models: one more member, and nothing else moves."""

from __future__ import annotations

from contextlib import suppress
from types import ModuleType

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import json_body, sse
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.standing import labels
from hegui.moderate.marks import AnswerMarks, Marker
from tests.label.contract import CARRIERS

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
OTHER = LABEL.propagated("某平台", 'a"b\\c', reserved='{"k":"}]"}')
JSON = LABEL.text()
CHUNK = b'data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n'
MARKED = CHUNK[:-3] + b',"aigc":%b}\n\n'
DONE = b"data: [DONE]\n\n"


def read(codec: ModuleType, data: bytes) -> list[tuple[AigcLabel, str, bool, list[str]]]:
    found = labels(codec.read(Source.of(data)))
    return [
        (one.spelt.label, one.candidate.place, one.candidate.is_standard, [f.kind for f in one.candidate.findings])
        for one in found
    ]


def write(codec: ModuleType, data: bytes, label: AigcLabel = LABEL) -> bytes:
    return apply(data, codec.write(Source.of(data), label))


def bare(codec: ModuleType, data: bytes) -> bytes:
    return apply(data, codec.bare(Source.of(data)))


@pytest.mark.parametrize(
    "text",
    [
        '{"object":"chat.completion"}',
        '{"choices":[]}',
        '{ "choices" : [ ] \n}\n',
        '{\n  "object": "text_completion",\n  "choices": [{"text": "}]{\\"aigc\\":1"}]\n}\n',
        '{"id":"r","object":"response","output":[]}',
        '{"created":1,"data":[{"b64_json":"AAAA"}]}',
        '\ufeff{"object":"chat.completion","a":{"b":[{}]},"c":"早"}',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_an_answer_gets_one_more_member_at_its_end(text: str, encoding: str) -> None:
    data = text.removeprefix("\ufeff" if encoding != "utf-8" else "").encode(encoding)
    done = write(json_body, data, OTHER)
    assert read(json_body, done) == [(OTHER, "json aigc", True, [])]
    value = orjson.loads(done.decode(encoding).removeprefix("\ufeff"))
    assert list(value)[-1] == "aigc"
    assert value.pop("aigc") == OTHER.keys()
    assert value == orjson.loads(text.removeprefix("\ufeff"))
    assert json_body.write(Source.of(done), OTHER) == ()
    assert bare(json_body, done) == bare(json_body, write(json_body, done)) == data


@pytest.mark.parametrize("text", ["{}", "[]", "1", '"a"', "", '{"a":1', '{"x":{"object":"chat.completion"}}',
                                  '{"object":"list","data":[{"embedding":[1]}]}',
                                  '{"object":"chat.completion"} {}',
                                  '{"object":"chat.completion"', '[{"object":"chat.completion"}]',
                                  '{"data":[{"name":"a"}]}'])  # fmt: skip
def test_any_other_json_is_left_alone(text: str) -> None:
    with pytest.raises(LabelError, match="LBL003"):
        write(json_body, text.encode())


def test_the_carrier_of_any_json_has_no_place() -> None:
    data = (CARRIERS / "data.json").read_bytes()
    assert json_body.score("data.json", data) > 0
    assert read(json_body, data) == []
    with pytest.raises(LabelError, match="LBL003"):
        write(json_body, data)


@pytest.mark.parametrize(
    ("text", "place", "standard", "kinds"),
    [
        (f'{{"aigc":{JSON},"choices":[]}}', "json aigc", True, []),
        (f'{{"AIGC" : {JSON}}}', "json aigc", True, []),
        (f'{{"aigc":{orjson.dumps(JSON).decode()}}}', "json aigc", True, []),
        (f'{{"aigc":{LABEL.wrapped()}}}', "json aigc", True, []),
        (f'{{"x_aigc_label":{JSON}}}', "json aigc", True, ["key.other_name"]),
        (
            f'{{"choices":[{{"message":{{"content":"a","aigc":{JSON}}}}}]}}',
            "json inner member",
            False,
            ["place.inner_member"],
        ),
        (f'[1,{{"AIGC":{JSON}}}]', "json inner member", False, ["place.inner_member"]),
    ],
)
def test_a_label_is_read_in_any_json_and_updated_where_it_stands(
    text: str, place: str, standard: bool, kinds: list[str]
) -> None:
    assert read(json_body, text.encode()) == [(LABEL, place, standard, kinds)]
    done = write(json_body, text.encode(), OTHER)
    assert [label for label, *_ in read(json_body, done)] == [OTHER]
    before, after = text.partition(text[text.index("{" if '{"L' in text else '"{') :])[0], done.decode()
    assert after.startswith(before[:3])
    without = orjson.loads(bare(json_body, done))
    assert without == orjson.loads(bare(json_body, text.encode()))
    assert b"aigc" not in orjson.dumps(without).lower()


@pytest.mark.parametrize(
    ("codec", "data", "code"),
    [
        (json_body, f'{{"choices":[],"aigc":{JSON},"AIGC":{JSON}}}'.encode(), "LBL005"),
        (json_body, b'{"choices":[],"aigc":true}', "LBL082"),
        (sse, CHUNK % b"a" + b"event: ping\ndata: {}\n\n" + CHUNK[:-3] % b"b" + b',"aigc":1}\n\n' + DONE, "LBL082"),
        (sse, b"data: {}\n\n", "LBL003"),
        (sse, b'data: {"error":{"message":"x"}}\n\n', "LBL003"),
        (sse, b": ping\n\n", "LBL003"),
        (sse, b"", "LBL003"),
        (sse, MARKED % (b"a", JSON.encode()) + MARKED % (b"b", OTHER.text().encode()), "LBL005"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_with_a_reason(codec: ModuleType, data: bytes, code: str) -> None:
    with pytest.raises(LabelError) as refused:
        write(codec, data, OTHER)
    assert refused.value.code == code


KINDS = (b"response.created", b"response.output_text.delta", b"response.completed")
STREAMS = [
    CHUNK % b"a" + CHUNK % b"b" + CHUNK % b"c" + DONE,
    CHUNK % b"a" + DONE,
    CHUNK % b"a",
    b": ping\n\n" + CHUNK % b"a" + b": ping\n\nevent: x\nid: 7\n" + CHUNK % b"b" + b"retry: 5\n\n" + DONE,
    (CHUNK % b"a" + CHUNK % b"b" + DONE).replace(b"\n", b"\r\n"),
    (CHUNK % b"a" + CHUNK % b"b" + DONE).replace(b"\n", b"\r"),
    b"\xef\xbb\xbf" + CHUNK % "早".encode() + CHUNK % b"b" + DONE,
    (CHUNK % b"a" + CHUNK % b"b" + DONE).replace(b": {", b":{  ").replace(b"}\n", b" } \n"),
    CHUNK % b"a" + b'data: {"error":{"message":"x"}}\n\n' + DONE,
    CHUNK % b"a" + CHUNK % b"b" + b"data: [DONE]",
    b"".join(b'event: %b\ndata: {"type":"%b","response":{}}\n\n' % (kind, kind) for kind in KINDS),
]


@pytest.mark.parametrize("data", STREAMS)
def test_the_first_and_the_last_event_of_an_answer_carry_the_label_and_no_other_byte_moves(data: bytes) -> None:
    done = write(sse, data, OTHER)
    assert read(sse, done) == [(OTHER, "sse first and last event", True, [])]
    assert done.replace(b',"aigc":' + OTHER.text().encode(), b"") == data
    assert done.count(b'"aigc"') == min(2, data.count(b"chat.completion.chunk") or 2)
    assert sse.write(Source.of(done), OTHER) == ()
    again = write(sse, done)
    assert read(sse, again)[0][0] == LABEL
    assert bare(sse, done) == bare(sse, again) == data


def test_a_stream_that_our_gateway_marked_has_one_label() -> None:
    marker = Marker(AnswerMarks("", "", LABEL.splice), "chat")
    out = b""
    for text, closes in (("a", False), ("b", False), ("", True)):
        value = {"object": "chat.completion.chunk",
                 "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": "stop" if closes else None}]}  # fmt: skip
        data = orjson.dumps(value)
        out += marker.event(value, b"data: " + data + b"\n\n", data, b"", closes=closes)
    out += marker.end() + DONE
    assert read(sse, out) == [(LABEL, "sse first and last event", True, [])]
    assert sse.write(Source.of(out), LABEL) == ()


def test_a_label_in_one_end_alone_is_completed_and_noted() -> None:
    first = CHUNK[:-3] % b"a" + b',"aigc":%b}\n\n' % JSON.encode()
    data = first + CHUNK % b"b" + DONE
    assert read(sse, data) == [(LABEL, "sse events", True, ["place.one_event"])]
    assert read(sse, write(sse, data)) == [(LABEL, "sse first and last event", True, [])]


def test_a_label_in_every_event_is_one_label_and_is_changed_in_all() -> None:
    one = CHUNK[:-3] % b"a" + b',"aigc":%b}\n\n' % JSON.encode()
    assert read(sse, one * 4 + DONE) == [(LABEL, "sse events", True, ["place.middle_event"])]
    done = write(sse, one * 4 + DONE, OTHER)
    assert [label for label, *_ in read(sse, done)] == [OTHER]
    assert done.count(OTHER.text().encode()) == 4


@pytest.mark.parametrize("end", [-2, -3, -10, -40])
def test_a_stream_that_was_cut_off_is_a_gap_and_is_not_labelled(end: int) -> None:
    data = (CHUNK % b"a" + CHUNK % b"b")[:end]
    assert [gap.reason for gap in sse.read(Source.of(data)).gaps] == ["truncated"]
    with pytest.raises(MalformedError):
        write(sse, data)


def test_data_over_several_lines_are_not_touched() -> None:
    data = CHUNK % b"a" + (CHUNK % b"b").replace(b',"choices', b',\ndata: "choices')
    with pytest.raises(MalformedError):
        write(sse, data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(st.characters(exclude_categories=("Cs",)), max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('aA{}[]",:\\ i', max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text('ab{}[]",:\\', max_size=4), json_values, max_size=4), st.booleans(), st.booleans())
def test_any_answer_is_labelled_and_undone_to_the_byte(value: dict[str, object], pretty: bool, first: bool) -> None:
    shape = {"object": "chat.completion"}
    whole = {**shape, **value} if first else {**value, **shape}
    data = orjson.dumps(whole, option=orjson.OPT_INDENT_2 if pretty else 0)
    done = write(json_body, data, OTHER)
    assert orjson.loads(done) == {**whole, "aigc": OTHER.keys()}
    assert [label for label, *_ in read(json_body, done)] == [OTHER]
    assert bare(json_body, done) == data


@given(st.sampled_from([(json_body, "chat.json"), (sse, "chat.sse")]), st.binary(max_size=40), st.integers(0, 3000))
def test_any_bytes_any_cut_and_any_flip_are_read_or_refused(case: tuple[ModuleType, str], data: bytes, at: int) -> None:
    codec, name = case
    text = write(codec, (CARRIERS / name).read_bytes())
    at %= len(text)
    for sample in (data, text[:at] + data, text[:at] + data + text[at + len(data) :]):
        with suppress(LabelError, MalformedError):
            codec.read(Source.of(sample))
            codec.bare(Source.of(sample))
            done = write(codec, sample, OTHER)
            assert [label for label, *_ in read(codec, done)] == [OTHER]


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 400_000 + b'"AIGC"',
        b'{"AIGC":' * 100_000,
        b'{"AIGC":1,' * 50_000,
        b'{"choices":[' + b'{"a":"b"},' * 50_000 + b'0],"AIGC":0}',
        b'{"AIGC":"' + b"\\" * 4_000_000,
        b'"' * 400_000 + b"AIGC",
        b"data: " + b"{" * 4_300_000 + b"AIGC",
        b"data: AIGC{\n" * 100_000,
        b'data: {"AIGC":1}\n\n' * 30_000,
        b"data: {}\n\n" * 60_000,
        b"\r" * 200_000,
        b"data:\n" * 200_000,
        b":" * 17_000_000,
    ],
    ids=lambda data: data[:16].decode(),
)
@pytest.mark.parametrize("codec", [json_body, sse])
def test_a_hostile_text_is_read_at_once(codec: ModuleType, data: bytes) -> None:
    codec.score("a", data[:4096])
    for look in (codec.read, codec.bare, lambda source: codec.write(source, LABEL)):
        with suppress(LabelError, MalformedError):
            look(Source.of(data))
