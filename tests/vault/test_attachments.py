"""Attachments taken out of a request and put back: the request is the same to the byte, whatever it holds."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.vault.attachments import MOST, Attachment, put_back, read_list, set_apart, write_list
from hegui.vault.faults import VaultDamage

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
SOUND = b"RIFF" + b"\xff\xfb\xfe" * 50


def url(content: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def request(*content: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "什么？"}, *content]}]}


CARRIERS: list[tuple[dict[str, Any], str, str | None]] = [
    ({"type": "image_url", "image_url": {"url": url(PNG)}}, "image_url.url", "image/png"),
    ({"type": "input_image", "image_url": url(PNG, "image/jpeg")}, "image_url", "image/jpeg"),
    ({"type": "video_url", "video_url": {"url": url(PNG, "video/mp4")}}, "video_url.url", "video/mp4"),
    ({"type": "input_audio", "input_audio": {"data": b64encode(PNG).decode(), "format": "wav"}}, "input_audio.data", "audio/wav"),
    ({"type": "file", "file": {"file_data": url(PNG, "application/pdf"), "filename": "../a"}}, "file.file_data", "application/pdf"),
    ({"type": "input_file", "file_data": b64encode(PNG).decode()}, "file_data", None),
    ({"type": "image", "source": {"media_type": "image/webp", "data": b64encode(PNG).decode()}}, "source.data", "image/webp"),
]  # fmt: skip

SPELLINGS = [("plain", "", ""), ("escaped_slash", "/", "\\/"), ("escaped_plus", "+", "\\u002B")]


@pytest.mark.parametrize(("spelling", "plain", "escaped"), SPELLINGS, ids=[one[0] for one in SPELLINGS])
@pytest.mark.parametrize(("part", "path", "media_type"), CARRIERS, ids=[one[1] for one in CARRIERS])
def test_what_a_request_carries_is_set_apart(
    part: dict[str, Any], path: str, media_type: str | None, spelling: str, plain: str, escaped: str
) -> None:
    value = request(part)
    body = json.dumps(value, ensure_ascii=False, indent=1).encode()
    if plain:
        body = body.replace(plain.encode(), escaped.encode())
    assert json.loads(body) == value
    apart = set_apart(body, value)
    (found,) = apart.attachments
    assert apart.contents == {"attachment-1": PNG}
    assert (found.path, found.media_type) == (f"messages[0].content[1].{path}", media_type)
    assert (found.encoding, found.spelling, found.size) == ("base64", spelling, len(PNG))
    assert b64encode(PNG)[:40] not in apart.prompt.replace(b"\\/", b"/").replace(b"\\u002B", b"+")
    assert b"hegui:attachment-1" in apart.prompt
    assert json.loads(apart.prompt)["messages"][0]["content"][0] == value["messages"][0]["content"][0]
    assert put_back(apart.prompt, read_list(write_list(apart.attachments)), apart.contents) == body


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "https://example.invalid/a.png"}},
        {"type": "text", "text": url(PNG)},
        {"type": "text", "data": "no format beside it"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,"}},
        {"type": "image_url", "image_url": {"url": 'data:,a"b'}},
        {"type": "image_url", "image_url": {"url": "data:,\ud83d"}},
        {"type": "file", "file": {"file_data": 7}},
    ],
)
def test_what_is_no_attachment_stays_where_it_is(part: dict[str, Any]) -> None:
    value = request(part)
    body = json.dumps(value).encode()
    assert set_apart(body, value).attachments == ()
    assert set_apart(body, value).prompt == body


def test_base64_that_is_not_canonical_is_kept_as_the_text_it_is() -> None:
    value = request({"type": "image_url", "image_url": {"url": "data:image/png;base64,QUI"}})
    body = json.dumps(value).encode()
    apart = set_apart(body, value)
    assert apart.attachments[0].encoding == "text"
    assert apart.contents == {"attachment-1": b"QUI"}
    assert put_back(apart.prompt, apart.attachments, apart.contents) == body


def test_a_flood_of_attachments_is_bounded() -> None:
    value = request(*[{"image_url": {"url": url(b"%03d" % number)}} for number in range(MOST + 5)])
    body = json.dumps(value).encode()
    apart = set_apart(body, value)
    assert [one.part for one in apart.attachments] == [f"attachment-{number}" for number in range(1, MOST + 1)]
    assert put_back(apart.prompt, apart.attachments, apart.contents) == body


def test_nesting_without_end_is_left_alone() -> None:
    value: Any = {"url": url(PNG)}
    for _ in range(5000):
        value = [value]
    assert set_apart(b"", value).attachments == ()


def test_of_a_long_path_the_end_is_kept() -> None:
    value = {"n" * 1000: {"m" * 150: [{"url": url(PNG)}]}}
    (found,) = set_apart(json.dumps(value).encode(), value).attachments
    assert len(found.path) <= 210
    assert found.path.endswith("m" * 150 + "[0].url")


def test_a_reference_that_the_client_wrote_is_none() -> None:
    value = request({"type": "text", "text": "hegui:attachment-1"}, {"image_url": {"url": url(PNG)}})
    body = json.dumps(value).encode()
    apart = set_apart(body, value)
    assert apart.prompt.count(b"hegui:attachment-1") == 2
    assert put_back(apart.prompt, apart.attachments, apart.contents) == body


def test_what_does_not_fit_together_is_refused() -> None:
    value = request({"image_url": {"url": url(PNG)}})
    apart = set_apart(json.dumps(value).encode(), value)
    (one,) = apart.attachments
    for prompt, listed, contents in (
        (apart.prompt[:-60], (one,), apart.contents),
        (apart.prompt, (replace(one, at=one.at + 1),), apart.contents),
        (apart.prompt, (one, one), apart.contents),
        (apart.prompt, (one,), {}),
        (apart.prompt, (one,), {one.part: PNG[:-1]}),
    ):
        with pytest.raises(VaultDamage, match="VLT022"):
            put_back(prompt, listed, contents)
    mistyped = write_list(apart.attachments).replace(b'"at": ', b'"at": -0.')
    for data in (b"", b"7", b"[1]", b'[{"part": 1}]', b"\xff", b"[" * 100_000, mistyped):
        with pytest.raises(VaultDamage, match="VLT022"):
            read_list(data)


contents = st.binary(min_size=1, max_size=200)
carriers = st.one_of(
    contents.map(lambda data: {"image_url": {"url": url(data)}}),
    contents.map(lambda data: {"input_audio": {"data": b64encode(data).decode(), "format": "wav"}}),
    st.text(max_size=40).map(lambda text: {"image_url": {"url": "data:" + text}}),
    st.text(max_size=40).map(lambda text: {"file_data": text}),
    st.text(max_size=40).map(lambda text: {"text": text}),
)


@given(
    st.lists(carriers, max_size=6),
    st.booleans(),
    st.sampled_from([one[1:] for one in SPELLINGS]),
    st.lists(contents, max_size=2),
)
def test_any_request_comes_back_to_the_byte(
    parts: list[dict[str, Any]], ascii_only: bool, escape: tuple[str, str], again: list[bytes]
) -> None:
    value = request(*parts, *[{"image_url": {"url": url(data)}} for data in again for _ in range(2)])
    body = json.dumps(value, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    if escape[0] == "/":  # everywhere is the same text in JSON
        body = body.replace(b"\\/", b"/").replace(b"/", b"\\/")
    apart = set_apart(body, value)
    assert len(apart.attachments) >= 2 * len(again) or escape[0] == "/"
    assert put_back(apart.prompt, read_list(write_list(apart.attachments)), apart.contents) == body


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_any_bytes_for_a_list_are_read_or_refused(data: bytes) -> None:
    with suppress(VaultDamage):
        assert all(isinstance(one, Attachment) for one in read_list(data))
