"""SVG and TTML: the property AIGC in XML texts, written and undone to the byte."""

from __future__ import annotations

import gzip
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree  # its own output is what is looked at

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import svg, ttml, xml_text
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.standing import labels
from hegui.label.xml_label import fresh_property
from tests.label.contract import CARRIERS, output

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
OTHER = LABEL.propagated("某平台", "]]>--<x>'&amp;'", reserved='{"k":"v & <w>"}')
SVG, TT = 'xmlns="http://www.w3.org/2000/svg"', 'xmlns="http://www.w3.org/ns/ttml"'
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
WORK = (
    f'<rdf:RDF {RDF}><cc:Work xmlns:cc="http://creativecommons.org/ns#" rdf:about=""><cc:a>b</cc:a></cc:Work></rdf:RDF>'
)


def read(codec: ModuleType, data: bytes) -> list[AigcLabel]:
    return [one.spelt.label for one in labels(codec.read(Source.of(data)))]


def write(codec: ModuleType, data: bytes, label: AigcLabel = LABEL) -> bytes:
    return apply(data, codec.write(Source.of(data), label))


def bare(codec: ModuleType, data: bytes) -> bytes:
    return apply(data, codec.bare(Source.of(data)))


TEXTS = [
    (svg, f"<svg {SVG}/>"),
    (svg, f"<svg {SVG} ></svg>"),
    (svg, f"<svg {SVG}>\n</svg>"),
    (svg, f"<svg {SVG}><g/></svg>\n<!-- end -->"),
    (svg, f"\n<!-- <svg> --><svg\n {SVG}\n a='>'\n><metadata/></svg>"),
    (svg, f"<svg {SVG}><metadata></metadata></svg>"),
    (svg, f"<svg {SVG}><metadata>\n</metadata></svg>"),
    (svg, f"<svg {SVG}><title>a</title><metadata id='m' /><g/></svg>"),
    (svg, f"<svg {SVG}><metadata>text</metadata></svg>"),
    (svg, f"<svg {SVG}><metadata>{WORK}</metadata></svg>"),
    (svg, f"<svg {SVG}><metadata><rdf:RDF {RDF}/></metadata></svg>"),
    (svg, f"<svg {SVG}><metadata><rdf:RDF {RDF}></rdf:RDF></metadata></svg>"),
    (svg, f"<svg {SVG}><metadata><rdf:RDF {RDF}>\n</rdf:RDF></metadata></svg>"),
    (svg, f"<svg {SVG} xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><metadata><r:RDF /></metadata></svg>"),
    (svg, f"<svg {SVG} {RDF}><g><metadata>{WORK}</metadata></g></svg>"),
    (svg, '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:g/></s:svg>'),
    (svg, "<svg><g/></svg>"),
    (svg, f'<?xml version="1.0" standalone="no"?>\r\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\r\n<svg {SVG}><g/></svg>'),
    (svg, f'<!DOCTYPE svg [<!-- ] --><!ENTITY a "]>">]><svg {SVG}><g/></svg>'),
    (ttml, f"<tt {TT}/>"),
    (ttml, f"<tt {TT}></tt>"),
    (ttml, f"<tt {TT}><body/></tt>"),
    (ttml, f"<tt {TT}><head/><body/></tt>"),
    (ttml, f"<tt {TT}><head></head><body/></tt>"),
    (ttml, f"<tt {TT}><head>\n</head><body/></tt>"),
    (ttml, f"<tt {TT}><head><metadata><x xmlns='y'/></metadata></head><body/></tt>"),
    (ttml, f"<tt {TT}><head><metadata/></head><body/></tt>"),
    (ttml, '<tt:tt xmlns:tt="http://www.w3.org/ns/ttml"><tt:body><tt:head/></tt:body></tt:tt>'),
]  # fmt: skip


@pytest.mark.parametrize(("codec", "text"), TEXTS)
def test_the_label_is_read_back_the_xml_stays_sound_and_the_file_comes_back_to_the_byte(
    codec: ModuleType, text: str
) -> None:
    data = text.encode()
    done = write(codec, data)
    assert read(codec, done) == [LABEL]
    (found,) = [one for one in ElementTree.XML(done).iter() if one.tag.endswith("/1.0/}AIGC")]
    assert found.text == LABEL.text()
    assert codec.write(Source.of(done), LABEL) == ()
    again = write(codec, done, OTHER)
    assert read(codec, again) == [OTHER]
    assert bare(codec, done) == bare(codec, again) == data


