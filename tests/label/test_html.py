"""HTML: a meta in the head, a comment at the start of a fragment, and the other places where labels stand."""

from __future__ import annotations

import codecs
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import html, html_page, html_tokens
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.standing import labels
from hegui.label.text_escapes import attribute_value, comment_json
from tests.label.contract import CARRIERS, output

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
OTHER = LABEL.propagated("某平台", "--><x>'&amp;'", reserved='{"k":"v & <w>"}')
JSON = LABEL.text()
META = f'<meta name="AIGC" content="{attribute_value(JSON)}">'


def read(text: str | bytes) -> list[tuple[AigcLabel, str, bool, list[str]]]:
    data = text if isinstance(text, bytes) else text.encode()
    found = labels(html.read(Source.of(data)))
    return [
        (one.spelt.label, one.candidate.place, one.candidate.is_standard, [f.kind for f in one.candidate.findings])
        for one in found
    ]


def write(text: str | bytes, label: AigcLabel = LABEL) -> bytes:
    data = text if isinstance(text, bytes) else text.encode()
    return apply(data, html.write(Source.of(data), label))


def bare(data: bytes) -> bytes:
    return apply(data, html.bare(Source.of(data)))


@pytest.mark.parametrize(
    ("page", "labelled"),
    [
        ("<!DOCTYPE html><html><head><title>a</title></head></html>",
         "<!DOCTYPE html><html><head>{}<title>a</title></head></html>"),
        ("<HTML><HEAD profile='>'>x", "<HTML><HEAD profile='>'>{}x"),
        ("<!-- <head> --><html lang=zh><body>a", "<!-- <head> --><html lang=zh>{}<body>a"),
        ("<!doctype html>\n<p>a", "<!doctype html>{}\n<p>a"),
        ("<html><script>'<head>'</script><head>", "<html><script>'<head>'</script><head>{}"),
        ("<html><title><head></title><body>", "<html>{}<title><head></title><body>"),
        ("<html><header>a", "<html>{}<header>a"),
        ("\ufeff<html\n>\n<head\n>\n", "\ufeff<html\n>\n<head\n>{}\n"),
        ("<html><head><meta charset=utf-8>", "<html><head>{}<meta charset=utf-8>"),
        ("<html><head><!--" + "x" * 800 + "--><meta charset=utf-8><title>",
         "<html><head><!--" + "x" * 800 + "--><meta charset=utf-8>{}<title>"),
        ("<html><head><!--" + "x" * 1100 + "--><meta charset=utf-8>",
         "<html><head>{}<!--" + "x" * 1100 + "--><meta charset=utf-8>"),
    ],
)  # fmt: skip
def test_the_meta_stands_behind_the_head_and_never_pushes_the_charset_out_of_sight(page: str, labelled: str) -> None:
    done = write(page)
    assert done.decode() == labelled.replace("{}", META)
    assert read(done) == [(LABEL, "html meta AIGC", True, [])]
    assert write(done) == done
    assert bare(done) == page.encode()


@pytest.mark.parametrize(
    "page", ["", "text", "<p>a", "  \n<div><head></div>", "<title>a</title>", "<!-- a --><p>", "<"]
)
def test_a_fragment_gets_a_comment_at_its_start(page: str) -> None:
    done = write(page, OTHER)
    assert done.startswith(b"<!-- AIGC: {")
    assert done.endswith(b"} -->" + page.encode())
    assert read(done) == [(OTHER, "html comment", True, [])]
    assert bare(done) == page.encode()
    assert bare(write(done)) == page.encode()


def test_in_xhtml_the_meta_is_closed_and_the_declaration_stays_first(tmp_path: Path) -> None:
    start = '<?xml version="1.0" encoding="GBK"?>\n'
    page = (start + '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>早晨</title></head><body/></html>').encode(
        "gbk"
    )
    done = write(page, OTHER)
    path = tmp_path / "a.xhtml"
    path.write_bytes(done)
    output("xmllint", "--noout", path)
    assert (
        output("xmllint", "--xpath", "string(//*[local-name()='meta']/@content)", path).decode().strip() == OTHER.text()
    )
    fragment = write(start.replace("GBK", "UTF-8") + "<p/>")
    assert fragment.startswith(start.replace("GBK", "UTF-8").strip().encode() + b"<!-- AIGC")


