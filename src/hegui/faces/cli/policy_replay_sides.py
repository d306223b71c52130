"""The two sides of a replay: what is in force for each application, and the candidate.

Knows where policies and lexicons come from, and loads the model of harm only where a side seeks it; compares nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hegui.errors import InputError
from hegui.usecases.applications import DEFAULT_POLICY, list_applications

if TYPE_CHECKING:
    from hegui.compose import System
    from hegui.detect.compiled import CompiledLexicon
    from hegui.moderate.policy import Policy, UserClass
    from hegui.usecases.policy_replay import Pair

__all__ = ["Sides"]


class Sides:
    """The sides of each application, made once."""

    def __init__(
        self,
        system: System,
        candidate: Path | None,
        lexicon: Path | None,
        against: str | None,
        users: frozenset[UserClass],
    ) -> None:
        from hegui.detect.compiled import CompiledLexicon
        from hegui.detect.lexicon_files import read_lexicon, starter_lexicon

        self._candidate = _policy(candidate)
        self._book, self._against, self._users = system.policies, against, users
        self._store = system.applications
        self._danger = system.settings.crisis.screen
        self._applications = {one.id: (one.name, one.policy) for one in list_applications(system.applications)}
        version = system.lexicons.active()
        words = read_lexicon(version.content, "the list in force") if version else starter_lexicon()
        given = None if lexicon is None else read_lexicon(lexicon.read_bytes(), str(lexicon))
        self._before = CompiledLexicon(words)
        self._after = self._before if given is None else CompiledLexicon(given)
        self._harm: Any = None
        self._pairs: dict[str, Pair] = {}

    def of(self, application_id: str) -> Pair:
        """The sides of an application, by its id; one that is not known has the default policy."""
        if application_id not in self._pairs:
            self._pairs[application_id] = self._pair(*self._applications.get(application_id, ("", DEFAULT_POLICY)))
        return self._pairs[application_id]

    def named(self, application: str | None) -> Pair:
        """The sides of an application, by its name; without a name, those of the default policy. Raises APP002."""
        return self.of("" if application is None else self._store.named(application).id)

    @property
    def about(self) -> dict[str, Any]:
        """The labels of what was compared."""
        policies = {pair.before.policy.label for pair in self._pairs.values()}
        candidate = None if self._candidate is None else self._candidate.label
        guards = {
            name
            for pair in self._pairs.values()
            for side in pair
            for names in side.policy.guards.values()
            for name in names
        }
        return {
            "baseline": {"policies": sorted(policies), "lexicon": self._before.digest},
            "candidate": {"policy": candidate, "lexicon": self._after.digest},
            "models": "" if self._harm is None else f"harm:{self._harm.digest[:12]}",
            "guards_not_asked": sorted(guards),
        }

    def _pair(self, application: str, asked_for: str) -> Pair:
        from hegui.moderate.policy import Audience
        from hegui.usecases.policy_replay import Pair

        audience = Audience(application, self._users)
        before = self._book.named(self._against or asked_for).facing(audience)
        after = before if self._candidate is None else self._candidate.facing(audience)
        return Pair(self._side(self._before, before), self._side(self._after, after))

    def _side(self, words: CompiledLexicon, policy: Policy) -> Any:
        from hegui.detect.detectors import Detectors
        from hegui.detect.findings import HARM
        from hegui.detect.harm import HarmScorer, shipped_model
        from hegui.usecases.replay_material import Side

        if self._harm is None and any(HARM in kinds for kinds in policy.sought.values()):
            self._harm = HarmScorer(shipped_model())
        return Side(Detectors(words, self._harm), policy, self._danger)


def _policy(file: Path | None) -> Policy | None:
    if file is None:
        return None
    from hegui.moderate.policy_files import read_policy

    return read_policy(_text(file), str(file))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = f"the file cannot be read: {error.__class__.__name__}"
        raise InputError("POL002", str(file), problem, "Name a readable YAML file in UTF-8.") from None