@pytest.mark.parametrize(("codec", "text"), TEXTS)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "gb18030", "utf-8-sig", "iso-8859-1"])
def test_a_label_is_written_in_the_encoding_of_the_text(codec: ModuleType, text: str, encoding: str) -> None:
    name = "UTF-8" if encoding == "utf-8-sig" else encoding.removesuffix("-be")
    text = f'<?xml version="1.0" encoding="{name}"?>' + text.split("?>")[-1].replace(
        "end", "é" if "8859" in encoding else "早{"
    )
    data = text.encode(encoding)
    done = write(codec, data, OTHER)
    assert read(codec, done) == [OTHER]
    assert OTHER.propagator == "某平台"
    assert "AIGC" in done.decode(encoding)
    assert bare(codec, done) == data


@pytest.mark.parametrize("form", ["element", "attribute", "entities", "cdata", "wrapped"])
def test_a_label_of_others_is_updated_where_and_as_it_stands(form: str, tmp_path: Path) -> None:
    ns = 'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"'
    json, quoted = LABEL.text(), LABEL.text().replace('"', "&quot;")
    inner = {
        "element": f"<TC260:AIGC>{json}</TC260:AIGC>",
        "entities": f"<TC260:AIGC>{quoted}</TC260:AIGC>",
        "cdata": f"<TC260:AIGC><![CDATA[{json}]]></TC260:AIGC>",
        "wrapped": f"<TC260:AIGC>{LABEL.wrapped()}</TC260:AIGC>",
        "attribute": "",
    }[form]
    attribute = f' TC260:AIGC="{quoted}"' if form == "attribute" else ""
    start = f'<svg {SVG}><!-- &c; --><metadata><rdf:RDF {RDF}><rdf:Description {ns} rdf:about=""{attribute}>'
    text = f"{start}{inner}</rdf:Description></rdf:RDF></metadata><g/></svg>"
    data = text.encode()
    assert read(svg, data) == [LABEL]
    done = write(svg, data, OTHER)
    assert read(svg, done) == [OTHER]
    assert (b'"AIGC"' in done.replace(b"&quot;", b'"')) == (form == "wrapped")
    path = tmp_path / "a.svg"
    path.write_bytes(done)
    shown = output("exiftool", "-s3", "-XMP:AIGC", path).decode().strip()
    assert shown == (OTHER.wrapped() if form == "wrapped" else OTHER.text())
    assert read(svg, bare(svg, data)) == []


