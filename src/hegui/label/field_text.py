"""The text of one field of a container, from its bytes; and the gap that a fault of the container leaves.

Knows UTF-8, GB 18030, UTF-16 and the zeros that end a text in some containers; knows no container.
Works leniently: bytes in neither encoding are read as UTF-8 with marks for what is wrong.
Rules: GB 45438-2025 Annex E j) keeps values in ASCII, where both encodings are the same.
"""

from __future__ import annotations

from hegui.kernel.source import MalformedError, TooMuchError, TruncatedError
from hegui.label.findings import Finding
from hegui.label.reading import Gap

__all__ = ["decoded", "gap_of"]

_WIDE = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"{\0", "utf-16-le"), (b"\0{", "utf-16-be"))
"""How UTF-16 begins: with its mark, or with the brace of an object."""


def decoded(raw: bytes) -> tuple[str, tuple[Finding, ...]]:
    """The text without the zeros at its end, and its deviations; what is beyond ASCII is one that others report.

    >>> decoded("可".encode("gb18030") + bytes(1))[0]
    '可'
    """
    wide = next((encoding for start, encoding in _WIDE if raw.startswith(start)), "")
    if wide:
        return raw.decode(wide, "replace").rstrip("\0"), ()
    plain = raw.rstrip(b"\0")
    for encoding in ("utf-8", "gb18030"):
        try:
            return plain.decode(encoding), ()
        except UnicodeDecodeError:
            continue
    return plain.decode("utf-8", "replace"), (Finding("value.broken", "fault", ""),)


def gap_of(fault: MalformedError, place: str) -> Gap:
    """What was not seen because of this fault."""
    if isinstance(fault, TruncatedError):
        return Gap(place, "truncated")
    return Gap(place, "too large" if isinstance(fault, TooMuchError) else "malformed")
