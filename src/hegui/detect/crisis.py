"""Find a person in danger (自伤、自杀、受虐、绝望): signs that somebody needs help now, in Chinese or English.

Knows how people say so of themselves and of others near them, plainly, indirectly and in pictures, and which sayings only
sound like it (笑死我了, "dying to see you"). Knows no remedy and no policy: what follows is for the policy to say (`help`).
Works sentence by sentence on `data/crisis.yaml`: sayings and denials are blotted out, then cues are looked for; fiction,
news, study and tasks on somebody else's text excuse a sentence, unless its writer speaks in earnest of themselves.
Rules: Interim Measures Art. 4 (4), the body and mind of others; Measures on anthropomorphic interaction Art. 13, in force 15 July
2026, comfort and a call to seek help; risk A.4.a of TC260-003 Annex A.

The error preferred: a needless offer of help is a nuisance, a person missed may be a life, so a doubtful first person counts.
Weariness without a wish to die (severity low or none) does not: an answer that was asked for must not be replaced for it.
Severities: high, a wish, plan, attempt, injury or abuse; medium, despair, or fear of harming others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf
from typing import Any

import yaml

from hegui.detect.findings import CRISIS, Finding
from hegui.detect.lexicon import Severity
from hegui.detect.sentences import Sentence, SentenceStream, level

__all__ = ["PROVISIONS", "CrisisStream", "cue_language", "find_crisis", "has_trigger", "warm_up"]

RISK = "A.4.a"
"""Harm to body and mind (危害他人身心健康)."""

PROVISIONS = ("IM-4-4", "AIM-13-1")
"""What it serves, by the ids of the law book."""

REACH = 2
"""Sentences for which fiction or news excuses what follows, count; a task at the beginning excuses the whole text."""

FAR = 200
"""Characters before a sentence from which on it tells of others unless it, or one of the REACH before it, speaks of its writer:
whoever writes that much about themselves says so more often."""

OPENING = 3
"""Sentences at the beginning in which a task is looked for, count."""

_NEAR = "other_in_danger"
"""The kind of a sign that is about somebody near the writer."""

_BLOT = "\x00"


@dataclass(frozen=True, slots=True)
class _Cue:
    id: str
    kind: str
    severity: Severity
    find: re.Pattern[str]
    unless: re.Pattern[str]
    within: float


@dataclass(frozen=True, slots=True)
class _Cues:
    cues: tuple[_Cue, ...]
    trigger: re.Pattern[str]
    blots: re.Pattern[str]
    task: re.Pattern[str]
    fiction: re.Pattern[str]
    told: re.Pattern[str]
    first: re.Pattern[str]
    earnest: re.Pattern[str]


@cache
def _load() -> _Cues:
    raw = yaml.safe_load(files("hegui.detect").joinpath("data/crisis.yaml").read_text(encoding="utf-8"))

    def compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(re.sub(r"<([a-z]+)>(?<!\?<[a-z]>)", lambda part: raw["parts"][part[1]], pattern))

    def cue(row: dict[str, Any]) -> _Cue:
        unless = compiled(row.get("unless", "(?!)"))
        return _Cue(row["id"], row["kind"], row["severity"], compiled(row["find"]), unless, row.get("within", inf))

    frames = raw["frames"]
    return _Cues(
        tuple(map(cue, raw["cues"])),
        re.compile("|".join(raw["trigger"])),
        compiled(f"{raw['idioms']}|{raw['negated']}"),
        compiled(frames["task"]),
        compiled(f"{frames['fiction']}|{frames['study']}"),
        compiled(frames["told"]),
        compiled(raw["first"]),
        compiled(raw["earnest"]),
    )


def warm_up() -> None:
    """Read and compile the cues, a fifth of a second that no request shall wait for."""
    _load()


def has_trigger(text: str) -> bool:
    """Whether any word of the cues is in it; false for most texts, and much cheaper to ask than `find_crisis`."""
    return _load().trigger.search(level(text)) is not None


def find_crisis(text: str) -> tuple[Finding, ...]:
    """Every sign in a whole text; what a stream of it would find.

    >>> [(f.term_id, f.severity) for f in find_crisis("我真的不想活了")]
    [('crisis.suicide.zh', 'high')]
    >>> find_crisis("这个段子笑死我了，想死你了")
    ()
    """
    return CrisisStream().feed(text, final=True) if has_trigger(text) else ()


def cue_language(finding: Finding) -> str:
    """The language in which the sign was given: "zh" or "en"."""
    return finding.term_id.rpartition(".")[2]


class CrisisStream:
    """One text on its way, fragment by fragment; the findings do not depend on how it was cut.

    The state is the unfinished sentence (at most `sentences.MAX_SENTENCE` characters), a few numbers, and one waiting sign
    of each kind.
    """

    __slots__ = ("_fiction", "_first", "_is_task", "_length", "_seen", "_sentences", "_told", "_wide")

    def __init__(self) -> None:
        self._sentences = SentenceStream()
        self._seen = self._fiction = self._first = self._told = self._length = 0
        self._is_task = False
        self._wide: dict[str, _Sign] = {}

    def feed(self, fragment: str, *, final: bool = False) -> tuple[Finding, ...]:
        """Take the next fragment; give back the signs in the sentences it finished. With `final`, nothing follows."""
        self._length += len(fragment)
        found: list[Finding] = []
        for sentence in self._sentences.feed(fragment, final=final):
            found += self._look(sentence)
        if final:
            found += [sign.finding for sign in self._wide.values() if self._length <= sign.within]
            self._wide.clear()
        return tuple(found)

    def _look(self, sentence: Sentence) -> list[Finding]:
        cues, text = _load(), level(sentence.text)
        self._seen += 1
        if self._seen <= OPENING and cues.task.search(text):
            self._is_task = True
        self._fiction = REACH + 1 if cues.fiction.search(text) else max(0, self._fiction - 1)
        self._first = REACH + 1 if cues.first.search(text) else max(0, self._first - 1)
        self._told = REACH + 1 if cues.told.search(text) else max(0, self._told - 1)
        if cues.trigger.search(text) is None or self._is_excused(cues, text):
            return []
        signs = _signs(cues, sentence.start, text)
        if sentence.start > FAR and not self._first:
            signs = [sign for sign in signs if sign.near]
        return self._sort(signs)

    def _is_excused(self, cues: _Cues, text: str) -> bool:
        """News and law excuse what is not said in the first person; fiction, study and tasks all that is not in earnest."""
        if self._told and not cues.first.search(text):
            return True
        return bool(self._fiction or self._is_task) and not cues.earnest.search(text)

    def _sort(self, signs: list[_Sign]) -> list[Finding]:
        """What is sure at once; a wide sign waits until the text has shown how long it is, the first of each kind."""
        for sign in signs:
            if sign.within < inf and sign.finding.term_id not in self._wide:
                self._wide[sign.finding.term_id] = sign
        return [sign.finding for sign in signs if sign.within == inf]


@dataclass(frozen=True, slots=True)
class _Sign:
    finding: Finding
    within: float
    near: bool


def _signs(cues: _Cues, start: int, text: str) -> list[_Sign]:
    """The first place of each cue in a sentence, one sign for each kind."""
    text = cues.blots.sub(lambda saying: _BLOT * len(saying[0]), text)
    found: dict[str, _Sign] = {}
    for cue in cues.cues:
        if cue.kind in found or start > cue.within:
            continue
        if (sign := cue.find.search(text)) is None or cue.unless.search(text):
            continue
        term = f"{CRISIS}.{cue.kind}.{cue.id.partition('.')[0]}"
        place = (start + sign.start(), start + sign.end())
        found[cue.kind] = _Sign(
            Finding(term, RISK, cue.severity, "cue", *place, kind=CRISIS), cue.within, cue.kind == _NEAR
        )
    return list(found.values())
