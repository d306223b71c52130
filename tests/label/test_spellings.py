"""Every way of writing a label that was seen in real files is read, and what is odd about it is said.

The rows follow the variations of published files, one producer or several behind each; numbers are made up, the shapes are not.
"""

from __future__ import annotations

import doctest
import html
import json
from base64 import b64encode, encodebytes
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from hegui.label import (
    key_names,
    notation,
    notation_dump,
    notation_layers,
    notation_mended,
    notation_yaml,
    notations,
    scattered_keys,
    spellings,
)
from hegui.label.aigc import KEYS, AigcLabel
from hegui.label.spellings import MAX_TEXT, parse

CODE = "001191110102MAD55U9H0F10002"
PLAIN = AigcLabel.first(CODE, "2025-08-01-7")
KEYS_OF = PLAIN.keys()
ALPHABETICAL = dict(sorted(KEYS_OF.items()))


def as_yaml(keys: object, indent: int = 2, quote: str = "'") -> str:
    rows = keys.items() if isinstance(keys, dict) else ()
    return "AIGC:\n" + "".join(f"{' ' * indent}{key}: {quote}{value}{quote}\n" for key, value in rows)


@dataclass(frozen=True)
class Seen:
    """A text, the label it spells, the form it has, and the kinds that are found."""

    name: str
    text: str
    form: str
    kinds: tuple[str, ...]
    label: AigcLabel = field(default=PLAIN)


def renamed(**names: str) -> dict[str, str]:
    return {names.get(key, key): value for key, value in KEYS_OF.items()}


