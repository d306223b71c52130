"""Passport of the People's Republic of China (护照), issued by the National Immigration Administration and the foreign
service.

Nine characters: E and eight digits, or E, a letter without I and O and seven digits (ordinary, electronic); G and eight
digits (older); D, S or P, with or without E, and seven digits (diplomatic, service, public affairs). No public check digit
in the number. Limits: the same form is used for product numbers, so only a word such as 护照 makes a finding; we prefer to
miss the rest.
"""

from __future__ import annotations

from hegui.detect.personal.triggers import WORD
from hegui.detect.personal.worded import worded_number

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_NUMBER = r"(?:[Ee][- ]?(?:[0-9]{8}|[A-HJ-NP-Za-hj-np-z][0-9]{7})|[Gg][- ]?[0-9]{8}|[DSPdsp][Ee]?[- ]?[0-9]{7})"
_WORDS = r"(?:护照|[Pp]assport|PASSPORT|证件)[^。；;\n]{0,14}"

DETECTOR = worded_number("passport_cn", _NUMBER, _WORDS, WORD)
compact, validate = DETECTOR.compact, DETECTOR.validate
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
