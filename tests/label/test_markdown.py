"""Markdown: front matter, and the other places in which real exports have put labels."""

from __future__ import annotations

import codecs

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import markdown, text_file
from hegui.label.aigc import KEYS, AigcLabel
from hegui.label.faults import LabelError
from hegui.label.standing import labels
from tests.label.contract import CARRIERS

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
OTHER = LABEL.propagated("某平台", "p: 'x' # \"y\"", reserved='{"k":"v"}')
LINES = """AIGC:
  Label: "1"
  ContentProducer: 001191110102MAD55U9H0F10002
  ProduceID: '01JC-7f3a'
  ReservedCode1: ''
  ContentPropagator: 001191110102MAD55U9H0F10002
  PropagateID: 01JC-7f3a
  ReservedCode2: ""
"""
JSON = LABEL.text()


def read(text: str | bytes) -> list[tuple[AigcLabel, str, bool, list[str]]]:
    data = text if isinstance(text, bytes) else text.encode()
    found = labels(markdown.read(Source.of(data)))
    return [
        (one.spelt.label, one.candidate.place, one.candidate.is_standard, [f.kind for f in one.candidate.findings])
        for one in found
    ]


def write(text: str | bytes, label: AigcLabel = LABEL) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    return apply(data, markdown.write(Source.of(data), label)).decode()


def bare(text: str) -> str:
    data = text.encode()
    return apply(data, markdown.bare(Source.of(data))).decode()