SEEN = (
    Seen("the inner object", PLAIN.text(), "inner", ()),
    Seen("the object of Annex E b), in EXIF", PLAIN.wrapped(), "wrapped", ()),
    Seen("YAML with two spaces and single quotes", as_yaml(KEYS_OF), "yaml", ("spelling.yaml",)),
    Seen("YAML with four spaces and double quotes", as_yaml(KEYS_OF, 4, '"'), "yaml", ("spelling.yaml",)),
    Seen("YAML without quotes", as_yaml(KEYS_OF, 2, ""), "yaml", ("spelling.yaml", "value.yaml_number")),
    Seen("YAML of which the keys stand alphabetically", as_yaml(ALPHABETICAL), "yaml", ("spelling.yaml", "key.order")),
    Seen("JSON of which the keys stand alphabetically", json.dumps(ALPHABETICAL), "inner", ("key.order",)),
    Seen("one line of JSON as the value in YAML", f"AIGC: {PLAIN.text()}", "other",
         ("spelling.yaml", "spelling.json_in_text")),
    Seen("one line of JSON in quotes in YAML", f"---\nAIGC: '{PLAIN.text()}'\n---\n", "other",
         ("spelling.yaml", "spelling.json_in_text")),
    Seen("misspelt reserved codes", json.dumps(renamed(ReservedCode1="ReserveCode1", ReservedCode2="ReserveCode2")), "inner",
         ("key.misspelt", "key.misspelt")),
    Seen("keys in another case", json.dumps({key.lower(): value for key, value in KEYS_OF.items()}), "inner",
         ("key.misspelt",) * 7),
    Seen("the key AIGC in another case", json.dumps({"aigc": KEYS_OF}), "wrapped", ("key.misspelt",)),
    Seen("an extra key with a list in JSON", json.dumps({**KEYS_OF, "ProcessingTypes": ["x"]}), "inner", ("key.extra",)),
    Seen("an extra key with a list in YAML", as_yaml(KEYS_OF) + "  ProcessingTypes:\n    - x\n", "yaml",
         ("spelling.yaml", "key.extra")),
    Seen("Label names a member of an enumeration", json.dumps({**KEYS_OF, "Label": "AIGCLabelType.AI_GENERATED"}), "inner", (),
         AigcLabel("AIGCLabelType.AI_GENERATED", *list(KEYS_OF.values())[1:])),
    Seen("an enumeration printed with its mapping",
         "{'Label': <AIGCLabelType.AI_GENERATED: 'AIGC'>, " + repr(dict(list(KEYS_OF.items())[1:]))[1:], "other",
         ("spelling.object_dump",),
         AigcLabel("<AIGCLabelType.AI_GENERATED: 'AIGC'>", *list(KEYS_OF.values())[1:])),
    Seen("merged into the front matter of others",
         "---\ntitle: a\ntags:\n  - b\n" + as_yaml(KEYS_OF) + "date: 2025-08-01\n---\n", "yaml", ("spelling.yaml",)),
    Seen("a block in a code fence", "```yaml\n" + as_yaml(KEYS_OF) + "```\n", "yaml", ("spelling.yaml",)),
    Seen("keys beside AIGC instead of below it", as_yaml(KEYS_OF, 0), "yaml", ("spelling.yaml",)),
    Seen("YAML without the key AIGC", as_yaml(KEYS_OF).split("\n", 1)[1], "yaml", ("spelling.yaml",)),
    Seen("YAML in a block scalar", "AIGC: |\n  " + PLAIN.text() + "\n", "other", ("spelling.yaml", "spelling.json_in_text")),
    Seen("a value folded over two lines", as_yaml({**KEYS_OF, "ProduceID": "a\n    b"}), "yaml", ("spelling.yaml",),
         AigcLabel.first(CODE, "a b").propagated(CODE, "2025-08-01-7")),
    Seen("line feeds between the members", json.dumps(KEYS_OF, indent=2), "inner", ("spelling.line_feeds",)),
    Seen("a line feed within a text", PLAIN.text().replace("2025-08", "2025\n08", 1), "other", ("spelling.control",),
         AigcLabel.first(CODE, "2025\n08-01-7").propagated(CODE, "2025-08-01-7")),
    Seen("entities left in the text", html.escape(PLAIN.text()), "other", ("spelling.entities",)),
    Seen("entities escaped twice", html.escape(html.escape(PLAIN.text())), "other", ("spelling.entities",)),
    Seen("the key glued before the object", "AIGC" + PLAIN.text(), "other", ("spelling.glued_key",)),
    Seen("the key glued with a colon", '"AIGC":' + PLAIN.text(), "other", ("spelling.glued_key",)),
    Seen("the key glued before entities", "AIGC" + html.escape(PLAIN.text()), "other",
         ("spelling.glued_key", "spelling.entities")),
    Seen("something behind the object", PLAIN.text() + "\0\0rest", "other", ("spelling.trailing",)),
    Seen("padded with zeros", PLAIN.text() + "\0\0\0", "inner", ()),
    Seen("encoded twice", json.dumps(PLAIN.text()), "other", ("spelling.encoded_twice",)),
    Seen("wrapped, and the inner object encoded again", json.dumps({"AIGC": PLAIN.text()}), "other",
         ("spelling.json_in_text",)),
    Seen("the print of a mapping", repr(KEYS_OF), "other", ("spelling.object_dump",)),
    Seen("the print of a mapping with the key AIGC", repr({"AIGC": KEYS_OF}), "other", ("spelling.object_dump",)),
    Seen("the print of a mapping with None", repr({**KEYS_OF, "ReservedCode1": None}), "other",
         ("spelling.object_dump", "value.not_text")),
    Seen("the print of an object without quotes", "{Label: 1, ContentProducer: Minimax Agent AI, ProduceID: 000, }", "other",
         ("spelling.object_dump", *("key.missing",) * 4), AigcLabel("1", "Minimax Agent AI", "000")),
    Seen("in Base64, as an interface transports it", b64encode(PLAIN.text().encode()).decode(), "other", ("spelling.base64",)),
    Seen("a byte order mark before it", "\ufeff" + PLAIN.text(), "inner", ()),
    Seen("a number and null instead of texts", json.dumps({**KEYS_OF, "Label": 1, "ReservedCode2": None}), "inner",
         ("value.not_text", "value.not_text")),
    Seen("a reserved code that is an object",
         json.dumps({**KEYS_OF, "ReservedCode1": {"SecurityData": {"Type": "TC260PG"}}}), "inner", ("value.not_text",),
         AigcLabel.first(CODE, "2025-08-01-7", reserved='{"SecurityData":{"Type":"TC260PG"}}')),
    Seen("a key that stands twice", '{"Label":"3",' + PLAIN.text()[1:], "inner", ("key.twice",),
         AigcLabel("3", *list(KEYS_OF.values())[1:])),
    Seen("missing keys", '{"AIGC":{"Label":"1","ContentProducer":"P","ProduceID":"7"}}', "wrapped",
         ("key.missing",) * 4, AigcLabel("1", "P", "7")),
    Seen("another key beside AIGC", json.dumps({"prompt": "x", "AIGC": KEYS_OF}), "wrapped", ("key.extra",)),
    Seen("the schema of one cloud",
         '{"ServiceProvider":"P","ServiceUser":"u","Time":"2025-08-01","ContentId":"7"}', "other",
         ("schema.other",), AigcLabel("1", "P", "7")),
)  # fmt: skip


