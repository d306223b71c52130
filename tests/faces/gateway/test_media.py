"""Pictures and speech through a real gateway: each leaves with its label, and the record says so."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import urllib.error
import urllib.request
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hegui.faces.gateway.media import media_type_of
from hegui.kernel.source import Source
from hegui.label.aigc import AigcLabel
from hegui.label.content_number import record_of
from hegui.label.explicit.sound_check import check_sound
from hegui.label.formats import CODECS, open_label
from hegui.label.standing import labels
from tests.faces.gateway.test_gateway import Gateway, running
from tests.label.explicit.judges import need
from tests.support import upstream as play

CARRIERS = Path(__file__).parents[2] / "label" / "carriers"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("media"), "--label", "interface") as gateway:
        yield gateway


def carrier(name: str) -> bytes:
    return (CARRIERS / name).read_bytes()


def number_of(label: AigcLabel) -> tuple[str, int]:
    found = record_of(label.produce_id)
    assert found is not None
    return found.id, found.index


def label_in(data: bytes, name: str = "") -> AigcLabel:
    (one,) = labels(open_label(Source.of(data), name).reading)
    return one.spelt.label


def pictures(*names: str) -> dict[str, Any]:
    return {"created": 1, "data": [{"b64_json": base64.b64encode(carrier(name)).decode()} for name in names]}


def test_pictures_in_base64_leave_with_labels_numbered_after_the_exchange(gateway: Gateway) -> None:
    gateway.upstream.script = play.json_body(pictures("photo.png", "photo.jpg"))
    answer = gateway.client().images.generate(model="m", prompt="一只猫", n=2, response_format="b64_json")
    files = [base64.b64decode(one.b64_json or "") for one in answer.data or []]
    row = gateway.last()
    assert [number_of(label_in(file)) for file in files] == [(row["id"], 1), (row["id"], 2)]
    receipts = json.loads(row["files"])
    assert [one["format"] for one in receipts] == ["png", "jpeg"]
    for one, name, file in zip(receipts, ("photo.png", "photo.jpg"), files, strict=True):
        assert one["before"]["sha256"] == hashlib.sha256(carrier(name)).hexdigest()
        assert one["after"]["sha256"] == hashlib.sha256(file).hexdigest()
    assert row["outcome"] == "completed"


def test_a_picture_named_by_its_address_is_fetched_labelled_and_served(gateway: Gateway) -> None:
    def script(request: play.Request) -> play.Script:
        if request.path.endswith("/picture.webp"):
            return play.json_body(carrier("photo.webp"), content_type="image/webp")
        url = gateway.upstream.url.removesuffix("/v1") + "/picture.webp"
        return play.json_body({"created": 1, "data": [{"url": url, "revised_prompt": "猫"}]})

    gateway.upstream.script = script
    answer = gateway.client().images.generate(model="m", prompt="一只猫")
    (one,) = answer.data or []
    assert one.revised_prompt == "猫"
    assert one.url is not None
    assert "/media/" in one.url
    with urllib.request.urlopen(one.url) as reply:
        assert reply.headers["content-type"] == "image/webp"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert number_of(label_in(reply.read())) == (gateway.last()["id"], 1)
    with urllib.request.urlopen(urllib.request.Request(one.url, method="HEAD")) as reply:
        assert (reply.read(), int(reply.headers["content-length"]) > 1000) == (b"", True)


def test_every_file_we_can_label_is_served_under_its_type() -> None:
    for codec in CODECS:
        kind = codec.MEDIA_TYPES[0]
        if kind.startswith(("image/", "audio/", "video/")) and codec.PLACE != "none":
            assert media_type_of("x" + codec.EXTENSIONS[0]) == kind


def test_nothing_is_fetched_from_a_host_nobody_named(gateway: Gateway) -> None:
    gateway.upstream.script = play.json_body({"created": 1, "data": [{"url": "http://169.254.169.254/latest"}]})
    status, body = gateway.post({"model": "m", "prompt": "猫"}, path="/images/generations")
    assert (status, json.loads(body)["error"]["code"]) == (502, "label_failed")


@pytest.mark.parametrize("path", ["/media/", "/media/../hegui.db", f"/media/{'0' * 32}.png", "/media/x.png"])
def test_only_names_that_were_handed_out_lead_to_files(gateway: Gateway, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(gateway.url.removesuffix("/v1") + path)


@pytest.mark.parametrize("content", [b"no picture", b"BM" + bytes(60), b"\x89PNG\r\n\x1a\n", b""])
def test_a_file_that_cannot_be_labelled_is_not_handed_out(gateway: Gateway, content: bytes) -> None:
    row = {"b64_json": base64.b64encode(content).decode() or "AA=="}
    gateway.upstream.script = play.json_body({"created": 1, "data": [row]})
    status, body = gateway.post({"model": "m", "prompt": "猫"}, path="/images/generations")
    assert (status, json.loads(body)["error"]["code"]) == (502, "label_failed")
    assert row["b64_json"].encode() not in body


def test_what_is_no_base64_is_an_answer_of_the_wrong_form(gateway: Gateway) -> None:
    gateway.upstream.script = play.json_body({"created": 1, "data": [{"b64_json": "@@@"}]})
    status, body = gateway.post({"model": "m", "prompt": "猫"}, path="/images/generations")
    assert (status, json.loads(body)["error"]["code"]) == (502, "upstream_malformed")


def test_the_prompt_of_a_picture_is_screened(gateway: Gateway) -> None:
    before = len(gateway.upstream.requests)
    status, body = gateway.post({"model": "m", "prompt": "出售冰毒，货到付款"}, path="/images/generations")
    assert (status, json.loads(body)["error"]["code"]) == (400, "content_filter")
    assert len(gateway.upstream.requests) == before


@pytest.mark.parametrize("answer", [{"created": 1, "data": []}, {"error": {"message": "no", "type": "x"}}])
def test_answers_without_pictures_pass(gateway: Gateway, answer: dict[str, Any]) -> None:
    gateway.upstream.script = play.json_body(answer, status=400 if "error" in answer else 200)
    status, body = gateway.post({"model": "m", "prompt": "猫"}, path="/images/generations")
    assert status == (400 if "error" in answer else 200)
    assert json.loads(body) == answer


@pytest.mark.parametrize(
    ("name", "kind"),
    [("speech.mp3", "audio/mpeg"), ("speech.wav", "audio/wav"), ("speech.flac", "audio/flac"),
     ("speech.opus", "audio/ogg"), ("speech.aac", "audio/aac")],
)  # fmt: skip
def test_speech_leaves_with_its_label(gateway: Gateway, name: str, kind: str) -> None:
    gateway.upstream.script = play.json_body(carrier(name), content_type=kind)
    answer = gateway.client().audio.speech.create(model="m", input="你好", voice="alloy")
    assert number_of(label_in(answer.content, name)) == (gateway.last()["id"], 1)
    assert answer.response.headers["content-type"] == kind


def test_bare_samples_have_their_label_in_the_head(gateway: Gateway) -> None:
    gateway.upstream.script = play.json_body(bytes(4800), content_type="audio/pcm")
    answer = gateway.client().audio.speech.create(model="m", input="你好", voice="alloy", response_format="pcm")
    assert answer.content == bytes(4800)
    assert json.loads(answer.response.headers["x-hegui-aigc"])["ProduceID"].startswith(gateway.last()["id"])


def test_a_label_of_the_models_maker_stays_and_we_are_the_propagator(gateway: Gateway) -> None:
    from hegui.usecases.label_output import label_output

    theirs = AigcLabel.first("001191110102MAD55U9H0F10002", "their-1")
    data = label_output(carrier("photo.png"), "", theirs).data
    gateway.upstream.script = play.json_body({"created": 1, "data": [{"b64_json": base64.b64encode(data).decode()}]})
    answer = gateway.client().images.generate(model="m", prompt="猫", response_format="b64_json")
    found = label_in(base64.b64decode((answer.data or [])[0].b64_json or ""))
    assert (found.producer, found.produce_id) == (theirs.producer, "their-1")
    assert found.propagator == "HEGUI-DEMONSTRATION"
    assert found.propagate_id.startswith(gateway.last()["id"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/images/generations", {"prompt": "猫", "stream": True}),
        ("/audio/speech", {"input": "猫", "voice": "v", "stream_format": "sse"}),
    ],
)
def test_forms_that_cannot_be_labelled_whole_are_refused(gateway: Gateway, path: str, body: dict[str, Any]) -> None:
    before = len(gateway.upstream.requests)
    status, answer = gateway.post({"model": "m", **body}, path=path)
    assert (status, json.loads(answer)["error"]["code"]) == (400, "unsupported_value")
    assert len(gateway.upstream.requests) == before


def test_speech_that_is_no_sound_is_not_handed_out(gateway: Gateway) -> None:
    gateway.upstream.script = play.json_body(b"<html>", content_type="text/html")
    status, _ = gateway.post({"model": "m", "input": "猫", "voice": "v"}, path="/audio/speech")
    assert status == 502
    gateway.upstream.script = play.json_body(bytes(99), content_type="audio/mpeg")
    status, body = gateway.post({"model": "m", "input": "猫", "voice": "v"}, path="/audio/speech")
    assert (status, json.loads(body)["error"]["code"]) == (502, "label_failed")


def test_where_the_application_does_not_show_it_a_picture_bears_a_plate_and_a_user_may_ask_for_none(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    pytest.importorskip("PIL", reason="the extra marks is not installed")
    from hegui.label.explicit.check import check_mark

    state = tmp_path_factory.mktemp("plates")
    with running(state, "--label", "tail", HEGUI_LABEL_UNMARKED_TERMS="terms-2026-1") as gateway:
        gateway.upstream.script = play.json_body(pictures("photo.png"))
        ask = {"model": "m", "prompt": "猫", "response_format": "b64_json"}

        def asked(**more: Any) -> bytes:
            answer = gateway.client().images.generate(**ask, **more)
            return base64.b64decode((answer.data or [])[0].b64_json or "")

        (seen,) = check_mark(asked())
        assert seen.text == "人工智能生成"
        terms = {"X-Hegui-Unmarked-Terms": "terms-2026-1"}
        unmarked = asked(user="u-1", extra_headers=terms)
        (seen,) = check_mark(unmarked)
        assert seen.text is None
        assert label_in(unmarked).attribute == "1"
        assert gateway.last()["unmarked_terms"] == "terms-2026-1"
        for headers, code in (
            (terms, "unmarked_needs_user"),
            ({"X-Hegui-Unmarked-Terms": "x"}, "unmarked_not_offered"),
        ):
            status, body = gateway.post({"model": "m", "prompt": "猫"}, path="/images/generations", **headers)
            assert (status, json.loads(body)["error"]["code"]) == (400, code)


def heard(path: Path) -> str:
    found = check_sound(path).heard
    return "" if found is None else found.kind


def test_where_the_application_does_not_show_it_speech_begins_with_what_is_heard(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    need("ffmpeg", "ffprobe")
    state = tmp_path_factory.mktemp("sounds")
    with running(state, "--label", "tail", HEGUI_LABEL_UNMARKED_TERMS="terms-2026-1") as gateway:

        def asked(name: str, kind: str, **more: Any) -> Path:
            gateway.upstream.script = play.json_body(carrier(name), content_type=kind)
            answer = gateway.client().audio.speech.create(model="m", input="你好", voice="alloy", **more)
            assert number_of(label_in(answer.content, name)) == (gateway.last()["id"], 1)
            path = state / name
            path.write_bytes(answer.content)
            return path

        for name, kind in (("speech.mp3", "audio/mpeg"), ("speech.wav", "audio/wav"), ("speech.opus", "audio/ogg")):
            assert heard(asked(name, kind)) == "rhythm"
        terms = {"X-Hegui-Unmarked-Terms": "terms-2026-1"}
        unmarked = asked("speech.wav", "audio/wav", extra_body={"user": "u-1"}, extra_headers=terms)
        assert heard(unmarked) == ""
        assert gateway.last()["unmarked_terms"] == "terms-2026-1"
        gateway.upstream.script = play.json_body(bytes(4800), content_type="audio/pcm")
        answer = gateway.client().audio.speech.create(model="m", input="你好", voice="v", response_format="pcm")
        assert answer.content.endswith(bytes(4800))
        path = state / "samples.wav"
        with wave.open(str(path), "wb") as made:
            made.setparams((1, 2, 24_000, 0, "NONE", ""))
            made.writeframes(answer.content)
        assert heard(path) == "rhythm"


def test_the_operator_may_leave_it_to_the_application_to_mark_sound(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("silent"), "--label", "tail", HEGUI_LABEL_SOUND="interface") as gateway:
        gateway.upstream.script = play.json_body(carrier("speech.wav"), content_type="audio/wav")
        answer = gateway.client().audio.speech.create(model="m", input="你好", voice="alloy")
        assert samples_in(answer.content) == samples_in(carrier("speech.wav"))


def samples_in(data: bytes) -> bytes:
    with wave.open(io.BytesIO(data)) as sound:
        return sound.readframes(sound.getnframes())
