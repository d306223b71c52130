"""Marks in texts: a line in the text's own encoding, seen by who reads it, twice as once, and nothing else changed."""

from __future__ import annotations

import codecs
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.explicit.text_mark import TextMark, TextPlace
from hegui.label.explicit.texts import format_of_text, mark_text
from hegui.label.explicit.visible import explicit_text
from hegui.label.faults import LabelError
from hegui.label.policy import DEFAULT_TEXT
from tests.label.explicit.judges import CARRIERS, need, run

ZH = DEFAULT_TEXT["zh"]
PLACES: list[TextPlace] = ["head", "tail"]


def marked(data: bytes, name: str, place: TextPlace = "tail", text: str = ZH) -> bytes:
    return apply(data, mark_text(Source.of(data), name, TextMark(text, place)).splices)


def traces(data: bytes, name: str) -> list[str]:
    kind = format_of_text(Source.of(data), name)
    return [trace.place.split()[1] for trace in explicit_text(Source.of(data), kind, name).traces]


TEXTS = {
    "plain.txt": "plain.txt",
    "plain-gb18030.txt": "plain.txt",
    "doc.md": "doc.md",
    "doc-frontmatter.md": "doc.md",
    "page.html": "a.html",
    "fragment.html": "a.html",
    "sub.srt": "a.srt",
    "sub.vtt": "a.vtt",
    "sub.ass": "a.ass",
}
"""Carrier → the name it is given."""


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("carrier", TEXTS)
def test_a_marked_text_shows_its_mark_and_is_the_same_when_marked_again(carrier: str, place: TextPlace) -> None:
    before, name = (CARRIERS / carrier).read_bytes(), TEXTS[carrier]
    assert traces(before, name) == []
    after = marked(before, name, place)
    assert marked(after, name, place) == after
    assert traces(after, name) in (["head"], ["tail"], ["head", "tail"])
    assert len(after) > len(before)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("gb18030", b""),
    ],
)
def test_the_line_is_in_the_encoding_and_with_the_line_ends_of_the_text(
    encoding: str, bom: bytes, newline: str, place: TextPlace
) -> None:
    text = f"第一行，汉字{newline}第二行{newline}"
    after = marked(bom + text.encode(encoding), "a.txt", place)
    assert after.startswith(bom)
    shown = after[len(bom) :].decode(encoding)
    assert shown == (f"{ZH}{newline}{newline}{text}" if place == "head" else f"{text}{newline}{ZH}{newline}")


