"""Travel permits between the mainland and Hong Kong or Macau, issued by the exit and entry authorities.

港澳居民来往内地通行证 (回乡证): H (Hong Kong) or M (Macau) and eight digits, on older cards two more for the issue;
往来港澳通行证 for mainland residents: C or W and eight digits, or C, a letter and seven digits. No public check digit.
Limits: the form is common, so only a word such as 通行证 makes a finding. The residence permit (居住证) is a `resident_id`.
"""

from __future__ import annotations

from hegui.detect.personal.triggers import WORD
from hegui.detect.personal.worded import worded_number

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_NUMBER = r"(?:[HMhm][- ]?[0-9]{8}(?:[(（ ]?[0-9]{2}[)）]?)?|[CWcw][- ]?(?:[0-9]{8}|[A-HJ-NP-Za-hj-np-z][0-9]{7}))"
_WORDS = r"(?:通行证|回乡证|港澳|证件|[Pp]ermit)[^。；;\n]{0,14}"

DETECTOR = worded_number("hk_macau_permit", _NUMBER, _WORDS, WORD)
compact, validate = DETECTOR.compact, DETECTOR.validate
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
