"""Files where nobody expects them, addresses that lie, and model servers that break off: nothing leaves without its label."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from hegui.label.aigc import AigcLabel
from hegui.ledger import canonical
from hegui.ledger.entry import Entry
from tests.faces.gateway.test_gateway import HEGUI, Gateway, running
from tests.faces.gateway.test_media import carrier, label_in, number_of, pictures
from tests.support import upstream as play

PICTURE = base64.b64encode(carrier("photo.png")).decode()
SOUND = base64.b64encode(carrier("speech.wav")).decode()
IMAGES = "/images/generations"
ASK = {"model": "m", "prompt": "猫"}
CHAT = {"model": "m", "messages": [{"role": "user", "content": "猫"}]}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("hostile"), "--label", "interface") as gateway:
        yield gateway


def asked(gateway: Gateway, script: Any, path: str = IMAGES, **value: Any) -> tuple[int, Any, bytes]:
    gateway.upstream.script = script
    status, body = gateway.post(value or ASK, path=path)
    return status, json.loads(body), body


def chat(**message: Any) -> dict[str, Any]:
    body = play.chat_body("hi")
    body["choices"][0]["message"] |= message
    return body


def texts(value: Any) -> Iterator[str]:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for member in members:
        if isinstance(member, str):
            yield member
        yield from texts(member)


def files(value: Any) -> list[bytes]:
    """Every file of an answer, by its length alone."""
    return [base64.b64decode(text.rpartition(",")[2]) for text in texts(value) if len(text) > 5000]


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (IMAGES, {"created": 1, "data": [PICTURE]}),
        (IMAGES, {"created": 1, "data": [], "images": [{"b64_json": PICTURE}]}),
        (IMAGES, {"created": 1, "data": [], "nobody": {"heard": ["of", PICTURE]}}),
        (IMAGES, {"created": 1, "data": [{"url": "data:image/png;base64," + PICTURE}]}),
        ("/chat/completions", pictures("photo.png")),
        ("/chat/completions", chat(images=[{"type": "image_url", "image_url": {"url": "data:image/png;base64," + PICTURE}}])),
        ("/chat/completions", chat(audio={"id": "a", "data": SOUND, "transcript": "hi", "expires_at": 1})),
        ("/responses", {"object": "response", "output": [{"type": "image_generation_call", "result": PICTURE}]}),
        ("/audio/speech", {"choices": [], "audio": {"data": SOUND}}),
    ],
)  # fmt: skip
def test_a_file_is_labelled_wherever_it_stands(gateway: Gateway, path: str, answer: Any) -> None:
    status, found, body = asked(gateway, play.json_body(answer), path, **({**CHAT, "prompt": "x", "input": "x"}))
    (file,) = files(found)
    row = gateway.last()
    assert (status, row["outcome"]) == (200, "completed")
    assert number_of(label_in(file)) == (row["id"], 1)
    assert len(json.loads(row["files"])) == 1
    assert PICTURE.encode() not in body
    assert SOUND.encode() not in body


@pytest.mark.parametrize("status", [201, 400])
def test_pictures_under_another_status_are_labelled_too(gateway: Gateway, status: int) -> None:
    got, found, _ = asked(gateway, play.json_body(pictures("photo.png"), status=status))
    assert got == status
    assert label_in(files(found)[0])


def test_of_two_members_of_one_name_one_goes_out_and_it_is_labelled(gateway: Gateway) -> None:
    jpeg = base64.b64encode(carrier("photo.jpg")).decode()
    raw = f'{{"created":1,"data":[{{"b64_json":"{PICTURE}","b64_json":"{jpeg}"}}]}}'.encode()
    _, found, body = asked(gateway, play.json_body(raw))
    assert body.count(b"b64_json") == 1
    assert label_in(files(found)[0])


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/chat/completions", {"modalities": ["text", "audio"], "audio": {"format": "wav", "voice": "v"}, "stream": True}),
        ("/chat/completions", {"modalities": ["image", "text"], "stream": True}),
        ("/chat/completions", {"modalities": ["text", "audio"], "audio": {"format": "pcm16", "voice": "v"}}),
        ("/responses", {"input": "x", "tools": [{"type": "image_generation"}], "stream": True}),
        ("/audio/speech", {"input": "x", "stream": True}),
    ],
)  # fmt: skip
def test_what_could_not_be_labelled_is_not_asked_for(gateway: Gateway, path: str, more: Any) -> None:
    before = len(gateway.upstream.requests)
    status, found, _ = asked(gateway, play.json_body({}), path, **{**CHAT, **more})
    assert (status, found["error"]["code"]) == (400, "unsupported_value")
    assert len(gateway.upstream.requests) == before


def test_a_picture_that_comes_in_a_stream_unasked_stays_behind(gateway: Gateway) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PICTURE[:20000]}}
    events = [play.chat_chunk("hello", role="assistant"), play.chat_chunk(None, images=[image])]
    body = gateway.stream(play.sse([*events, play.chat_chunk(None, finish_reason="stop")]))
    assert b"hello" in body
    assert PICTURE[:200].encode() not in body
    assert gateway.last()["withheld_events"] == 1


def test_an_answer_that_was_stopped_keeps_its_pictures_too(gateway: Gateway) -> None:
    answer = chat(content="出售冰毒，货到付款", images=[{"image_url": {"url": "data:image/png;base64," + PICTURE}}])
    _, found, _ = asked(gateway, play.json_body(answer), "/chat/completions", **CHAT)
    assert files(found) == []
    row = gateway.last()
    assert (row["outcome"], row["files"]) == ("blocked_answer", "")


SERVER = "http://{at}/p.png"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:{port}/p.png", "http://user@{at}/p.png", "http://127.0.0.1:1/p.png", "http://127.0.0.1/p.png",
        "https://{at}/p.png", "file:///etc/passwd", "file://127.0.0.1/etc/passwd", "ftp://{at}/p.png", "//{at}/p.png",
        "http://127.0.0.1.:{port}/p.png", "http://127.1:{port}/p.png", "http://2130706433:{port}/p.png",
        "http://[::1]:{port}/p.png", "http://[::ffff:127.0.0.1]:{port}/p.png", "http://{at}\\@evil/p.png",
        "http://evil\\@{at}/p.png", "http://evil#@{at}/p.png", "http://evil?@{at}/p.png", "http://{at}/p q.png",
        "http://{at}/p\r\nX: y", "http://{at}/é.png", "http://127.0.0.1:99999/", "http://", "http://[", "\udc80",
        "/p.png", "javascript:1", "data:image/png,AAAA", "data:,", " http://{at}/p.png",
    ],
)  # fmt: skip
def test_an_address_that_is_not_plainly_the_model_servers_is_not_fetched(gateway: Gateway, url: str) -> None:
    at = gateway.upstream.url.removeprefix("http://").removesuffix("/v1")
    row = {"url": url.format(at=at, port=at.rpartition(":")[2])}
    before = len(gateway.upstream.requests)
    status, found, _ = asked(gateway, play.json_body(json.dumps({"created": 1, "data": [row]}).encode()))
    assert (status, found["error"]["code"] in ("label_failed", "upstream_malformed")) == (502, True)
    assert len(gateway.upstream.requests) == before + 1


def fetched(gateway: Gateway, script: play.Script) -> tuple[int, Any]:
    """An answer with a picture by its address, which answers with this script."""

    def choose(request: play.Request) -> play.Script:
        url = gateway.upstream.url.removesuffix("/v1") + "/p.png"
        return script if request.path == "/p.png" else play.json_body({"created": 1, "data": [{"url": url}]})

    status, found, _ = asked(gateway, choose)
    return status, found


def head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


PACKED = gzip.compress(carrier("photo.png"))


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        (play.raw([b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1\r\nContent-Length: 0\r\n\r\n"]), 502, "upstream_malformed"),
        (play.json_body({}, status=404), 502, "upstream_malformed"),
        (play.raw([head("Content-Encoding: gzip", f"Content-Length: {len(PACKED)}") + PACKED]), 502, "label_failed"),
        (play.json_body(b"<html><body>no picture</body></html>"), 502, "upstream_malformed"),
        (play.close_after(5000, play.json_body(carrier("photo.png"))), 502, "UPS005"),
        (play.raw([b"SSH-2.0\r\n"]), 502, "UPS006"),
        (play.Script((head("Content-Length: 9999"), b"x", play.Ending.HANG)), 504, "UPS004"),
    ],
)  # fmt: skip
def test_a_picture_that_cannot_be_fetched_whole_is_told(
    gateway: Gateway, script: play.Script, status: int, code: str
) -> None:
    got, found = fetched(gateway, script)
    assert (got, found["error"]["code"]) == (status, code)
    assert gateway.last()["outcome"] != "completed"


@pytest.mark.parametrize(
    ("script", "status", "outcome"),
    [
        (play.json_body({"created": 1, "data": [{"b64_json": PICTURE}] * 17}), 502, "upstream_malformed"),
        (play.json_body({"created": 1, "data": [{"b64_json": "AA=="}] * 50_000}), 502, "upstream_malformed"),
        (play.json_body({"created": 1, "data": [{"b64_json": PICTURE}, {"b64_json": "AA=="}]}), 502, "label_failed"),
        (play.json_body({"created": 1, "data": [{"b64_json": "@"}]}), 502, "upstream_malformed"),
        (play.json_body(b'{"created":1,"data":' + b"[" * 900 + b"]" * 900 + b"}"), 502, "upstream_malformed"),
        (play.close_after(3000, play.json_body(pictures("photo.png"))), 502, "upstream_reset"),
        (play.raw([head("Content-Type: application/json", "Content-Encoding: gzip", "Content-Length: 2") + b"{}"]), 502,
         "upstream_wrong_type"),
    ],
)  # fmt: skip
def test_the_record_says_how_an_answer_with_files_failed(
    gateway: Gateway, script: play.Script, status: int, outcome: str
) -> None:
    got, _, body = asked(gateway, script)
    row = gateway.last()
    assert (got, row["status"], row["outcome"], row["files"]) == (status, status, outcome, "")
    assert PICTURE[:200].encode() not in body


def test_speech_without_a_label_is_recorded_as_such(gateway: Gateway) -> None:
    status, _, _ = asked(
        gateway, play.json_body(bytes(99), content_type="audio/mpeg"), "/audio/speech", model="m", input="x"
    )
    assert (status, gateway.last()["outcome"]) == (502, "label_failed")


def test_the_vault_keeps_files_as_they_went_out_and_erasing_the_user_takes_them_along(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The receipts in the ledger stay: they hold digests, not pictures."""
    state = tmp_path_factory.mktemp("kept")
    keys = state / "master.keys"
    keys.write_text(bytes(range(32)).hex() + "\n")
    keys.chmod(0o600)
    with running(state, "--label", "interface", HEGUI_VAULT_MASTER_KEY=f"file:{keys}") as gateway:
        _, found, _ = asked(gateway, play.json_body(pictures("photo.png")), user="u-1", **ASK)
        drawn = gateway.last()
        kept = json.loads(gateway.hegui("exchange", "content", drawn["id"]))
        (picture,) = files(kept)
        assert kept == found
        assert hashlib.sha256(picture).hexdigest() == json.loads(drawn["files"])[0]["after"]["sha256"]
        gateway.hegui("user", "erase", drawn["user"], "--yes")
        refused = subprocess.run([HEGUI, "exchange", "content", drawn["id"]], env=gateway.environ, capture_output=True)
        assert refused.returncode != 0
        assert b"b64_json" not in refused.stdout
        assert json.loads(gateway.hegui("exchange", "show", drawn["id"], "--json"))["files"] == drawn["files"]
        gateway.hegui("exchange", "export", "--out", str(state / "out.jsonl"))
        (line,) = [json.loads(one) for one in (state / "out.jsonl").read_text().splitlines()]
        entry = Entry.decode(line["entry"].encode())
        assert line["record"]["files"] == drawn["files"]
        assert entry.payloads[0].holds_for(canonical.encode(line["record"]), bytes.fromhex(line["salt"]))
        vault = b"".join(place.read_bytes() for place in state.rglob("*") if place.is_file())
        assert picture not in vault
        assert base64.b64encode(picture) not in vault


