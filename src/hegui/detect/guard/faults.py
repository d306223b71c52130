"""Why there is no verdict of a guard, and what the operator wants to follow from it.

Knows four kinds of fault and which status of HTTP is which. Knows no socket and no format.
Each kind is decided by itself, for prompts and for answers; what nobody decided is closed: refused, or stopped.
Rules: Interim Measures Art. 4 and 14 know no exception for a check that did not answer; to pass without one is the operator's
decision, and each such pass is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from hegui.detect.guard.question import Direction
from hegui.errors import UpstreamError

__all__ = ["KINDS", "GuardFault", "OnFault", "WithoutVerdict", "WithoutVerdictActions", "fault", "fault_of_status"]

WithoutVerdict = Literal["outage", "timeout", "credentials", "malformed"]
KINDS: tuple[WithoutVerdict, ...] = get_args(WithoutVerdict)
"""The server is away, broken or asks for less; it takes too long; it does not know us; its answer is no verdict."""

OnFault = Literal["refuse", "stop", "pass"]

_CODES: dict[WithoutVerdict, str] = {
    "outage": "GRD001",
    "timeout": "GRD002",
    "credentials": "GRD003",
    "malformed": "GRD004",
}
_KIND_OF = {code: kind for kind, code in _CODES.items()}
_REMEDIES: dict[WithoutVerdict, str] = {
    "outage": "See whether the guard's server runs and has room: hegui detect guard FILE --name NAME TEXT",
    "timeout": "See whether the guard's server is overloaded, or raise its timeout_seconds.",
    "credentials": "Set the environment variable that key_env names to a credential the guard's server takes.",
    "malformed": "Check that kind, url and model of the guard belong together.",
}


class GuardFault(UpstreamError):
    """A guard gave no verdict; `kind` says how."""

    @property
    def kind(self) -> WithoutVerdict:
        """Which of the four."""
        return _KIND_OF[self.code]


def fault(kind: WithoutVerdict, guard: str, problem: str) -> GuardFault:
    """The fault of this kind of the guard of this name."""
    return GuardFault(_CODES[kind], guard, problem, _REMEDIES[kind])


def fault_of_status(guard: str, status: int) -> GuardFault | None:
    """The fault that a status of HTTP is; None for an answer worth reading.

    Whoever asks too much or finds the server failing meets an outage; whoever is not let in, or has not paid, has a
    credential that does not do.
    """
    if status == 200:
        return None
    if status in (401, 402, 403, 407):
        return fault("credentials", guard, f"the server answered with status {status}.")
    if status == 408:
        return fault("timeout", guard, f"the server answered with status {status}.")
    if status == 429 or status >= 500:
        return fault("outage", guard, f"the server answered with status {status}.")
    return fault("malformed", guard, f"the server answered with status {status}.")


@dataclass(frozen=True)
class WithoutVerdictActions:
    """What follows where there is no verdict, by kind of fault: refuse or pass for a prompt, stop or pass for an answer."""

    prompt: Mapping[WithoutVerdict, OnFault] = field(default_factory=lambda: dict.fromkeys(KINDS, "refuse"))
    answer: Mapping[WithoutVerdict, OnFault] = field(default_factory=lambda: dict.fromkeys(KINDS, "stop"))

    def passes(self, direction: Direction, kind: WithoutVerdict) -> bool:
        """Whether the text goes on without a verdict."""
        return (self.prompt if direction == "prompt" else self.answer)[kind] == "pass"
