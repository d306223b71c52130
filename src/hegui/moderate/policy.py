"""The screening policy: what follows from a finding, by direction, kind, risk, severity, score, and by who asks where.

Knows actions and how rules are chosen; knows no lexicon, no protocol and no file (see `policy_files`).
Works as a list: the first rule that fits decides; a finding no rule fits takes the default of its kind and direction. A detector
runs only where the policy would do something with what it finds (`sought`).
Rules: Interim Measures Art. 4, 10 and 14 ask that such content is neither generated nor passed on; which of the lawful
answers to it a provider gives is the provider's decision, so it is written here and versioned.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Literal, get_args

from hegui.detect.findings import CRISIS, HARM, PERSONAL, TERM
from hegui.detect.lexicon import Severity
from hegui.detect.screen import FLOOD, Finding

__all__ = [
    "ACTIONS",
    "DIRECTIONS",
    "KINDS",
    "USER_CLASSES",
    "Action",
    "Audience",
    "Defaults",
    "Direction",
    "Kind",
    "Policy",
    "Rule",
    "Ruling",
    "UserClass",
    "ends_answer",
    "strongest",
]

Direction = Literal["prompt", "answer"]
Action = Literal["allow", "flag", "redact", "mask", "safe_reply", "refuse", "stop", "help"]
Kind = Literal["term", "crisis", "personal", "harm", "guard"]
UserClass = Literal["minor", "limited"]

ACTIONS: tuple[Action, ...] = get_args(Action)
"""From the weakest to the strongest; help prevails over all, for a person in danger comes before what else was found."""
KINDS: tuple[Kind, ...] = get_args(Kind)
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
USER_CLASSES: tuple[UserClass, ...] = get_args(UserClass)
"""Whom a rule may be for: a minor (未成年人), a user whose use has been limited (受限用户)."""

MASK = "＊"
"""What a redacted character becomes, one for one, so that a stream is redacted as its whole text is."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who asks, and where: the application's name and the classes the user belongs to."""

    application: str = ""
    users: frozenset[UserClass] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a policy: findings it is for, and what follows.

    Attributes:
        action: allow (nothing), flag (recorded), redact (masked for good), mask (of a prompt: a placeholder goes to the model in
            its place), safe_reply (a fixed helpful text instead), refuse (an error for a prompt, a refusal for an answer), stop
            (the answer ends where it stands), help (a prompt of a person in danger is answered with help, and is nobody's
            offence).
        directions, risks, severities, terms: any of them; an empty tuple means all. A term is the id of one, a kind of personal
            information, or a label of a model.
        kinds: an empty tuple means terms of the lexicon alone, so that no rule refuses for what it does not name.
        score: only findings with at least this score; None for all.
        users, applications: only for users of one of these classes, and applications of these names; empty means all.
        review: whether a human should look at it.
    """

    action: Action
    directions: tuple[Direction, ...] = ()
    risks: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    kinds: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    score: float | None = None
    users: tuple[UserClass, ...] = ()
    applications: tuple[str, ...] = ()
    review: bool = False

    def fits(self, direction: Direction, finding: Finding) -> bool:
        """Whether this rule is for such a finding, whoever asks."""
        return (
            (finding.kind in self.kinds if self.kinds else finding.kind == TERM)
            and (not self.directions or direction in self.directions)
            and (not self.risks or finding.risk in self.risks)
            and (not self.severities or finding.severity in self.severities)
            and (not self.terms or finding.term_id in self.terms)
            and (self.score is None or (finding.score is not None and finding.score >= self.score))
        )

    def concerns(self, audience: Audience) -> bool:
        """Whether this rule is for such an audience."""
        return (not self.applications or audience.application in self.applications) and (
            not self.users or not audience.users.isdisjoint(self.users)
        )


Defaults = dict[Direction, Action]


def _by_direction(prompt: Action, answer: Action) -> Callable[[], Defaults]:
    return lambda: {"prompt": prompt, "answer": answer}


@dataclass(frozen=True)
class Policy:
    """A named, versioned list of rules.

    Attributes:
        defaults: action for a term that no rule fits, by direction.
        flood: action for an over-long run of skipped characters inside a term, by direction.
        crisis: action for a person in danger whom no rule of kind crisis fits, by direction; where it is help, a sign of
            severity low is flagged instead, for an answer must not be replaced for less than danger.
        personal, harm, guard: action for personal information, for what the small model says, and for what a stronger model says,
            where no rule of the kind fits, by direction.
        guards: names of the stronger models that are asked, by direction (see docs/guards.md).
        restore: whether what was masked in a prompt is put back into the answer.
        safe_reply, refusal, help: texts by language ("zh", "en"), shown to the end user; never name what was found.
    """

    name: str
    version: int
    rules: tuple[Rule, ...] = ()
    defaults: Defaults = field(default_factory=_by_direction("refuse", "stop"))
    flood: Defaults = field(default_factory=_by_direction("refuse", "stop"))
    crisis: Defaults = field(default_factory=_by_direction("help", "flag"))
    personal: Defaults = field(default_factory=_by_direction("allow", "allow"))
    harm: Defaults = field(default_factory=_by_direction("allow", "allow"))
    guard: Defaults = field(default_factory=_by_direction("refuse", "stop"))
    guards: dict[Direction, tuple[str, ...]] = field(default_factory=dict)
    restore: bool = False
    safe_reply: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, str] = field(default_factory=dict)
    help: dict[str, str] = field(default_factory=dict)

    @cached_property
    def label(self) -> str:
        """Name, version and the first 12 hex digits of the content's SHA-256: what records cite."""
        content = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()
        return f"{self.name}@{self.version}:{hashlib.sha256(content).hexdigest()[:12]}"

    def facing(self, audience: Audience) -> Policy:
        """The policy as it is for this audience: rules for others are left out. It keeps its label."""
        rules = tuple(rule for rule in self.rules if rule.concerns(audience))
        if len(rules) == len(self.rules):
            return self
        faced = replace(self, rules=rules)
        faced.__dict__["label"] = self.label  # where cached_property looks
        return faced

    @cached_property
    def sought(self) -> dict[Direction, frozenset[str]]:
        """Kinds beside terms and crises that something would follow from, by direction: the detectors worth running."""
        return {
            direction: frozenset(filter(lambda kind: self._seeks(direction, kind), _SEEKABLE))
            for direction in DIRECTIONS
        }

    def ends_on(self, direction: Direction, kind: str) -> bool:
        """Whether any finding of this kind may end a text."""
        return any(map(ends_answer, self._actions(direction, kind)))

    def _seeks(self, direction: Direction, kind: str) -> bool:
        return any(action != "allow" for action in self._actions(direction, kind))

    def _actions(self, direction: Direction, kind: str) -> list[Action]:
        default: Defaults = getattr(self, kind)
        named = [r for r in self.rules if kind in r.kinds and (not r.directions or direction in r.directions)]
        return [default[direction], *(rule.action for rule in named)]

    def rule(self, direction: Direction, finding: Finding) -> Ruling:
        """What follows from one finding."""
        if finding.term_id == FLOOD:
            return Ruling(finding, self.flood[direction])
        for rule in self.rules:
            if rule.fits(direction, finding):
                return Ruling(finding, rule.action, rule.review or (finding.kind == CRISIS and rule.action != "allow"))
        if finding.kind == CRISIS:
            action = self.crisis[direction]
            action = "flag" if action == "help" and finding.severity == "low" else action
            return Ruling(finding, action, action != "allow")
        by_kind: Defaults = self.defaults if finding.kind == TERM else getattr(self, finding.kind)
        return Ruling(finding, by_kind[direction])

    def action(self, direction: Direction, finding: Finding) -> Action:
        """As `rule`, the action alone."""
        return self.rule(direction, finding).action


_SEEKABLE = (PERSONAL, HARM)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A finding and what the policy made of it; `review`, whether a human should look."""

    finding: Finding
    action: Action
    review: bool = False


def strongest(actions: Iterable[Action]) -> Action:
    """The action that prevails; `allow` when there is none.

    >>> strongest(["flag", "redact"])
    'redact'
    """
    found = list(actions)
    return max(found, key=ACTIONS.index) if found else "allow"


def ends_answer(action: Action) -> bool:
    """Whether no more of the model's answer is let go after it."""
    return action in ("safe_reply", "refuse", "stop")
