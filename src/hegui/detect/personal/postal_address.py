"""Postal address in mainland China (通信地址): divisions from the largest, road and number, building, unit, room.

It begins with the name of a province or a city (GB/T 2260), or after words such as 地址 or 住在; it must reach a number of
a house or a building, or it is only a place. Read step by step, each step of bounded length, so that the work is linear.
Limits: an address that begins with a district and no such word is missed; an organisation's address looks the same;
addresses abroad and in Latin letters are not found. We prefer the miss to masking the name of every city.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hegui.detect.personal.detector import HAN, PERSONAL, Detector
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.reading import read_value
from hegui.detect.personal.regions import city_names, province_names
from hegui.detect.personal.triggers import Trigger, first_two

__all__ = [
    "CUT_PLACES",
    "PLACE",
    "PLACES",
    "PLACE_LEAD",
    "PLACE_LEAD_ENDS",
    "PLACE_LEAD_REACH",
    "PLACE_SHAPE",
    "STEP",
    "WINDOW",
    "compact",
    "explain",
    "find",
    "is_valid",
    "open_address",
    "validate",
]

WINDOW = 220
STEP = 40
"""Characters that one step may look at, count, at most."""

_DIVISIONS, _MAX_DETAILS, _MAX_LEAD = 7, 6, 8
_SHORT = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
}


def _places() -> dict[str, list[str]]:
    names = {*province_names(), *city_names(), *_SHORT.values()}
    names |= {name[:-1] for name in province_names() if name[-1] in "省市"}
    by_first: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        by_first.setdefault(name[0], []).append(name[1:])
    return by_first


_BY_FIRST = _places()
PLACE = "".join(sorted(_BY_FIRST))
_SECOND = "".join(sorted({rest[0] for rests in _BY_FIRST.values() for rest in rests}))
PLACES = f"(?:{'|'.join(first + rest for first, rests in sorted(_BY_FIRST.items()) for rest in rests)})"
"""The names of provinces and cities, the pattern."""
PLACE_SHAPE = first_two(first + rest for first, rests in _BY_FIRST.items() for rest in rests)
"""What all of them begin with."""
WORDS = (
    "户籍地址|户籍地|户籍所在地|居住地址|家庭住址|地址|住址|住在|家住|住所|居住地|送到|送至|送达"
    "|寄到|寄往|寄至|寄送|位于|住于|户籍|籍贯|住处"
)
PLACE_LEAD = re.compile("[地住家居送寄位户籍](?=[址在住所到至达往于籍贯处送居])")
PLACE_LEAD_REACH = re.compile(rf"(?:{'|'.join(sorted(WORDS.split('|'), key=len, reverse=True))})[是为在:：]? ?")
"""Words before an address and all that may stand between."""
PLACE_LEAD_ENDS = "".join(sorted({word[-1] for word in WORDS.split("|")} | set("是为在:： ")))
"""The last characters of that."""
_LEAD = re.compile(rf"(?:{WORDS})(?:是|为|在|[:：])?[ ]?(?=[{HAN}])")
_BEGIN = re.compile(PLACES)
_BEGINS = first_two([first + rest for first, rests in _BY_FIRST.items() for rest in rests] + WORDS.split("|"))
_MAY_BE = re.compile(
    rf"[{PLACE}地住家居送寄位户籍](?=[{_SECOND}址在住所到至达往于籍贯处送居])(?<=(?={_BEGINS}(?:{PLACES}|{WORDS})).)"
)

_CUTS = {first + rest[:size] for first, rests in _BY_FIRST.items() for rest in rests for size in range(len(rest))}
CUT_PLACES = f"(?:{'|'.join(sorted(_CUTS))})"
_CUT_NAME = re.compile(CUT_PLACES + r"\Z")
_MAY_BEGIN = re.compile(rf"[{PLACE}](?=[{_SECOND}]|\Z)")

_DIVISION = re.compile(
    rf" ?[{HAN}]{{1,14}}?(?:省|自治区|自治州|地区|盟|市|新区|开发区|高新区|林区|区|自治县|县|旗|镇|乡|街道|村)"
)
_ROAD = re.compile(
    rf" ?(?:[{HAN}]|[0-9A-Za-z]){{1,9}}?(?:大道|大街|路|街|道|巷|弄|胡同|里|条|桥|线)(?:[东南西北中]段?)?"
)
_NUMBER = re.compile(r" ?[0-9]{1,5}(?:[-][0-9]{1,4})?(?:号院|号楼|号|弄|號)(?:之[0-9一二三])?")
_COMMUNITY = re.compile(rf" ?[{HAN}]{{2,10}}?(?=[0-9A-Za-z]{{1,4}}(?:号楼|栋|幢|座|号院|期|区))")
_DETAIL = re.compile(
    r" ?(?:[0-9A-Za-z]{1,4}|[一二三四五六七八九十甲乙丙丁东南西北]{1,3})(?:号楼|栋|幢|座|号院|楼|期|区|单元|层|室|户|弄|号)"
)
_ROOM = re.compile(r"[- ]?[0-9]{2,5}(?:室|户|号|房)?(?![0-9A-Za-z年月日%-])")
_RUN_ON = re.compile(rf"[{HAN}0-9A-Za-z -]*\Z")


class _Parsed(NamedTuple):
    end: int
    reached: int
    is_house: bool


def compact(value: str) -> str:
    """Without spaces."""
    return "".join(read_value(value).split())


def validate(value: str) -> Checked:
    """Whether it can be read as an address to the end; no register is asked."""
    address = compact(value)
    parsed = _parse(address, 0)
    return Checked(address, "none", () if parsed.is_house and parsed.end == len(address) else ("form",))


def match(text: str, at: int) -> Hit | None:
    """An address that begins at this place, or after the words here."""
    lead = _LEAD.match(text, at)
    start = lead.end() if lead else at
    if lead is None and _BEGIN.match(text, at) is None:
        return None
    parsed = _parse(text, start)
    if not parsed.is_house:
        return None
    return Hit(start, parsed.end, "none", "high" if _BEGIN.match(text, start) else "medium")


def open_address(text: str, floor: int) -> int:
    """Where the first address may begin, at or after `floor`, that what follows could still make or change; else the end."""
    first = size = len(text)
    for found in _MAY_BEGIN.finditer(text, max(floor, size - WINDOW)):
        at = found.start()
        if _CUT_NAME.match(text, at) or (_BEGIN.match(text, at) and _is_open(text, at)):
            first = at
            break
    for place in PLACE_LEAD.finditer(text, max(0, floor - _MAX_LEAD, size - WINDOW - _MAX_LEAD)):
        lead = _LEAD.match(text, place.start())
        if lead is not None and floor <= lead.end() < first and _is_open(text, lead.end()):
            return lead.end()
    return first


def _is_open(text: str, at: int) -> bool:
    """Whether more text could still change how far an address reaches that begins at this place."""
    reached = _parse(text, at).reached
    return len(text) - reached <= STEP and _RUN_ON.match(text, reached) is not None


def _parse(text: str, start: int) -> _Parsed:
    at, divisions = start, 0
    while divisions < _DIVISIONS and (found := _DIVISION.match(text, at)):
        at, divisions = found.end(), divisions + 1
    is_village = divisions > 0 and text[at - 1] in "村镇道乡"
    road = _ROAD.match(text, at)
    number = _NUMBER.match(text, road.end()) if road else None
    if number is None and is_village:
        number = _NUMBER.match(text, at)
    if number is None and (divisions == 0):
        return _Parsed(at, road.end() if road else at, False)
    end = number.end() if number else at
    return _details(text, end, number is not None)


def _details(text: str, at: int, has_number: bool) -> _Parsed:
    """The building, unit and room that follow."""
    end, steps = at, 0
    if community := _COMMUNITY.match(text, end):
        end = community.end()
    while steps < _MAX_DETAILS and (found := _DETAIL.match(text, end)):
        end, steps = found.end(), steps + 1
    if steps and (room := _ROOM.match(text, end)):
        end = room.end()
    if steps == 0:
        return _Parsed(at, at, has_number)
    return _Parsed(end, end, True)


DETECTOR = Detector("postal_address", compact, validate, match, (Trigger(_MAY_BE),), PERSONAL, leads=True)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