FRONT = "markdown front matter"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("two spaces", f"---\n{LINES}---\ntext\n"),
        ("four spaces", f"---\n{LINES.replace('  ', '    ')}---\ntext\n"),
        ("CR LF", f"---\n{LINES}---\ntext\n".replace("\n", "\r\n")),
        ("CR", f"---\n{LINES}---\ntext\n".replace("\n", "\r")),
        ("byte order mark", f"\ufeff---\n{LINES}---\ntext\n"),
        ("among other keys", f"---\ntitle: a\n{LINES}tags: [a]\n---\ntext\n"),
        ("dots close", f"---\n{LINES}...\ntext\n"),
        ("no line end at the end", f"---\n{LINES}---"),
        ("JSON on one line", f"---\nAIGC: {JSON}\n---\ntext\n"),
        ("JSON on one line with a comment", f"---\nAIGC: {JSON} # ours\n---\ntext\n"),
        ("JSON in single quotes", f"---\nAIGC: '{JSON}'\n---\ntext\n"),
        ("JSON in a block scalar", f"---\nAIGC: |\n  {JSON}\n---\ntext\n"),
        ("JSON over lines", "---\nAIGC: {}\n---\n".format(JSON.replace(",", ",\n   "))),
        ("wrapped JSON", f"---\nAIGC: {LABEL.wrapped()}\n---\ntext\n"),
        ("anchor and tag", f"---\n{LINES.replace('AIGC:', 'AIGC: &label !!map')}---\n"),
        ("quoted key", "---\n" + LINES.replace("AIGC", '"AIGC"') + "---\n"),
        ("quoted keys", "---\n" + LINES.replace("  Label", "  'Label'") + "---\n"),
        ("comments", "---\n" + LINES.replace("Label", "# a note\n  Label").replace("3a'", "3a' # number") + "---\n"),
        ("comment at the margin", "---\n" + LINES.replace("  ProduceID", "# note\n  ProduceID") + "---\n"),
        ("blank lines", "---\n" + LINES.replace("\n", "\n\n") + "---\n"),
        ("other order", "---\nAIGC:\n" + "\n".join(sorted(LINES.splitlines()[1:])) + "\n---\n"),
        ("folded value", "---\n" + LINES.replace("'01JC-7f3a'", "'01JC-7f3a'\n    ") + "---\n"),
        ("an extra list", "---\n" + LINES + "  ProcessingTypes:\n    - a\n    - b\n---\n"),
        ("tabs behind the colon", "---\n" + LINES.replace(": ", ":\t") + "---\n"),
    ],
)  # fmt: skip
def test_the_label_is_read_from_front_matter_in_any_form(name: str, text: str) -> None:
    assert [(label, place, standard) for label, place, standard, _ in read(text)] == [(LABEL, FRONT, True)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_a_label_is_written_in_the_encoding_of_the_text(encoding: str) -> None:
    text = "---\r\ntitle: 早晨\r\n---\r\n\r\n春天的早晨\r\n"
    data = text.encode(encoding)
    if encoding == "utf-16-be":
        data = codecs.BOM_UTF16_BE + data
    done = apply(data, markdown.write(Source.of(data), OTHER))
    assert [label for label, *_ in read(done)] == [OTHER]
    shown = done.decode("utf-16" if encoding == "utf-16-be" else encoding)
    assert shown.replace("\r\n", "").isprintable()
    assert yaml.safe_load(shown.split("---\r\n")[1]) == {"AIGC": OTHER.keys(), "title": "早晨"}
    assert apply(done, markdown.bare(Source.of(done))) == data


@pytest.mark.parametrize(
    ("name", "text", "place", "finding"),
    [
        ("stacked", f"---\ntitle: a\n---\n\n---\n{LINES}---\ntext\n", "markdown second front matter", "place.stacked"),
        ("tail without fences", f"# Title\n\ntext\n\n{LINES}", "markdown last lines", "place.last_lines"),
        ("tail with fences", f"# Title\n\ntext\n\n---\n{LINES}---\n", "markdown last lines", "place.last_lines"),
        ("flat keys in the tail", f"text\n\n{LINES.replace('  ', '')}", "markdown last lines", "place.last_lines"),
        ("JSON line in the tail", f"text\n\nAIGC: {JSON}\n", "markdown last lines", "place.last_lines"),
        ("wrapped JSON in the tail", f"text\n\n{LABEL.wrapped()}", "markdown last lines", "place.last_lines"),
        ("pretty JSON in the tail", 'text\n\n{\n "AIGC": ' + JSON + "\n}\n", "markdown last lines", "place.last_lines"),
        ("JSON line at the head", f"AIGC: {JSON}\n\n# Title\n", "markdown first lines", "place.first_lines"),
        ("bare object at the head", f"{JSON}\n\n# Title\n", "markdown first lines", "place.first_lines"),
        ("fence at the head", f"```yaml\n{LINES}```\n# Title\n", "markdown code fence", "place.code_fence"),
        ("fence at the end", f"# Title\n\n~~~\n---\n{LINES}---\n~~~\n\n", "markdown code fence", "place.code_fence"),
        ("fence never closed", f"# Title\n\n```\n{LINES}", "markdown code fence", "place.code_fence"),
        ("whole text in a fence", f"```markdown\n---\ntitle: a\n{LINES}---\n# T\n```\n", "markdown code fence",
         "place.code_fence"),
        ("comment", f"# Title\n\n<!-- AIGC: {JSON} -->\n\ntext\n", "markdown comment", "place.comment"),
        ("comment of lines", f"# Title\n<!--\n{LINES}-->\ntext\n", "markdown comment", "place.comment"),
        ("comment of an object", f"<!--{LABEL.wrapped()}-->\ntext\n", "markdown comment", "place.comment"),
        ("TOML table", "+++\n[AIGC]\n" + "".join(f'{k} = "{v}"\n' for k, v in LABEL.keys().items()) + "[x]\na=1\n+++\n",
         "markdown TOML front matter", "place.toml"),
        ("TOML text", f"+++\nAIGC = '{JSON}'\n+++\n", "markdown TOML front matter", "place.toml"),
    ],
)  # fmt: skip
def test_a_label_in_a_place_of_its_own_is_found_and_the_place_is_a_finding(
    name: str, text: str, place: str, finding: str
) -> None:
    assert read(text) == [(LABEL, place, False, [finding])]


@pytest.mark.parametrize(
    "text",
    [
        f"# T\n\nLike this:\n\n```yaml\n{LINES}```\n\nand so on.\n",
        f"# T\n\nLike this:\n\nAIGC: {JSON}\n\nand so on.\n",
        f"# T\n\nLike this:\n\n{LINES}\nand so on.\n",
    ],
)
def test_an_example_in_the_middle_of_an_article_is_a_trace_and_the_article_can_be_labelled(text: str) -> None:
    reading = markdown.read(Source.of(text.encode()))
    assert (reading.candidates, [trace.place for trace in reading.traces]) == ((), ["markdown middle"])
    done = write(text)
    assert done.endswith(text)
    assert [place for _, place, *_ in read(done)] == [FRONT]


def test_a_fence_at_the_end_is_an_example_where_the_front_matter_has_the_label() -> None:
    text = f"---\n{LINES}---\nLike this:\n\n```\n{LINES}```\n"
    assert [place for _, place, *_ in read(text)] == [FRONT]


@pytest.mark.parametrize(
    "text", ["AIGC", "```\nprint('AIGC')\n```\n", "AIGC: see below\n", "# AIGC\n\nAIGC = generated\n",
             "---\nAIGC: true\n---\n", "<!-- AIGC: todo -->", "---\ntitle: AIGC: x\n---\n", ""]
)  # fmt: skip
def test_the_word_alone_is_no_label(text: str) -> None:
    assert read(text) == []


def test_keys_comments_and_order_stay_when_a_label_joins_a_block() -> None:
    text = "---\n# note\ntitle: a # b\ntags: [a, b]\n---\ntext\n"
    assert write(text) == text.replace("---\n# note", f"---\n{markdown.fresh(LABEL, chr(10))}# note")
    assert bare(write(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "text", "# T\n", "---\n---\n", "---\n\n---\n", "---\n\n\n---\n", "---\n# only\n---\nx", "---\ntitle: a\n---",
     "---\r\ntitle: a\r\n---\r\n", "---\n\ntext between rules\n\n---\n", "---\n  title: a\n  x: 1\n---\n",
     "\n\n---\ntitle: a\n---\nx", "---  \ntitle: a\n...\n", "---\nnever closed: 1\n", "\n\ntext\n"],
)  # fmt: skip
def test_labelling_merges_and_is_undone_to_the_byte(text: str) -> None:
    done = write(text)
    assert [label for label, *_ in read(done)] == [LABEL]
    assert write(done) == done
    assert bare(done) == text
    assert bare(write(done, OTHER)) == text
    block = done.lstrip().replace("...", "---").split("---", 2)[1]
    assert yaml.safe_load(block)["AIGC"] == LABEL.keys()


def test_an_update_changes_values_and_misspelt_keys_and_nothing_else() -> None:
    text = """---
AIGC:
    # who
    ContentProducer: "someone" # the producer
    Label: AIGC
    ProduceID: 7
    ReserveCode1: ''
    ProcessingTypes: [a]
title: t
---
"""
    assert (
        write(text, AigcLabel("1", "someone", "8", "r", "P", "9", "s"))
        == """---
AIGC:
    # who
    ContentProducer: "someone" # the producer
    Label: '1'
    ProduceID: '8'
    ReservedCode1: 'r'
    ProcessingTypes: [a]
    ContentPropagator: 'P'
    PropagateID: '9'
    ReservedCode2: 's'
title: t
---
"""
    )


@pytest.mark.parametrize("old", [JSON, f"'{JSON}'", LABEL.wrapped(), f"|\n  {JSON}"])
def test_a_label_on_one_line_stays_on_one_line(old: str) -> None:
    done = write(f"---\na: 1\nAIGC: {old}\nb: 2\n---\n", OTHER)
    assert [label for label, *_ in read(done)] == [OTHER]
    assert len(done.splitlines()) == 5
    found = yaml.safe_load(done.split("---\n")[1])
    assert (found["a"], found["b"]) == (1, 2)
    assert isinstance(found["AIGC"], str) == ("'" in old or "|" in old)
    assert ("AIGC" in found["AIGC"]) == ('"AIGC"' in old)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"---\n{LINES}---\n---\n{LINES}---\n", "LBL005"),
        (f"---\n{LINES}---\n\ntext\n\n{LINES}", "LBL005"),
        (f"text\n\n{LINES}", "LBL006"),
        (f"```\n{LINES}```\n", "LBL006"),
        (f"<!-- AIGC {JSON} -->\n", "LBL006"),
        ("+++\ntitle = 'a'\n+++\n", "LBL081"),
        ("---\nAIGC: true\n---\n", "LBL082"),
        ("\x00\x00\xfe\xff", "LBL080"),
    ],
)
def test_what_cannot_be_written_is_refused_with_a_reason(text: str, code: str) -> None:
    data = text.encode("latin-1")
    with pytest.raises(LabelError) as refused:
        markdown.write(Source.of(data), OTHER)
    assert refused.value.code == code


