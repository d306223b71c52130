"""Read the description of a moderation service from a file of guards.

Knows the members of `mapping` and what each may be; knows nothing of what is sent or answered (see `http_mapping`).
Bounded: a template has at most 16 levels, a pointer at most 16 steps, and nothing in either is ever run.
"""

from __future__ import annotations

import math
import re
from typing import Any

from hegui.detect.guard.http_mapping import MOST_DEPTH, HttpMapping, is_pointer
from hegui.detect.guard.members import Members

__all__ = ["MappingMembers"]

_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_PATH = re.compile(r"/[!-~]*")
_OURS = {
    "authorization",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "expect",
    "te",
    "upgrade",
    "trailer",
}


class MappingMembers(Members):
    """Reads a mapping."""

    def mapping(self, raw: Any, place: str, thresholds: dict[str, float]) -> HttpMapping | None:
        if type(raw) is not dict:
            self.wrong(place, "must be a mapping")
            return None
        known = {
            "method",
            "path",
            "headers",
            "body",
            "verdict",
            "found",
            "clean",
            "labels",
            "label",
            "score",
            "most_score",
        }
        self.unknown(raw, known, f"{place}.")
        if not raw.get("verdict") and not raw.get("labels"):
            self.wrong(place, "needs verdict or labels, or there is nothing to read")
        pointers = {
            name: self.pointer(raw.get(name), f"{place}.{name}") for name in ("verdict", "labels", "label", "score")
        }
        most = raw.get("most_score", 1)
        if type(most) not in (int, float) or not 0 < most <= 1e9:
            self.wrong(f"{place}.most_score", "must be a number above 0")
            most = 1
        return HttpMapping(
            body=self.template(raw.get("body"), f"{place}.body"),
            method=self.one_of(raw.get("method", "POST"), ("POST", "PUT"), f"{place}.method"),
            path=self.path(raw.get("path"), f"{place}.path"),
            headers=self.headers(raw.get("headers"), f"{place}.headers"),
            found=self.values(raw.get("found", [True]), f"{place}.found"),
            clean=self.values(raw.get("clean", [False]), f"{place}.clean"),
            most_score=float(most),
            thresholds=thresholds,
            **pointers,
        )

    def pointer(self, written: Any, place: str) -> str:
        if written is None or written == "":
            return ""
        if is_pointer(written):
            return str(written)
        self.wrong(place, f"must be a JSON pointer such as /result/0/label, of at most {MOST_DEPTH} steps")
        return ""

    def path(self, written: Any, place: str) -> str:
        if written is None:
            return ""
        if type(written) is str and _PATH.fullmatch(written):
            return written
        self.wrong(place, "must begin with / and have no spaces")
        return ""

    def headers(self, raw: Any, place: str) -> dict[str, str]:
        if raw is None:
            return {}
        if type(raw) is not dict:
            self.wrong(place, "must be a mapping from name to text")
            return {}
        found = {}
        for name, value in raw.items():
            if (
                type(name) is not str
                or not _HEADER.fullmatch(name)
                or type(value) is not str
                or not value.isprintable()
            ):
                self.wrong(f"{place}.{name}", "must be a name of letters, digits and dashes with a printable text")
            elif name.lower() in _OURS:
                self.wrong(f"{place}.{name}", "is set by hegui; a credential comes from key_env")
            else:
                found[name] = value
        return found

    def values(self, raw: Any, place: str) -> tuple[Any, ...]:
        listed = raw if type(raw) is list else [raw]
        if listed and all(type(one) in (str, bool, int) for one in listed):
            return tuple(listed)
        self.wrong(place, "must be a list of texts, whole numbers, true or false")
        return ()

    def template(self, raw: Any, place: str) -> Any:
        if type(raw) is not dict:
            self.wrong(place, "must be a mapping, the JSON of the request")
            return {}
        parts, depth = [raw], 0
        whole: list[Any] = []
        while parts and depth <= MOST_DEPTH:
            whole += parts
            parts = [child for part in parts for child in _children(part)]
            depth += 1
        if parts:
            self.wrong(place, f"is nested deeper than {MOST_DEPTH} levels")
        if not any(type(part) is str and "{text}" in part for part in whole):
            self.wrong(place, "must have {text} where the text goes")
        if not all(map(_is_json, whole)):
            self.wrong(place, "may hold what JSON can hold, and nothing else")
        return raw


def _children(part: Any) -> list[Any]:
    if type(part) is dict:
        return list(part.values())
    return part if type(part) is list else []


def _is_json(part: Any) -> bool:
    if type(part) is dict:
        return all(type(name) is str for name in part)
    if type(part) is float:
        return math.isfinite(part)
    return part is None or type(part) in (list, str, bool, int)
