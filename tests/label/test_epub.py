"""Books: both versions, prefixes, several package documents, signatures, and hostile files."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source
from hegui.label import epub
from hegui.label.faults import LabelError
from hegui.label.reading import Gap
from hegui.label.standing import labels
from tests.label.archives import LABEL, changed_parts, parts, survives, with_parts, without_label, written, zipped
from tests.label.contract import CARRIERS

BOOK = (CARRIERS / "book.epub").read_bytes()
OPF = "EPUB/content.opf"
URI = b"http://www.tc260.org.cn/ns/AIGC/1.0/"

write = functools.partial(written, epub)


def with_opf(*replacements: tuple[bytes, bytes]) -> bytes:
    body = parts(BOOK)[OPF]
    for old, new in replacements:
        assert old in body
        body = body.replace(old, new)
    return with_parts(BOOK, {OPF: body})


def opf_2() -> bytes:
    """The carrier as EPUB 2."""
    body = parts(BOOK)[OPF]
    for old, new in (
        (b'version="3.0"', b'version="2.0"'),
        (b' prefix="rendition: http://www.idpf.org/vocab/rendition/#"', b""),
        (b'    <meta property="dcterms:modified">2026-11-23T16:47:27Z</meta>\n', b""),
        (b'    <item href="nav.xhtml" id="nav" media-type="application/xhtml+xml" properties="nav"/>\n', b""),
        (b'    <itemref idref="nav"/>\n', b""),
        (b' id="creator"', b""),
    ):
        assert old in body
        body = body.replace(old, new)
    return body


CHAPTER_2 = b"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>1</title></head><body><p>x</p></body></html>"""


def book_2() -> bytes:
    members = parts(BOOK) | {OPF: opf_2(), "EPUB/c1.xhtml": CHAPTER_2}
    del members["EPUB/nav.xhtml"]
    return zipped(members)


def label_of(data: bytes) -> object:
    (one,) = labels(epub.read(Source.of(data)))
    assert (one.candidate.is_standard, one.candidate.findings) == (True, ())
    return one.spelt.label


def test_epub_3_gets_a_property_with_its_prefix() -> None:
    data = write(BOOK)
    opf = parts(data)[OPF]
    assert changed_parts(BOOK, data) == {OPF}
    assert b"rendition/# tc260: " + URI + b'"' in opf
    assert b'<meta property="tc260:AIGC">{"Label"' in opf
    assert changed_parts(BOOK, without_label(epub, data)) == set()


@pytest.mark.parametrize(
    ("old", "new", "has"),
    [
        (b' prefix="rendition: http://www.idpf.org/vocab/rendition/#"', b"", b' prefix="tc260: ' + URI + b'"'),
        (b' prefix="rendition: http://www.idpf.org/vocab/rendition/#"', b" prefix=''", b"prefix='tc260: " + URI + b"'"),
        (b"rendition: http://www.idpf.org/vocab/rendition/#", b"ai: " + URI, b'property="ai:AIGC"'),
        (b"rendition: http://www.idpf.org/vocab/rendition/#", b"tc260: http://x.example/", b'property="tc260-0:AIGC"'),
    ],
    ids=["no prefixes", "an empty list", "the vocabulary has another prefix", "the prefix means something else"],
)
def test_prefixes_that_are_there_are_kept(old: bytes, new: bytes, has: bytes) -> None:
    data = with_opf((old, new))
    labelled = write(data)
    assert has in parts(labelled)[OPF]
    assert label_of(labelled) == LABEL
    if b"ai:" not in new and b"=''" not in new:  # a prefix that nobody uses, or an empty list, cannot be told from ours
        assert changed_parts(data, without_label(epub, labelled)) == set()


def test_epub_2_gets_a_name_and_content() -> None:
    book = book_2()
    data = write(book)
    assert b'<meta name="AIGC" content="{&quot;Label&quot;' in parts(data)[OPF]
    assert label_of(data) == LABEL
    other = LABEL.propagated("P2", "n'\"2")
    assert label_of(write(data, other)) == other
    assert changed_parts(book, without_label(epub, data)) == set()


