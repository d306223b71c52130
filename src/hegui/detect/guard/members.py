"""Read single members of a guard, and gather what is wrong with them.

Knows what a name, a URL, a number or the name of a variable looks like; knows no guard as a whole.
A member that is wrong is noted with its place and stands in with something harmless, so that the rest can be read on.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Members"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_RANGES: dict[str, tuple[float, float]] = {
    "timeout_seconds": (0.05, 120),
    "concurrency": (1, 1024),
    "lag_characters": (0, 100_000),
    "per_text": (1, 1024),
    "prompt_window": (1, 100_000),
    "prompt_characters": (0, 100_000),
    "rest_after": (1, 10_000),
    "rest_seconds": (0, 3600),
    "sentences": (1, 50),
    "characters": (1, 20_000),
    "before": (0, 20_000),
}
"""What a number may be, ends included; whole but for seconds."""


class Members:
    """Reads members; `faults` are (place, problem) in the order of the file."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def wrong(self, place: str, problem: str) -> None:
        self.faults.append((place, problem))

    def unknown(self, raw: dict[Any, Any], known: set[str], place: str) -> None:
        for name in raw:
            if name not in known:
                self.wrong(f"{place}{name}", f"unknown member; known are {', '.join(sorted(known))}")

    def name(self, written: Any, place: str) -> str:
        if type(written) is str and _NAME.fullmatch(written):
            return written
        self.wrong(place, "a name is 1 to 64 of the characters a-z, 0-9, point, dash and underscore")
        return ""

    def text(self, written: Any, place: str) -> str:
        if written is None:
            return ""
        if type(written) is str and written.isprintable() and len(written) <= 1000:
            return written
        self.wrong(place, "must be a printable text")
        return ""

    def texts(self, written: Any, place: str) -> tuple[str, ...]:
        if written is None:
            return ()
        if type(written) is list and all(type(one) is str for one in written):
            return tuple(written)
        self.wrong(place, "must be a list of texts")
        return ()

    def url(self, written: Any, place: str) -> str:
        if written is None:
            return ""
        try:
            parts = urlsplit(written) if type(written) is str and written.isprintable() else None
            usable = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
            usable = (
                usable and parts is not None and "@" not in parts.netloc and not parts.fragment and " " not in written
            )
            _ = parts.port if parts is not None else None
        except ValueError:
            usable = False
        if not usable:
            self.wrong(place, "must be an http or https URL without user name, such as http://127.0.0.1:8000/v1")
            return ""
        return str(written).rstrip("/")

    def variable(self, written: Any, place: str) -> str:
        if written is None:
            return ""
        if type(written) is str and _VARIABLE.fullmatch(written):
            return written
        self.wrong(place, "names an environment variable; give its name, never the credential")
        return ""

    def one_of(self, written: Any, allowed: tuple[str, ...], place: str) -> str:
        if type(written) is str and written in allowed:
            return written
        self.wrong(place, f"{written!r} is not allowed; known are {', '.join(allowed)}")
        return allowed[0]

    def number(self, raw: dict[str, Any], name: str, base: float, place: str) -> float:
        written = raw.get(name, base)
        least, most = _RANGES[name]
        whole = not name.endswith("_seconds")
        if (type(written) is int or (type(written) is float and not whole)) and least <= written <= most:
            return float(written)
        what = "a whole number" if whole else "a number of seconds"
        self.wrong(f"{place}.{name}", f"must be {what} from {least:g} to {most:g}")
        return base
