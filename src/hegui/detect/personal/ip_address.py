"""IP address (IP 地址), lent by the network operator; RFC 791 and RFC 4291. Personal information where it leads to a
subscriber.

Four decimal numbers of 0 to 255, or eight groups of hexadecimal digits, shortened or not. Addresses of private, loopback,
link-local and multicast networks lead to nobody outside and are low; so is what stands after the word version. Limits: a
version number of four parts looks the same.
"""

from __future__ import annotations

import ipaddress
import re

from hegui.detect.personal.detector import PERSONAL, Detector, says
from hegui.detect.personal.findings import Checked, Hit
from hegui.detect.personal.reading import read_value
from hegui.detect.personal.triggers import DIGITS, Trigger

__all__ = ["compact", "explain", "find", "is_valid", "validate"]

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_FORM = re.compile(
    rf"{_OCTET}(?:\.{_OCTET}){{3}}(?![0-9A-Za-z]|\.[0-9])|[0-9A-Fa-f]{{1,4}}(?::{{1,2}}[0-9A-Fa-f]{{1,4}}){{2,7}}(?![0-9A-Za-z:])"
)
_PLACE = re.compile(
    r"[0-9A-Fa-f](?:(?<![0-9][.].)(?=[0-9]{0,2}\.[0-9]{1,3}\.)|(?<![:.].)(?=[0-9A-Fa-f]{0,3}::?[0-9A-Fa-f]{1,4}:))"
)
_VERSION = re.compile(r"(?:版本|[Vv]ersion|[Vv]er|[Vv])[.:： 号]{0,2}\Z")
_MIN_HEX = 8


def compact(value: str) -> str:
    """The usual short form, in lower case; the value itself where it is none."""
    plain = read_value(value).strip()
    try:
        return str(ipaddress.ip_address(plain))
    except ValueError:
        return plain


def validate(value: str) -> Checked:
    """Whether it is an address of version 4 or 6."""
    try:
        return Checked(str(ipaddress.ip_address(read_value(value).strip())), "none")
    except ValueError:
        return Checked(compact(value), "none", ("form",))


def match(text: str, at: int) -> Hit | None:
    """An address at this place."""
    found = _FORM.match(text, at)
    if found is None:
        return None
    written = found[0]
    if ":" in written and sum(c != ":" for c in written) < _MIN_HEX:
        return None
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return None
    low = _leads_nowhere(written, address) or says(_VERSION, text, at)
    return Hit(at, found.end(), "none", "low" if low else "high")


def _leads_nowhere(written: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        return True
    if address.version == 6:
        return written.lower().startswith(("fc", "fd"))
    first, second = (int(part) for part in written.split(".")[:2])
    return first in (0, 10) or first >= 240 or (first, second) == (192, 168) or (first == 172 and 16 <= second < 32)


DETECTOR = Detector("ip_address", compact, validate, match, (Trigger(_PLACE, DIGITS + "ABCDEFabcdef"),), PERSONAL)
is_valid, explain, find = DETECTOR.is_valid, DETECTOR.explain, DETECTOR.find
