"""The screening policy: what follows from a finding, by direction, risk and severity.

Knows actions and how rules are chosen; knows no lexicon, no protocol and no file (see `policy_files`).
Works as a list: the first rule that fits decides; a finding no rule fits takes the default of its direction.
Rules: Interim Measures Art. 4, 10 and 14 ask that such content is neither generated nor passed on; which of the lawful
answers to it a provider gives is the provider's decision, so it is written here and versioned.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Literal, get_args

from hegui.detect.findings import CRISIS
from hegui.detect.lexicon import Severity
from hegui.detect.screen import FLOOD, Finding

__all__ = ["ACTIONS", "KINDS", "Action", "Direction", "Kind", "Policy", "Rule", "Ruling", "ends_answer", "strongest"]

Direction = Literal["prompt", "answer"]
Action = Literal["allow", "flag", "redact", "safe_reply", "refuse", "stop", "help"]
Kind = Literal["term", "crisis"]

ACTIONS: tuple[Action, ...] = get_args(Action)
"""From the weakest to the strongest; help prevails over all, for a person in danger comes before what else was found."""
KINDS: tuple[Kind, ...] = get_args(Kind)
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

MASK = "＊"
"""What a redacted character becomes, one for one, so that a stream is redacted as its whole text is."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a policy: findings it is for, and what follows.

    Attributes:
        directions, risks, severities: any of them; an empty tuple means all.
        action: allow (nothing), flag (recorded), redact (masked), safe_reply (a fixed helpful text instead),
            refuse (an error for a prompt, a refusal for an answer), stop (the answer ends where it stands),
            help (a prompt of a person in danger is answered with help, and is nobody's offence).
        kinds: term, crisis; an empty tuple means all but crisis, so that no rule refuses a person in danger by accident.
    """

    action: Action
    directions: tuple[Direction, ...] = ()
    risks: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    kinds: tuple[str, ...] = ()

    def fits(self, direction: Direction, finding: Finding) -> bool:
        """Whether this rule is for such a finding."""
        return (
            (finding.kind in self.kinds if self.kinds else finding.kind != CRISIS)
            and (not self.directions or direction in self.directions)
            and (not self.risks or finding.risk in self.risks)
            and (not self.severities or finding.severity in self.severities)
        )


@dataclass(frozen=True)
class Policy:
    """A named, versioned list of rules.

    Attributes:
        defaults: action for a finding that no rule fits, by direction.
        flood: action for an over-long run of skipped characters inside a term, by direction.
        crisis: action for a person in danger whom no rule of kind crisis fits, by direction; where it is help, a sign of
            severity low is flagged instead, for an answer must not be replaced for less than danger.
        safe_reply, refusal, help: texts by language ("zh", "en"), shown to the end user; never name what was found.
    """

    name: str
    version: int
    rules: tuple[Rule, ...] = ()
    defaults: dict[Direction, Action] = field(default_factory=lambda: {"prompt": "refuse", "answer": "stop"})
    flood: dict[Direction, Action] = field(default_factory=lambda: {"prompt": "refuse", "answer": "stop"})
    crisis: dict[Direction, Action] = field(default_factory=lambda: {"prompt": "help", "answer": "flag"})
    safe_reply: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, str] = field(default_factory=dict)
    help: dict[str, str] = field(default_factory=dict)

    @cached_property
    def label(self) -> str:
        """Name, version and the first 12 hex digits of the content's SHA-256: what records cite."""
        content = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()
        return f"{self.name}@{self.version}:{hashlib.sha256(content).hexdigest()[:12]}"

    def action(self, direction: Direction, finding: Finding) -> Action:
        """What follows from one finding."""
        if finding.term_id == FLOOD:
            return self.flood[direction]
        for rule in self.rules:
            if rule.fits(direction, finding):
                return rule.action
        if finding.kind == CRISIS:
            action = self.crisis[direction]
            return "flag" if action == "help" and finding.severity == "low" else action
        return self.defaults[direction]


@dataclass(frozen=True, slots=True)
class Ruling:
    """A finding and what the policy made of it."""

    finding: Finding
    action: Action


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
