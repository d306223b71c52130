"""Where files stand in answers, and what is none."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from hegui.detect.detectors import Detectors
from hegui.detect.lexicon_files import starter_lexicon
from hegui.detect.screen import CompiledLexicon
from hegui.kernel.sse import SseEvent, SseSplitter
from hegui.moderate.answer import AnswerStream
from hegui.moderate.answer_files import files_in
from hegui.moderate.fields import TooDeepError
from hegui.moderate.marks import AnswerMarks
from hegui.moderate.notice import Notice
from hegui.moderate.policy_files import built_in_policy
from hegui.moderate.wire import encode_json, framed
from tests.conftest import shared_rows
from tests.support.upstream import chat_chunk

CARRIERS = Path(__file__).parents[1] / "label" / "carriers"
KNOWN = (
    "photo.png", "photo.jpg", "anim.gif", "photo.webp", "photo.tif", "photo.heic", "photo.avif", "speech.wav", "speech.flac",
    "speech.opus", "speech-id3v23-v1.mp3", "clip.mp4", "clip.mov", "clip.webm", "clip.avi",
)  # fmt: skip


def base64_of(name: str) -> str:
    return b64encode((CARRIERS / name).read_bytes()).decode()


FILE = "AAAA"  # by its name alone

FILES: list[Any] = [
    {"data": [{"b64_json": FILE}]},
    {"data": [{"url": "http://a/1.png"}]},
    {"images": [{"url": "http://a/1.png"}]},
    {"choices": [{"message": {"images": [{"type": "image_url", "image_url": {"url": "http://a/1.png"}}]}}]},
    {"choices": [{"message": {"content": [{"type": "image_url", "image_url": "http://a/1.png"}]}}]},
    {"choices": [{"message": {"audio": {"id": "a", "data": FILE, "transcript": "hi"}}}]},
    {"choices": [{"delta": {"audio": {"data": FILE}}}]},
    {"output": [{"type": "image_generation_call", "result": FILE}]},
    {"type": "response.image_generation_call.partial_image", "partial_image_b64": FILE},
    {"type": "response.audio.delta", "delta": FILE},
    {"anything": "data:image/svg+xml;base64,AAAA"},
    *({"data": [{"not": {"heard_of": [base64_of(name)]}}]} for name in KNOWN),
]

TEXTS: list[Any] = [
    {"choices": [{"message": {"content": "data:image/png;base64,AAAA is how a data URL begins"}}]},
    {"choices": [{"message": {"content": base64_of("photo.png")}}]},
    {"choices": [{"message": {"annotations": [{"url_citation": {"url": "http://a/page"}}]}}]},
    {"error": {"message": "no", "url": "http://help"}},
    {"type": "response.output_text.delta", "delta": "/9j/" * 100},
    {"output": [{"type": "web_search_call", "result": "text"}]},
    {"output": [{"type": "reasoning", "encrypted_content": "gAAAAAB" + "x" * 400}]},
    {"short": "/9j/"},
    {"data": [{"b64_json": ""}, 5, None]},
    "iVBORw0KGgo", None, 7,
]  # fmt: skip


@pytest.mark.parametrize("answer", FILES)
def test_each_is_one_file(answer: Any) -> None:
    (place,) = files_in(answer)
    assert place.container[place.key] == place.text


@pytest.mark.parametrize("answer", TEXTS)
def test_texts_are_no_files(answer: Any) -> None:
    assert list(files_in(answer)) == []


def test_where_there_are_pictures_alone_every_address_is_one() -> None:
    odd = {"data": [{"more": {"url": "http://a/1.png"}}]}
    assert [list(files_in(odd)), [place.text for place in files_in(odd, every_url=True)]] == [[], ["http://a/1.png"]]


def test_what_is_nested_too_deep_is_not_half_searched() -> None:
    answer: Any = {"b64_json": FILE}
    for _ in range(70):
        answer = [answer]
    with pytest.raises(TooDeepError):
        list(files_in(answer))


@pytest.mark.parametrize("event", FILES)
def test_a_stream_hands_out_no_file(event: Any) -> None:
    """It could not be labelled in pieces; what stands beside it goes on."""
    (place,) = files_in(event)
    detectors = Detectors(CompiledLexicon(starter_lexicon()))
    notice = Notice("0" * 26, "en", "p", "", "", "")
    stream = AnswerStream(detectors, built_in_policy(), notice, AnswerMarks("", "", None), model="m")
    events = [chat_chunk("", role="assistant"), event, chat_chunk("hello"), chat_chunk(None, finish_reason="stop")]
    data = [encode_json(one) for one in events]
    out = b"".join(stream.feed(SseEvent(framed(one), one, b"")) for one in data) + stream.finish()
    assert place.text.encode() not in out
    assert stream.tally.withheld_events == 1
    assert b"hello" in out


def test_the_end_of_an_answer_that_drew_arrives_without_the_picture() -> None:
    rows = [
        row
        for row in shared_rows("openai_protocol")
        if "image_generation_call" in row["body"] and "data: " in row["body"]
    ]
    for row in rows:
        stream = AnswerStream(
            Detectors(CompiledLexicon(starter_lexicon())), built_in_policy(), Notice("0" * 26, "en", "p", "", "", ""),
            AnswerMarks("", "", None), model="m", kind="responses",
        )  # fmt: skip
        splitter = SseSplitter(1 << 20)
        out = b"".join(stream.feed(event) for event in splitter.feed(row["body"].encode())) + stream.finish(b"")
        assert b'"response.completed"' in out
        assert b'"result":""' in out
    assert rows