@pytest.mark.parametrize(
    "encoding", ["gb18030", "gb2312", "big5", "utf-8-sig", "utf-16", "utf-16-be", "latin-1", "shift_jis"]
)
def test_a_label_is_written_in_the_encoding_of_the_page(encoding: str) -> None:
    title = {"latin-1": "déjà", "big5": "中文許功蓋", "shift_jis": "ソ表能"}.get(encoding, "春天{的}早晨")
    page = f"<html><head><meta charset='{encoding}'><title>{title}</title></head><body>{title}</body></html>"
    data = page.encode(encoding)
    if encoding == "utf-16-be":
        data = codecs.BOM_UTF16_BE + data
    done = write(data, OTHER)
    assert done.decode("utf-16" if encoding == "utf-16-be" else encoding).replace("\ufeff", "").count(title) == 2
    assert [label for label, *_ in read(done)] == [OTHER]
    assert bare(done) == data


@pytest.mark.parametrize("encoding", ["iso-2022-jp", "utf-7", "hz-gb-2312", "utf-32"])
def test_an_encoding_in_which_ascii_is_not_ascii_is_refused(encoding: str) -> None:
    page = f"<html><head><meta charset={encoding}>".encode("utf-32" if encoding == "utf-32" else "ascii")
    assert [gap.reason for gap in html.read(Source.of(page)).gaps] == ["unknown encoding"]
    with pytest.raises(LabelError, match="LBL080"):
        write(page)


@pytest.mark.parametrize(
    ("element", "place", "standard", "finding"),
    [
        (f"<META CONTENT='{JSON}' NAME=AIGC />", "html meta AIGC", True, []),
        (f"<meta content='{LABEL.wrapped()}'\n name = 'AIGC'>", "html meta AIGC", True, []),
        (f"<meta name=AIGC content={attribute_value(JSON)}>", "html meta AIGC", True, []),
        (META.replace("&quot;", "&#34;"), "html meta AIGC", True, []),
        (META.replace("AIGC", "aigc"), "html meta AIGC", True, ["key.other_name"]),
        (META.replace("AIGC", "TC260:AIGC"), "html other meta", True, ["key.other_name"]),
        (META.replace("name=", "property="), "html meta AIGC", False, ["key.other_name"]),
        (f"<main data-aigc='{JSON}'>", "html attribute", False, ["place.attribute"]),
        (f"<!-- AIGC: {JSON} -->", "html comment", False, ["place.comment"]),
        (f"<!--{LABEL.wrapped()}-->", "html comment", False, ["place.comment"]),
        (f'<script type="application/ld+json">{{"@type":"Article","meta":[{LABEL.wrapped()}]}}</script>', "html script",
         False, ["place.script"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["<html><head>{}</head>", "<html><body><p title='<x'>{}<p>", "<p>{}"])
def test_a_label_is_read_wherever_it_stands(
    element: str, place: str, standard: bool, finding: list[str], frame: str
) -> None:
    assert read(frame.format(element)) == [(LABEL, place, standard, finding)]


@pytest.mark.parametrize(
    "element",
    [f"<META CONTENT='{JSON}' NAME=AIGC />", f"<meta content='{LABEL.wrapped()}' name='AIGC'>", META,
     f"<meta name=AIGC content={attribute_value(JSON)}>", f"<!-- AIGC: {JSON} -->", META.replace("AIGC", "my-AIGC")]
)  # fmt: skip
def test_a_label_is_updated_where_it_stands(element: str) -> None:
    page = f"<html><head><title>a</title></head><body>{element}</body></html>"
    done = write(page, OTHER)
    assert [label for label, *_ in read(done)] == [OTHER]
    assert done.startswith(b"<html><head><title>a</title></head><body><")
    assert (b"AIGC&quot;:" in done or b'{"AIGC"' in done) == ('{"AIGC"' in element)
    assert read(write(done))[0][0] == LABEL
    assert bare(done) == page.replace(element, "").encode()


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (f"<html><head>{META}{META}</head>", "LBL005"),
        (f"<html><head>{META}</head><!-- AIGC: {JSON} -->", "LBL005"),
        (f"<html><head></head><main data-aigc='{JSON}'>", "LBL006"),
        (f"<script type=application/json>{LABEL.wrapped()}</script>", "LBL006"),
        ("<html><head><meta name=AIGC content=true></head>", "LBL082"),
    ],
)
def test_what_cannot_be_written_is_refused_with_a_reason(page: str, code: str) -> None:
    with pytest.raises(LabelError) as refused:
        write(page, OTHER)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "page",
    ["AIGC", "<p>AIGC: x</p>", "<!-- AIGC -->", f"<p>&lt;meta name=\"AIGC\" content='{JSON}'></p>",
     f"<script>const a = `<meta name=\"AIGC\" content='{JSON}'>`</script>", f"<textarea>{META}</textarea>",
     "<meta name=description content='all about AIGC'>", "<script type=application/json>{AIGC</script>"]
)  # fmt: skip
def test_a_mention_is_no_label(page: str) -> None:
    assert read(page) == []


