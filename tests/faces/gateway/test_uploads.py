"""Files that users upload, checked and labelled by a real gateway."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hegui.kernel.source import Source
from hegui.label.aigc import AigcLabel
from hegui.label.formats import open_label
from hegui.label.standing import labels
from hegui.usecases.label_output import label_output
from tests.faces.gateway.test_gateway import Gateway, running
from tests.support.patience import PATIENCE_SECONDS

CARRIERS = Path(__file__).parents[2] / "label" / "carriers"
PLATFORM = "00119144030008867405X220001"
THEIRS = AigcLabel.first("001191110102MAD55U9H0F10002", "their-1")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    more = {"HEGUI_LABEL_CONTENT_PRODUCER": PLATFORM, "HEGUI_LABEL_MAX_UPLOAD_BYTES": "200000"}
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


@pytest.mark.parametrize("name", ["../../etc/passwd", "%2e%2e%2fx.md", "a" * 400 + ".md", "", ".", "文.md"])
def test_no_name_leads_out_of_the_folder_and_nothing_stays(gateway: Gateway, name: str) -> None:
    quoted = urllib.request.quote(name, safe="/%.")  # type: ignore[attr-defined]
    checked(gateway, carrier("doc.md"), X_Hegui_File_Name=quoted)
    uploads = Path(gateway.environ["HEGUI_STATE_DIR"], "uploads")
    assert list(uploads.iterdir()) == []
