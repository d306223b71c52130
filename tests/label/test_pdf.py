"""PDF files: every kind of cross-reference, encryption, signatures, other places of a label, and what an update leaves alone."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source
from hegui.label import pdf, xmp
from hegui.label.faults import LabelError
from hegui.label.pdf_objects import Dictionary, Name, Ref, Value, as_text, parse
from hegui.label.pdf_objects import written as spelt
from hegui.label.reading import Gap
from hegui.label.standing import labels
from tests.label import pdfs
from tests.label.archives import LABEL, without_label, written
from tests.label.contract import CARRIERS, output
from tests.label.pdfs import OBJECTS, stream
from tests.label.rows.pdf import checks, payload, pdfinfo, pdfinfo_pairs

write = functools.partial(written, pdf)
bare = functools.partial(without_label, pdf)
OTHER = LABEL.propagated("00119144030008867405X220001", "p(1)\\2", reserved='{"k":"v"}')
FORMS = {
    "a table": pdfs.pdf(),
    "a stream": pdfs.pdf(kind="stream"),
    "an information dictionary in an object stream": pdfs.pdf(
        {n: OBJECTS[n] for n in (1, 2, 3)}, kind="stream", within={4: OBJECTS[4]}
    ),
    "a hybrid": pdfs.pdf({n: OBJECTS[n] for n in (1, 2, 3)}, kind="hybrid", within={4: OBJECTS[4]}),
    "no information dictionary": pdfs.pdf({n: OBJECTS[n] for n in (1, 2, 3)}, b"/Root 1 0 R"),
    "an information dictionary that is not there": pdfs.pdf({n: OBJECTS[n] for n in (1, 2, 3)}),
    "an information dictionary in the trailer": pdfs.pdf(OBJECTS, b"/Root 1 0 R/Info<</Title(A title)>>"),
    "two updates": pdfs.append(pdfs.append(pdfs.pdf(), {4: b"<</Title(2)>>"}, b"/Size 5/Root 1 0 R/Info 4 0 R"),
                               {5: b"null"}, b"/Size 6/Root 1 0 R/Info 4 0 R"),
    "something before the header": pdfs.pdf(front=b"HTTP/1.1 200 OK\r\n\r\n"),
}  # fmt: skip
every_form = pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)


def found(data: bytes) -> list[tuple[str, bool, list[str]]]:
    reading = pdf.read(Source.of(data))
    return [(one.place, one.is_standard, [finding.kind for finding in one.findings]) for one in reading.candidates]


def label_of(data: bytes) -> object:
    (one,) = labels(pdf.read(Source.of(data)))
    return one.spelt.label


def saved(data: bytes, folder: Path, name: str = "x.pdf") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@every_form
def test_the_file_stays_a_prefix_and_comes_back(data: bytes) -> None:
    labelled = write(data)
    assert labelled.startswith(data)
    assert label_of(labelled) == LABEL
    assert pdf.write(Source.of(labelled), LABEL) == ()
    assert bare(labelled) == data
    again = write(labelled, OTHER)
    assert again.startswith(data)
    assert again.count(b"/AIGC") == 1  # our update is replaced, not piled up
    assert label_of(again) == OTHER
    assert bare(again) == data


@every_form
def test_poppler_and_qpdf_agree(data: bytes, tmp_path: Path) -> None:
    path = saved(write(data, OTHER), tmp_path)
    assert pdfinfo(path) == OTHER.text()
    if not data.startswith(b"HTTP"):  # which qpdf warns of before the label, too
        checks(path)
    before, after = pdfinfo_pairs(saved(data, tmp_path, "before.pdf")), pdfinfo_pairs(path)
    assert before.get("Title") in (after.get("Title"), None)  # poppler does not find it in a hybrid


@pytest.mark.parametrize("ending", [b"", b"\r", b"\r\n", b"\n\n", b" ", b"\r\r", b"\0" * 20])
def test_whatever_the_last_byte_is_the_file_comes_back(ending: bytes) -> None:
    data = pdfs.pdf().removesuffix(b"\n") + ending
    labelled = write(data)
    assert labelled.startswith(data)
    assert bare(labelled) == data
    assert bare(write(labelled, OTHER)) == data


def test_a_label_that_an_earlier_revision_holds_is_updated_behind_it() -> None:
    theirs = pdfs.append(write(pdfs.pdf()), {3: OBJECTS[3]}, b"/Size 5/Root 1 0 R/Info 4 0 R")
    changed = write(theirs, OTHER)
    assert changed.startswith(theirs)
    assert label_of(changed) == OTHER
    for data in (changed, theirs):
        assert bare(data).startswith(data)
        assert labels(pdf.read(Source.of(bare(data)))) == ()


def test_generation_numbers_are_kept() -> None:
    data = pdfs.pdf().replace(b"4 0 obj", b"4 7 obj").replace(b"/Info 4 0 R", b"/Info 4 7 R")
    at = data.index(b"xref\n0 5\n") + 9 + 80
    data = data[: at + 11] + b"00007" + data[at + 16 :]
    labelled = write(data)
    assert b"4 7 obj\n<</Title (A title)" in labelled[len(data) :]
    assert label_of(labelled) == LABEL


@pytest.mark.parametrize(
    ("spelling", "kinds"),
    [
        (b"/AIGC(" + LABEL.text().encode() + b")", []),
        (b"/AIGC<" + LABEL.text().encode().hex().encode() + b">", []),
        (b"/AIGC<FEFF" + LABEL.text().encode("utf-16-be").hex().encode() + b">", []),
        (b"/AIGC<EFBBBF" + LABEL.text().encode().hex().encode() + b">", []),
        (b"/#41IGC(" + b"".join(b"\\%03o" % byte for byte in LABEL.text().encode()) + b")", []),
        (b"/AIGC 5 0 R", []),
        (b"/AIGC(" + LABEL.wrapped().encode() + b")", []),
        (b"/Keywords(" + LABEL.wrapped().encode() + b")", ["place.other"]),
        (b"/AIGCLabel(" + LABEL.text().encode() + b")", ["key.other_name"]),
    ],
)
def test_every_spelling_is_read_and_updated(spelling: bytes, kinds: list[str]) -> None:
    data = pdfs.pdf(OBJECTS | {4: b"<<%b/Title(x)>>" % spelling, 5: b"(" + LABEL.text().encode() + b")"})
    assert [found_ for _, _, found_ in found(data)] == [kinds]
    assert label_of(data) == LABEL
    assert pdf.write(Source.of(data), LABEL) == ()
    changed = write(data, OTHER)
    assert (label_of(changed), changed.startswith(data)) == (OTHER, True)
    assert labels(pdf.read(Source.of(bare(changed)))) == ()


def test_a_key_that_stands_twice_is_two_labels() -> None:
    data = pdfs.pdf(
        OBJECTS | {4: b"<</AIGC(%b)/AIGC<%b>>>" % (LABEL.text().encode(), OTHER.text().encode().hex().encode())}
    )
    assert len(found(data)) == 2
    with pytest.raises(LabelError) as caught:
        write(data)
    assert caught.value.code == "LBL005"


def test_a_key_that_holds_no_label_is_overwritten() -> None:
    assert label_of(write(pdfs.pdf(OBJECTS | {4: b"<</AIGC(draft)>>"}))) == LABEL


def test_the_program_that_made_the_file_is_a_trace() -> None:
    traces = pdf.read(Source.of(pdfs.pdf())).traces
    assert [(one.kind, one.detail) for one in traces] == [("generator", "Maker (1.0)")]


def test_a_manifest_of_c2pa_is_a_trace() -> None:
    objects = OBJECTS | {1: b"<</Type/Catalog/Pages 2 0 R/AF[5 0 R]>>", 5: b"<</AFRelationship/C2PA_Manifest>>"}
    assert [one.kind for one in pdf.read(Source.of(pdfs.pdf(objects))).traces] == ["generator", "c2pa"]


# --- XMP --------------------------------------------------------------------------------------------------------------


def with_packet(packet: bytes, *, packs: bool = False) -> bytes:
    return pdfs.pdf(
        OBJECTS | {1: b"<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>",
                   5: stream(packet, b"/Type/Metadata/Subtype/XML", packs=packs)}
    )  # fmt: skip


@pytest.mark.parametrize("packs", [False, True], ids=["plain", "packed"])
def test_a_label_in_the_packet_is_updated_in_the_packet(packs: bool, tmp_path: Path) -> None:
    data = with_packet(xmp.written(None, LABEL.text()), packs=packs)
    assert [place for place, _, _ in found(data)] == ["XMP TC260:AIGC"]
    changed = write(data, OTHER)
    assert (label_of(changed), changed.startswith(data)) == (OTHER, True)
    assert b"/AIGC (" not in changed[len(data) :]
    path = saved(changed, tmp_path)
    checks(path)
    assert OTHER.produce_id.encode() in output("pdfinfo", "-meta", path)
    assert labels(pdf.read(Source.of(bare(changed)))) == ()


def test_a_packet_without_a_label_stays_as_it_is() -> None:
    packet = xmp.without(xmp.written(xmp.written(None, "x").replace(b"AIGC", b"Note"), LABEL.text()))
    assert packet is not None
    data = with_packet(packet)
    labelled = write(data)
    assert labelled[len(data) :].count(b"stream") == 0
    assert bare(labelled) == data


def test_labels_in_both_places_are_not_touched() -> None:
    data = write(with_packet(xmp.written(xmp.written(None, "x").replace(b"AIGC", b"Note"), "draft")))
    packet = with_packet(xmp.written(None, OTHER.text()))
    both = pdfs.pdf(
        OBJECTS | {1: b"<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>", 4: b"<</AIGC(%b)>>" % LABEL.text().encode(),
                   5: stream(xmp.written(None, OTHER.text()), b"/Type/Metadata/Subtype/XML")}
    )  # fmt: skip
    assert len(labels(pdf.read(Source.of(data)))) == len(labels(pdf.read(Source.of(packet)))) == 1
    with pytest.raises(LabelError) as caught:
        write(both)
    assert caught.value.code == "LBL005"


# --- encryption -------------------------------------------------------------------------------------------------------

WAYS = {
    "RC4 with 40 bits": ["40", "--"],
    "RC4 with 128 bits": ["128", "--use-aes=n", "--"],
    "RC4 with crypt filters": ["128", "--use-aes=n", "--force-V4", "--"],
    "AES with 128 bits": ["128", "--use-aes=y", "--"],
    "AES with 128 bits, metadata plain": ["128", "--use-aes=y", "--cleartext-metadata", "--"],
    "AES with 256 bits": ["256", "--"],
    "AES with 256 bits, revision 5": ["256", "--force-R5", "--"],
    "AES with 256 bits, metadata plain": ["256", "--cleartext-metadata", "--"],
}


def encrypted(data: bytes, folder: Path, *how: str, user: str = "") -> bytes:
    source, target = saved(data, folder, "plain.pdf"), folder / "sealed.pdf"
    output("qpdf", "--allow-weak-crypto", "--encrypt", user, "owner", *how, source, target)
    return target.read_bytes()


@pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("streams", ["disable", "generate"])
def test_every_encryption_without_a_password_is_read_and_written(how: list[str], streams: str, tmp_path: Path) -> None:
    data = encrypted(pdfs.pdf(), tmp_path, *how[:-1], "--", f"--object-streams={streams}")
    labelled = write(data, OTHER)
    assert (label_of(labelled), bare(labelled)) == (OTHER, data)
    path = saved(labelled, tmp_path)
    pairs = pdfinfo_pairs(path)
    assert (pairs["AIGC"], pairs["Title"], pairs["Producer"]) == (OTHER.text(), "A title", "Maker (1.0)")
    checks(path)


@pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)
def test_an_encrypted_packet_is_updated(how: list[str], tmp_path: Path) -> None:
    data = encrypted(with_packet(xmp.written(None, LABEL.text())), tmp_path, *how)
    assert label_of(data) == LABEL
    path = saved(write(data, OTHER), tmp_path)
    assert label_of(path.read_bytes()) == OTHER
    assert OTHER.propagator.encode() in output("pdfinfo", "-meta", path)
    checks(path)


def test_a_file_that_asks_for_a_password_is_a_gap_and_is_refused(tmp_path: Path) -> None:
    data = encrypted(pdfs.pdf(), tmp_path, "256", "--", user="secret")
    assert pdf.read(Source.of(data)).gaps == (Gap("Info", "encrypted"),)
    with pytest.raises(LabelError, match="password") as caught:
        write(data)
    assert caught.value.code == "LBL004"


def test_a_plain_packet_of_a_file_with_a_password_is_read(tmp_path: Path) -> None:
    data = with_packet(xmp.written(None, LABEL.text()))
    sealed = encrypted(data, tmp_path, "256", "--cleartext-metadata", "--", user="secret")
    assert label_of(sealed) == LABEL


def test_another_handler_is_refused() -> None:
    objects = OBJECTS | {5: b"<</Filter/Adobe.PubSec/V 4/SubFilter/adbe.pkcs7.s5>>"}
    data = pdfs.pdf(objects, b"/Root 1 0 R/Info 4 0 R/Encrypt 5 0 R/ID[<00><00>]")
    assert pdf.read(Source.of(data)).gaps == (Gap("Info", "encrypted"),)
    with pytest.raises(LabelError, match="does not know"):
        write(data)


# --- signatures -------------------------------------------------------------------------------------------------------


def certified(level: bytes) -> bytes:
    reference = b"<</TransformMethod/DocMDP/TransformParams<</Type/TransformParams%b/V/1.2>>>>" % level
    return pdfs.pdf(
        OBJECTS | {1: b"<</Type/Catalog/Pages 2 0 R/Perms<</DocMDP 5 0 R>>>>", 5: b"<</Type/Sig/Reference[6 0 R]>>", 6: reference}
    )  # fmt: skip


@pytest.mark.parametrize(("level", "is_allowed"), [(b"/P 1", False), (b"/P 2", True), (b"/P 3", True), (b"", True)])
def test_a_certificate_against_every_change_forbids_the_label(level: bytes, is_allowed: bool) -> None:
    data = certified(level)
    if is_allowed:
        assert label_of(write(data)) == LABEL
        return
    with pytest.raises(LabelError, match="certified") as caught:
        write(data)
    assert caught.value.code == "LBL004"


# --- texts and values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain", "plain"),
        (b"\x80\x92\xa0\x18", "•™€˘"),
        (b"\xfe\xff\x4e\x00\xd8\x3d\xde\x00", "一😀"),
        (b"\xff\xfe\x00\x4e", "一"),
        (b"\xef\xbb\xbf\xe4\xb8\x80", "一"),
        (b"\xfe\xff\x4e", "\ufffd"),
    ],
)
def test_text_strings(raw: bytes, text: str) -> None:
    assert as_text(raw) == text


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.binary(max_size=12)
    | st.builds(lambda raw: Name(raw.decode("latin-1")), st.binary(max_size=8))
    | st.builds(Ref, st.integers(0, 10**9), st.integers(0, 65535)),
    lambda inner: st.lists(inner, max_size=4)
    | st.builds(lambda pairs: Dictionary(pairs.items()), st.dictionaries(st.text("ab #/\xe9", max_size=4), inner, max_size=4)),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(VALUES)
def test_a_value_that_is_written_is_read(value: Value) -> None:
    data = spelt(value)
    assert parse(data + b" ", 0) == (value, len(data))


@pytest.mark.parametrize("name", ["doc.pdf", "doc-objstm.pdf", "doc-encrypted.pdf"])
def test_qpdf_rewrites_a_labelled_file_with_its_label_and_pages(name: str, tmp_path: Path) -> None:
    path = saved(write((CARRIERS / name).read_bytes()), tmp_path)
    again = tmp_path / "again.pdf"
    output("qpdf", "--decrypt", "--object-streams=generate", path, again)
    assert label_of(again.read_bytes()) == LABEL
    assert payload(again) == payload(path)


def test_a_damaged_table_is_read_with_a_finding_and_not_written() -> None:
    data = write(pdfs.pdf()).replace(b"startxref", b"startxxxx")
    assert found(data) == [("Info AIGC", True, ["pdf.xref"])]
    assert pdf.read(Source.of(data)).gaps == (Gap("cross-reference", "malformed"),)
    with pytest.raises(MalformedError):
        write(data)