@pytest.mark.parametrize(
    ("codec", "text", "code"),
    [
        (svg, f"<svg {SVG}><metadata>{{0}}{{0}}</metadata></svg>", "LBL005"),
        (svg, f'<!DOCTYPE svg [<!ENTITY a "b">]><svg {SVG} id="&a;"/>', "LBL084"),
        (svg, '<!DOCTYPE l [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>', "LBL084"),
        (ttml, f"<tt {TT}><head><metadata>{{0}}</metadata></head><body>{{0}}</body></tt>", "LBL005"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_with_a_reason(codec: ModuleType, text: str, code: str) -> None:
    data = text.replace("{0}", fresh_property(LABEL.text()).decode()).encode()
    with pytest.raises(LabelError) as refused:
        write(codec, data, OTHER)
    assert refused.value.code == code


def test_a_compressed_svg_is_read_and_not_written() -> None:
    inner = write(svg, (CARRIERS / "drawing.svg").read_bytes())
    packed = gzip.compress(inner, mtime=0)
    assert svg.score("a.svgz", packed) > 0
    assert svg.score("a.gz", packed) == 0
    (one,) = labels(svg.read(Source.of(packed)))
    assert (one.spelt.label, one.candidate.offset, one.candidate.size) == (LABEL, 0, len(packed))
    for change in (lambda source: svg.write(source, OTHER), svg.bare):
        with pytest.raises(LabelError, match="LBL085"):
            change(Source.of(packed))


@pytest.mark.parametrize("inside", [b" " * (40 << 20), b"<svg/>" * 5_000_000])
def test_a_compressed_bomb_is_a_gap(inside: bytes) -> None:
    assert [gap.reason for gap in svg.read(Source.of(gzip.compress(inside, 1, mtime=0))).gaps] == ["too large"]


@pytest.mark.parametrize(
    "packed",
    [b"\x1f\x8b", b"\x1f\x8b\x08\0rubbish", gzip.compress(gzip.compress(b"<svg/>")), gzip.compress(b"")],
    ids=["cut", "damaged", "twice", "empty"],
)
def test_what_is_no_gzip_is_a_gap(packed: bytes) -> None:
    assert [gap.reason for gap in svg.read(Source.of(packed)).gaps] == ["malformed"]


def test_makers_and_manifests_are_traces() -> None:
    text = f"""<!-- Generator: Maker 2, x --><svg {SVG} {RDF} xmlns:xmp="http://ns.adobe.com/xap/1.0/"><metadata>
    <c2pa:manifest xmlns:c2pa="http://c2pa.org/manifest">AAAA</c2pa:manifest>
    <rdf:RDF><rdf:Description xmp:CreatorTool="Tool"/></rdf:RDF></metadata></svg>"""
    traces = svg.read(Source.of(text.encode())).traces
    assert [(one.kind, one.detail) for one in traces] == [
        ("generator", "Tool"), ("generator", "Maker 2, x"), ("c2pa", "c2pa:manifest"),
    ]  # fmt: skip


@pytest.mark.parametrize(("codec", "tag"), [(svg, "svg"), (ttml, "tt")])
@pytest.mark.parametrize(
    "inside",
    [
        "<a><b>text</b></a>" * 5000,
        "<g>" + "<a/>" * 20_000 + "</g>",
        "x" * 80_000,
        f"<metadata>{WORK}</metadata>" + "<a/>" * 20_000,
    ],
)
def test_a_text_too_long_to_be_read_whole_is_labelled_at_its_start_and_read_there(
    codec: ModuleType, tag: str, inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_text, "LIMIT", 50_000)
    monkeypatch.setattr(xml_text, "HEAD", 10_000)
    data = f"<?xml version='1.0'?><{tag} xmlns='x'>{inside}</{tag}>".encode()
    assert codec.read(Source.of(data)).gaps == ()
    done = write(codec, data)
    assert read(codec, done) == [LABEL]
    assert codec.write(Source.of(done), LABEL) == ()
    ElementTree.XML(done)
    assert bare(codec, write(codec, done, OTHER)) == data
    hidden = data.replace(f"</{tag}>".encode(), b"<!-- AIGC --></%b>" % tag.encode())
    assert [gap.reason for gap in codec.read(Source.of(hidden)).gaps] == ["too large"]
    with pytest.raises(LabelError, match="LBL083"):
        write(codec, hidden)


def test_a_text_of_too_many_elements_is_labelled_at_its_start() -> None:
    data = f"<svg {SVG}>{'<a/>' * 50_100}</svg>".encode()
    done = write(svg, data)
    assert read(svg, done) == [LABEL]
    assert bare(svg, done) == data


@pytest.mark.parametrize("codec", [svg, ttml])
@pytest.mark.parametrize(
    "data",
    [
        b"<svg" + b" a" * 1_000_000,
        b"<svg>" * 300_000,
        b"<!--" * 1_000_000 + b"AIGC",
        b"<!DOCTYPE svg [" + b"<!ENTITY a 'b'>" * 200_000,
        b"<!DOCTYPE svg " + b'"' * 999_999 + b"><svg/>",
        b"<svg>" + b"<TC260:AIGC>" * 100_000,
        b"<svg>" + b"<TC260:AIGC/>" * 100_000 + b"</svg>",
        b"<svg a='" + b"&amp;" * 1_000_000 + b"'/>",
        b"<?xml " * 500_000,
        b"<svg " + b"xmlns:a='b' " * 2 + b"/>",
        b" " * 10_000_000 + b"<svg/>",
        b'<?xml version="1.0" encoding="utf-7"?><svg/>',
        b"<svg><AIGC>" + b"{" * 5_000_000 + b"</AIGC></svg>",
    ],
    ids=lambda value: value[:16].decode() if isinstance(value, bytes) else value.NAME,
)
def test_a_hostile_text_is_read_at_once(codec: ModuleType, data: bytes) -> None:
    codec.score("a.svg", data[:4096])
    for look in (codec.read, codec.bare, lambda source: codec.write(source, LABEL)):
        with suppress(LabelError, MalformedError):
            look(Source.of(data))


@given(st.sampled_from([(svg, "drawing.svg"), (ttml, "sub.ttml")]), st.binary(max_size=60), st.integers(0, 1000))
def test_any_bytes_any_cut_and_any_flip_are_read_or_refused(case: tuple[ModuleType, str], data: bytes, at: int) -> None:
    codec, name = case
    text = write(codec, (CARRIERS / name).read_bytes())
    at %= len(text)
    for sample in (data, text[:at] + data, text[:at] + data + text[at + len(data) :]):
        try:
            codec.read(Source.of(sample))
            done = write(codec, sample, OTHER)
        except (LabelError, MalformedError):
            continue
        assert read(codec, done) == [OTHER]
