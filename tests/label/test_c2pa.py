"""C2PA manifests beside the label: signing, verifying, what breaks them, and what is refused."""

from __future__ import annotations

import importlib
import io
import json
import os
import pkgutil
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label import heif
from hegui.label.c2pa import library
from hegui.label.c2pa.credentials import open_credential
from hegui.label.c2pa.manifest import SOURCE_TYPES, Statement, definition
from hegui.label.c2pa.sign import Signed, sign
from hegui.label.c2pa.verify import Verified, generated_type, verify
from hegui.label.faults import LabelError
from hegui.label.formats import open_label, plan
from hegui.label.security_data import binding_of, reserved_of
from hegui.label.standing import labels
from tests.label import rows as families
from tests.label.c2pa_authority import Authority, need_c2pa
from tests.label.contract import CARRIERS, output
from tests.label.media import LABEL, LONGER, written

GENERATED = SOURCE_TYPES["generated"]
ROWS = {
    row.carrier: row
    for family in pkgutil.iter_modules(families.__path__)
    for row in importlib.import_module(f"{families.__name__}.{family.name}").ROWS
}
SIGNABLE = (
    "photo.jpg", "photo-progressive.jpg", "photo-cmyk.jpg", "photo-exif-orient6.jpg", "photo.png", "photo-16bit.png",
    "anim.apng.png", "photo.webp", "photo-lossless.webp", "anim.webp", "anim.gif", "photo.tif", "photo.heic", "photo.avif",
    "drawing.svg", "clip.mp4", "clip-faststart.mp4", "clip-fragmented.mp4", "clip.mov", "clip.avi", "speech.m4a", "speech.mp3",
    "speech-id3v23-v1.mp3", "speech.wav", "speech-24bit-listinfo.wav", "speech.flac", "doc.pdf", "doc-objstm.pdf",
)  # fmt: skip
REFUSED = {
    "clip.mkv": "cannot embed one into matroska",
    "clip.webm": "cannot embed one into matroska",
    "clip.flv": "cannot embed one into flv",
    "speech.ogg": "cannot embed one into ogg",
    "speech.opus": "cannot embed one into ogg",
    "speech.aac": "cannot embed one into aac",
    "report.docx": "cannot embed one into ooxml",
    "book.epub": "cannot embed one into epub",
    "page.html": "cannot embed one into html",
    "doc.md": "cannot embed one into markdown",
    "multi-bigtiff.tif": "several pages",
    "doc-encrypted.pdf": "it is encrypted",
    "clip.ts": "cannot embed one into",
    "photo.bmp": "cannot embed one into",
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    need_c2pa()
    return Authority.made(tmp_path_factory.mktemp("authority"))


def carrier(name: str) -> bytes:
    return (CARRIERS / name).read_bytes()


def labelled(name: str) -> bytes:
    data = carrier(name)
    return apply(data, plan(Source.of(data), name, LABEL)[1])


def said(origin: str | None = "generated") -> Statement:
    return Statement(datetime(2026, 11, 26, 8, tzinfo=UTC), origin, "Picture model", "2")  # type: ignore[arg-type]


def sealed(
    authority: Authority, name: str, data: bytes | None = None, origin: str | None = "generated", parent: bytes | None = None
) -> tuple[bytes, Signed]:  # fmt: skip
    out, older = io.BytesIO(), None if parent is None else io.BytesIO(parent)
    data = labelled(name) if data is None else data
    signed = sign(io.BytesIO(data), out, name, authority.credential(), said(origin), parent=older)
    return out.getvalue(), signed


def asked(data: bytes, name: str = "", anchors: str = "") -> Verified:
    return verify(io.BytesIO(data), name, anchors=anchors)


def standing(data: bytes, name: str) -> list[object]:
    return [one.spelt.label for one in labels(open_label(Source.of(data), name).reading)]


def broken(work: Callable[[], object]) -> LabelError:
    with pytest.raises(LabelError) as raised:
        work()
    return raised.value


# --- both marks, side by side ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SIGNABLE)
def test_label_and_manifest_stand_side_by_side_and_the_payload_is_the_same(
    name: str, authority: Authority, tmp_path: Path
) -> None:
    before = labelled(name)
    data, signed = sealed(authority, name)
    assert signed.label == LABEL
    assert standing(data, name) == [LABEL]
    found = asked(data, name, authority.anchors)
    assert (found.state, found.source_types, found.failures) == ("trusted", (GENERATED,), ())
    assert (found.issuer, found.manifests) == ("hegui tests, Signer", 1)
    assert found.generator.startswith("hegui ")
    row = ROWS[name]
    for judge in row.judges.values():
        (tmp_path / name).write_bytes(data)
        assert judge(tmp_path / name) == row.shown(LABEL.text())
    payloads = []
    for kind, content in (("before", before), ("after", data)):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / name).write_bytes(content)
        payloads.append(row.payload(tmp_path / kind / name))
    assert payloads[0] == payloads[1]


