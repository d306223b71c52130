"""The generated tables keep their promises: aligned, closed, in range, and right in cases that a person can check.

The last tests fold generated disguises with the plainest possible folding; they need the project's shared data, which
is no part of the product, and are skipped where it is absent.
"""

import gzip
import json
import re
import runpy
import string
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hegui.kernel import fold_data

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "src/hegui/detect/data"
SHARED = ROOT.parent / "shared/data"
SCRIPTS = {name: runpy.run_path(str(ROOT / f"refresh/{name}.py")) for name in ("folding", "pinyin", "parts")}
TABLES = {table.keys: table for table in SCRIPTS["folding"]["TABLES"]}
HAN = ("TRADITIONAL", "NUMERAL", "RADICALS")


@cache
def pairs(name: str) -> dict[str, str]:
    return dict(zip(getattr(fold_data, name), getattr(fold_data, TABLES[name].values), strict=True))


def lowered(text: str) -> str:
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())


def is_ideograph(char: str) -> bool:
    return unicodedata.name(char, "").startswith("CJK UNIFIED IDEOGRAPH")


def rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


@cache
def readings() -> dict[str, str]:
    return {char: reading for reading, chars in rows("pinyin.txt") for char in chars}


@cache
def splits() -> dict[str, list[str]]:
    return {char: written.split(";") for char, written in rows("parts.txt")}


# Invariants


@pytest.mark.parametrize("name", TABLES)
def test_table_is_aligned_closed_and_in_range(name: str) -> None:
    keys, values = getattr(fold_data, name), getattr(fold_data, TABLES[name].values)
    assert len(keys) == len(values) == len(set(keys))
    assert not set(keys) & set(values), "a value folds further, or into itself"
    assert len(keys) in TABLES[name].span


@pytest.mark.parametrize("name", sorted(TABLES.keys() - {"CAPITAL"}))
def test_keys_stand_as_normalisation_leaves_them(name: str) -> None:
    assert [key for key in getattr(fold_data, name) if lowered(key) != key] == []


def test_no_table_reopens_another() -> None:
    traditional = pairs("TRADITIONAL")
    assert not traditional.keys() & set(fold_data.IDEOGRAPHS)
    assert not traditional.keys() & set(fold_data.NUMERAL)
    assert not traditional.keys() & set(fold_data.RADICALS)
    assert all(is_ideograph(char) for char in fold_data.SIMPLIFIED + fold_data.IDEOGRAPHS)


def test_lookalikes_are_foreign_letters_without_a_value_and_become_small_ascii() -> None:
    small = set(string.ascii_lowercase + string.digits)
    assert set(fold_data.PROTOTYPE) | set(fold_data.CAPITAL_PROTOTYPE) | set(fold_data.LETTER) <= small
    for char in fold_data.CONFUSABLE + fold_data.CAPITAL:
        assert not char.isascii()
        assert unicodedata.category(char)[0] in "LN", char
        assert unicodedata.digit(char, None) is None, char
        name = unicodedata.name(char)
        assert not name.startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")), name


def test_letterlike_symbols_are_no_letters_and_hold_nothing_that_separates_words() -> None:
    assert {unicodedata.category(char)[0] for char in fold_data.LETTERLIKE} == {"S", "P", "M"}
    assert not set("×·•|∣│￨／-") & set(fold_data.LETTERLIKE)


def test_capitals_are_letters_whose_likeness_folding_would_change() -> None:
    small = pairs("CONFUSABLE")
    for char, letter in pairs("CAPITAL").items():
        assert small.get(lowered(char), lowered(char)) != letter


def test_numerals_have_the_value_unicode_gives_them() -> None:
    for numeral, digit in pairs("NUMERAL").items():
        assert int(unicodedata.numeric(numeral)) == int(digit)


