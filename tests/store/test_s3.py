"""The client of S3-compatible object stores: its signatures, and what it makes of every failure."""

from __future__ import annotations

import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from hegui.errors import HeguiError, InputError, InternalError
from hegui.ledger.log import TileLog
from hegui.store.blob_s3 import S3Blobs
from hegui.store.s3 import ATTEMPTS, S3Bucket, S3Client
from hegui.store.s3_signature import Credentials, sign
from hegui.store.tile_s3 import TileS3
from tests.ledger.logs import ENTRIES, LOG, new_log
from tests.store.blob_contract import A, BlobContract
from tests.support.object_store import Script, object_store, s3_bucket, scripted, scripted_server

__all__ = ["object_store", "s3_bucket", "scripted"]  # fixtures count where pytest finds their names

PUBLISHED = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
THEN = datetime(2013, 5, 24, tzinfo=UTC)
HOST = {"host": "examplebucket.s3.amazonaws.com"}


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "body", "signature"),
    [
        (
            "GET", "/test.txt", {}, {"range": "bytes=0-9"}, b"",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT", "/test$file.text", {},
            {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
            b"Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            "GET", "/", {"lifecycle": ""}, {}, b"",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            "GET", "/", {"prefix": "J", "max-keys": "2"}, {}, b"",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
    ids=["object", "upload", "query without a value", "list"],
)  # fmt: skip
def test_signatures_are_those_of_the_published_examples(
    method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, signature: str
) -> None:
    signed = sign(PUBLISHED, method, path, query, {**HOST, **headers}, body, THEN)
    assert signed["authorization"].endswith(f"Signature={signature}")


def test_a_session_token_is_signed_along_and_no_secret_is_shown() -> None:
    credentials = Credentials("key", "secret", session_token="token")
    signed = sign(credentials, "GET", "/", {}, HOST, b"", THEN)
    assert signed["x-amz-security-token"] == "token"
    assert "x-amz-security-token" in signed["authorization"]
    assert "secret" not in repr(credentials).replace("secret_key", "")
    assert "token" not in repr(credentials)


class TestContract(BlobContract):
    """The contract of all stores of blobs, against a server that checks signatures."""

    one_name_for_all_threads = False  # the server of the tests is not made for that, and answers 500

    @pytest.fixture(params=["", "deep/blobs/"], ids=["no prefix", "prefix"])
    def blobs(self, s3_bucket: S3Bucket, request: pytest.FixtureRequest) -> Iterator[S3Blobs]:
        with closing(S3Client(replace(s3_bucket, prefix=request.param))) as client:
            yield S3Blobs(client)


def test_a_list_goes_on_beyond_its_first_page_and_stays_below_its_prefix(s3_bucket: S3Bucket) -> None:
    with closing(S3Client(replace(s3_bucket, prefix="a/"))) as one, closing(S3Client(s3_bucket)) as other:
        other.put("b/x", b"")
        names = [f"{A}/{number:04}" for number in range(1005)]
        for name in names:
            one.put(name, b"")
        assert list(S3Blobs(one).list(A)) == names
        assert list(S3Blobs(one).list()) == names


def test_a_log_lives_in_a_bucket_as_in_memory(s3_bucket: S3Bucket) -> None:
    in_memory, tiles = new_log()
    with closing(S3Client(replace(s3_bucket, prefix="log/"))) as client:
        log = TileLog(TileS3(client), LOG)
        log.create()
        for start in range(0, 700, 100):
            log.append(ENTRIES[start : start + 100])
            in_memory.append(ENTRIES[start : start + 100])
        found = {key: client.get(key) for key in client.list("")}
        outgrown = {path for path in tiles.files if path.partition(".p/")[0] in tiles.files and ".p/" in path}
        assert outgrown
        assert found == {path: data for path, data in tiles.files.items() if path not in outgrown}
        assert log.published() == in_memory.published()
        assert log.prove(3).encode() == in_memory.prove(3).encode()
        with pytest.raises(InputError, match="LED096"):
            TileS3(client).read("../checkpoint")


@pytest.mark.parametrize("change", [{"access_key": "AKIANOSUCHKEY"}, {"secret_key": "wrong"}])
def test_wrong_credentials_are_told_and_no_secret_with_them(s3_bucket: S3Bucket, change: dict[str, str]) -> None:
    bucket = replace(s3_bucket, credentials=replace(s3_bucket.credentials, **change))
    with closing(S3Client(bucket)) as client:
        for attempt in (lambda: client.get("x"), lambda: client.put("x", b"x"), lambda: list(client.list(""))):
            with pytest.raises(InputError, match="VLT017") as caught:
                attempt()
            assert bucket.credentials.secret_key not in str(caught.value)


def test_a_bucket_that_is_not_there_is_told(s3_bucket: S3Bucket) -> None:
    with closing(S3Client(replace(s3_bucket, bucket="no-such-bucket"))) as client:
        for attempt in (lambda: client.get("x"), lambda: client.put("x", b"x"), lambda: list(client.list(""))):
            with pytest.raises(InputError, match="VLT018"):
                attempt()


def answering(status: int, body: bytes = b"", code: str = "", close: bool = False) -> Callable[..., None]:
    body = body or (f"<Error><Code>{code}</Code></Error>".encode() if code else b"")

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("content-length", str(len(body)))
        if close:
            handler.send_header("connection", "close")
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = close

    return play


def hanging_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.6)
    handler.close_connection = True


def cut_short(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b"half")
    handler.close_connection = True


def nonsense(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"what?\r\n\r\n")
    handler.close_connection = True


OK = answering(200, b"whole")
FAILURES = {
    "busy": answering(503, code="SlowDown"),
    "its fault": answering(500, code="InternalError"),
    "too many": answering(429),
    "a gateway's": answering(502, b"<html>"),
    "hangs up": hanging_up,
    "silent": silent,
    "cut short": cut_short,
    "nonsense": nonsense,
}


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def client(scripted: Script, slept: list[float]) -> Iterator[S3Client]:
    with closing(S3Client(scripted.bucket(), sleep=slept.append)) as client:
        yield client


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_what_may_pass_is_tried_again_with_growing_pauses(
    client: S3Client, scripted: Script, slept: list[float], failure: Callable[..., None]
) -> None:
    scripted.answers = [failure, failure, OK]
    assert client.get("x") == b"whole"
    assert len(scripted.asked) == ATTEMPTS == 3
    assert len(slept) == 2
    assert slept[0] < slept[1] <= 0.8


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_what_does_not_pass_is_told_after_three_attempts(
    client: S3Client, scripted: Script, failure: Callable[..., None]
) -> None:
    scripted.answers = [failure] * 3
    with pytest.raises(InternalError, match="VLT016") as caught:
        client.put("x", b"content of a user")
    assert "content" not in str(caught.value)
    assert [asked[3] for asked in scripted.asked] == [b"content of a user"] * 3


@pytest.mark.parametrize(
    ("status", "code", "expected", "words"),
    [
        (403, "AccessDenied", "VLT017", "refuses the credentials"),
        (403, "", "VLT017", "refuses the credentials"),
        (401, "", "VLT017", "refuses the credentials"),
        (403, "RequestTimeTooSkewed", "VLT017", "its clock and ours differ"),
        (400, "ExpiredToken", "VLT017", "refuses the credentials"),
        (404, "NoSuchBucket", "VLT018", "does not exist"),
        (404, "", "VLT016", "answered 404"),
        (301, "PermanentRedirect", "VLT016", "answered 301 PermanentRedirect"),
        (507, "", "VLT016", "answered 507"),
    ],
)
def test_what_will_not_pass_is_told_at_once(
    client: S3Client, scripted: Script, status: int, code: str, expected: str, words: str
) -> None:
    for attempt in (lambda: client.get("x"), lambda: client.put("x", b""), lambda: client.delete("x")):
        scripted.answers = [answering(status, code=code)]
        with pytest.raises(HeguiError, match=f"{expected} .*{words}"):
            attempt()


def test_only_what_the_store_says_is_not_there_is_none(client: S3Client, scripted: Script) -> None:
    scripted.answers = [answering(404, code="NoSuchKey")] * 2
    assert client.get("x") is None
    client.delete("x")


def test_a_connection_is_used_again_and_one_that_was_closed_costs_no_attempt(
    client: S3Client, scripted: Script, slept: list[float]
) -> None:
    scripted.answers = [OK, OK, hanging_up, OK, answering(200, b"last", close=True), OK]
    assert [client.get("x") for _ in range(5)] == [b"whole"] * 3 + [b"last", b"whole"]
    assert slept == []
    assert len(scripted.asked) == 6


@pytest.mark.parametrize(
    "body",
    [
        b"", b"not xml", b"<Other/>", b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        b"<ListBucketResult>",
    ],
)  # fmt: skip
def test_a_list_that_is_none_is_a_failure(client: S3Client, scripted: Script, body: bytes) -> None:
    scripted.answers = [answering(200, body)]
    with pytest.raises(InternalError, match=r"VLT016 .*not one of S3"):
        list(client.list(""))


def test_an_answer_larger_than_asked_for_is_a_failure(scripted: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hegui.store.s3.MAX_BLOB", 100)
    scripted.answers = [answering(200, bytes(101))] * 3
    with closing(S3Client(scripted.bucket(), sleep=lambda _: None)) as client:
        with pytest.raises(InternalError, match="too large"):
            client.get("x")
        scripted.answers = [answering(200, bytes(100))]
        assert client.get("x") == bytes(100)


def test_what_the_server_says_is_quoted_only_where_it_is_a_word(client: S3Client, scripted: Script) -> None:
    scripted.answers = [answering(400, b"<Error><Code>\x1b[31m evil</Code></Error>")]
    with pytest.raises(InternalError) as caught:
        client.get("x")
    assert "evil" not in str(caught.value)


def test_a_bucket_may_stand_in_the_host_name(scripted: Script) -> None:
    """`localhost` has its own subdomains nowhere else, so only what is sent is looked at."""
    port = scripted.endpoint.rpartition(":")[2]
    bucket = replace(scripted.bucket(addressing="virtual"), endpoint=f"http://localhost:{port}")
    client = S3Client(bucket)
    assert (client._host, client._base) == (f"bucket.localhost:{port}", "/")


@pytest.mark.parametrize(
    "endpoint", ["", "s3.example.com", "ftp://x", "https://host/path", "https://u:p@host", "http://h?x=1"]
)
def test_an_endpoint_that_is_none_is_refused(endpoint: str) -> None:
    with pytest.raises(InputError, match="VLT016"):
        S3Client(S3Bucket(endpoint, "bucket", Credentials("key", "secret")))


def test_a_file_of_authorities_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for file in (tmp_path / "ca.pem", tmp_path / "nowhere.pem"):
        with pytest.raises(InputError, match="VLT016"):
            S3Client(S3Bucket("https://host", "bucket", Credentials("key", "secret"), ca_file=file))


def test_a_certificate_is_checked_against_the_authorities_named(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with scripted_server(context) as script:
        script.answers = [OK, OK]
        assert script.endpoint.startswith("https://")
        with closing(S3Client(script.bucket(ca_file=certificate, timeout_seconds=10.0))) as client:
            assert [client.get("x") for _ in range(2)] == [b"whole"] * 2
        with (
            closing(S3Client(script.bucket(timeout_seconds=10.0), sleep=lambda _: None)) as client,
            pytest.raises(InternalError, match="VLT016 .*certificate verify failed"),
        ):
            client.get("x")
    assert len(script.asked) == 2


def test_a_server_that_is_not_there_is_told() -> None:
    with (
        closing(S3Client(S3Bucket("http://127.0.0.1:9", "bucket", Credentials("k", "s")), sleep=lambda _: None)) as one,
        pytest.raises(InternalError, match=r"VLT016 .*http://127.0.0.1:9/bucket .*Connection refused"),
    ):
        one.get("x")