@pytest.mark.parametrize(("name", "reason"), REFUSED.items(), ids=list(REFUSED))
def test_what_cannot_be_sealed_is_refused_with_its_reason(name: str, reason: str, authority: Authority) -> None:
    error = broken(lambda: sealed(authority, name, carrier(name)))
    assert error.code == "LBL141"
    assert reason in error.problem


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png"])
def test_exiftool_shows_the_manifest_of_jpeg_and_png(name: str, authority: Authority, tmp_path: Path) -> None:
    """It lists the boxes and checks no signature; no second reader of C2PA that does is at hand."""
    (tmp_path / name).write_bytes(sealed(authority, name)[0])
    words = ("exiftool", "-j", "-struct", "-CBOR:all", "-JUMBF:all")
    shown = json.loads(output(*words, tmp_path / name))[0]
    assert shown["JUMDLabel"] == "c2pa"
    action = shown["Actions"]
    assert (action["action"], action["digitalSourceType"]) == ("c2pa.created", GENERATED)
    stated = [one["url"] for one in shown["Created_assertions"]]
    assert "self#jumbf=c2pa.assertions/c2pa.actions.v2" in stated, "what the signer vouches for, not what was gathered"


def test_the_manifest_says_what_was_stated(authority: Authority) -> None:
    data, _ = sealed(authority, "photo.png")
    with library.context() as given, library.library().Reader("image/png", io.BytesIO(data), context=given) as reader:
        active = reader.get_active_manifest()
    (actions,) = [one["data"]["actions"] for one in active["assertions"] if one["label"] == "c2pa.actions.v2"]
    assert actions == [
        {
            "action": "c2pa.created",
            "when": "2026-11-26T08:00:00Z",
            "softwareAgent": {"name": "Picture model", "version": "2"},
            "digitalSourceType": GENERATED,
        }
    ]
    assert "title" not in active
    assert "thumbnail" not in active


def test_a_composite_says_that_a_model_took_part(authority: Authority) -> None:
    data, _ = sealed(authority, "photo.webp", origin="composite")
    assert generated_type(asked(data, "photo.webp")) == SOURCE_TYPES["composite"]


# --- order ----------------------------------------------------------------------------------------------------------


def test_a_file_without_its_label_is_not_sealed(authority: Authority) -> None:
    assert broken(lambda: sealed(authority, "photo.png", carrier("photo.png"))).code == "LBL142"


@pytest.mark.parametrize(
    "name", ["photo.jpg", "photo.png", "photo.webp", "clip.mp4", "speech.mp3", "speech.wav", "doc.pdf"]
)
def test_a_label_written_afterwards_makes_the_manifest_invalid(name: str, authority: Authority) -> None:
    data, _ = sealed(authority, name)
    later = apply(data, plan(Source.of(data), name, LONGER)[1])
    found = asked(later, name, authority.anchors)
    assert (found.state, found.source_types) == ("invalid", ())
    assert found.failures


def test_any_changed_byte_of_the_pixels_makes_it_invalid(authority: Authority) -> None:
    data, _ = sealed(authority, "photo.png")
    at = data.index(b"IDAT") + 100
    found = asked(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], "photo.png", authority.anchors)
    assert (found.state, found.failures) == ("invalid", ("assertion.dataHash.mismatch",))


def test_a_label_that_binds_the_content_is_not_broken(authority: Authority) -> None:
    """Its hash is over the file before labelling (PG-202511A), and a manifest is not a part of that."""
    code = reserved_of(b"\4" + bytes(64), [("Md", bytes(64))], [binding_of(LABEL, bytes(32))])
    bare, label = carrier("photo.png"), replace(LABEL, reserved_1=code)
    data = apply(bare, plan(Source.of(bare), "photo.png", label)[1])
    error = broken(lambda: sealed(authority, "photo.png", data))
    assert (error.code, "binds the content" in error.problem) == ("LBL141", True)