def test_a_generator_key_is_a_trace() -> None:
    (trace,) = markdown.read(Source.of(b"---\nGenerator: DeepThing 2\n---\n")).traces
    assert (trace.kind, trace.detail) == ("generator", "DeepThing 2")


values = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@given(st.tuples(*[values] * 7), st.tuples(*[values] * 7))
def test_any_values_are_read_as_they_were_written_by_us_and_by_pyyaml(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    first, second = AigcLabel(*one[:1], "p" + one[1], *one[2:]), AigcLabel(*other[:1], "p" + other[1], *other[2:])
    done = write("---\na: 1\n---\ntext\n", first)
    assert [label for label, *_ in read(done)] == [first]
    again = write(done, second)
    assert [label for label, *_ in read(again)] == [second]
    assert bare(again) == "---\na: 1\n---\ntext\n"
    plain = all(ord(character) < 0x10000 for value in other for character in value)
    if plain:
        assert yaml.safe_load(again.split("---\n")[1])["AIGC"] == second.keys()


pieces = st.sampled_from(
    ["---\n", "AIGC:", " ", "\n", "  Label: '1'\n", "{", "}", '"', "'", "```", "<!--", "-->", "ContentProducer: x\n",
     JSON, "+++\n", "\r", "|", "# ", "\ud800", "\0", "é", "ProduceID:", "[AIGC]\n", "a: b\n"]
)  # fmt: skip


@given(st.lists(pieces, max_size=25).map("".join))
def test_any_text_is_read_or_refused_and_written_text_is_read_back(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    try:
        markdown.read(Source.of(data))
        done = apply(data, markdown.write(Source.of(data), LABEL))
    except (LabelError, MalformedError):
        return
    assert [one.spelt.label for one in labels(markdown.read(Source.of(done)))] == [LABEL]
    assert markdown.write(Source.of(done), LABEL) == ()


@given(st.binary(max_size=200), st.integers(0, 850))
def test_any_bytes_and_any_cut_are_read_or_refused(data: bytes, cut: int) -> None:
    for sample in (data, (CARRIERS / "doc-frontmatter.md").read_bytes()[:cut] + data):
        try:
            markdown.read(Source.of(sample))
            done = apply(sample, markdown.write(Source.of(sample), LABEL))
        except (LabelError, MalformedError):
            continue
        assert apply(done, markdown.bare(Source.of(done))) == sample


@pytest.mark.parametrize(
    "data",
    [
        b"a" * (17 << 20),
        b"a\n" * 1_000_000,
        b"---\n" + b"a: b\n" * 1_000_000,
        b"AIGC:" * 1_000_000,
        b"<!--AIGC:" * 300_000,
        b"```\nAIGC:\n" * 50_000,
        b'{"AIGC":' * 500_000,
        b"---\nAIGC: " + b" " * 250_000 + b"\n---\n",
        b"---\n" + b" " * 250_000 + b"AIGC: 1\n---\n",
        b"---\nAIGC" + b" " * 250_000 + b"\n---\n",
        b"---\nAIGC:\n" + b"  a: 'b\n" * 30_000 + b"---\n",
        b"---\n" + b"a: &a [*a,*a]\n" * 10_000 + b"---\n",
        b"+++\n" + b"[AIGC]\n" * 30_000 + b"+++\n",
        b"\n" * 1_000_000 + b"AIGC:\n",
    ],
    ids=lambda data: data[:12].decode(errors="replace"),
)
def test_a_hostile_text_is_read_at_once(data: bytes) -> None:
    try:
        markdown.read(Source.of(data))
        markdown.write(Source.of(data), LABEL)
    except (LabelError, MalformedError):
        pass


def test_a_text_beyond_the_limit_is_labelled_unless_the_word_stands_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "LIMIT", 1 << 20)
    data = b"# T\n" + "长文\n".encode() * (1 << 18)
    assert markdown.read(Source.of(data)).gaps == ()
    assert len(markdown.write(Source.of(data), LABEL)) == 1
    data += b"AIGC\n"
    assert [gap.reason for gap in markdown.read(Source.of(data)).gaps] == ["too large"]
    with pytest.raises(LabelError, match="LBL083"):
        markdown.write(Source.of(data), LABEL)


def test_the_keys_are_written_in_the_order_of_the_annex() -> None:
    block = write("").split("---\n")[1]
    assert tuple(yaml.safe_load(block)["AIGC"]) == KEYS
