"""Files that users upload, checked and labelled by a real gateway."""

from __future__ import annotations

import json
import os
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hegui.faces.gateway.uploads import clear_left_uploads
from hegui.kernel.source import Source
from hegui.label.aigc import AigcLabel
from hegui.label.formats import open_label
from hegui.label.standing import labels
from hegui.settings import Settings
from hegui.usecases.label_output import label_output
from tests.faces.gateway.test_gateway import Gateway, running, wait_until
from tests.faces.gateway.test_media import label_in
from tests.support.patience import PATIENCE_SECONDS

CARRIERS = Path(__file__).parents[2] / "label" / "carriers"
PLATFORM = "00119144030008867405X220001"
THEIRS = AigcLabel.first("001191110102MAD55U9H0F10002", "their-1")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    more = {"HEGUI_LABEL_CONTENT_PRODUCER": PLATFORM, "HEGUI_LABEL_MAX_UPLOAD_BYTES": "200000"}
    more["HEGUI_SERVER_BODY_IDLE_SECONDS"] = "2"
    with running(tmp_path_factory.mktemp("uploads"), "--label", "interface", **more) as gateway:
        yield gateway


def upload(gateway: Gateway, kind: str, data: bytes, **headers: str) -> tuple[int, dict[str, str], bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    head = {"Authorization": f"Bearer {gateway.key}", "Content-Type": "application/octet-stream", **named}
    request = urllib.request.Request(f"{gateway.url}/labels/{kind}", data, head)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, dict(answer.headers.items()), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers.items()), error.read()


def checked(gateway: Gateway, data: bytes, **headers: str) -> dict[str, Any]:
    status, _, body = upload(gateway, "check", data, **headers)
    assert status == 200, body
    return json.loads(body)  # type: ignore[no-any-return]


def carrier(name: str) -> bytes:
    return (CARRIERS / name).read_bytes()


def test_a_labelled_file_is_confirmed_with_its_evidence_and_notice(gateway: Gateway) -> None:
    found = checked(gateway, label_output(carrier("photo.jpg"), "", THEIRS).data)
    assert (found["format"], found["category"], found["attribute"]) == ("jpeg", "confirmed", "1")
    assert found["label"]["ProduceID"] == "their-1"
    assert found["evidence"][0]["kind"] == "label"
    assert found["notice"]


@pytest.mark.parametrize(
    ("declared", "category"), [({}, "nothing_found"), ({"X_Hegui_Declared": "true"}, "possible"),
                               ({"X_Hegui_Declared": "false"}, "nothing_found")]
)  # fmt: skip
def test_what_the_user_declares_counts(gateway: Gateway, declared: dict[str, str], category: str) -> None:
    assert checked(gateway, carrier("photo.png"), **declared)["category"] == category


def test_a_cut_file_cannot_be_told(gateway: Gateway) -> None:
    assert checked(gateway, carrier("photo.png")[:2000])["category"] == "cannot_tell"


def test_the_file_comes_back_with_the_platforms_elements_and_the_producers_as_they_were(gateway: Gateway) -> None:
    status, head, body = upload(gateway, "write", label_output(carrier("clip.mp4"), "", THEIRS).data)
    assert status == 200
    assert json.loads(head["x-hegui-upload"])["category"] == "confirmed"
    (one,) = labels(open_label(Source.of(body), "").reading)
    found = one.spelt.label
    assert (found.producer, found.produce_id, found.propagator) == (THEIRS.producer, "their-1", PLATFORM)
    assert found.propagate_id not in ("", "their-1")


def test_a_file_that_needs_no_label_is_not_sent_back(gateway: Gateway) -> None:
    status, head, body = upload(gateway, "write", carrier("photo.png"))
    assert (status, body) == (204, b"")
    assert json.loads(head["x-hegui-upload"])["category"] == "nothing_found"


def test_what_cannot_take_a_label_says_why(gateway: Gateway) -> None:
    status, _, body = upload(gateway, "write", carrier("photo.bmp"), X_Hegui_Declared="true")
    assert status == 422
    assert json.loads(body)["error"]["code"] in ("LBL001", "LBL003")


