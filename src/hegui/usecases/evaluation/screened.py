"""What the policy makes of a text as the gateway would: as a prompt, with a person in danger in mind, and as an answer.

Knows the screens of `moderate` and the lists that ship; refuses to know any set. Blocked is whatever the user does not get as
asked: a refusal, a stop, a safe reply, and help in place of the answer. What is only masked or flagged passes.
"""

from __future__ import annotations

from dataclasses import dataclass

from hegui.detect.compiled import CompiledLexicon
from hegui.detect.detectors import Detectors
from hegui.detect.findings import HARM
from hegui.detect.harm import HarmScorer, shipped_model
from hegui.detect.lexicon_files import starter_lexicon
from hegui.moderate.body import screen_prompt
from hegui.moderate.danger import screen_for_danger
from hegui.moderate.policy import Action, Direction, Policy, Ruling, ends_answer
from hegui.moderate.policy_files import built_in_policy
from hegui.moderate.stream import screen_text

__all__ = ["Gate", "Judged"]


@dataclass(frozen=True, slots=True)
class Judged:
    """The rulings on one text."""

    rulings: tuple[Ruling, ...]

    @property
    def blocking(self) -> tuple[Ruling, ...]:
        """Those for which the user does not get what was asked for."""
        return tuple(ruling for ruling in self.rulings if _blocks(ruling.action))


def _blocks(action: Action) -> bool:
    return action == "help" or ends_answer(action)


class Gate:
    """A policy and detectors, by default the policy and the list that ship, and the model where that policy asks for it."""

    def __init__(self, policy: Policy | None = None, detectors: Detectors | None = None) -> None:
        self.policy = policy or built_in_policy()
        self.detectors = detectors or _detectors(self.policy)

    def judge(self, text: str, direction: Direction) -> Judged:
        """A whole text in one direction."""
        if direction == "answer":
            return Judged(tuple(screen_text(self.detectors, self.policy, text, "answer")[0].rulings))
        request = {"messages": [{"role": "user", "content": text}]}
        danger = screen_for_danger(self.policy, request)
        found = screen_prompt(self.detectors, self.policy, request).rulings
        return Judged(tuple(ruling for _, ruling in (*found, *danger)))


def _detectors(policy: Policy) -> Detectors:
    asks_for_harm = any(HARM in kinds for kinds in policy.sought.values())
    return Detectors(CompiledLexicon(starter_lexicon()), HarmScorer(shipped_model()) if asks_for_harm else None)
