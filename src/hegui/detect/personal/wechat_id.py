"""WeChat id (微信号), chosen by the user or given by Tencent (wxid_…).

A letter and five to nineteen letters, digits, hyphens or underscores. Only after words such as 微信号 or 加V; without a
colon, 号 or 是 between, the id must hold a digit or an underscore, or 微信Android would be one. A mobile number used as an
id is a `mobile_number`. Limits: nothing in the id itself tells that it is one; ids without such a word beside them are
missed, by choice.
"""

from __future__ import annotations

import re

from hegui.detect.personal.detector import PERSONAL, Detector
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.reading import read_value
from hegui.detect.personal.triggers import Trigger

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_NAMES = r"(?:[微威薇]信|[Ww]e[Cc]hat|[Vv][Xx]|[Ww][Xx]|加[VvWw薇微]|[薇微][：:])"
_FORM = re.compile(
    _NAMES
    + r"(?P<mark> ?(?:号码|账号|帐号|号|[Ii][Dd])? ?(?:是|为|就是|[:：])? ?)(?P<id>[A-Za-z][-_0-9A-Za-z]{5,19})(?![-_0-9A-Za-z@.])"
)
_TRIGGERS = (
    Trigger(re.compile(rf"[微威薇加](?<=(?={_NAMES}).)(?=.{{1,12}}[A-Za-z])"), before_ascii=True),
    Trigger(re.compile(rf"[VvWw](?<=(?={_NAMES}).)"), "VvWw"),
)


def compact(value: str) -> str:
    """As it is meant; capitals are the user's."""
    return read_value(value).strip()


def validate(value: str) -> Checked:
    """The form alone."""
    name = compact(value)
    return Checked(name, "none", () if re.fullmatch("[A-Za-z][-_0-9A-Za-z]{5,19}", name) else ("form",))


def match(text: str, at: int) -> Hit | None:
    """An id after the words that begin at this place."""
    found = _FORM.match(text, at)
    if found is None:
        return None
    marked = found["mark"].strip() != ""
    if not marked and not any(c in "0123456789_" for c in found["id"]):
        return None
    return Hit(found.start("id"), found.end("id"), "none", "high" if marked else "medium")


DETECTOR = Detector("wechat_id", compact, validate, match, _TRIGGERS, PERSONAL, leads=True)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