@pytest.mark.parametrize(
    ("data", "headers", "status", "code"),
    [
        (b"x" * 200_001, {}, 413, "request_too_large"),
        (b"x", {"X_Hegui_Declared": "maybe"}, 400, "invalid_header"),
        (b"x", {"Authorization": "Bearer no"}, 401, "invalid_api_key"),
    ],
)
def test_wrong_requests_are_told(
    gateway: Gateway, data: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    got, _, body = upload(gateway, "check", data, **headers)
    assert (got, json.loads(body)["error"]["code"]) == (status, code)


def test_the_head_of_the_answer_is_short_and_plain_json_whatever_the_label_holds(gateway: Gateway) -> None:
    theirs = AigcLabel("1", "é\U0001f600" * 3000, "n" * 9000, "", "", "", "")
    status, head, body = upload(gateway, "write", label_output(carrier("photo.png"), "", theirs).data)
    told = json.loads(head["x-hegui-upload"])
    assert (status, told["category"], told["breaks_c2pa"]) == (200, "confirmed", False)
    assert len(head["x-hegui-upload"]) < 500
    assert label_in(body).producer == theirs.producer


@pytest.mark.parametrize("kind", ["check", "write"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_uploads_are_posted(gateway: Gateway, kind: str, method: str) -> None:
    request = urllib.request.Request(f"{gateway.url}/labels/{kind}", method=method)
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(request, timeout=30)


def conversation(gateway: Gateway, *pieces: bytes, ends: bool = True) -> bytes:
    """What comes back when these bytes are sent one after the other."""
    port = int(gateway.url.removesuffix("/v1").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        for piece in pieces:
            line.sendall(piece)
        if not ends:
            return b""
        return b"".join(iter(lambda: line.recv(65536), b""))


def request_head(gateway: Gateway, *lines: str) -> bytes:
    head = [
        "POST /v1/labels/check HTTP/1.1",
        "Host: x",
        "Connection: close",
        f"Authorization: Bearer {gateway.key}",
        *lines,
        "",
        "",
    ]
    return "\r\n".join(head).encode()


def test_a_body_in_chunks_without_a_length_is_checked_and_one_too_long_is_not_taken(gateway: Gateway) -> None:
    data, head = carrier("photo.png"), request_head(gateway, "Transfer-Encoding: chunked")
    whole = [b"%x\r\n%b\r\n" % (len(part), part) for part in (data[:100], data[100:])]
    assert b'"nothing_found"' in conversation(gateway, head, *whole, b"0\r\n\r\n")
    endless = b"%x\r\n%b\r\n" % (50_000, bytes(50_000))
    assert b" 413 " in conversation(gateway, head, *([endless] * 5))


def test_a_client_that_leaves_or_falls_silent_leaves_nothing_behind(gateway: Gateway) -> None:
    head = request_head(gateway, "Content-Length: 100000")
    for _ in range(5):
        conversation(gateway, head, b"x" * 1000, ends=False)
    assert b" 408 " in conversation(gateway, head, b"x" * 1000)
    uploads = Path(gateway.environ["HEGUI_STATE_DIR"], "uploads")
    wait_until(lambda: list(uploads.iterdir()) == [])
    assert b"Traceback" not in (uploads.parent / "said").read_bytes()


def test_many_at_once_are_all_answered(gateway: Gateway) -> None:
    data = carrier("clip.mp4")
    with ThreadPoolExecutor(12) as pool:
        found = [pool.submit(checked, gateway, data) for _ in range(24)]
        assert {one.result()["category"] for one in found} == {"nothing_found"}


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_client(gateway: Gateway) -> None:
    uploads = Path(gateway.environ["HEGUI_STATE_DIR"], "uploads")
    shutil.rmtree(uploads)
    uploads.write_bytes(b"in the way")
    try:
        status, _, body = upload(gateway, "check", carrier("photo.png"))
        assert (status, json.loads(body)["error"]["code"]) == (503, "uploads_unavailable")
    finally:
        uploads.unlink()
    assert checked(gateway, carrier("photo.png"))["category"] == "nothing_found"


def test_what_a_dead_worker_left_goes_when_the_next_one_starts(tmp_path: Path) -> None:
    old, new = tmp_path / "uploads" / "old", tmp_path / "uploads" / "new"
    for place in (old, new):
        place.mkdir(parents=True)
        (place / "upload.png").write_bytes(b"x")
    os.utime(old, (0, 0))
    clear_left_uploads(Settings(state_dir=tmp_path))
    assert list((tmp_path / "uploads").iterdir()) == [new]


@pytest.mark.parametrize("name", ["../../etc/passwd", "%2e%2e%2fx.md", "a" * 400 + ".md", "", ".", "文.md"])
def test_no_name_leads_out_of_the_folder_and_nothing_stays(gateway: Gateway, name: str) -> None:
    quoted = urllib.request.quote(name, safe="/%.")  # type: ignore[attr-defined]
    checked(gateway, carrier("doc.md"), X_Hegui_File_Name=quoted)
    uploads = Path(gateway.environ["HEGUI_STATE_DIR"], "uploads")
    assert list(uploads.iterdir()) == []
