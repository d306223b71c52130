"""The lexicon (词库): terms, how each is to be recognised, and what makes a hit harmless.

Knows terms and their validation; knows no file format (see `lexicon_files`) and no action: what follows a hit is policy.
A lexicon is an immutable value with a digest; a finding cites the digest and a term's id, never the term.
Rules: the risks of TC260-003 Annex A (`risks`); TC260-003 8.1 asks for the keyword list (关键词库) that this models.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal, get_args

import orjson

from hegui.detect.families import Folding, Variant, families_of
from hegui.errors import InternalError
from hegui.kernel.collector import collector_paused
from hegui.kernel.fold import fold, is_ideograph, is_wordlike

__all__ = [
    "MAX_TERM",
    "Lexicon",
    "Mode",
    "Severity",
    "Term",
    "Variant",
    "default_mode",
    "explain_term",
    "merge",
    "term_id",
    "term_row",
]

Mode = Literal["folded", "exact", "word"]
Severity = Literal["low", "medium", "high"]

MODES: tuple[Mode, ...] = get_args(Mode)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

MAX_TERM = 64
"""Folded characters of a term, count. It bounds what a stream may have to hold back."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term (关键词).

    Attributes:
        id: unique in its lexicon; what findings cite.
        text: the term as its owner wrote it.
        risk: id of one of the 31 risks.
        severity: low, medium or high; what that means is for the policy to say.
        mode: `folded` finds it anywhere in the folded text; `word` only as a whole word, for scripts with spaces;
            `exact` finds the very characters, unfolded.
        exceptions: longer phrases in which it is harmless.
        variants: further disguises to look for, by the names in `families`; most find more and err more.
        without: foldings it is not to be seen through, by the names in `families`.
        owner, reason: who answers for it, and why it is in the list; "" when nobody said.
        review_by: the last civil day (Shanghai) before which it should be looked at again.
        hits, passes: texts it must be found in, and texts it must not; the test cases of this term.
    """

    id: str
    text: str
    risk: str
    severity: Severity = "high"
    mode: Mode = "folded"
    exceptions: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ("latin",)
    without: tuple[Folding, ...] = ()
    owner: str = ""
    reason: str = ""
    review_by: date | None = None
    hits: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()


_READS_OTHERWISE: frozenset[Variant] = frozenset({"pinyin", "homophones", "parts", "initials", "reversed"})
"""Families whose surfaces need not contain the term, so that an exception need not either."""
_ALWAYS = ("id", "text", "risk", "severity", "mode", "exceptions", "variants")
_STATED = ("without", "owner", "reason", "review_by", "hits", "passes")
"""Members of a canonical line: those it always has, and those it has where they are stated, so that what an older hegui
stored keeps its digest."""


@dataclass(frozen=True)
class Lexicon:
    """An immutable list of terms. Build it through `lexicon_files`, which reports every fault."""

    terms: tuple[Term, ...]

    @classmethod
    def from_lines(cls, content: bytes, digest: str) -> Lexicon:
        """The list whose `lines()` a store has kept under its digest. It was validated then, and is not again.

        Raises:
            InternalError: LEX002, the lines are not those of the digest.
        """
        if hashlib.sha256(content).hexdigest() != digest:
            problem = "the stored list is not the one it was stored as; the database has been changed or damaged."
            remedy = "Load the list from its file again: hegui lexicon load FILE"
            raise InternalError("LEX002", f"lexicon {digest[:12]}", problem, remedy)
        with collector_paused():
            lexicon = cls(tuple(map(_stored_term, content.splitlines())))
        lexicon.__dict__["digest"] = digest  # where cached_property looks
        return lexicon

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical lines, hex: the version that findings and records cite."""
        return hashlib.sha256(self.lines()).hexdigest()

    def lines(self) -> bytes:
        """Canonical JSON Lines, one term a line, UTF-8: what the store keeps and the digest covers."""
        encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
        return "".join(encode(term_row(term)) + "\n" for term in self.terms).encode()


def term_row(term: Term) -> dict[str, Any]:
    """A term as the members of its canonical line."""
    row = {name: getattr(term, name) for name in _ALWAYS}
    row |= {name: value for name in _STATED if (value := getattr(term, name))}
    if term.review_by is not None:
        row["review_by"] = term.review_by.isoformat()
    return row


def _stored_term(line: bytes) -> Term:
    row = orjson.loads(line)
    stated = _stated(row) if len(row) > len(_ALWAYS) else {}
    return Term(
        row["id"],
        row["text"],
        row["risk"],
        row["severity"],
        row["mode"],
        tuple(row["exceptions"]),
        tuple(row["variants"]),
        **stated,
    )


def _stated(row: Mapping[str, Any]) -> dict[str, Any]:
    stated = {name: row[name] for name in _STATED if name in row}
    for name in ("without", "hits", "passes"):
        if name in stated:
            stated[name] = tuple(stated[name])
    if "review_by" in stated:
        stated["review_by"] = date.fromisoformat(stated["review_by"])
    return stated


def default_mode(text: str) -> Mode:
    """`word` for a term written wholly in a script with spaces, else `folded`.

    >>> default_mode("heroin"), default_mode("冰毒"), default_mode("K粉")
    ('word', 'folded', 'folded')
    """
    if text.isascii() and text.isalnum():
        return "word"
    if any(map(is_ideograph, text)):
        return "folded"
    letters = [character for character in text if fold(character)]
    return "word" if letters and all(map(is_wordlike, letters)) else "folded"


def term_id(text: str) -> str:
    """An id for a term whose owner gave none: stable, and the same in every list."""
    return "t-" + hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]


def explain_term(term: Term) -> list[str]:
    """What is wrong with a term, in words; empty when nothing is."""
    faults = []
    folded = fold(term.text)
    if term.mode == "exact" and not term.text:
        faults.append("the term is empty")
    elif term.mode != "exact" and not folded:
        faults.append("the term holds no letter or number, so nothing of it is left after folding; use mode exact")
    if len(folded) > MAX_TERM or len(term.text) > 4 * MAX_TERM:
        faults.append(f"the term is longer than {MAX_TERM} folded characters")
    for phrase in term.exceptions:
        reads_otherwise = not _READS_OTHERWISE.isdisjoint(families_of(term.variants))
        if not reads_otherwise and folded not in fold(phrase):
            faults.append(f"the exception {phrase!r} does not contain the term, so it could never apply")
        elif len(fold(phrase)) > MAX_TERM:
            faults.append(f"the exception {phrase!r} is longer than {MAX_TERM} folded characters")
    return faults


def merge(lexicons: Iterable[Lexicon]) -> Lexicon:
    """Several lists as one; a term id that comes again replaces the earlier one."""
    terms = {term.id: term for lexicon in lexicons for term in lexicon.terms}
    return Lexicon(tuple(terms.values()))