# --- sealed again ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["photo.jpg", "photo.heic", "clip.mp4", "clip-fragmented.mp4", "speech.mp3", "doc.pdf"]
)
def test_a_platform_seals_again_with_the_file_as_it_came_for_an_ingredient(name: str, authority: Authority) -> None:
    came, _ = sealed(authority, name)
    carried = apply(came, plan(Source.of(came), name, LONGER)[1])
    data, signed = sealed(authority, name, carried, None, came)
    assert (signed.label, signed.has_parent) == (LONGER, True)
    found = asked(data, name, authority.anchors)
    assert (found.state, found.manifests, found.failures) == ("trusted", 2, ())
    assert generated_type(found) == GENERATED, "what the maker said, through the chain"


def test_without_the_file_as_it_came_the_older_manifest_is_recorded_as_broken(authority: Authority) -> None:
    came, _ = sealed(authority, "photo.jpg")
    carried = apply(came, plan(Source.of(came), "photo.jpg", LONGER)[1])
    data, signed = sealed(authority, "photo.jpg", carried, None)
    found = asked(data, "photo.jpg", authority.anchors)
    assert (signed.has_parent, found.state, found.manifests) == (True, "trusted", 2)
    assert found.source_types == (), "a broken manifest says nothing of the origin"


def test_who_does_not_know_the_origin_states_none(authority: Authority) -> None:
    data, signed = sealed(authority, "photo.jpg", origin=None)
    found = asked(data, "photo.jpg", authority.anchors)
    assert (signed.has_parent, found.state, found.source_types) == (True, "trusted", ())


# --- states ---------------------------------------------------------------------------------------------------------


def test_without_an_anchor_a_sound_manifest_is_valid_and_not_trusted(authority: Authority, tmp_path: Path) -> None:
    data, _ = sealed(authority, "photo.jpg")
    for anchors in ("", Authority.made(tmp_path / "other").anchors):
        found = asked(data, "photo.jpg", anchors)
        assert (found.state, found.failures) == ("valid", ("signingCredential.untrusted",))


@pytest.mark.parametrize(
    ("name", "state"),
    [("photo.jpg", "none"), ("clip.mp4", "none"), ("doc.pdf", "none"), ("clip.mkv", "unsupported"), ("plain.txt", "unsupported"),
     ("report.docx", "unsupported"), ("speech.ogg", "unsupported")],
)  # fmt: skip
def test_files_without_a_manifest(name: str, state: str, authority: Authority) -> None:
    assert asked(carrier(name), name).state == state


def test_an_empty_file_is_of_no_format(authority: Authority) -> None:
    assert asked(b"").state == "unsupported"