def test_a_prefixed_package_document_gets_a_prefixed_meta() -> None:
    opf = opf_2().decode().replace("<", "<opf:").replace("<opf:/", "</opf:").replace("<opf:?", "<?")
    opf = opf.replace("opf:dc:", "dc:").replace(' xmlns="http://www.idpf.org', ' xmlns:opf="http://www.idpf.org', 1)
    opf = opf.replace(' xmlns:opf="http://www.idpf.org/2007/opf">\n    <opf:meta', ">\n    <opf:meta")
    book = with_parts(book_2(), {OPF: opf.encode()})
    data = write(book)
    assert b'<opf:meta name="AIGC"' in parts(data)[OPF]
    assert label_of(data) == LABEL


def test_a_label_without_its_prefix_is_read_and_said() -> None:
    data = with_opf((b"  </metadata>", b'<meta property="AIGC">' + LABEL.text().encode() + b"</meta></metadata>"))
    (one,) = epub.read(Source.of(data)).candidates
    assert (one.is_standard, [finding.kind for finding in one.findings]) == (False, ["epub.property"])
    assert epub.write(Source.of(data), LABEL) == ()


def test_a_label_in_the_description_is_updated_there() -> None:
    description = b"<dc:description>" + LABEL.text().encode() + b"</dc:description></metadata>"
    data = with_opf((b"  </metadata>", description))
    changed = write(data, LABEL.propagated("P2", "n2"))
    assert len(labels(epub.read(Source.of(changed)))) == 1
    assert b"<dc:description>{" in parts(changed)[OPF]


def test_every_package_document_is_read() -> None:
    labelled = parts(write(BOOK))
    rootfile = b'<rootfile full-path="EPUB/second.opf" media-type="application/oebps-package+xml"/></rootfiles>'
    container = labelled["META-INF/container.xml"].replace(b"</rootfiles>", rootfile)
    members = parts(BOOK) | {"META-INF/container.xml": container, "EPUB/second.opf": labelled[OPF]}
    other = LABEL.propagated("P2", "n2")
    changed = write(zipped(members), other)
    assert label_of(changed) == other
    assert b"AIGC" not in parts(changed)[OPF]


@pytest.mark.parametrize(("uri", "is_allowed"), [(b"EPUB/c1.xhtml", True), (b"EPUB/content.opf", False)])
def test_a_signature_forbids_what_it_covers(uri: bytes, is_allowed: bool) -> None:
    signature = b'<signatures><Signature><Reference URI="' + uri + b'"/></Signature></signatures>'
    data = with_parts(BOOK, {"META-INF/signatures.xml": signature})
    if is_allowed:
        assert label_of(write(data)) == LABEL
        return
    with pytest.raises(LabelError, match="digital signature") as caught:
        write(data)
    assert caught.value.code == "LBL004"


def test_a_manifest_of_c2pa_is_a_trace() -> None:
    data = with_parts(BOOK, {"META-INF/content_credential.c2pa": b"x"})
    assert "c2pa" in [one.kind for one in epub.read(Source.of(data)).traces]


# --- hostile ----------------------------------------------------------------------------------------------------------


def test_a_book_without_a_package_document_is_refused() -> None:
    with pytest.raises(LabelError, match="package document"):
        write(zipped({"mimetype": b"application/epub+zip"}))


def test_a_package_document_without_metadata_is_refused() -> None:
    with pytest.raises(MalformedError):
        write(with_parts(BOOK, {OPF: b"<package version='3.0'/>"}))


def test_a_container_that_points_everywhere_is_read_so_far() -> None:
    rootfiles = b"".join(b'<rootfile full-path="../%d.opf"/>' % n for n in range(5000))
    data = with_parts(BOOK, {"META-INF/container.xml": b"<container>" + rootfiles + b"</container>"})
    assert epub.read(Source.of(data)).gaps == (Gap("META-INF/container.xml", "too large"),)


SMALL = write(zipped({name: parts(BOOK)[name] for name in ("mimetype", "META-INF/container.xml", OPF)}))


def test_every_cut_gives_an_answer() -> None:
    for size in range(0, len(SMALL), 3):
        survives(epub, SMALL[:size])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_flipped_bytes_give_an_answer(flips: list[tuple[int, int]]) -> None:
    data = bytearray(SMALL)
    for at, value in flips:
        data[at] = value
    survives(epub, bytes(data))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["META-INF/container.xml", OPF]), st.data())
def test_flipped_bytes_of_a_part_give_an_answer(name: str, data: st.DataObject) -> None:
    body = bytearray(parts(SMALL)[name])
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.sampled_from(b"<>/\"'= &!?x:\0\xff"))
    survives(epub, with_parts(SMALL, {name: bytes(body)}))
