"""The screening policies at hand, by the name under which an application asks for one.

Knows names and which ship with hegui; knows no file of the operator's (see `policy_files`) and no application.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hegui.errors import InputError
from hegui.moderate.policy import Policy
from hegui.moderate.policy_files import BUILT_IN, built_in_policy

__all__ = ["DEFAULT", "PolicyBook"]

DEFAULT = "default"
"""The name of the policy for applications that ask for none in particular, whatever it is called in its file."""


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """The default and the others by their own names."""

    default: Policy
    others: dict[str, Policy] = field(default_factory=dict)

    @classmethod
    def of(cls, default: Policy, others: Iterable[Policy]) -> PolicyBook:
        """With those that ship with hegui, unless one of the others has its name.

        Raises InputError POL003 when two have one name, or one is called `default`.
        """
        named: dict[str, Policy] = {}
        for policy in others:
            if policy.name in named or policy.name == DEFAULT:
                problem = f"the name {policy.name!r} is taken."
                raise InputError(
                    "POL003", "policy.folder", problem, "Give each policy of the folder a name of its own."
                )
            named[policy.name] = policy
        shipped = {name: built_in_policy(name) for name in BUILT_IN if name != DEFAULT}
        return cls(default, shipped | named)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, the default's first."""
        return (DEFAULT, *sorted(self.others))

    def named(self, name: str) -> Policy:
        """The policy of that name. Raises InputError POL004: an application is never screened by another policy."""
        policy = self.default if name == DEFAULT else self.others.get(name)
        if policy is None:
            remedy = f"Put a policy with this name into policy.folder; there are: {', '.join(self.names)}."
            raise InputError("POL004", f"policy {name}", "is not there.", remedy)
        return policy