@pytest.mark.parametrize("seen", SEEN, ids=lambda one: one.name)
def test_each_variation_is_read_and_said(seen: Seen) -> None:
    found = parse(seen.text)
    assert found is not None
    assert found.label == seen.label
    assert found.form == seen.form
    assert tuple(finding.kind for finding in found.findings) == seen.kinds


PAIRS = list(KEYS_OF.items())
CAMEL = [(key[0].lower() + key[1:], value) for key, value in PAIRS]
OTHERWISE = {
    "the print of a class of Python": f"AIGCLabel({', '.join(f'{key}={value!r}' for key, value in PAIRS)})",
    "the print of an ordered mapping": f"OrderedDict({PAIRS!r})",
    "the print of bytes": repr(PLAIN.text().encode()),
    "the print of a class of Java": f"AigcLabel({', '.join(f'{key}={value}' for key, value in CAMEL)})",
    "the print of a map of Java": f"{{AIGC={{{', '.join(f'{key}={value}' for key, value in PAIRS)}}}}}",
    "the print of a map of Go": f"map[{' '.join(f'{key}:{value}' for key, value in sorted(PAIRS))}]",
    "the print of an array of PHP": "Array\n(\n" + "".join(f"    [{key}] => {value}\n" for key, value in PAIRS) + ")\n",
    "the print of a hash of Ruby": "{" + ", ".join(f'"{key}"=>"{value}"' for key, value in PAIRS) + "}",
    "pairs with semicolons": "; ".join(f"{key}={value}" for key, value in PAIRS),
    "pairs of a query": "&".join(f"{key}={value}" for key, value in PAIRS),
    "pairs with Chinese marks": "，".join(f"{key}：{value}" for key, value in PAIRS),
    "lines with Chinese colons below the key": "AIGC：\n" + "".join(f"  {key}：{value}\n" for key, value in PAIRS),
    "a section of settings": "[AIGC]\n" + "".join(f"{key} = {value}\n" for key, value in PAIRS),
    "elements of XML": "<AIGC>" + "".join(f"<{key}>{value}</{key}>" for key, value in PAIRS) + "</AIGC>",
    "attributes of XML": f"<AIGC {' '.join(f'{key}={json.dumps(value)}' for key, value in PAIRS)}/>",
    "an element around JSON": f"<AIGC>{PLAIN.wrapped()}</AIGC>",
    "a table of Markdown": "| key | value |\n|---|---|\n" + "".join(f"| {key} | {value} |\n" for key, value in PAIRS),
    "a list of YAML below the key": "AIGC:\n" + "".join(f"  - {key}: {value}\n" for key, value in PAIRS),
    "words before the object": f"Generated by a model. {PLAIN.wrapped()}",
    "Chinese words and a colon before the object": f"人工智能生成合成内容标识：{PLAIN.wrapped()}",
    "the key in brackets before the object": f"【AIGC】{PLAIN.text()}",
    "a comment around the object": f"/* {PLAIN.wrapped()} */",
    "another object before it": '{"prompt":"a cat"}\n' + PLAIN.wrapped(),
    "two labels in a list": f"[{PLAIN.text()},{PLAIN.wrapped()}]",
    "the charset that a tool prints before a comment": f'charset="Ascii" {PLAIN.wrapped()}',
    "the name of a charset left before it": f"ASCII\0\0\0{PLAIN.wrapped()}",
    "a key that contains AIGC, and a text": json.dumps({"aigcInfo": PLAIN.text()}),
    "a key that contains AIGC": json.dumps({"AIGCLabel": KEYS_OF}),
    "a Chinese key": json.dumps({"隐式标识": KEYS_OF}),
    "AIGC in AIGC": json.dumps({"AIGC": {"AIGC": KEYS_OF}}),
    "a name and a content": json.dumps({"name": "AIGC", "content": PLAIN.text()}),
    "a text deep in other keys": json.dumps({"generator": "x", "extra": {"aigc": PLAIN.text()}}),
    "Base64 in lines": encodebytes(PLAIN.wrapped().encode()).decode(),
    "Base64 as the address of data": "data:application/json;base64," + b64encode(PLAIN.text().encode()).decode(),
    "the key before Base64": "AIGC=" + b64encode(PLAIN.text().encode()).decode(),
    "hexadecimal digits": PLAIN.text().encode().hex(),
    "as a form sends it": quote_plus(json.dumps({"AIGC": KEYS_OF})),
    "as in a URL in a URL": quote(quote(PLAIN.text())),
    "the cell of a table": '"' + PLAIN.wrapped().replace('"', '""') + '"',
    "quotes as escapes": PLAIN.wrapped().replace('"', "\\x22"),
    "quotes that curl the same way": PLAIN.wrapped().replace('"', "”"),
    "no quotes": PLAIN.wrapped().replace('"', ""),
    "no commas": json.dumps(KEYS_OF, indent=1).replace(",\n", "\n"),
    "a comma too many": PLAIN.text().replace(",", ",,", 1),
    "wide characters that were taken for narrow ones": "\0".join(PLAIN.wrapped()) + "\0",
    "keys that are nearly right": json.dumps(
        renamed(Label="Lable", ContentProducer="ContentProducter", ProduceID="ProduceId", ContentPropagator="ContentPropagater",
                PropagateID="ContentPropagateID", ReservedCode1="ResevedCode1", ReservedCode2="ReserveCode 2")
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", OTHERWISE.values(), ids=OTHERWISE)
def test_a_label_in_no_notation_of_its_own_is_read_and_said(text: str) -> None:
    found = parse(text)
    assert found is not None
    assert found.label == PLAIN
    assert [finding for finding in found.findings if finding.grade != "note"]


def test_a_reserved_code_whose_quotes_are_not_escaped_is_read_whole() -> None:
    code = '{"SecurityData":{"Type":"TC260PG","Bindings":[]}}'
    found = parse(PLAIN.wrapped().replace('"ReservedCode1":""', f'"ReservedCode1":"{code}"'))
    assert found is not None
    assert found.label == AigcLabel.first(CODE, PLAIN.produce_id, reserved=code)


NONE = (
    "", " ", "AIGC", "see the AIGC guide", "AIGC:", "AIGC: yes", "{}", "[]", '""', "null", "7", "{", "}", '{"Label":"1"}',
    '{"AIGC":{"Label":"1"}}', '{"AIGC":{}}', '{"AIGC":null}', '{"AIGC":["x"]}', '{"AIGC":"AIGC"}', "title: a\nLabel: '1'",
    '{"Label":"A","Name":"B"}', "ContentProducer", "A sentence.\nContentProducer: it says who.\n", '{"ContentId":7}',
    '{"ServiceProvider":null,"ContentId":"7"}', "AIGC" * 1000, '{"AIGC":{"Title":"x","Author":"y"}}',
    '{"ContentProducer":"P","ProduceID":"' + "7" * MAX_TEXT + '"}',
    '{"ProductID":"123","Label":"1","Producer":"a shop"}', "Label: 标签, ContentProducer: 名称, ProduceID: 编号",
    "CREATE TABLE t (Label int, ContentProducer varchar, ProduceID varchar)",
    '{"AIGC":{"Label":"%s","ContentProducer":"%s","ProduceID":"%s"}}',
    "interface AIGC { Label: string; ContentProducer: string; ProduceID: string }",
    '{"7":{"class_type":"AIGCLabel","inputs":{"Label":"1","ContentProducer":"P","ProduceID":"7"}}}',
    '{"Label":"生成合成标签要素","ContentProducer":"生成合成服务提供者","ProduceID":"内容制作编号"}',
    "A long text that only quotes one. " * 20 + '{"Label":"1","ContentProducer":"P","ProduceID":"7"}',
)  # fmt: skip


@pytest.mark.parametrize("text", NONE, ids=lambda text: text[:30])
def test_other_texts_are_no_label(text: str) -> None:
    assert parse(text) is None


def test_a_key_alone_on_a_line_of_prose_makes_no_label_of_it() -> None:
    """Beside other lines of text a key is a word; a mapping is one from its first line to its last."""
    assert parse("ContentProducer: P\nProduceID: 7\n") is not None
    assert parse("We write\nContentProducer: P\nProduceID: 7\n") is None


def test_the_examples_of_the_docstrings_hold() -> None:
    for module in (
        notation,
        notation_dump,
        notation_layers,
        notation_mended,
        notation_yaml,
        notations,
        key_names,
        scattered_keys,
        spellings,
    ):
        found = doctest.testmod(module)
        assert not found.failed


# --- properties -------------------------------------------------------------------------------------------------------

values = st.text(max_size=40)
labels = st.builds(AigcLabel, values, values, values, values, values, values, values)
tame = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff\xad"), max_size=40)
tame_labels = st.builds(AigcLabel, tame, tame, tame, tame, tame, tame, tame)


@given(labels)
@example(AigcLabel.first("&quot;", "&amp;lt;"))
@example(AigcLabel.first("AIGC{", '"\\'))
@example(AigcLabel.first("[" * 300, "{" * 300))
def test_what_we_write_is_read_again(label: AigcLabel) -> None:
    for text, form in ((label.text(), "inner"), (label.wrapped(), "wrapped")):
        found = parse(text)
        assert found is not None
        assert (found.label, found.form, found.findings) == (label, form, ())


@given(labels)
@example(AigcLabel.first("it's", 'a "b" \\ c'))
def test_the_print_of_a_mapping_is_read(label: AigcLabel) -> None:
    for keys in (label.keys(), {"AIGC": label.keys()}):
        found = parse(repr(keys))
        assert found is not None
        assert found.label == label


@given(tame_labels, st.sampled_from([None, "'", '"']), st.booleans(), st.sampled_from([2, 4]))
def test_yaml_of_another_writer_is_read(label: AigcLabel, style: str | None, is_sorted: bool, indent: int) -> None:
    text = yaml.safe_dump({"AIGC": label.keys()}, default_style=style, sort_keys=is_sorted, indent=indent, width=10**6)
    found = parse(text)
    assert found is not None
    assert found.label == label
    assert found.form == "yaml"


@given(tame_labels)
def test_entities_may_be_left_in(label: AigcLabel) -> None:
    found = parse(html.escape(label.text()))
    assert found is not None
    assert found.label == label or "&" in label.text()


pieces = st.sampled_from(
    ["AIGC", *KEYS, "ReserveCode1", "{", "}", "[", "]", "(", ")", '"', "'", ":", ",", "=", "\\", "\n", " ", "  ", "- ", "|", ">",
     "&quot;", "&#", "&amp;", "---", "```", "#", "\0", "\ufeff", "1", "None", "<x>", "\\u12", "\\ud800", "中", "e9",
     "ServiceProvider",     "ContentId", "99999999999999999999"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(pieces, max_size=60).map("".join)))
def test_no_text_makes_it_fail(text: str) -> None:
    found = parse(text)
    if found is not None:
        again = parse(found.label.text())
        assert again is not None
        assert again.label == found.label


@given(labels, st.data())
def test_a_label_with_any_piece_changed_is_read_or_none(label: AigcLabel, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([label.text(), label.wrapped(), repr(label.keys()), as_yaml(label.keys())]))
    at = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(at, len(text)))
    parse(text[:at] + data.draw(pieces) + text[end:])


UNITS = (
    "{", "[", "(", "{[", '{"', "{'", '{"AIGC":', "{AIGC:", '{"AIGC":"', "AIGC:", "AIGC: ", "AIGC:\n", "AIGC{", "&amp;", "&#", "&#9",
    "a: '\n", 'a: "\n', "a: 'b'\n", "a: |\n", "a: >\n", "a:\n ", "- \n", "a ", " ", "\t", "\n", "\r", "'", '"', "\\", "\\\\", '\\"',
    '"\\"', "'\\'", "<", "a=", "a,", "1", "9", "-", "A", "AA==", "\0", "\ufeff", "{}", "[]", "{},", "\ud800", "中",
    "/*", "//", "“", "＂", "‘", "，", "：", '"a:', '"a: "', "%22", "x: y # z\n",
    "x:\ty", "\"AIGC\"", "AIGC = ",
    "None,", "{'a':", "{a:{b:[", "\u2028", ": ", "a.b-c d", '{"a":1,',
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_long_hostile_texts_are_answered(unit: str) -> None:
    """Each takes milliseconds; a quadratic reader would take minutes here."""
    around = (("", ""), ("{", "}"), ('{"ContentProducer":"', '"}'), ("AIGC:\n  ContentProducer: '", "'"),
              ("{'ContentProducer': '", ""))  # fmt: skip
    for before, after in around:
        room = MAX_TEXT - len(before) - len(after)
        parse(before + (unit * (room // len(unit))) + after)


def test_a_text_that_nests_deep_is_no_label() -> None:
    deep = '{"ContentProducer":"P","x":' + "[" * 30_000 + "]" * 30_000 + "}"
    assert parse(deep) is None
    shallow = '{"ContentProducer":"P","ReservedCode1":' + "[" * 20 + "]" * 20 + "}"
    found = parse(shallow)
    assert found is not None
    assert found.label.reserved_1 == "[" * 20 + "]" * 20


def test_texts_in_texts_are_read_four_deep_and_no_further() -> None:
    text: object = PLAIN.keys()
    for _ in range(8):
        text = json.dumps({"AIGC": text if isinstance(text, str) else json.dumps(text)})
    assert parse(str(text)) is None


def test_numbers_of_many_digits_do_no_harm() -> None:
    for number in ("9" * 60_000, "1" + "0" * 5_000, "1e999999", "-1e-99999", "NaN", "Infinity"):
        parse('{"ContentProducer":"P","ProduceID":' + number + "}")
        parse("AIGC:\n  ContentProducer: P\n  ProduceID: " + number)
        parse("{&#" + number)


def test_half_of_a_surrogate_pair_leaves_no_trace_that_cannot_be_written() -> None:
    found = parse('{"ContentProducer":"P\\ud800","ProduceID":"\ud83d\\ude00"}')
    assert found is not None
    assert found.label.text().isascii()
