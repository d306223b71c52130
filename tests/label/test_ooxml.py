"""Office files: parts that are there already, dialects, signatures, passwords, labels in other places, and hostile files."""

from __future__ import annotations

import functools
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.label import ooxml
from hegui.label.faults import LabelError
from hegui.label.reading import Gap
from hegui.label.standing import labels
from tests.label.archives import LABEL, changed_parts, parts, survives, with_parts, without_label, written, zipped

CARRIERS = Path(__file__).parent / "carriers"
DOCX = (CARRIERS / "report.docx").read_bytes()
XLSX = (CARRIERS / "sheet.xlsx").read_bytes()
VT = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
CUSTOM = "docProps/custom.xml"

write = functools.partial(written, ooxml)


def properties(*inner: str, root: str = "Properties", prefix: str = "") -> bytes:
    named = f' xmlns{":" if prefix else ""}{prefix}="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"'
    return f'<?xml version="1.0"?><{root}{named} xmlns:vt="{VT}">{"".join(inner)}</{root}>'.encode()


def one(name: str, text: str, pid: int = 2, kind: str = "lpwstr", fmtid: str = FMTID) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<property fmtid="{fmtid}" pid="{pid}" name="{name}"><vt:{kind}>{text}</vt:{kind}></property>'


def with_custom(custom: bytes, data: bytes = DOCX) -> bytes:
    """The carrier with custom properties of its own, registered as they should be."""
    labelled = write(data)
    return with_parts(labelled, {CUSTOM: custom})


def found(data: bytes) -> list[tuple[str, bool, list[str]]]:
    reading = ooxml.read(Source.of(data))
    return [(one.place, one.is_standard, [finding.kind for finding in one.findings]) for one in reading.candidates]


def test_a_new_part_is_related_and_typed_and_nothing_else_changes() -> None:
    data = write(DOCX)
    assert changed_parts(DOCX, data) == {CUSTOM, "_rels/.rels", "[Content_Types].xml"}
    after = parts(data)
    assert after["_rels/.rels"].count(b"/custom-properties") == 1
    assert b'PartName="/docProps/custom.xml"' in after["[Content_Types].xml"]
    assert b'pid="2"' in after[CUSTOM]


def test_without_its_label_every_part_is_what_it_was() -> None:
    for data in (DOCX, XLSX):
        bare = without_label(ooxml, write(data))
        assert changed_parts(data, bare) == set()


def test_what_is_hashed_is_the_same_after_any_number_of_labels() -> None:
    twice = write(write(DOCX), LABEL.propagated("P2", "n2"))
    assert without_label(ooxml, twice) == without_label(ooxml, write(DOCX))


def test_other_properties_stay_and_the_next_free_id_is_taken() -> None:
    data = with_custom(properties(one("Client", "a & b", 2), one("Case", "7", 9)))
    labelled = write(data)
    assert changed_parts(data, labelled) == {CUSTOM}
    custom = parts(labelled)[CUSTOM]
    assert custom.startswith(parts(data)[CUSTOM].removesuffix(b"</Properties>"))
    assert b'pid="10" name="AIGC"' in custom
    assert changed_parts(data, without_label(ooxml, labelled)) == set()


def test_a_part_without_properties_is_opened() -> None:
    empty = properties().replace(b"></Properties>", b"/>")
    labelled = write(with_custom(empty))
    assert labels(ooxml.read(Source.of(labelled)))[0].spelt.label == LABEL


def test_prefixes_of_the_part_are_used() -> None:
    data = with_custom(properties(root="op:Properties", prefix="op"))
    assert b"</op:property></op:Properties>" in parts(write(data))[CUSTOM]