CASES = [
    ("a.txt", "", "tail", f"{ZH}\n"), ("a.txt", "x", "tail", f"x\n\n{ZH}\n"), ("a.txt", "x\n", "head", f"{ZH}\n\nx\n"),
    ("a.md", "---\ntitle: t\n---\n# H\n", "head", f"---\ntitle: t\n---\n> {ZH}\n\n# H\n"),
    ("a.md", "+++\na = 1\n+++\ntext\n", "head", f"+++\na = 1\n+++\n> {ZH}\n\ntext\n"),
    ("a.md", "---\ntitle: t\n---", "head", f"---\ntitle: t\n---\n> {ZH}\n\n"),
    ("a.md", "# H\n", "tail", f"# H\n\n> {ZH}\n"), ("a.md", "```\ncode\n```\n", "tail", f"```\ncode\n```\n\n> {ZH}\n"),
    ("a.md", "text\n````\ncode\n```\n", "tail", f"> {ZH}\n\ntext\n````\ncode\n```\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "place", "after"), CASES)
def test_where_the_line_goes(name: str, before: str, place: TextPlace, after: str) -> None:
    assert marked(before.encode(), name, place).decode() == after


class Shown(HTMLParser):
    """The words a page shows, in order, with the element around each."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[tuple[str, str]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not {"script", "style", "title"} & set(self.open):
            self.words.append((self.open[-1] if self.open else "", data.strip()))


HEAD = "<head><meta charset=utf-8><title>t</title></head>"
XML = "<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'>"
PAGES = {
    "document": f"<!doctype html><html>{HEAD}<body class='a>b'><h1>头</h1><p>尾</p></body></html>",
    "no body": "<!doctype html><meta charset=utf-8><title>t</title><h1>头</h1><p>尾</p>",
    "head only closed": "<html><head><title>t</title></head><h1>头</h1></html>",
    "fragment": "<h1>头</h1><p>尾</p>\n",
    "comment before": "<!-- <body> --><body><h1>头</h1><script>'</body>'</script><p>尾</p></body>",
    "xhtml": f"{XML}<head><title>t</title></head><body><p>头</p></body></html>",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_the_mark_first_or_last(page: str, place: TextPlace) -> None:
    parser = Shown()
    parser.feed(marked(PAGES[page].encode(), "a.html", place).decode())
    assert parser.words[0 if place == "head" else -1] == ("p", ZH)
    before = Shown()
    before.feed(PAGES[page])
    assert [words for words in parser.words if words[1] != ZH] == before.words


def test_an_end_that_no_browser_shows_is_not_used() -> None:
    after = marked("<body><p>头</p><!-- never closed".encode(), "a.html", "tail").decode()
    assert after.index(ZH) < after.index("头")


@pytest.mark.parametrize(
    ("page", "charset"),
    [
        (b"<meta charset=iso-8859-1><p>caf\xe9</p>", "latin-1"),
        (b"<p>plain ASCII</p>", "ascii"),
        (b"<p>\xff\xfe\xfa</p>", "latin-1"),
    ],
)
def test_a_page_that_lacks_the_characters_gets_references(page: bytes, charset: str) -> None:
    after = marked(page, "a.html")
    parser = Shown()
    parser.feed(after.decode(charset))
    assert parser.words[-1] == ("p", ZH)
    assert after.startswith(page)


def test_a_gbk_page_gets_the_mark_in_gbk() -> None:
    page = '<html><head><meta charset="gbk"></head><body><p>汉字</p></body></html>'.encode("gbk")
    assert ZH in marked(page, "a.html").decode("gbk")


@pytest.mark.parametrize("carrier", ["sub.srt", "sub.vtt", "sub.ass"])
def test_the_first_cue_is_the_mark_for_two_seconds_and_the_others_stay(carrier: str, tmp_path: Path) -> None:
    need("ffprobe")
    path = tmp_path / carrier
    path.write_bytes(marked((CARRIERS / carrier).read_bytes(), carrier))

    def cues(file: Path) -> list[tuple[float, float, str]]:
        found = json.loads(run("ffprobe", "-v", "error", "-show_packets", "-show_data", "-of", "json", file))["packets"]
        return [(float(one["pts_time"]), float(one["duration_time"]), one["data"]) for one in found]

    before, after = cues(CARRIERS / carrier), cues(path)
    assert len(after) == len(before) + 1
    first = next(cue for cue in after if cue not in before)
    assert first[0] == 0
    assert first[1] >= 2
    others = [cue[:2] for cue in after if cue is not first]
    assert others == [cue[:2] for cue in before]


VTT_CUE = f"00:00:00.000 --> 00:00:03.000 line:0\n{ZH}\n\n"
ASS_HEAD = (
    "[Script Info]\n[V4+ Styles]\nFormat: Name\nStyle: Top,Arial\n[Events]\nFormat: Layer, Start, End, Style, Text\n"
)
SUBTITLES = [
    (
        "a.srt",
        "1\r\n00:00:01,000 --> 00:00:02,000\r\nHi\r\n",
        f"0\r\n00:00:00,000 --> 00:00:03,000\r\n{ZH}\r\n\r\n1\r\n",
    ),
    (
        "a.vtt",
        "WEBVTT\n\nSTYLE\n::cue {}\n\nintro\n00:01.000 --> 00:02.000\nHi\n",
        f"STYLE\n::cue {{}}\n\n{VTT_CUE}intro\n",
    ),
    ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n", f"WEBVTT\n\n{VTT_CUE}00:01.000"),
    (
        "a.ass",
        f"{ASS_HEAD}Dialogue: 0,0:00:01.00,0:00:02.00,Top,Hi\n",
        f"Text\nDialogue: 0,0:00:00.00,0:00:03.00,Top,{{\\an8}}{ZH}\nDialogue",
    ),
]


@pytest.mark.parametrize(("name", "before", "part"), SUBTITLES)
def test_how_a_cue_is_written(name: str, before: str, part: str) -> None:
    assert part in marked(before.encode(), name).decode()


REFUSED = [
    ("table.csv", b"a,b\n1,2\n", "LBL112"),
    ("data.json", b"{}", "LBL112"),
    ("a.py", b"x = 1\n", "LBL112"),
    ("a.txt", b"\x00\x01\x02", "LBL112"),
    ("a.txt", codecs.BOM_UTF32_LE + b"a\0\0\0", "LBL112"),
    ("a.txt", b"caf\xe9 \xff\xff", "LBL111"),
    ("a.srt", b"no cue here\n", "LBL112"),
    ("a.vtt", b"WEBVTT\n\nNOTE nothing\n", "LBL112"),
    ("a.ass", b"[Script Info]\nTitle: t\n", "LBL112"),
    ("a.html", b"<frameset><frame src=a></frameset>", "LBL112"),
]


@pytest.mark.parametrize(("name", "data", "code"), REFUSED)
def test_what_a_line_would_break_is_refused(name: str, data: bytes, code: str) -> None:
    with pytest.raises(LabelError, match=code):
        mark_text(Source.of(data), name)


@pytest.mark.parametrize(
    ("wording", "code"),
    [
        ("人工智能", "LBL101"),
        ("由模型生成", "LBL101"),
        ("AI生成\n", "LBL115"),
        ("AI生成" * 30, "LBL115"),
        ("AI\x85生成", "LBL115"),
    ],
)
def test_a_wording_that_is_no_line_or_no_mark_cannot_be_made(wording: str, code: str) -> None:
    with pytest.raises(LabelError, match=code):
        TextMark(wording)


LONG = "字" * 99
SEEN = [
    ("a.txt", "（本内容由AI生成）\n正文", ["head", "tail"]),
    ("a.txt", f"{LONG}AI生成{LONG}", []),
    ("a.txt", f"{LONG}内容由 AI 合成。", ["tail"]),
    ("a.md", f"---\ntitle: AI生成\n---\n{LONG}", []),
    ("a.md", f"> **AI** 生成\n\n{LONG}", ["head"]),
    ("a.html", f"<title>AI生成</title><body>{LONG}", []),
    ("a.html", f"<body><script>AI生成</script>{LONG}", []),
    ("a.html", f"<body>{LONG}<footer><b>&#65;I</b> 生成</footer>", ["tail"]),
    ("a.txt", f"人工智能改变世界。{LONG}", []),
    ("a.txt", f"It was SAID to be generated{LONG}", []),
]


@pytest.mark.parametrize(("name", "text", "places"), SEEN)
def test_both_elements_within_the_window_are_a_trace(name: str, text: str, places: list[str]) -> None:
    assert traces(text.encode(), name) == places


PIECES = ["-->", "00:00:01,000 --> 00:00:02,000\n", "<body>", "</body>", "<!--", "---\n", "```\n", "[Events]\n"]
WORDS = st.lists(st.sampled_from([*"ab 汉字\n\r#>-`~<>!/\"'{}&;:,0123.[]\t", *PIECES]), max_size=80).map("".join)


@given(
    WORDS,
    st.sampled_from(["a.txt", "a.md", "a.html", "a.srt", "a.vtt", "a.ass", ""]),
    st.sampled_from(PLACES),
    st.sampled_from(["utf-8", "utf-16", "gb18030"]),
)
def test_twice_is_once_for_any_text(text: str, name: str, place: TextPlace, encoding: str) -> None:
    data = ("WEBVTT\n\n" * name.endswith("vtt") + "[Script Info]\n" * name.endswith("ass") + text).encode(encoding)
    try:
        once = marked(data, name, place)
    except LabelError:
        return
    assert marked(once, name, place) == once
    assert traces(once, name)


@given(
    st.binary(max_size=300),
    st.sampled_from(["a.txt", "a.md", "a.html", "a.srt", "a.vtt", "a.ass", ""]),
    st.sampled_from(PLACES),
)
def test_any_bytes_give_a_marked_text_or_an_error_of_ours(data: bytes, name: str, place: TextPlace) -> None:
    try:
        after = marked(data, name, place)
    except LabelError:
        return
    assert len(after) >= len(data)


@pytest.mark.parametrize("place", PLACES)
def test_a_long_text_is_marked_without_being_read_whole(place: TextPlace) -> None:
    data = "汉字一行\n".encode() * (2 << 20)
    after = marked(data, "a.txt", place)
    assert marked(after, "a.txt", place) == after
    assert len(after) - len(data) < 60
