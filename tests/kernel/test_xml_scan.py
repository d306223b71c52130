"""Where elements and attributes stand in an XML text, in any encoding, and what is refused."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, TooMuchError
from hegui.kernel.xml_scan import DoctypeError, Element, encoded, escaped, scan

TEXT = """<?xml version="1.0"?>
<!-- <a>no</a> --><r xmlns="u:r" xmlns:p='u:p' one="1 &lt; 2" p:two = 'x="y"'>中文<p:e/><e
  three="<![CDATA["
>a&amp;b<![CDATA[<c/>]]><?pi <e>?></e>tail</r>"""


def elements(body: bytes, **options: bool) -> dict[str, Element]:
    found: dict[str, Element] = {}
    scan(body, lambda element: found.update({element.tag.name: element}), **options)
    return found


def test_places_are_those_of_the_text() -> None:
    body = TEXT.replace('three="<![CDATA["', 'three=">"').encode()
    found = elements(body)
    root, empty, inner = found["{u:r}r"], found["{u:p}e"], found["{u:r}e"]
    assert body[root.tag.start : root.end] == body[body.index(b"<r ") :]
    assert body[empty.tag.start : empty.end] == b"<p:e/>"
    assert (empty.tag.is_empty, empty.tag.prefix, empty.tag.local) == (True, "p", "e")
    assert body[inner.tag.end : inner.close] == b"a&amp;b<![CDATA[<c/>]]><?pi <e>?>"
    assert (root.text, inner.text) == ("中文tail", "a&b<c/>")
    assert inner.tag.parent is root.tag
    assert root.tag.children == ["{u:p}e", "{u:r}e"]


def test_attributes_have_names_values_and_places() -> None:
    body = TEXT.replace('three="<![CDATA["', 'three=">"').encode()
    root = elements(body)["{u:r}r"].tag
    one, two = root.attributes
    assert (one.name, one.value, body[one.start : one.end]) == ("one", "1 < 2", b"1 &lt; 2")
    assert (two.name, two.value, body[two.start : two.end]) == ("{u:p}two", 'x="y"', b'x="y"')
    assert body[two.whole : two.end + 1] == b""" p:two = 'x="y"'"""


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_every_unicode_encoding_goes_there_and_back(codec: str) -> None:
    data = "<a>中\U0001f600</a>".encode(codec)
    text = encoded(data)
    assert text.body.decode() == "<a>中\U0001f600</a>"
    assert text.back(text.body) == data
    assert text.place(len(text.body)) == len(data)


def test_a_declared_encoding_is_kept() -> None:
    data = '<?xml version="1.0" encoding="GB18030"?><a>中文</a>'.encode("gb18030")
    text = encoded(data)
    assert elements(text.body)["a"].text == "中文"
    assert text.back(text.body) == data


@pytest.mark.parametrize("name", ["hex", "idna", "unicode_escape", "nonsense", "iso-8859-99"])
def test_an_encoding_that_is_none_for_documents_is_refused(name: str) -> None:
    with pytest.raises(MalformedError):
        encoded(f'<?xml version="1.0" encoding="{name}"?><a/>'.encode())


BOMB = b'<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>'


@pytest.mark.parametrize("allowed", [False, True])
def test_entities_are_refused(allowed: bool) -> None:
    with pytest.raises(DoctypeError):
        elements(BOMB, doctype=allowed)


def test_a_doctype_without_a_subset_may_be_let_through() -> None:
    body = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "file:///etc/passwd"><svg>&nbsp;</svg>'
    assert elements(body, doctype=True)["svg"].end == len(body)
    with pytest.raises(DoctypeError):
        elements(body)


def test_depth_and_number_are_bounded() -> None:
    with pytest.raises(TooMuchError):
        elements(b"<a>" * 100_000)
    with pytest.raises(TooMuchError):
        scan(b"<r>" + b"<a/>" * 50 + b"</r>", lambda _: None, max_elements=40)


@given(st.text(), st.sampled_from(["", '"', "'"]))
def test_what_is_escaped_is_read_back(text: str, quote: str) -> None:
    text = re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
    value = escaped(text, quote=quote)
    if quote:
        body = b"<a b=" + quote.encode() + value + quote.encode() + b"/>"
        assert elements(body)["a"].tag.attributes[0].value == text
    else:
        assert elements(b"<a>" + value + b"</a>")["a"].text == text


@given(st.binary(max_size=300) | st.text(alphabet="<>/=\"'ab: &;!-[]?x", max_size=80).map(str.encode))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    with suppress(MalformedError):
        scan(encoded(data).body, lambda _: None)