def test_utf_16_stays_utf_16() -> None:
    data = with_custom(properties().decode().replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16"))
    custom = parts(write(data))[CUSTOM]
    assert "ContentProducer" in custom.decode("utf-16")
    assert found(write(data)) == [(f"{CUSTOM} property AIGC", True, [])]


@pytest.mark.parametrize("value", ["", "not yet", "<vt:i4>3</vt:i4>"])
def test_a_property_of_the_name_that_holds_no_label_is_overwritten(value: str) -> None:
    inner = one("AIGC", value) if not value.startswith("<") else one("AIGC", "").replace(
        "<vt:lpwstr></vt:lpwstr>", value
    )  # fmt: skip
    labelled = write(with_custom(properties(inner)))
    assert parts(labelled)[CUSTOM].count(b"<property ") == 1
    assert found(labelled) == [(f"{CUSTOM} property AIGC", True, [])]


@pytest.mark.parametrize(
    ("inner", "findings"),
    [
        (one("aigc", LABEL.text()), ["ooxml.property"]),
        (one("Note", LABEL.text()), ["place.other"]),
        (one("AIGC", LABEL.text(), kind="lpstr"), ["ooxml.kind"]),
        (one("AIGC", LABEL.text(), fmtid="{00000000-0000-0000-0000-000000000000}"), ["ooxml.fmtid"]),
    ],
)
def test_what_departs_from_the_guide_is_read_and_said(inner: str, findings: list[str]) -> None:
    data = with_custom(properties(inner))
    assert [kinds for _, _, kinds in found(data)] == [findings]
    other = LABEL.propagated("P2", "n2")
    changed = written(ooxml, data, other)
    assert [one.spelt.label for one in labels(ooxml.read(Source.of(changed)))] == [other]
    assert changed_parts(data, changed) == {CUSTOM}


def test_a_part_that_no_relationship_names_is_read_and_said() -> None:
    data = with_parts(DOCX, {CUSTOM: properties(one("AIGC", LABEL.text()))})
    assert found(data) == [(f"{CUSTOM} property AIGC", False, ["ooxml.unregistered"])]


def test_a_wrapped_object_stays_wrapped() -> None:
    data = with_custom(properties(one("AIGC", LABEL.wrapped())))
    assert ooxml.write(Source.of(data), LABEL) == ()
    changed = written(ooxml, data, LABEL.propagated("P2", "n2"))
    assert b'{"AIGC":{"Label"' in parts(changed)[CUSTOM]


def test_a_label_in_the_description_is_read_and_updated_there() -> None:
    core = parts(DOCX)["docProps/core.xml"].replace(b"generated by python-docx", LABEL.text().encode())
    data = with_parts(DOCX, {"docProps/core.xml": core})
    assert found(data) == [("docProps/core.xml description", False, ["place.other"])]
    changed = written(ooxml, data, LABEL.propagated("P2", "n2"))
    assert changed_parts(data, changed) == {"docProps/core.xml"}
    assert changed_parts(data, without_label(ooxml, changed)) == {"docProps/core.xml"}


def test_two_labels_are_not_touched() -> None:
    core = parts(DOCX)["docProps/core.xml"].replace(b"generated by python-docx", LABEL.text().encode())
    data = with_parts(write(DOCX), {"docProps/core.xml": core})
    with pytest.raises(LabelError) as caught:
        write(data)
    assert caught.value.code == "LBL005"


def test_strict_files_get_the_names_of_strict_files() -> None:
    rels = parts(DOCX)["_rels/.rels"].replace(
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument",
    )
    after = parts(write(with_parts(DOCX, {"_rels/.rels": rels})))
    assert b"http://purl.oclc.org/ooxml/officeDocument/relationships/customProperties" in after["_rels/.rels"]
    assert b"http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes" in after[CUSTOM]


# --- signatures and passwords -----------------------------------------------------------------------------------------

PICKS = '<Transforms><Transform><RelationshipReference SourceId="rId1"/></Transform></Transforms>'
PICKS_ALL = '<Transforms><Transform><RelationshipsGroupReference SourceType="http://x/custom-properties"/></Transform></Transforms>'


def signed(data: bytes, *references: tuple[str, str]) -> bytes:
    manifest = "".join(f'<Reference URI="{uri}">{inner}</Reference>' for uri, inner in references)
    signature = f'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><Object><Manifest>{manifest}</Manifest></Object></Signature>'
    return with_parts(data, {"_xmlsignatures/origin.sigs": b"", "_xmlsignatures/sig1.xml": signature.encode()})


@pytest.mark.parametrize(
    ("references", "is_allowed"),
    [
        ((("/word/document.xml?ContentType=x", ""), ("/_rels/.rels?ContentType=x", PICKS)), True),
        ((("/docProps/custom.xml?ContentType=x", ""),), False),
        ((("/_rels/.rels?ContentType=x", ""),), False),
        ((("/_rels/.rels?ContentType=x", PICKS_ALL),), False),
        ((("/%5BContent_Types%5D.xml", ""),), False),
    ],
)
def test_a_signature_forbids_what_it_covers(references: tuple[tuple[str, str], ...], is_allowed: bool) -> None:
    data = signed(DOCX, *references)
    if is_allowed:
        assert labels(ooxml.read(Source.of(write(data))))[0].spelt.label == LABEL
        return
    with pytest.raises(LabelError, match="digital signature") as caught:
        write(data)
    assert caught.value.code == "LBL004"


def test_a_signature_may_lie_anywhere() -> None:
    relation = (
        b'<Relationship Id="rIdS" Target="sealed/origin.sigs" Type="http://schemas.openxmlformats.org/package/2006/'
        b'relationships/digital-signature/origin"/></Relationships>'
    )
    rels = parts(DOCX)["_rels/.rels"].replace(b"</Relationships>", relation)
    members = parts(signed(DOCX, ("/docProps/custom.xml", "")))
    moved = {name.replace("_xmlsignatures", "sealed"): body for name, body in members.items()} | {"_rels/.rels": rels}
    with pytest.raises(LabelError, match="digital signature"):
        write(zipped(moved))


def compound(*names: str) -> bytes:
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, *range(2, 64), *[0xFFFFFFFE] * 65)
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2) + bytes(62) for name in names
    )
    return bytes(header) + table + entries.ljust(512 * 63, b"\0")


