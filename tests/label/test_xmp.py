"""The label in an XMP packet: found in every form, written as a cut, and taken out byte for byte."""

from __future__ import annotations

import html
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.spellings import parse
from hegui.label.xmp import MAX_PACKET, find, without, written

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "2026-1", reserved='{"Type":"<&\'>"}')
OTHER = LABEL.propagated("001191110108MA01KP2T5U20001", "77")
PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk="Ü"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description rdf:about='uuid:"1"' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="即梦 &amp; Co"/>
</rdf:RDF></x:xmpmeta>
                                        \n<?xpacket end="w"?>"""
RDF = Template(
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:T="$ns" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "$body</rdf:RDF>"
)
NS = "http://www.tc260.org.cn/ns/AIGC/1.0/"
ESCAPED = html.escape(LABEL.text())


def packet(body: str, ns: str = NS) -> bytes:
    return RDF.substitute(body=body, ns=ns).encode()


def about(inner: str) -> str:
    return f'<rdf:Description rdf:about="">{inner}</rdf:Description>'


FORMS = {
    "element": about(f"<T:AIGC>{ESCAPED}</T:AIGC>"),
    "element with CDATA": about(f"<T:AIGC><![CDATA[{LABEL.text()}]]></T:AIGC>"),
    "element with both": about(f"<T:AIGC>{ESCAPED[:9]}<![CDATA[{LABEL.text()[4:]}]]></T:AIGC>"),
    "element with numbers as entities": about(f"<T:AIGC>{ESCAPED.replace('&quot;', '&#x22;')}</T:AIGC>"),
    "attribute": f'<rdf:Description rdf:about="" T:AIGC="{ESCAPED}"/>',
    "attribute in single quotes": f"<rdf:Description rdf:about='' T:AIGC='{ESCAPED}' dc:format='a'/>",
    "typed node": f"<T:Thing><T:AIGC xml:lang='zh'>\n {ESCAPED} \n</T:AIGC></T:Thing>",
    "item": about(f"<T:AIGC><rdf:Alt><rdf:li xml:lang='x-default'>{ESCAPED}</rdf:li></rdf:Alt></T:AIGC>"),
    "default namespace": f'<rdf:Description><AIGC xmlns="{NS}">{ESCAPED}</AIGC></rdf:Description>',
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_updated_and_taken_out(form: str) -> None:
    before = packet(FORMS[form])
    [label] = find(before).labels
    spelt = parse(label.text)
    assert spelt is not None
    assert spelt.label == LABEL
    after = written(before, OTHER.text())
    [updated] = find(after).labels
    assert (updated.text, updated.start) == (OTHER.text(), label.start)
    assert after[: label.start] == before[: label.start]
    assert after[updated.end :] == before[label.end :]
    rest = without(after)
    assert rest is not None
    assert find(rest).labels == ()
    assert find(rest).gaps == ()


def test_a_fresh_packet_holds_the_label_alone() -> None:
    fresh = written(None, LABEL.text())
    assert [(one.text, one.form, one.findings) for one in find(fresh).labels] == [(LABEL.text(), "element", ())]
    assert without(fresh) is None
    assert without(written(fresh, OTHER.text())) is None
    assert b'AIGC>{"Label":"1"' in fresh


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("tail", [b"", b"\0\0\0\0"])
def test_a_packet_of_others_gets_one_description_more(codec: str, tail: bytes) -> None:
    before = PACKET.encode(codec) + tail
    after = written(before, LABEL.text())
    [label] = find(after).labels
    assert label.text == LABEL.text()
    assert find(after).traces == find(before).traces != ()
    assert without(after) == before
    assert without(written(after, OTHER.wrapped())) == before


@pytest.mark.parametrize(
    "root",
    [
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        '<RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#" />',
        '<RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></RDF>',
        '<q:RDF xmlns:q="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><q:Description q:about="x"/></q:RDF>',
    ],
)
def test_other_prefixes_and_an_empty_rdf_do(root: str) -> None:
    after = written(root.encode(), LABEL.text())
    [label] = find(after).labels
    assert label.findings == ()
    rest = without(after)
    assert rest is not None
    assert find(rest).labels == ()
    assert rest == root.encode() or "/>" in root[-3:]


DEVIATIONS = {
    "misspelt namespace": (packet(FORMS["element"], "https://www.tc260.org.cn/ns/AIGC/1.0"), "xmp.namespace", False),
    "no namespace": (packet(about(f"<AIGC>{ESCAPED}</AIGC>")), "xmp.namespace", False),
    "another property": (packet(about(f"<dc:source>{ESCAPED}</dc:source>")), "xmp.property", False),
    "another property's item": (
        packet(about(f"<dc:description><rdf:Alt><rdf:li>{ESCAPED}</rdf:li></rdf:Alt></dc:description>")),
        "xmp.property", False,
    ),
    "item": (packet(FORMS["item"]), "xmp.structure", True),
    "keys as elements": (
        packet(about("<T:AIGC><T:Label>1</T:Label><T:ContentProducer>P</T:ContentProducer></T:AIGC>")),
        "xmp.structure", True,
    ),
    "unbound prefix": (packet(about(f"<TC:AIGC>{ESCAPED}</TC:AIGC>")), "xmp.damaged", True),
    "cut": (packet(FORMS["element"])[:-20], "xmp.damaged", True),
    "cut attribute": (packet(FORMS["attribute"])[:-12], "xmp.damaged", True),
    "cut item": (packet(FORMS["item"])[:-20], "xmp.damaged", True),
    "cut within UTF-16": (packet(FORMS["element"]).decode().encode("utf-16")[:-30], "xmp.damaged", True),
    "cut CDATA": (packet(FORMS["element with CDATA"])[:-20], "xmp.damaged", True),
    "doctype": (b"<!DOCTYPE a [<!ENTITY x 'y'>]>" + packet(FORMS["element"]), "xmp.doctype", True),
    "two roots": (packet(FORMS["element"]) + packet(""), "xmp.damaged", True),
}  # fmt: skip


@pytest.mark.parametrize("name", DEVIATIONS)
def test_a_deviation_is_a_finding(name: str) -> None:
    data, kind, is_standard = DEVIATIONS[name]
    reading = find(data)
    [label] = reading.labels
    assert parse(label.text) is not None
    assert [one.kind for one in label.findings] == [kind]
    assert label.is_standard == is_standard
    assert bool(reading.gaps) == (kind in ("xmp.damaged", "xmp.doctype"))


def test_all_labels_of_a_packet_are_told() -> None:
    body = about(f"<T:AIGC>{ESCAPED}</T:AIGC>") + f"<rdf:Description T:AIGC='{html.escape(OTHER.text())}'/>"
    assert [one.text for one in find(packet(body)).labels] == [LABEL.text(), OTHER.text()]


def test_a_word_is_no_label() -> None:
    body = about("<dc:title>AIGC guide</dc:title><dc:source>ContentProducer</dc:source>")
    assert find(packet(body)).labels == ()


def test_an_empty_property_is_filled_and_not_doubled() -> None:
    after = written(packet(about("<T:AIGC></T:AIGC>")), LABEL.text())
    assert [one.text for one in find(after).labels] == [LABEL.text()]


def test_traces_of_generation_are_told() -> None:
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    iptc = 'xmlns:I="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    for body in (
        f"<rdf:Description {iptc} I:DigitalSourceType='{source}'/>",
        f"<rdf:Description {iptc}><I:DigitalSourceType>{source}</I:DigitalSourceType></rdf:Description>",
        f"<rdf:Description {iptc}><I:DigitalSourceType rdf:resource='{source}'/></rdf:Description>",
    ):
        [trace] = find(packet(body)).traces
        assert (trace.kind, trace.detail) == ("iptc_source_type", source)
    [trace] = find(PACKET.encode()).traces
    assert (trace.kind, trace.place, trace.detail) == ("generator", "XMP CreatorTool", "即梦 & Co")


@pytest.mark.parametrize("data", [b"", b"<a/>", b"not xml", PACKET.encode()[:-95], b"<" * (MAX_PACKET + 1)])
def test_an_unsound_packet_takes_no_label(data: bytes) -> None:
    with pytest.raises(LabelError) as raised:
        written(data, LABEL.text())
    assert raised.value.code == "LBL020"


@pytest.mark.parametrize("name", ["keys as elements", "cut", "doctype"])
def test_a_form_that_is_only_read_is_not_edited(name: str) -> None:
    with pytest.raises(LabelError) as raised:
        written(DEVIATIONS[name][0], LABEL.text())
    assert raised.value.code == "LBL006"


def test_a_property_that_keys_standing_apart_repeat_is_not_changed_alone() -> None:
    """Another label in it would contradict them, and the file would hold two."""
    keys = " ".join(f"T:{key}='{html.escape(value)}'" for key, value in LABEL.keys().items())
    data = packet(f"<rdf:Description {keys}><T:AIGC>{ESCAPED}</T:AIGC></rdf:Description>")
    assert [one.text for one in find(data).labels] == [LABEL.text()]
    for change in (lambda: written(data, OTHER.text()), lambda: without(data)):
        with pytest.raises(LabelError) as raised:
            change()
        assert raised.value.code == "LBL006"


@pytest.mark.parametrize(
    "piece",
    [
        b"<AIGC>",
        b"<AIGC><![CDATA[",
        b' AIGC="',
        b"<AIGC ",
        b"<a:AIGC>&quot;{",
        b"<a>",
        b' AIGC="{"',
        b' ContentProducer="',
        b'<a ContentProducer="P"',
    ],
)
def test_loose_search_takes_time_in_proportion(piece: bytes) -> None:
    assert find(piece * (500_000 // len(piece))).labels == ()


@given(st.data())
def test_any_damage_gives_a_reading(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([PACKET.encode(), *(packet(form) for form in FORMS.values())])))
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    for label in find(damaged).labels:
        assert 0 <= label.start <= label.end <= len(damaged) + 4
    try:
        assert any(parse(label.text) for label in find(written(damaged, LABEL.text())).labels)
        without(damaged)
    except LabelError:
        pass
