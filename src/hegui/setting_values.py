"""How the value of a setting is read: a text, a path, a size, a number of seconds, one of a few words.

Knows what was written, in hegui.toml or in the environment, and turns it into a value; knows no setting. What cannot be read is a
ValueError that says what was expected; what may be a secret is not quoted in it.
Rules: none; this is our own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hegui.vault.periods import Period, read_periods

__all__ = [
    "Read",
    "a_content_size",
    "a_count",
    "a_duration",
    "a_key_source",
    "a_name",
    "a_number",
    "a_path",
    "a_port",
    "a_prefix",
    "a_schedule",
    "a_signer",
    "a_size",
    "a_text",
    "a_url",
    "a_yes_or_no",
    "in_units",
    "one_of",
    "some_hosts",
]

Read = Callable[[Any], Any]

MAX_ORIGIN = 128
"""Characters of a log's origin; with it two verifier keys fit into one ledger entry."""
MAX_CONTENT = 64 << 20
"""Bytes of one sealed part (docs/vault-format.md §2)."""
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def in_units(size: int) -> str:
    """Bytes as a person writes them.

    >>> in_units(1 << 30)
    '1 GiB'
    """
    unit = next(unit for unit, many in reversed(UNITS.items()) if size >= many)
    return f"{size // UNITS[unit]} {unit}"


def a_text(raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError(f"{raw!r} is not a text of at least one character")
    return raw.strip()


def a_path(raw: Any) -> Path:
    return Path(a_text(raw)).expanduser()


def a_count(raw: Any) -> int:
    if isinstance(raw, bool) or not re.fullmatch(r"[1-9][0-9]{0,17}", str(raw)):
        raise ValueError(f"{raw!r} is not a whole number of at least 1")
    return int(raw)


def a_number(raw: Any) -> int:
    return 0 if str(raw) == "0" and not isinstance(raw, bool) else a_count(raw)


def a_yes_or_no(raw: Any) -> bool:
    if raw not in (True, False, "true", "false") or (isinstance(raw, int | float) and not isinstance(raw, bool)):
        raise ValueError(f"{raw!r} is neither true nor false")
    return raw in (True, "true")


def a_name(raw: Any) -> str:
    text = a_text(raw)
    if any(char.isspace() or char < " " or char == "+" for char in text) or len(text) > MAX_ORIGIN:
        raise ValueError(f"{raw!r} is not a name of at most {MAX_ORIGIN} characters without white space and plus signs")
    return text


def a_url(raw: Any) -> str:
    text = a_text(raw)
    try:
        parts = urlsplit(text)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
        is_url = is_url and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        is_url = False
    if not is_url:
        raise ValueError(f"{raw!r} is not an http or https URL without user, query and fragment")
    return text.rstrip("/")


def some_hosts(raw: Any) -> tuple[str, ...]:
    hosts = raw if isinstance(raw, list) else str(raw).split(",")
    named = tuple(str(host).strip().lower() for host in hosts if str(host).strip())
    if not all(re.fullmatch(r"[a-z0-9.-]{1,253}|[0-9a-f:]{2,39}", host) for host in named):
        raise ValueError(f"{raw!r} is not a list of host names")
    return named


def a_port(raw: Any) -> int:
    if isinstance(raw, bool) or not re.fullmatch(r"[0-9]{1,5}", str(raw)) or int(raw) > 65535:
        raise ValueError(f"{raw!r} is not a TCP port, 0 to 65535")
    return int(raw)


def a_size(raw: Any) -> int:
    words = re.fullmatch(r"([0-9]+) ?(KiB|MiB|GiB)", str(raw))
    try:
        return a_count(words[1] if words else raw) * (UNITS[words[2]] if words else 1)
    except ValueError:
        raise ValueError(f'{raw!r} is not a size: write bytes, or such as "64 KiB"') from None


def a_content_size(raw: Any) -> int:
    size = a_size(raw)
    if size > MAX_CONTENT:
        raise ValueError(f"{raw!r} is more than the {in_units(MAX_CONTENT)} that one sealed part holds")
    return size


def a_duration(raw: Any) -> float:
    if isinstance(raw, bool) or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", str(raw)) or float(raw) == 0:
        raise ValueError(f"{raw!r} is not a number of seconds above 0")
    return float(raw)


def a_key_source(raw: Any) -> str:
    text = a_text(raw)
    if not re.fullmatch(r"(file|env|command):\S.*", text):
        raise ValueError("it is not file:PATH, env:NAME or command:PROGRAM …")  # not quoted: it may be the key itself
    return text


def a_signer(raw: Any) -> str:
    text = a_text(raw)
    if not re.fullmatch(r"(file|command):\S.*", text):
        raise ValueError("it is not file:PATH or command:PROGRAM …")  # not quoted: it may be the key itself
    return text


def a_schedule(raw: Any) -> tuple[Period, ...]:
    return read_periods(a_text(raw))


def a_prefix(raw: Any) -> str:
    text = a_text(raw)
    if not re.fullmatch(r"([A-Za-z0-9._-]+/)+", text) or ".." in text:
        raise ValueError(f"{raw!r} is not a prefix such as hegui/")
    return text


def one_of(*choices: str) -> Read:
    def read(raw: Any) -> str:
        if raw not in choices:
            raise ValueError(f"{raw!r} is not one of: {', '.join(choices)}")
        return str(raw)

    return read