@pytest.mark.parametrize(
    ("names", "gap", "said"),
    [
        (("Root Entry", "EncryptionInfo", *["x"] * 9, "EncryptedPackage"), "encrypted", "password"),
        (("Root Entry", "WordDocument"), "old binary format", "old binary kind"),
    ],
)
def test_a_compound_file_is_recognised_and_refused(names: tuple[str, ...], gap: str, said: str) -> None:
    data = compound(*names)
    assert ooxml.score("x.docx", data[:4096]) > ooxml.score("x.bin", data[:4096]) > 0
    assert ooxml.read(Source.of(data)).gaps == (Gap("file", gap),)
    with pytest.raises(LabelError, match=said) as caught:
        write(data)
    assert caught.value.code == "LBL004"


def test_a_manifest_of_c2pa_is_a_trace() -> None:
    data = with_parts(DOCX, {"META-INF/content_credential.c2pa": b"x"})
    assert "c2pa" in [one.kind for one in ooxml.read(Source.of(data)).traces]


# --- hostile ----------------------------------------------------------------------------------------------------------


def test_an_archive_of_something_else_is_refused() -> None:
    with pytest.raises(LabelError, match="without an office document"):
        write(zipped({"a.txt": b"x"}))


def test_entities_are_not_expanded() -> None:
    laughs = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Properties>&b;</Properties>'
    data = with_custom(laughs)
    assert ooxml.read(Source.of(data)).gaps == (Gap(CUSTOM, "malformed"),)
    with pytest.raises(MalformedError):
        write(data)


def test_a_bomb_in_the_properties_is_a_gap() -> None:
    data = with_custom(properties("<x/>" * 10) + b" " * (20 << 20))
    assert ooxml.read(Source.of(data)).gaps == (Gap(CUSTOM, "too large"),)
    with pytest.raises(TooMuchError):
        write(data)


def test_deep_nesting_is_a_gap() -> None:
    data = with_custom(b"<Properties>" + b"<a>" * 50_000 + b"</a>" * 50_000 + b"</Properties>")
    assert ooxml.read(Source.of(data)).gaps == (Gap(CUSTOM, "too large"),)


def test_an_archive_within_the_archive_is_not_opened() -> None:
    data = with_parts(DOCX, {"word/embeddings/x.docx": write(DOCX)})
    assert found(data) == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_properties_that_stand_twice_are_all_read_and_not_written() -> None:
    members = [*parts(write(DOCX)).items(), (CUSTOM, properties(one("AIGC", LABEL.text())))]
    data = zipped(members)
    reading = ooxml.read(Source.of(data))
    assert len(labels(reading)) == 2
    assert Gap(CUSTOM, "stands twice") in reading.gaps


def test_paths_that_leave_the_archive_are_reported() -> None:
    data = with_parts(DOCX, {f"../evil{n}": b"" for n in range(20)})
    gaps = ooxml.read(Source.of(data)).gaps
    assert gaps[0] == Gap("../evil0", "path leaves the archive")
    assert len(gaps) == 9


SMALL = write(
    zipped({
        name: body for name, body in parts(XLSX).items() if name in ("[Content_Types].xml", "_rels/.rels", "docProps/core.xml")
    })
)  # fmt: skip


def test_every_cut_gives_an_answer() -> None:
    for size in range(0, len(SMALL), 3):
        survives(ooxml, SMALL[:size])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_flipped_bytes_give_an_answer(flips: list[tuple[int, int]]) -> None:
    data = bytearray(SMALL)
    for at, value in flips:
        data[at] = value
    survives(ooxml, bytes(data))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(parts(SMALL))), st.data())
def test_flipped_bytes_of_a_part_give_an_answer(name: str, data: st.DataObject) -> None:
    body = bytearray(parts(SMALL)[name])
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.sampled_from(b"<>/\"'= &!?x:\0\xff"))
    survives(ooxml, with_parts(SMALL, {name: bytes(body)}))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=1500))
def test_a_compound_file_of_anything_gives_an_answer(tail: bytes) -> None:
    survives(ooxml, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + tail)