def test_a_wrong_name_misleads_nobody(authority: Authority) -> None:
    assert asked(sealed(authority, "photo.png")[0], "film.mp4", authority.anchors).state == "trusted"


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "clip.mp4", "speech.mp3", "doc.pdf", "drawing.svg"])
def test_a_file_that_is_cut_or_flipped_gives_a_state_and_nothing_else(name: str, authority: Authority) -> None:
    data, _ = sealed(authority, name)
    for at in range(1, len(data), max(1, len(data) // 40)):
        assert asked(data[:at], name).state in ("invalid", "none", "unsupported", "unreadable", "valid")
        turned = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        assert asked(turned, name).state in ("invalid", "none", "unsupported", "unreadable", "valid")


def test_nothing_is_fetched(authority: Authority) -> None:
    """A file may name an address where its manifest is said to be."""
    asked_for: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked_for.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    module, who = library.library(), authority.credential()
    with serving(Handler) as url, library.context() as given:
        with (
            module.Signer.from_callback(who.sign, module.C2paSigningAlg.ES256, who.chain) as signer,
            module.Builder(definition(said(), has_parent=False), given) as builder,
        ):
            builder.set_remote_url(f"{url}/manifest.c2pa")
            builder.set_no_embed()
            out = io.BytesIO()
            builder.sign(signer, "image/jpeg", io.BytesIO(labelled("photo.jpg")), out)
        found = asked(out.getvalue(), "photo.jpg", authority.anchors)
    assert (found.state, found.failures, asked_for) == ("none", ("manifest.inaccessible",), [])


# --- what c2pa-python would damage ----------------------------------------------------------------------------------


def test_a_picture_whose_items_would_be_moved_twice_is_given_up(authority: Authority) -> None:
    """c2pa-python 0.38.1 finds its own manifest trusted, and no decoder finds the picture."""
    data = carrier("photo.heic")
    at = data.index((378).to_bytes(4), data.index(b"iloc"))
    moved = data[:at] + bytes(4) + data[at + 4 : at + 6] + (378).to_bytes(4) + data[at + 10 :]
    assert open_label(Source.of(moved), "photo.heic").reading.gaps == ()
    error = broken(lambda: sealed(authority, "photo.heic", written(heif, moved)))
    assert (error.code, error.problem) == ("LBL145", "no manifest was written: c2pa-python moves its items wrongly")


def test_the_index_of_fragments_is_set_right(authority: Authority) -> None:
    data, _ = sealed(authority, "clip-fragmented.mp4")
    at = data.index(b"tfra")
    count = int.from_bytes(data[at + 16 : at + 20])
    places = [int.from_bytes(data[at + 28 + 19 * entry : at + 36 + 19 * entry]) for entry in range(count)]
    assert count > 1
    assert [data[place + 4 : place + 8] for place in places] == [b"moof"] * count


def test_a_pdf_with_another_signature_is_refused(authority: Authority) -> None:
    data = labelled("doc.pdf")
    error = broken(lambda: sealed(authority, "doc.pdf", data + b"\n%/ByteRange[0 1 2 3]\n"))
    assert (error.code, "signature" in error.problem) == ("LBL141", True)


# --- keys -----------------------------------------------------------------------------------------------------------


def opened(authority: Authority, key: str | None = None, tsa: str | None = None) -> Callable[[], object]:
    return lambda: open_credential(authority.chain, key or str(authority.key), now=datetime.now(UTC), tsa_url=tsa)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    one = Authority.made(tmp_path)
    one.key.chmod(0o640)
    assert "mode 0640" in broken(opened(one)).problem


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    one, other = Authority.made(tmp_path / "one"), Authority.made(tmp_path / "other")
    assert "not that of the first certificate" in broken(opened(one, f"file:{other.key}")).problem


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    assert "valid from" in broken(opened(Authority.made(tmp_path, ends=timedelta(hours=-1)))).problem


def test_a_certificate_without_a_purpose_is_refused(tmp_path: Path) -> None:
    assert "names no purpose" in broken(opened(Authority.made(tmp_path, purpose=False))).problem


def test_another_curve_is_refused(tmp_path: Path) -> None:
    assert "P-256" in broken(opened(Authority.made(tmp_path, curve=ec.SECP384R1()))).problem


def test_certificates_in_the_wrong_order_are_refused(tmp_path: Path) -> None:
    one, other = Authority.made(tmp_path / "one"), Authority.made(tmp_path / "other")
    one.chain.write_text(one.chain.read_text() + other.anchors)
    assert "not issued by the next" in broken(opened(one)).problem


@pytest.mark.parametrize("text", ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_chain_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    one = Authority.made(tmp_path)
    one.chain.write_text(text)
    assert "no certificates" in broken(opened(one)).problem
    one.chain.unlink()
    assert "cannot be read" in broken(opened(one)).problem


def test_a_time_stamp_is_asked_for_over_http_alone(tmp_path: Path) -> None:
    assert "http" in broken(opened(Authority.made(tmp_path), tsa="ftp://stamps")).problem


def program(folder: Path, text: str) -> str:
    path = folder / "signs"
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"command:{path}"


def test_a_program_signs(authority: Authority, tmp_path: Path) -> None:
    """It may answer in DER, as openssl and most devices do."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    who = open_credential(
        authority.chain, f"command:openssl dgst -sha256 -sign {authority.key}", now=datetime.now(UTC)
    )  # fmt: skip
    out = io.BytesIO()
    sign(io.BytesIO(labelled("photo.png")), out, "photo.png", who, said())
    assert asked(out.getvalue(), "photo.png", authority.anchors).state == "trusted"


@pytest.mark.parametrize(
    ("text", "problem"),
    [("raise SystemExit(3)", "it ended with 3"), ("print('x' * 63)", "no ES256 signature"), ("", "no ES256 signature")],
)
def test_a_program_that_does_not_sign_is_named(text: str, problem: str, authority: Authority, tmp_path: Path) -> None:
    who = open_credential(authority.chain, program(tmp_path, text), now=datetime.now(UTC))
    error = broken(lambda: sign(io.BytesIO(labelled("photo.png")), io.BytesIO(), "photo.png", who, said()))
    assert (error.code, problem in error.problem) == ("LBL144", True)


def test_a_program_that_is_not_there_is_named(authority: Authority) -> None:
    who = open_credential(authority.chain, "command:/no/such/program", now=datetime.now(UTC))
    assert "it cannot be run" in broken(lambda: who.sign(b"x")).problem
    assert "names no program" in broken(opened(authority, "command: ")).problem


# --- time stamps ----------------------------------------------------------------------------------------------------


class serving:
    """A server on a free port, while it is entered."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = HTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def stamps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A time-stamping authority made of `openssl ts`: its address and its root."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    from tests.cli.test_ledger_stamp import Authority as Stamps  # it is not needed where openssl is missing

    one = Stamps(tmp_path_factory.mktemp("tsa") / "one")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = one.answer(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as url:
        yield url, one.root.read_text()


def test_a_time_stamp_is_taken_where_the_operator_names_an_authority(
    authority: Authority, stamps: tuple[str, str]
) -> None:
    url, root = stamps
    out = io.BytesIO()
    sign(io.BytesIO(labelled("photo.png")), out, "photo.png", authority.credential(url), said())
    found = asked(out.getvalue(), "photo.png", authority.anchors + root)
    assert (found.state, found.is_stamped, found.stamped_at[:2]) == ("trusted", True, "20")
    found = asked(out.getvalue(), "photo.png", authority.anchors)
    assert (found.state, found.is_stamped) == ("trusted", False), "an authority that nobody trusts stamps nothing"


def test_an_authority_that_does_not_answer_leaves_the_file_unsealed(authority: Authority) -> None:
    error = broken(
        lambda: sign(
            io.BytesIO(labelled("photo.png")), io.BytesIO(), "photo.png", authority.credential("http://127.0.0.1:9"), said()
        )
    )  # fmt: skip
    assert error.code == "LBL145"


# --- the library ----------------------------------------------------------------------------------------------------


def test_without_the_extra_the_remedy_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hegui.label.c2pa.library.importlib.util.find_spec", lambda name: None)
    library.library.cache_clear()
    try:
        error = broken(lambda: asked(carrier("photo.png")))
    finally:
        library.library.cache_clear()
    assert (error.code, error.remedy) == ("LBL140", 'Install it with: pip install "hegui[c2pa]"')


def test_a_library_in_the_working_directory_is_not_loaded(tmp_path: Path) -> None:
    """c2pa-python's loader looks there first; an upload could lie there."""
    need_c2pa()
    (tmp_path / "libc2pa_c.so").write_bytes(b"not a library")
    code = "from hegui.label.c2pa.library import library; "
    code += "import os; print(library().sdk_version(), 'C2PA_LIBRARY_NAME' in os.environ)"
    environ = {**os.environ, "PYTHONPATH": str(Path(library.__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[1] == "False"


def test_importing_the_package_loads_no_library() -> None:
    code = "import sys, hegui.label.c2pa.sign, hegui.usecases.label_c2pa, hegui.faces.cli.label_c2pa; print('c2pa' in sys.modules)"
    environ = {**os.environ, "PYTHONPATH": str(Path(library.__file__).parents[3])}
    assert (
        subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True).stdout
        == "False\n"
    )


def test_anchors_that_hold_no_certificate_are_refused(authority: Authority) -> None:
    assert broken(lambda: asked(carrier("photo.png"), anchors="no PEM")).code == "LBL146"


@pytest.mark.parametrize("name", SIGNABLE)
def test_the_codec_sees_that_a_manifest_is_there(name: str, authority: Authority) -> None:
    data, _ = sealed(authority, name)
    assert "c2pa" in [trace.kind for trace in open_label(Source.of(data), name).reading.traces]