def test_daily_mainland_characters_are_left_alone_but_for_a_known_few() -> None:
    def is_daily(char: str) -> bool:
        return len(char.encode("gb2312", errors="ignore")) == 2

    folded = {char for char in fold_data.TRADITIONAL if is_daily(char)}
    assert folded == set("乾吒夥後徵拚捱摺於榘菸薹袷醣麴麽浜渖谘迳钜锺镟馀")


def test_module_is_small() -> None:
    source = ROOT / "src/hegui/kernel/fold_data.py"
    assert source.stat().st_size < 100_000


# Known cases


@pytest.mark.parametrize(
    ("variants", "form"),
    [
        ("國囯国", "国"),
        ("藥薬葯", "药"),
        ("濱浜", "滨"),
        ("裡裏", "里"),
        ("麵麪麺", "面"),
        ("發髮発髪", "发"),
        ("臺檯颱枱", "台"),
        ("槍鎗", "枪"),
        ("戶戸", "户"),
        ("說説", "说"),
        ("爲為", "为"),
        ("線綫缐", "线"),
        ("啟啓", "启"),
        ("雞鷄鶏", "鸡"),
        ("鬥鬪鬭鬬闘", "斗"),
        ("礦鉱鑛", "矿"),
        ("砲礮", "炮"),
        ("衛衞", "卫"),
        ("牠", "它"),
        ("妳", "你"),
        ("貳弐弍", "贰二"),
        ("陸", "陆"),
        ("甦", "苏"),
    ],
)
def test_variants_reach_the_mainland_form(variants: str, form: str) -> None:
    table = pairs("TRADITIONAL")
    assert {table.get(char, char) for char in variants} == set(form)


@pytest.mark.parametrize("char", "芸余予后里面只干复台云弁么著沪系")
def test_mainland_character_is_not_taken_for_anothers_variant(char: str) -> None:
    assert char not in fold_data.TRADITIONAL


@pytest.mark.parametrize(
    ("foreign", "ascii_text"),
    [
        ("асеорѕіјһԁԛԝхуѵ", "aceopsijhdqwxyv"),  # Cyrillic
        ("вкмнтгяи", "bkmhtrrn"),  # Cyrillic by way of capitals and small capitals
        ("αοριυντκβγεηω", "aopiuvtkbyenw"),  # Greek
        ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz"),  # small capitals
        ("łøđħŧƀɨƶꝁɍ", "lodhtbizkr"),  # with stroke
        ("ɑɡɩɓɗƒɠƙɲƥʂƭʋƴʐ", "agibdfgknpstuyz"),  # IPA and hooks
        ("ᎥᏂᏧᏚᎪᎷ", "ihdsam"),  # Cherokee
        ("ꓮꓐꓚꓓꓰꓲ", "abcdei"),  # Lisu
        ("ⲥⲣⲅⲟⲓ", "cproi"),  # Coptic
        ("ոսցօռք", "nugonf"),  # Armenian
        ("\u05e1\u05d5\u0647\u0627", "olol"),  # Hebrew samekh and vav, Arabic heh and alef
    ],
)
def test_lookalike_letters(foreign: str, ascii_text: str) -> None:
    table = pairs("CONFUSABLE")
    assert "".join(table.get(char, char) for char in foreign) == ascii_text


def test_example_of_the_evasion_set_folds_to_its_word_but_for_the_digit() -> None:
    assert naive("𝒹ꭵ𝗮m๐𝓻𝞺𝗁𝒊𝕟𝒆") == "diam0rphine"


@pytest.mark.parametrize(
    ("radical", "ideograph"),
    [("⺼", "肉"), ("⻢", "马"), ("⺡", "氵"), ("⻑", "长"), ("⻯", "龙"), ("⻟", "饣"), ("⺾", "艹")],
)
def test_radicals(radical: str, ideograph: str) -> None:
    assert pairs("RADICALS")[radical] == ideograph


