"""Try a candidate for a policy: beside it without acting, for a share of the applications, for all of them; and take it back.

Knows the steps and what they add up to; knows no gateway and no database. One candidate of a name is on trial at a time. The
share 1 ends the trial: the candidate is then what the next one is compared with. Taking back ends the trial if there is one,
else undoes the last full roll-out; each step is entered in the ledger with its reason, and none is ever removed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hegui.errors import InputError
from hegui.ledger import canonical
from hegui.ledger.canonical import Value
from hegui.ledger.entry import MAX_ID, SALT_SIZE, Entry, InForce, commit
from hegui.moderate.policy import Policy
from hegui.moderate.policy_files import read_policy
from hegui.moderate.staging import Staged
from hegui.usecases.retention_ports import Statement
from hegui.usecases.stage_ports import PolicyStage, PolicyStages

__all__ = ["Standing", "promote", "read_staged", "roll_back", "stage", "standing"]

STAGED, ROLLED_BACK = "policy.staged", "policy.rolled_back"
"""The types of the entries."""
LONGEST_REASON = 2000
"""Characters."""
_LIST = "See what is staged with: hegui policy stages"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the steps of one name add up to.

    Attributes:
        bases: those rolled out in full and not taken back, the latest last; it acts, and without any the policy of the name does.
        trial: the candidate in the shadow or for a share; None where none is.
    """

    bases: tuple[PolicyStage, ...] = ()
    trial: PolicyStage | None = None

    @property
    def in_force(self) -> tuple[PolicyStage, ...]:
        """The steps that say something now: at most a base and a trial."""
        return (*self.bases[-1:], *([self.trial] if self.trial else []))


def standing(steps: Sequence[PolicyStage]) -> dict[str, Standing]:
    """What the steps, oldest first, add up to, by name."""
    found: dict[str, Standing] = {}
    for step in steps:
        found[step.name] = _after(found.get(step.name, Standing()), step)
    return found


def _after(before: Standing, step: PolicyStage) -> Standing:
    if step.mode == "back":
        return _taken_back(before, step.label)
    if step.mode == "share" and step.share >= 1:
        return Standing((*before.bases, step))
    return replace(before, trial=step)


def _taken_back(before: Standing, label: str) -> Standing:
    if label == "":
        return Standing()
    if before.trial is not None:
        return replace(before, trial=None) if before.trial.label == label else before
    if before.bases and before.bases[-1].label == label:
        return Standing(before.bases[:-1])
    return before


@dataclass(frozen=True, slots=True)
class _Told:
    """How a step becomes an entry in the ledger."""

    random: Callable[[int], bytes]

    def __call__(self, step: PolicyStage) -> Statement:
        said: dict[str, Value] = {
            "v": 1,
            "number": step.number,
            "name": step.name,
            "mode": step.mode,
            "share": str(step.share),
            "label": step.label,
            "content": step.content,
            "reason": step.reason,
        }
        document, salt = canonical.encode(said), self.random(SALT_SIZE)
        at = step.staged_at.replace(microsecond=step.staged_at.microsecond // 1000 * 1000)
        entry = Entry(
            ROLLED_BACK if step.mode == "back" else STAGED,
            f"policy-stage-{step.number}",
            "operator",
            at,
            (commit("document", document, salt),),
            InForce(policy=step.label if 1 <= len(step.label) <= MAX_ID else None),
        )
        return Statement(entry, document, salt)


def stage(
    stages: PolicyStages,
    name: str,
    candidate: Policy,
    content: str,
    *,
    share: float | None,
    reason: str,
    now: datetime,
    random: Callable[[int], bytes],
) -> PolicyStage:
    """Put a candidate on trial for the policy `name`; with the share 1, in force for everyone.

    Args:
        candidate, content: the policy, and the YAML it was read from.
        share: None for the shadow.
    Raises:
        InputError: POL006, a share or a reason that cannot be; InternalError: STO004.
    """
    if share is not None:
        _check_share(share)
    step = PolicyStage(
        name, "shadow" if share is None else "share", share or 0.0, candidate.label, content, _checked(reason), now
    )
    return stages.add(name, lambda _: step, _Told(random))


def promote(
    stages: PolicyStages, name: str, *, share: float, reason: str, now: datetime, random: Callable[[int], bytes]
) -> PolicyStage:
    """Give the candidate on trial another share; 1 puts it in force for everyone.

    Raises InputError POL006 as `stage`, POL007 where nothing is on trial; InternalError STO004.
    """
    _check_share(share)
    why = _checked(reason)

    def decide(steps: Sequence[PolicyStage]) -> PolicyStage:
        trial = standing(steps).get(name, Standing()).trial
        if trial is None:
            raise InputError("POL007", f"policy {name}", "no candidate is on trial.", _LIST)
        return PolicyStage(name, "share", share, trial.label, trial.content, why, now)

    return stages.add(name, decide, _Told(random))


def roll_back(
    stages: PolicyStages,
    name: str,
    *,
    everything: bool = False,
    reason: str,
    now: datetime,
    random: Callable[[int], bytes],
) -> tuple[PolicyStage, Standing]:
    """Take back the trial, or else the last full roll-out, or everything at once; the step, and what stands after it.

    Raises InputError POL006 for a reason that cannot be, POL007 where nothing is staged; InternalError STO004.
    """
    why = _checked(reason)
    after = Standing()

    def decide(steps: Sequence[PolicyStage]) -> PolicyStage:
        nonlocal after
        before = standing(steps).get(name, Standing())
        if not before.in_force:
            raise InputError("POL007", f"policy {name}", "nothing is staged that could be taken back.", _LIST)
        label = "" if everything else before.in_force[-1].label
        after = _taken_back(before, label)
        return PolicyStage(name, "back", 0.0, label, "", why, now)

    return stages.add(name, decide, _Told(random)), after


def read_staged(steps: Sequence[PolicyStage]) -> Mapping[str, Staged]:
    """The policies in force of all steps, oldest first. Raises FileFaults POL001: this hegui cannot read one of them."""
    return {name: _staged(one) for name, one in standing(steps).items() if one.in_force}


def _staged(one: Standing) -> Staged:
    base = _read(one.bases[-1]) if one.bases else None
    trial = one.trial
    if trial is None:
        return Staged(base)
    if trial.mode == "shadow":
        return Staged(base, shadow=_read(trial))
    return Staged(base, _read(trial), trial.share)


def _read(step: PolicyStage) -> Policy:
    return read_policy(step.content, f"policy stage {step.number}")


def _check_share(share: float) -> None:
    if not 0 < share <= 1:
        problem = f"{share} is no share of the applications."
        raise InputError("POL006", "share", problem, "Give a number above 0 and at most 1, where 1 means all of them.")


def _checked(reason: str) -> str:
    if len(reason) > LONGEST_REASON or any(not one.isprintable() for one in reason if one not in "\n\t"):
        problem = f"it is longer than {LONGEST_REASON} characters, or holds one that no record can hold."
        raise InputError("POL006", "reason", problem, "Say it shorter, in plain text.")
    return reason
