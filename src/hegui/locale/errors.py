"""Say an error in Chinese or English.

Knows two catalogues beside this file, `errors.en.toml` and `errors.zh_CN.toml`: per code the same templates in the same order,
with the same named fields. Where an error is raised its text is written out in English; here it is recognised by its English
template, which gives the fields, and these are put into the template of the other language. A text that no template fits stays
as it is: to show it in English is better than to show nothing, and a test keeps the catalogues whole.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter

from hegui.errors import FileFaults, HeguiError

__all__ = ["DOCTOR", "HTTP", "ErrorText", "Template", "error_fields", "error_text", "named", "templates", "worded"]

FILES = {"zh": "errors.zh_CN.toml", "en": "errors.en.toml"}
"""Language → the file of its catalogue."""
HTTP = "HTTP"
"""Stands for a code before what the gateway says to its clients."""
DOCTOR = "DOCTOR"
"""Stands for a code before names and states of what `hegui doctor` looks at; what it finds has codes that begin with DOC."""
LEAST_LITERAL = 6
"""Characters outside fields that a template of another code must have to be tried."""
LONGEST = 4096
"""Characters of a text that is looked at; matching a longer one could take time out of all proportion."""
_PLACES = {"line {number}": "第 {number} 行", "byte {number}": "第 {number} 字节", "row {number}": "第 {number} 行"}
_APART = (HTTP, DOCTOR)
_SEPARATOR = {"zh": "：", "en": ": "}


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error for people."""

    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence in Chinese and in English, with the same fields. There are a thousand in every process: no mapping for each."""

    zh: str
    en: str

    @property
    def texts(self) -> Mapping[str, str]:
        """Language → sentence."""
        return {"zh": self.zh, "en": self.en}

    @property
    def literal(self) -> int:
        """Characters outside fields, in English."""
        return sum(len(text) for text, *_ in Formatter().parse(self.en))

    def fields(self, text: str) -> dict[str, str] | None:
        """What stands in the places of the English template; None where it does not fit."""
        found = _pattern(self.en).fullmatch(text) if len(text) <= LONGEST else None
        return found.groupdict() if found else None


def error_text(error: HeguiError, lang: str) -> ErrorText:
    """Problem and remedy in this language."""
    problem = _faults(error, lang) if isinstance(error, FileFaults) else worded(error.code, error.problem, lang)
    return ErrorText(problem, worded(error.code, error.remedy, lang))


def worded(code: str, text: str, lang: str) -> str:
    """A text of this code in this language; itself where no template fits, or where it is longer than LONGEST."""
    if lang == "en" or len(text) > LONGEST:
        return text
    for template in _candidates(code):
        fields = template.fields(text)
        if fields is not None:
            inner = {name: _inner(value, lang) for name, value in fields.items()}
            return template.texts[lang].format(**inner)
    return text


def error_fields(error: HeguiError) -> dict[str, str]:
    """The named values in problem and remedy, for programs."""
    found: dict[str, str] = {}
    for text in (error.remedy, error.problem):
        fits = (fields for template in _candidates(error.code) if (fields := template.fields(text)) is not None)
        found |= next(fits, {})
    return found


def named(prefix: str, text: str) -> tuple[str, dict[str, str]]:
    """The code that begins so, and the fields, of the closest template that fits a text; ("", {}) where none does."""
    codes = [code for code in templates() if code.startswith(prefix)]
    fits = [
        (template.literal, code, fields)
        for code in codes
        for template in templates()[code]
        if (fields := template.fields(text)) is not None
    ]
    _, code, fields = max(fits, key=lambda fit: fit[0], default=(0, "", {}))
    return code, fields


@cache
def templates() -> Mapping[str, Sequence[Template]]:
    """Code → its templates. Raises ValueError where the catalogues differ in their lists."""
    books = {lang: tomllib.loads(files(__package__).joinpath(name).read_text("utf-8")) for lang, name in FILES.items()}
    return {code: tuple(_joined(books, code)) for code in books["en"]}


def _joined(books: Mapping[str, dict[str, dict[str, list[str]]]], code: str) -> Iterator[Template]:
    for part in books["en"][code]:
        lists = [books[lang][code][part] for lang in FILES]
        for texts in zip(*lists, strict=True):
            yield Template(**dict(zip(FILES, texts, strict=True)))


def _faults(error: FileFaults, lang: str) -> str:
    if lang == "en":
        return error.problem
    separator = _SEPARATOR[lang]
    lines = [f"\n  {_place(place)}{separator}{worded(error.code, problem, lang)}" for place, problem in error.faults]
    return f"{len(lines)} 处错误{separator}{''.join(lines)}"


def _place(place: str) -> str:
    for english, chinese in _PLACES.items():
        found = _pattern(english).fullmatch(place)
        if found:
            return chinese.format(**found.groupdict())
    return place


def _inner(value: str, lang: str) -> str:
    """A value may be a sentence of another error, handed on."""
    return worded("", value, lang) if " " in value else value


@cache
def _candidates(code: str) -> tuple[Template, ...]:
    """Templates to try: those of the code, then all others that say enough; the more literal ones first."""
    groups = [templates().get(code, ())]
    if code not in _APART:
        others = [template for name, found in templates().items() if name not in (code, *_APART) for template in found]
        groups.append([template for template in others if template.literal >= LEAST_LITERAL])
    return tuple(one for group in groups for one in sorted(group, key=lambda one: one.literal, reverse=True))


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = (re.escape(text) + (f"(?P<{name}>.*?)" if name else "") for text, name, *_ in Formatter().parse(template))
    return re.compile("".join(parts), re.DOTALL)