def test_every_radical_without_a_decomposition_is_covered() -> None:
    block = [chr(code) for code in range(0x2E80, 0x2F00) if unicodedata.name(chr(code), "")]
    left = [c for c in block if unicodedata.normalize("NFKD", c) == c and c not in fold_data.RADICALS]
    assert left == ["⺀"]  # the repetition mark stands for no ideograph


# Readings and parts


def test_readings_are_toneless_sorted_and_given_once() -> None:
    found = rows("pinyin.txt")
    names = [reading for reading, _ in found]
    assert names == sorted(set(names))
    assert len(names) in SCRIPTS["pinyin"]["READINGS"]
    assert [name for name in names if not re.fullmatch("[a-z]{1,6}", name)] == []
    assert all(chars == "".join(sorted(set(chars))) for _, chars in found)
    assert sum(len(chars) for _, chars in found) == len(readings())
    assert len(readings()) in SCRIPTS["pinyin"]["CHARACTERS"]
    assert not readings().keys() & set(fold_data.TRADITIONAL)


def test_every_character_of_gb2312_has_a_reading_unless_it_is_folded() -> None:
    table = pairs("TRADITIONAL")
    assert [char for char in SCRIPTS["parts"]["gb2312"]() if table.get(char, char) not in readings()] == []


@pytest.mark.parametrize(
    ("char", "reading"),
    [
        ("药", "yao"),
        ("冰", "bing"),
        ("绿", "lv"),
        ("略", "lve"),
        ("女", "nv"),
        ("毒", "du"),
        ("儿", "er"),
        ("重", "zhong"),
    ],
)
def test_known_readings(char: str, reading: str) -> None:
    assert readings()[char] == reading


def test_parts_are_two_to_eight_folded_ideographs_or_strokes() -> None:
    assert list(splits()) == sorted(splits())
    assert len(splits()) in SCRIPTS["parts"]["CHARACTERS"]
    assert sum(map(len, splits().values())) in SCRIPTS["parts"]["SPLITS"]
    closed = set(fold_data.TRADITIONAL + fold_data.RADICALS)
    assert not splits().keys() & closed
    for written in splits().values():
        assert len(set(written)) == len(written)
        for split in written:
            parts = split.split(" ")
            assert len(parts) in SCRIPTS["parts"]["PARTS"]
            assert all(len(part) == 1 and SCRIPTS["parts"]["is_part"](part) and part not in closed for part in parts)


@pytest.mark.parametrize(
    ("char", "split"),
    [
        ("药", "艹 约"),
        ("吗", "口 马"),
        ("胺", "月 安"),
        ("枪", "木 仓"),
        ("炸", "火 乍"),
        ("器", "口 口 大 口 口"),
        ("弓", "㇆ 一 ㇉"),
    ],
)
def test_known_parts(char: str, split: str) -> None:
    assert split in splits()[char]


# Origin


@pytest.mark.parametrize(
    "path", ["src/hegui/kernel/fold_data.py", *(f"src/hegui/detect/data/{n}.txt" for n in ("pinyin", "parts"))]
)
def test_first_lines_name_origin_and_licence_and_the_notice_names_the_file(path: str) -> None:
    head = (ROOT / path).read_text(encoding="utf-8").splitlines()[:3]
    assert any("Origin: " in line for line in head)
    assert re.search("Apache-2.0|MIT|CC-BY-3.0", "".join(head))
    assert path in (ROOT / "NOTICE").read_text(encoding="utf-8")


# Against the project's shared data


@cache
def stages() -> tuple[dict[str, str], dict[str, str]]:
    """What is looked up before normalisation, and after."""
    early = pairs("CAPITAL") | pairs("LETTERLIKE")
    return early, pairs("RADICALS") | pairs("TRADITIONAL") | pairs("CONFUSABLE")


