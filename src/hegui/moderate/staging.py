"""Which policy acts for an application, and which is tried beside it, where candidates are staged.

Knows names, shares and policies; knows no store and no clock. Works by a hash of the application's id and the candidate's label, so
an application stays on its side of a share for as long as the candidate lasts, and a greater share only adds applications.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hegui.moderate.policy import Policy
from hegui.moderate.policy_book import PolicyBook

__all__ = ["Staged", "StagedBook", "is_in_share"]


@dataclass(frozen=True, slots=True)
class Staged:
    """What is staged under one name.

    Attributes:
        base: acts for everyone in place of the policy of that name; None where nothing was rolled out in full.
        candidate: acts for a share of the applications, in place of the base.
        shadow: decides beside, and acts nowhere.
    """

    base: Policy | None = None
    candidate: Policy | None = None
    share: float = 0.0
    shadow: Policy | None = None

    def policies(self) -> Iterator[Policy]:
        """Each that may be asked."""
        yield from (one for one in (self.base, self.candidate, self.shadow) if one is not None)


_NOTHING = Staged()


@dataclass(frozen=True, slots=True)
class StagedBook:
    """The policies at hand, with what is staged in place of them or beside."""

    book: PolicyBook
    staged: Mapping[str, Staged]

    def acting(self, name: str, application_id: str) -> Policy:
        """The policy an application is under that asks for this name. Raises InputError POL004."""
        own, staged = self.book.named(name), self.staged.get(name, _NOTHING)
        if staged.candidate is not None and is_in_share(application_id, staged.candidate.label, staged.share):
            return staged.candidate
        return staged.base or own

    def tried(self, name: str) -> Policy | None:
        """The policy that is tried beside it."""
        return self.staged.get(name, _NOTHING).shadow

    def asked(self, name: str) -> Iterator[Policy]:
        """Every policy that may be asked for an application of this name. Raises InputError POL004."""
        yield self.book.named(name)
        yield from self.staged.get(name, _NOTHING).policies()


def is_in_share(application_id: str, label: str, share: float) -> bool:
    """Whether an application belongs to this share of all.

    >>> is_in_share("app", "p@1:0", 1.0), is_in_share("app", "p@1:0", 0.0)
    (True, False)
    """
    place = hashlib.sha256(f"{label}\0{application_id}".encode()).digest()
    return int.from_bytes(place[:8], "big") < share * 2**64
