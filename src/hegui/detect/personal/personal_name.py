"""Name of a person in Chinese characters (姓名), where words or form around it say that it is one.

A surname and one or two characters of the given name: after words such as 姓名, 联系人, 我叫; before words such as 先生,
您好, 名下, 的电话; or alone in a field of a list before a number of a telephone or an identity. After a label with a colon
any two to four characters are taken. Which error we prefer: the miss. A name alone is no sensitive information and half the
language begins like one; a text in which ordinary words are masked is spoilt. Limits: names without such words, foreign
names in Latin letters, nicknames.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import HAN, PERSONAL, Detector
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.name_words import COMPOUND_SURNAMES, GIVEN, LABELS, NOT_NAMES, RARE_SURNAMES, ROLES, SURNAMES
from hegui.detect.personal.reading import read_value
from hegui.detect.personal.triggers import Trigger, first_two

__all__ = [
    "BEFORE_WORDS",
    "LEAD",
    "LEAD_ENDS",
    "LEAD_REACH",
    "LED_NAME",
    "NAME_FIRST",
    "OPEN_NAME",
    "OPEN_NAME_FORM",
    "OPEN_WINDOW",
    "compact",
    "explain",
    "find",
    "is_valid",
    "validate",
]


def _of(characters: str) -> str:
    return "".join(sorted(set(characters)))


_SURNAME_CLASS = _of(SURNAMES + RARE_SURNAMES)
_GIVEN_CLASS = _of(GIVEN)
_COMPOUND = "|".join(COMPOUND_SURNAMES)
_RARE = frozenset(RARE_SURNAMES)
_GIVEN = frozenset(GIVEN)
_SURNAME = frozenset(_SURNAME_CLASS)

_STRONG_WORDS = (
    "名下", "打电话", "身份证", "手机", "电话", "微信", "邮箱", "联系电话", "住址", "家住", "住在", "银行卡", "出生于", "生于",
    *("的" + word for word in ("电话", "手机", "联系", "邮箱", "电子邮", "身份证", "证件",
                              "住址", "地址", "家庭", "微信", "银行卡", "卡号", "号码",
                              "账户", "账号", "生日", "车牌", "护照", "病历", "工资", "QQ")),
)  # fmt: skip
_WEAK_WORDS = (
    "先生",
    "女士",
    "小姐",
    "同志",
    "您好",
    "你好",
    "老师",
    "医生",
    "同学",
    "律师",
    "教授",
    "经理",
    "主任",
    "负责",
    "本人",
    "，您",
    ",您",
)
_STRONG_AFTER = (
    rf"{'|'.join(_STRONG_WORDS)}"
    r"|[(（](?:身份证|证件|公民|护照|男|女|电话|手机|联系|[0-9]{11})"
    r"|[\"']?[,，、;；\t|:： ]{1,2}[\"']?(?:\+?86)?[- ]?1[3-9][0-9]{4}|[\"']?[,，、;；\t|:： ]{1,2}[\"']?[1-9][0-9]{5} ?(?:19|20)"
    r"|[,，、;；\t| ]{1,2}(?:男|女)[,，、;；。\t| ]"
    r"|[,，](?:身份证|证件|电话|手机|联系电话|公民身份|邮箱|住址|驾驶证|(?:19|20)[0-9]{2}年[0-9]{1,2}月)"
)
_AFTER_NAME = (*_STRONG_WORDS, *_WEAK_WORDS)
_WEAK_AFTER = "|".join(_WEAK_WORDS)
_PROFESSIONS = frozenset(("老师", "医生", "同学", "律师", "教授", "经理", "主任", "负责", "本人", "同志"))
"""They follow other words as readily as names, so what stands before must not run on into the name."""
_SIGNS = r"(（,，、;；\t|:： \"'"
_AFTER_MOST = 16
_AFTER = re.compile(f"(?P<strong>{_STRONG_AFTER})|{_WEAK_AFTER}")
_SECOND = _of("".join(c[1] for c in COMPOUND_SURNAMES))
_FIRST = _of(_SURNAME_CLASS + "".join(c[0] for c in COMPOUND_SURNAMES))
_AFTER_WORD = rf"[{_of(''.join(w[0] for w in _AFTER_NAME))}][{_of(''.join(w[1] for w in _AFTER_NAME))}]"
_AFTER_SIGN = rf"[{_SIGNS}]{{1,4}}[身证公护男女电手联邮住驾您0-9+]"
BEFORE_WORDS = rf"[{_FIRST}](?=[{_SECOND}]?[{_GIVEN_CLASS}]{{1,2}}(?:{_AFTER_WORD}|{_AFTER_SIGN}))"
"""What may be a name before such words, the pattern."""
_OWN = re.compile(rf"(?:{_COMPOUND}|[{_SURNAME_CLASS}])[{_GIVEN_CLASS}]{{1,2}}")

_LABEL = "|".join(sorted(LABELS, key=len, reverse=True))
_ROLE = "|".join(sorted(ROLES, key=len, reverse=True))
_LEAD = rf"(?:(?P<label>{_LABEL})(?P<mark>[\"']? ?[:：]? ?[\"']?(?:是|为|叫)? ?)|(?P<role>{_ROLE})[:：]?)"
_LED = re.compile(_LEAD + rf"(?=(?P<name>[{HAN}]))")
_WORDS = (*LABELS, *ROLES)
_AFTER_WORDS = (
    rf"[{_of(''.join(w[0] for w in _WORDS))}](?=[{_of(''.join(w[1] for w in _WORDS))}])"
    rf"(?<=(?={first_two(_WORDS)}(?:{_LABEL}|{_ROLE})).)"
)
LEAD = re.compile(_AFTER_WORDS)
"""The first character of words after which a name stands."""
LEAD_REACH = re.compile(rf"(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})[\"']? ?[:：]? ?[\"']?[是为叫]? ?")
"""Such words and all that may stand between them and the name."""
LEAD_ENDS = _of("".join(word[-1] for word in _WORDS) + "\"' :：是为叫")
"""The last characters of that."""
LED_NAME = re.compile(rf"(?:{_LABEL}|{_ROLE})(?:[\"']? ?[:：]? ?[\"']?(?:是|为|叫)? ?)([{HAN}][{HAN}·]{{0,12}})\Z")
"""Such words, and what may be a name, cut by the end of the text."""
NAME_FIRST = _FIRST
_FIELD = re.compile(rf"[{HAN}]{{2,4}}(?:·[{HAN}]{{1,6}})?(?![{HAN}·])")
_TAIL = frozenset(
    "的请您你先女同老医负名住在是来已于电手身与和及为说因从到将被把向对以等曾也就则并未无有要想会能可申提"
    "发收联出办购报投签委作系现男今这那我他她户证应须表认称自所该其正还又再去进打接拿带给让过没不账卡银微"
    "邮地年性职编学部入离致违驾乘坐支付退存取转汇借贷欠共均都只前后中上下工诉求需拒享承履行使"
)

_CUT = "|".join(sorted({word[:size] for word in (*_STRONG_WORDS, *_WEAK_WORDS) for size in range(1, len(word))}))
OPEN_NAME_FORM = (
    rf"(?:{_COMPOUND}|[{_FIRST}])(?:[{_GIVEN_CLASS}]{{0,2}}"
    rf"|[{_GIVEN_CLASS}]{{1,2}}(?:{_CUT}|[{_SIGNS}][^\n\x02]{{0,{_AFTER_MOST}}}))"
)
"""A name with the beginning of the words after it, the pattern."""
OPEN_NAME = re.compile(OPEN_NAME_FORM + r"\Z")
"""A name, or the beginning of one, that the end of the text has cut from the words after it."""
OPEN_WINDOW = _AFTER_MOST + 6


def compact(value: str) -> str:
    """Without spaces."""
    return "".join(read_value(value).split())


def validate(value: str) -> Checked:
    """Whether it begins with a surname and is two to four characters; no register is asked."""
    name = compact(value)
    fine = re.fullmatch(rf"[{HAN}]{{2,4}}|[{HAN}]{{1,6}}·[{HAN}]{{1,8}}", name) is not None
    known = fine and ("·" in name or name[0] in _SURNAME) and name not in NOT_NAMES
    return Checked(name, "none", () if known else ("form",))


def match(text: str, at: int) -> Hit | None:
    """A name that begins at this place and is followed by such words, or that follows the words beginning here."""
    return _led(text, at) or _followed(text, at)


def _followed(text: str, at: int) -> Hit | None:
    found = _OWN.match(text, at)
    if found is None:
        return None
    for end in range(found.end(), at + 1, -1):
        after = _AFTER.match(text, end)
        if after is None or text[at : at + 2] in NOT_NAMES:
            continue
        if after["strong"] is None and (
            text[at] in _RARE or (after[0] in _PROFESSIONS and at and _joins(text[at - 1]))
        ):
            return None
        if after["strong"] is not None and not after[0][0].isalnum() and at and _joins(text[at - 1]):
            return None  # before a bracket or a comma the name must stand by itself
        return Hit(at, end, "none", "high" if after["strong"] else "medium")
    return None


def _joins(character: str) -> bool:
    """Whether a character before makes it doubtful that a name begins here: Han, and none that stands before names."""
    return _is_han(character) and character not in "与和及由向给被对跟同将让请为叫是"


def _led(text: str, at: int) -> Hit | None:
    lead = _LED.match(text, at)
    if lead is None:
        return None
    start = lead.start("name")
    if lead["label"] and (":" in lead["mark"] or "：" in lead["mark"] or lead["label"] in ("我叫", "名叫")):
        field = _FIELD.match(text, start)
        if field is not None and _is_field(field[0]):
            return Hit(start, field.end(), "none", "high")
    end = _usual_name(text, start)
    if end is None or (lead["role"] and (text[start] in _RARE or not _ends(text, end))):
        return None
    if not lead["mark"] and not (_ends(text, end) and (text[start] not in _RARE or not _is_han(text[end : end + 1]))):
        return None
    return Hit(start, end, "none", "high" if lead["label"] else "medium")


def _is_field(name: str) -> bool:
    if "·" in name:
        return True
    return name[0] in _SURNAME and name[:2] not in NOT_NAMES and len(name) <= 4 and name[-1] not in "的了吗呢"


def _usual_name(text: str, start: int) -> int | None:
    """Where a name of usual characters ends that begins here."""
    found = _OWN.match(text, start)
    if found is None or text[start : start + 2] in NOT_NAMES:
        return None
    end = found.end()
    if end - start >= 3 and (
        text[end - 1 : end + 1] in NOT_NAMES or (text[end - 2 : end] in NOT_NAMES and not _ends(text, end))
    ):
        return end - 1
    return end


def _ends(text: str, end: int) -> bool:
    """Whether what stands at this place ends a name."""
    following = text[end : end + 1]
    return not _is_han(following) or following in _TAIL


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


_TRIGGERS = (Trigger(LEAD), Trigger(re.compile(BEFORE_WORDS)))
DETECTOR = Detector("personal_name", compact, validate, match, _TRIGGERS, PERSONAL, leads=True)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