THEIRS = AigcLabel.first("001191110102MAD55U9H0F10002", "their-1")


def kept(found: Any) -> None:
    """One label, of the maker, with this gateway as its propagator."""
    assert (found["aigc"]["ContentProducer"], found["aigc"]["ProduceID"]) == (THEIRS.producer, "their-1")
    assert found["aigc"]["ContentPropagator"] == "HEGUI-DEMONSTRATION"


def test_an_answer_that_is_labelled_already_gets_no_second_label(gateway: Gateway) -> None:
    """Such as that of another gateway like this one."""
    for path, answer in (
        ("/chat/completions", play.chat_body("hi")),
        ("/responses", {"object": "response", "output": []}),
    ):
        _, found, body = asked(gateway, play.json_body({**answer, "aigc": THEIRS.keys()}), path, **CHAT, input="x")
        assert body.count(b'"aigc"') == 1
        kept(found)


def test_neither_does_a_stream(gateway: Gateway) -> None:
    events = [{**event, "aigc": THEIRS.keys()} for event in play.chat_stream(["hello"])]
    lines = [line[6:] for line in gateway.stream(play.sse(events)).split(b"\n\n") if line.startswith(b"data: {")]
    assert [line.count(b'"aigc"') for line in lines] == [1] * len(lines)
    kept(json.loads(lines[0]))
    kept(json.loads(lines[-1]))


def test_whole_answers_of_the_responses_interface_are_labelled(gateway: Gateway) -> None:
    _, found, _ = asked(
        gateway, play.json_body({"object": "response", "output": []}), "/responses", model="m", input="x"
    )
    assert found["aigc"]["ProduceID"] == gateway.last()["id"]