def naive(text: str) -> str:
    """The plainest folding the tables are made for: look up, normalise, look up, keep letters and numbers."""
    early, late = stages()

    def steps() -> Iterator[str]:
        for raw in unicodedata.normalize("NFKD", "".join(early.get(char, char) for char in text)):
            for char in unicodedata.normalize("NFKD", early.get(raw, raw).casefold()):
                folded = late.get(char, char)
                if unicodedata.category(folded)[0] in "LN":
                    digit = unicodedata.digit(folded, None)
                    yield folded if digit is None else str(digit)

    return "".join(steps())


def shared(path: str) -> list[dict[str, Any]]:
    """The rows of a shared data set; skips the test where the project's shared data is absent."""
    file = SHARED / path
    if not file.exists():
        pytest.skip(f"{file} is the project's shared data, not part of the product; it is absent here")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def of_transform(name: str) -> list[dict[str, Any]]:
    found = [row for row in shared("evasion_generated/data.jsonl.gz") if row["transform"] == name]
    assert found, f"no row has the transform {name}"
    return found


def spelled(word: str, surface: str, choices: dict[str, list[str]]) -> bool:
    """Whether the surface is the word with characters replaced by one of their choices."""
    ends = {0}
    for char in word:
        ends = {
            end + len(c) for end in ends for c in (char, *choices.get(char, ())) if c and surface.startswith(c, end)
        }
    return len(surface) in ends


@pytest.mark.parametrize(
    "transform", ["plain", "fullwidth", "upper_mixed", "zero_width", "space", "punct", "circled", "traditional"]
)
def test_disguise_folds_to_its_word(transform: str) -> None:
    missed = [
        (row["word"], row["surface"]) for row in of_transform(transform) if naive(row["surface"]) != naive(row["word"])
    ]
    assert missed == []


ONE_LOOK = str.maketrans("01l", "oii")


def test_lookalike_disguise_folds_to_its_word_once_i_l_1_and_o_0_are_one() -> None:
    found = of_transform("confusable_latin")
    missed = [r["surface"] for r in found if naive(r["surface"]).translate(ONE_LOOK) != r["word"].translate(ONE_LOOK)]
    assert missed == []


def test_every_lookalike_of_a_small_letter_folds_to_it_but_for_digits_and_separators() -> None:
    missed = {
        char
        for row in shared("evasion_reference/confusables.jsonl.gz")
        if row["char"] in string.ascii_lowercase
        for char in row["similar"]
        if len(char) == 1 and naive(char).translate(ONE_LOOK) != row["char"].translate(ONE_LOOK)
    }
    # An Arabic five looks like o and stays a five; long s is an s by its name; bars and × separate words.
    assert missed == set("٥۵ſ×|∣⏽￨׀˛") & missed


def test_every_first_traditional_form_folds_to_its_simplified_form() -> None:
    found = shared("evasion_reference/simplified_to_traditional.jsonl.gz")
    assert [list(row.values()) for row in found if len({naive(text) for text in row.values()}) > 1] == []


@pytest.mark.parametrize("transform", ["pinyin_full", "pinyin_one_char"])
def test_pinyin_disguise_reads_as_its_word(transform: str) -> None:
    choices = {char: [reading] for char, reading in readings().items()}
    found = of_transform(transform)
    missed = [r["surface"] for r in found if not spelled(naive(r["word"]), naive(r["surface"]), choices)]
    assert missed == []


def test_homophones_share_their_reading() -> None:
    missed = [
        row["surface"]
        for row in of_transform("homophone")
        if [readings().get(c, c) for c in naive(row["word"])] != [readings().get(c, c) for c in naive(row["surface"])]
    ]
    assert missed == []


def test_split_characters_are_known_splits() -> None:
    # Strokes that are symbols fall out of the naive folding; the view `strokes` keeps them.
    choices = {char: [naive(split) for split in written] for char, written in splits().items()}
    found = of_transform("split_char")
    missed = [r["surface"] for r in found if not spelled(naive(r["word"]), naive(r["surface"]), choices)]
    assert missed == []
