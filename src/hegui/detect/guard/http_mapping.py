"""Any moderation service that speaks JSON over HTTP, described by the operator instead of programmed.

Knows a template for the question and JSON pointers into the answer. Knows no socket, runs no code of the description and follows
no expression language: a value is looked up, compared with listed words, or compared with a threshold.
Whatever the description does not foresee is malformed, never clean: a word of the verdict that is not listed, a place that is
empty, a score outside its range.
Source of the pointers: RFC 6901.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hegui.detect.guard.question import Call, Direction, Turn, as_body, neutral
from hegui.detect.guard.reply import JSON, json_object, malformed
from hegui.detect.guard.verdict import GuardFinding, GuardVerdict, Taxonomy, guard_data, taxonomy

__all__ = ["MOST_DEPTH", "PLACEHOLDERS", "HttpGuard", "HttpMapping", "find", "is_pointer", "steps"]

MOST_DEPTH = 16
"""Levels of a template, and steps of a pointer."""
MOST_LABELS = 200
"""Labels of one answer that are looked at; one more makes it malformed."""
PLACEHOLDERS = ("{text}", "{direction}", "{model}")
"""What a text of the template may stand for, alone or within it."""
_NOTHING = object()


@dataclass(frozen=True)
class HttpMapping:
    """The description of a service.

    Attributes:
        method, path: of the request; the path is put after the URL.
        headers: by name, besides content-type and accept.
        body: JSON with placeholders.
        verdict: pointer to a value that says whether anything was found; "" where only labels say so.
        found, clean: its values, as JSON writes them (`true`, `"block"`, `1`), that say one or the other.
        labels: pointer to a mapping from label to score or flag, or to a list of texts or of mappings; "" for none.
        label, score: within a mapping of the list, the pointers to its name and to its score; `score` may be "".
        most_score: what a score is divided by, such as 100 for a percentage.
        thresholds: by label, from which score on it is found.
    """

    body: Any
    method: str = "POST"
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    verdict: str = ""
    found: tuple[Any, ...] = (True,)
    clean: tuple[Any, ...] = (False,)
    labels: str = ""
    label: str = ""
    score: str = ""
    most_score: float = 1.0
    thresholds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class HttpGuard:
    """Asks and reads as the mapping says; `known` are the operator's labels."""

    name: str
    model: str
    mapping: HttpMapping
    known: Taxonomy = field(default_factory=lambda: taxonomy("http"))

    def question(self, turns: Sequence[Turn], direction: Direction) -> Call:
        """The request that has the text of the last turn judged."""
        values = {"{text}": neutral(turns[-1].text), "{direction}": direction, "{model}": self.model}
        headers = tuple((name.lower().encode(), value.encode()) for name, value in self.mapping.headers.items())
        own = {name for name, _ in headers}
        kept = tuple(header for header in JSON if header[0] not in own)
        return Call(
            self.mapping.method, self.mapping.path, (*kept, *headers), as_body(_filled(self.mapping.body, values))
        )

    def read(self, status: int, body: bytes, direction: Direction) -> GuardVerdict:
        """The verdict. Raises GuardFault."""
        answer = json_object(self.name, status, body)
        said = self._says(answer)
        findings = tuple(self._findings(answer)) if self.mapping.labels and said is not False else ()
        if said and not findings:
            findings = (self.known.found("flagged"),)
        return GuardVerdict(findings)

    def _says(self, answer: Any) -> bool | None:
        """What the verdict says; None where the mapping asks the labels alone."""
        if not self.mapping.verdict:
            return None
        value = find(answer, self.mapping.verdict, _NOTHING)
        if _is_among(value, self.mapping.found):
            return True
        if _is_among(value, self.mapping.clean):
            return False
        raise malformed(self.name, "the verdict of the answer is no value the mapping lists.")

    def _findings(self, answer: Any) -> list[GuardFinding]:
        given = find(answer, self.mapping.labels, _NOTHING)
        if type(given) not in (dict, list) or len(given) > MOST_LABELS:
            raise malformed(self.name, "the labels of the answer are not where the mapping says.")
        pairs = list(given.items()) if type(given) is dict else [self._pair(entry) for entry in given]
        return [found for name, told in pairs if (found := self._finding(name, told)) is not None]

    def _pair(self, entry: Any) -> tuple[str, Any]:
        """Label and score, or flag, of an entry of a list; a text is a label that was found."""
        if type(entry) is str and not self.mapping.label:
            return entry, True
        name = find(entry, self.mapping.label, _NOTHING) if self.mapping.label else None
        if type(name) is not str:
            raise malformed(self.name, "an entry of the labels has no name.")
        return name, find(entry, self.mapping.score, _NOTHING) if self.mapping.score else True

    def _finding(self, name: str, told: Any) -> GuardFinding | None:
        if told is None or type(told) is bool:
            return self.known.found(name) if told else None
        score = told / self.mapping.most_score if type(told) in (int, float) else -1.0
        if not 0 <= score <= 1:
            raise malformed(self.name, "a label of the answer has no score in its range.")
        default: float = guard_data()["kinds"]["http"]["threshold"]
        return self.known.found(name, score) if score >= self.mapping.thresholds.get(name, default) else None


def is_pointer(written: Any) -> bool:
    """Whether it is a JSON pointer that is not too long; "" points at the whole and is no place for a value.

    >>> is_pointer("/result/0/score"), is_pointer("result"), is_pointer("/a~2")
    (True, False, False)
    """
    return (
        type(written) is str
        and written.startswith("/")
        and written.count("/") <= MOST_DEPTH
        and "~" not in written.replace("~0", "").replace("~1", "")
    )


def steps(pointer: str) -> list[str]:
    """The names a pointer goes through."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def find(value: Any, pointer: str, otherwise: Any = None) -> Any:
    """What a pointer points at; `otherwise` where there is nothing.

    >>> find({"data": [{"risk": 0.5}]}, "/data/0/risk")
    0.5
    """
    for step in steps(pointer):
        if type(value) is dict and step in value:
            value = value[step]
        elif type(value) is list and step.isascii() and step.isdigit() and len(step) < 7 and int(step) < len(value):
            value = value[int(step)]
        else:
            return otherwise
    return value


def _is_among(value: Any, listed: Sequence[Any]) -> bool:
    """Whether the value is listed; true is not 1, and words are compared without case."""
    if type(value) is str:
        return any(type(one) is str and one.strip().casefold() == value.strip().casefold() for one in listed)
    return any(type(one) is type(value) and one == value for one in listed)


def _filled(template: Any, values: Mapping[str, str]) -> Any:
    """The template with its placeholders replaced; what a text brings along is not looked at again."""
    if type(template) is dict:
        return {name: _filled(part, values) for name, part in template.items()}
    if type(template) is list:
        return [_filled(part, values) for part in template]
    return _replaced(template, values) if type(template) is str else template


def _replaced(text: str, values: Mapping[str, str]) -> str:
    found = [(text.find(placeholder), placeholder) for placeholder in PLACEHOLDERS if placeholder in text]
    if not found:
        return text
    at, first = min(found)
    return text[:at] + values[first] + _replaced(text[at + len(first) :], values)
