"""Travel permits between the mainland and Taiwan, issued by the exit and entry authorities.

台湾居民来往大陆通行证 (台胞证): eight digits, on older ones two digits or a letter more for the issue;
大陆居民往来台湾通行证: T or L and eight digits. No public check digit. Limits: eight digits are anything, so only a word
such as 台胞证 makes a finding.
"""

from __future__ import annotations

import re

from hegui.detect.personal.triggers import DIGITS, Trigger
from hegui.detect.personal.worded import worded_number

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_NUMBER = r"(?:[TLtl]?[0-9]{8}(?:[(（][0-9A-Za-z]{1,2}[)）]|[0-9]{2}|[A-Za-z])?)"
_PLACE = re.compile(r"[0-9TLtl](?<![0-9A-Za-z][-._].)(?=[0-9]{7})")
_WORDS = r"(?:台胞证|台湾居民|台湾通行证|大陆通行证)[^。；;\n0-9]{0,14}"

DETECTOR = worded_number("taiwan_permit", _NUMBER, _WORDS, Trigger(_PLACE, DIGITS + "TLtl"))
compact, validate = DETECTOR.compact, DETECTOR.validate
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