def test_generators_and_manifests_are_traces() -> None:
    page = "<html><head><meta name=Generator content='Maker &amp; 2'><link rel=c2pa-manifest href=a.c2pa></head>"
    assert [(one.kind, one.detail) for one in html.read(Source.of(page.encode())).traces] == [
        ("generator", "Maker & 2"),
        ("c2pa", "a.c2pa"),
    ]


@pytest.mark.parametrize("end", [10, 60, -3, -1])
def test_a_label_that_the_end_cuts_off_is_a_gap_and_not_silence(end: int) -> None:
    data = ("<html><head>" + META).encode()
    cut = data[: 12 + end] if end > 0 else data[:end]
    if b"AIGC" not in cut:
        return
    assert [gap.reason for gap in html.read(Source.of(cut)).gaps] == ["truncated"]
    with pytest.raises(MalformedError):
        write(cut)


class Metas(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str | None, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pairs: dict[str, str | None] = {}
        for name, value in attrs:
            pairs.setdefault(name, value)
        if tag == "meta":
            self.found.append((pairs.get("name") or "", pairs.get("content") or ""))


names = st.sampled_from(["name", "content", "NAME", "x", "a-b", "content2"])
plain = st.text(st.characters(categories=("L", "N"), max_codepoint=0x2FFF), min_size=1, max_size=5)
quoted = st.text(st.sampled_from("ab &;<>='/\n"), max_size=8)


@st.composite
def metas(draw: st.DrawFn) -> str:
    parts = ["<meta"]
    for name in draw(st.lists(names, max_size=4)):
        value = draw(st.one_of(plain, quoted.map(lambda text: '"' + text.replace('"', "") + '"'),
                               quoted.map(lambda text: "'" + text.replace("'", "") + "'")))  # fmt: skip
        parts.append(draw(st.sampled_from([" ", "\n", "  "])) + name + draw(st.sampled_from(["=", " = "])) + value)
    return "".join(parts) + draw(st.sampled_from([">", " >", " />"]))


@given(
    st.lists(
        st.one_of(metas(), st.sampled_from(["<p>", "text", "<!-- <meta name=a> -->", "</p>", "<br/>", "1 < 2 "])),
        max_size=6,
    )
)
def test_tags_are_cut_as_the_parser_of_the_standard_library_cuts_them(parts: list[str]) -> None:
    text = "".join(parts)
    found = []
    for token in html_tokens.tokens(text, len(text)):
        pairs: dict[str, str] = {}
        for one in html_tokens.attributes(text, token) if token.name == "meta" else ():
            pairs.setdefault(one.name, one.value)
            bare_value = text[one.start : one.end]
            assert not one.quote or text[one.start - 1] == text[one.end] == one.quote
            assert one.quote or ">" not in bare_value
        if token.name == "meta":
            found.append((pairs.get("name", ""), pairs.get("content", "")))
    assert found == Metas(text).found


pieces = st.sampled_from(
    ["<html", "<head", ">", "<", "/", "=", '"', "'", " ", META, "<!--", "-->", "AIGC", JSON, "<script>", "</script",
     "<meta name=", "content=", "\ud800", "\0", "<?xml", "<!", "<title>", "é", "type=json", "&quot;"]
)  # fmt: skip


def test_words_around_a_label_in_a_comment_stay_and_twice_is_once() -> None:
    data = f"<p><!-- <b>kept{JSON} a > b --></p>".encode()
    done = write(data, OTHER)
    assert (done.startswith(b"<p><!-- <b>kept{"), done.endswith(b"} a > b --></p>")) == (True, True)
    assert [label for label, *_ in read(done)] == [OTHER]
    assert html.write(Source.of(done), OTHER) == ()


@given(st.lists(pieces, max_size=20).map("".join))
def test_any_text_is_read_or_refused_and_written_text_is_read_back_and_undone(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    try:
        html.read(Source.of(data))
        done = write(data, OTHER)
    except (LabelError, MalformedError):
        return
    assert [label for label, *_ in read(done)] == [OTHER]
    assert html.write(Source.of(done), OTHER) == ()
    if not read(data):
        assert bare(done) == data


@given(st.binary(max_size=100), st.integers(0, 950))
def test_any_bytes_any_cut_and_any_flip_are_read_or_refused(data: bytes, at: int) -> None:
    page = write((CARRIERS / "page.html").read_bytes())
    for sample in (data, page[:at] + data, page[:at] + data + page[at + len(data) :]):
        try:
            html.read(Source.of(sample))
            html.write(Source.of(sample), OTHER)
        except (LabelError, MalformedError):
            pass


@pytest.mark.parametrize(
    "data",
    [
        b"<a" * 2_000_000 + b"AIGC",
        b"<a>" * 400_000 + b"AIGC",
        b"<!--" * 1_000_000 + b"AIGC",
        b"<p a=" * 1_000_000 + b"AIGC",
        b"<p " + b"a " * 2_000_000 + b">AIGC",
        b"<p " + b" " * 4_000_000 + b"AIGC",
        b"<p a" + b"=" * 4_000_000 + b"AIGC",
        b"<p '" * 1_000_000 + b"AIGC",
        b"<script>" * 500_000 + b"AIGC",
        b"<script type=json>" + b"[" * 900_000 + b'{"AIGC":' + b"</script>",
        b"<script type=json>" + b'[{"AIGC":1},' * 80_000 + b"0" + b"]" * 80_000 + b"</script>",
        b"<meta name=AIGC>" * 200_000,
        b"<!-- AIGC: {" * 200_000 + b"-->",
        b"<!-- AIGC: {" + b'"a":' * 500_000 + b"-->",
        b"<meta " * 500_000 + b"charset=" * 100_000,
        b"</" * 2_000_000 + b"AIGC",
        b"&" * 8_000_000 + b"<p a='AIGC" + b"&amp;" * 200_000 + b"'>",
    ],
    ids=lambda data: data[:14].decode(errors="replace"),
)
def test_a_hostile_page_is_read_at_once(data: bytes) -> None:
    html.score("a.html", data[:4096])
    try:
        html.read(Source.of(data))
        html.write(Source.of(data), LABEL)
    except (LabelError, MalformedError):
        pass


def test_a_page_of_too_many_elements_is_a_gap_where_the_word_stands_behind_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(html_tokens, "MOST", 100)
    monkeypatch.setattr(html_page, "MOST", 100)
    assert html.read(Source.of(b"<html><head>" + b"<p>" * 200)).gaps == ()
    assert [gap.reason for gap in html.read(Source.of(b"<p>" * 200 + META.encode())).gaps] == ["too large"]
    with pytest.raises(LabelError, match="LBL083"):
        write(b"<p>" * 200 + META.encode())


def test_a_comment_never_holds_what_would_end_it() -> None:
    text = comment_json('{"a":"--><!---->"}')
    assert not {"--", "<", ">"} & {text[at : at + 2] for at in range(len(text))} | ({"<", ">"} & set(text))
