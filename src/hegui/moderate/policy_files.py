"""Read a screening policy from YAML, with every fault listed.

Knows the file's members and their allowed values; decides nothing about findings.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any, cast

from hegui.detect.findings import CRISIS, GUARD, HARM, PERSONAL, TERM
from hegui.detect.harm.labels import NAMES
from hegui.detect.lexicon import SEVERITIES, Severity
from hegui.detect.personal.registry import BY_KIND
from hegui.detect.risks import normalise_risk
from hegui.errors import FileFaults
from hegui.moderate.policy import (
    ACTIONS,
    DIRECTIONS,
    KINDS,
    USER_CLASSES,
    Action,
    Defaults,
    Direction,
    Policy,
    Rule,
    UserClass,
)
from hegui.strict_yaml import NotYamlError, read_yaml

__all__ = ["BUILT_IN", "built_in_policy", "built_in_text", "read_policy"]

BUILT_IN = ("default", "strict")
"""Names of the policies that ship with hegui."""

_BY_DIRECTION = ("defaults", "flood", "personal", "harm", "guard")
_MEMBERS = {"name", "version", "rules", *_BY_DIRECTION, "crisis", "guards", "restore", "safe_reply", "refusal", "help"}
_RULE_MEMBERS = {
    "direction", "risk", "severity", "kind", "term", "score", "user", "application", "action", "review",
}  # fmt: skip
_FOR_CRISIS: tuple[Action, ...] = ("allow", "flag", "help")
MOST_RULES = 1000
"""Rules of a policy, count: each is compared with all before it, and a text's findings with all of them."""
MOST_VALUES = 100_000
"""Values of a file, count."""
_HALF = re.compile("[\ud800-\udfff]")
_REMEDY = "Mend the file, then run: hegui policy check FILE"


@cache
def built_in_policy(name: str = "default") -> Policy:
    """The policy in force until the operator names one of their own, or another that ships with hegui."""
    return read_policy(built_in_text(name), f"{name}_policy.yaml")


def built_in_text(name: str) -> str:
    """Its YAML, to copy from."""
    return files("hegui.moderate").joinpath(f"{name}_policy.yaml").read_text(encoding="utf-8")


def read_policy(text: str, where: str) -> Policy:
    """The policy in `text`. Raises FileFaults POL001 with every fault and its place."""
    try:
        raw = read_yaml(text)
    except NotYamlError as error:
        raise FileFaults("POL001", where, [(f"line {error.line}", error.problem)], _REMEDY) from None
    if not isinstance(raw, dict):
        raise FileFaults("POL001", where, [("line 1", "a policy is a mapping with name, version and rules")], _REMEDY)
    if problem := _beyond_bounds(raw):
        raise FileFaults("POL001", where, [("line 1", problem)], _REMEDY)
    reader = _Reader()
    policy = reader.policy(raw)
    if reader.faults:
        raise FileFaults("POL001", where, reader.faults, _REMEDY)
    return policy


def _beyond_bounds(raw: Any) -> str | None:
    """What no reader of the members should have to look at: too much, as when aliases stand for aliases, or what cannot be kept."""
    waiting, count = [raw], 0
    while waiting:
        value = waiting.pop()
        count += 1
        if count + len(waiting) > MOST_VALUES:
            return f"holds more than {MOST_VALUES} values, what an alias stands for counted each time"
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list | tuple | set):
            waiting += value
        elif isinstance(value, str) and ("\0" in value or (not value.isascii() and _HALF.search(value))):
            return "holds half a character or NUL, which no record can hold"
    return None


class _Reader:
    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def policy(self, raw: dict[str, Any]) -> Policy:
        for unknown in raw.keys() - _MEMBERS:
            self.faults.append((str(unknown), f"unknown member; known are {', '.join(sorted(_MEMBERS))}"))
        name: Any = raw.get("name")
        version: Any = raw.get("version")
        if not isinstance(name, str) or not name:
            self.faults.append(("name", "a policy needs a name"))
        elif not name.isprintable():
            self.faults.append(("name", f"{name!r} holds a character that is not printable, which no record can hold"))
        if type(version) is not int or version < 1:
            self.faults.append(("version", "a policy needs a version, a whole number from 1"))
        rules = raw.get("rules") or []
        if not isinstance(rules, list):
            self.faults.append(("rules", "must be a list"))
            rules = []
        if len(rules) > MOST_RULES:
            self.faults.append(("rules", f"there are {len(rules)}; a policy has at most {MOST_RULES}"))
            rules = []
        built = tuple(self._rule(rule, f"rules[{number}]") for number, rule in enumerate(rules))
        self._shadowed(built)
        base = Policy("", 1)
        by_direction = {name: self._for_kind(raw.get(name), name, getattr(base, name)) for name in _BY_DIRECTION}
        return Policy(
            str(name),
            version if type(version) is int else 1,
            built,
            crisis=self._for_crisis(self._actions(raw.get("crisis"), "crisis", base.crisis)),
            guards=self._guards(raw.get("guards")),
            restore=self._yes_or_no(raw.get("restore"), "restore"),
            safe_reply=self._texts(raw.get("safe_reply"), "safe_reply"),
            refusal=self._texts(raw.get("refusal"), "refusal"),
            help=self._texts(raw.get("help"), "help"),
            **by_direction,
        )

    def _for_kind(self, raw: Any, name: str, base: Defaults) -> Defaults:
        """The actions of a kind without a rule."""
        actions = self._never_help(self._actions(raw, name, base), name)
        kinds = {"defaults": (TERM,), "flood": (TERM,)}.get(name, (name,))
        for direction, action in actions.items():
            self._has_a_place(action, (direction,), kinds, f"{name}.{direction}")
        return actions

    def _rule(self, raw: Any, place: str) -> Rule:
        if not isinstance(raw, dict):
            self.faults.append((place, "a rule is a mapping"))
            return Rule("flag")
        for name in raw.keys() - _RULE_MEMBERS:
            self.faults.append((f"{place}.{name}", f"unknown member; known are {', '.join(sorted(_RULE_MEMBERS))}"))
        directions = self._several(raw.get("direction"), DIRECTIONS, f"{place}.direction")
        severities = self._several(raw.get("severity"), SEVERITIES, f"{place}.severity")
        risks = []
        for written in _listed(raw.get("risk")):
            risk = normalise_risk(str(written))
            if risk is None:
                self.faults.append((f"{place}.risk", f"{written!r} is none of the 31 risks; write A.1.a … A.5.b"))
            else:
                risks.append(risk)
        action = self._action(raw.get("action"), f"{place}.action")
        if action == "stop" and directions == ("prompt",):
            self.faults.append((f"{place}.action", "stop is for answers; a prompt is refused"))
        kinds = self._several(raw.get("kind"), KINDS, f"{place}.kind")
        rule = Rule(
            action,
            cast(tuple[Direction, ...], directions),
            tuple(risks),
            cast(tuple[Severity, ...], severities),
            kinds,
            self._terms(raw.get("term"), kinds, f"{place}.term"),
            self._score(raw.get("score"), kinds, f"{place}.score"),
            cast(tuple[UserClass, ...], self._several(raw.get("user"), USER_CLASSES, f"{place}.user")),
            tuple(map(str, _listed(raw.get("application")))),
            self._yes_or_no(raw.get("review"), f"{place}.review"),
        )
        self._fair_to_crisis(rule, f"{place}.action")
        self._has_a_place(action, rule.directions, kinds or (TERM,), f"{place}.action")
        return rule

    def _has_a_place(self, action: Action, directions: tuple[str, ...], kinds: tuple[str, ...], place: str) -> None:
        """What is taken out of a text must stand somewhere in it, and a placeholder needs an answer to come back in."""
        if action in ("redact", "mask") and not set(kinds) <= {TERM, PERSONAL, CRISIS}:
            self.faults.append((place, f"{action} needs a place in the text, which a score has not; use flag or stop"))
        elif action == "mask" and (directions != ("prompt",) or kinds != (PERSONAL,)):
            self.faults.append((place, "mask is for personal information in prompts; for anything else use redact"))

    def _terms(self, raw: Any, kinds: tuple[str, ...], place: str) -> tuple[str, ...]:
        known = {PERSONAL: BY_KIND, HARM: NAMES}.get(kinds[0]) if len(kinds) == 1 else None
        terms = tuple(map(str, _listed(raw)))
        for term in terms if known is not None else ():
            if term not in known:  # type: ignore[operator]  # looked at above
                self.faults.append((place, f"{term!r} is not allowed; known are {', '.join(known)}"))  # type: ignore[arg-type]
        return terms

    def _score(self, raw: Any, kinds: tuple[str, ...], place: str) -> float | None:
        if raw is None:
            return None
        if not isinstance(raw, int | float) or isinstance(raw, bool) or not 0 <= raw <= 1:
            self.faults.append((place, "must be a number from 0 to 1"))
            return None
        if not kinds or not set(kinds) <= {HARM, GUARD}:
            self.faults.append((place, "only findings of kind harm and guard have a score; name the kind"))
        return float(raw)

    def _guards(self, raw: Any) -> dict[Direction, tuple[str, ...]]:
        if raw is None:
            return {}
        if not isinstance(raw, dict) or not raw.keys() <= set(DIRECTIONS):
            self.faults.append(("guards", "must be a mapping from prompt and answer to names of guards"))
            return {}
        return {direction: tuple(map(str, _listed(names))) for direction, names in raw.items()}

    def _yes_or_no(self, raw: Any, place: str) -> bool:
        if raw not in (None, True, False):
            self.faults.append((place, "must be true or false"))
        return raw is True

    def _fair_to_crisis(self, rule: Rule, place: str) -> None:
        """Help is for a person in danger, who writes prompts and is never refused."""
        if rule.action == "help" and (rule.directions != ("prompt",) or rule.kinds != (CRISIS,)):
            self.faults.append((place, "help is for prompts of kind crisis; write direction: prompt and kind: crisis"))
        elif CRISIS in rule.kinds and rule.action not in _FOR_CRISIS:
            self.faults.append((place, f"a person in danger is not met with {rule.action}; use help, flag or allow"))

    def _for_crisis(self, actions: Defaults) -> Defaults:
        for direction, action in actions.items():
            if action not in _FOR_CRISIS:
                place = f"crisis.{direction}"
                self.faults.append((place, f"a person in danger is not met with {action}; use help, flag or allow"))
            elif action == "help" and direction == "answer":
                self.faults.append((f"crisis.{direction}", "help answers a prompt; for an answer use flag or allow"))
        return actions

    def _action(self, written: Any, place: str) -> Action:
        if written not in ACTIONS:
            self.faults.append((place, f"{written!r} is no action; known are {', '.join(ACTIONS)}"))
            return "flag"
        return cast(Action, written)

    def _actions(self, raw: Any, place: str, base: Defaults) -> Defaults:
        if raw is None:
            return base
        if not isinstance(raw, dict) or not raw.keys() <= set(DIRECTIONS):
            self.faults.append((place, "must be a mapping with prompt and answer"))
            return base
        return {**base, **{d: self._action(action, f"{place}.{d}") for d, action in raw.items()}}

    def _never_help(self, actions: Defaults, place: str) -> Defaults:
        for direction in (direction for direction, action in actions.items() if action == "help"):
            self.faults.append((f"{place}.{direction}", "help is for a person in danger; see the member crisis"))
        return actions

    def _texts(self, raw: Any, place: str) -> dict[str, str]:
        if raw is None:
            return {}
        if not isinstance(raw, dict) or not raw.keys() <= {"zh", "en"} or not all(type(t) is str for t in raw.values()):
            self.faults.append((place, "must be a mapping from zh and en to a text"))
            return {}
        return dict(raw)

    def _several(self, raw: Any, allowed: tuple[str, ...], place: str) -> tuple[str, ...]:
        found = []
        for written in _listed(raw):
            if written in allowed:
                found.append(str(written))
            else:
                self.faults.append((place, f"{written!r} is not allowed; known are {', '.join(allowed)}"))
        return tuple(found)

    def _shadowed(self, rules: tuple[Rule, ...]) -> None:
        for number, rule in enumerate(rules):
            for earlier, other in enumerate(rules[:number]):
                if all(_covers(getattr(other, name), getattr(rule, name)) for name in _CONDITIONS) and (
                    _covers(other.kinds or (TERM,), rule.kinds or (TERM,)) and (other.score or 0) <= (rule.score or 0)
                ):
                    self.faults.append((f"rules[{number}]", f"can never apply: rules[{earlier}] always fits first"))
                    break


_CONDITIONS = ("directions", "risks", "severities", "terms", "users", "applications")


def _listed(raw: Any) -> list[Any]:
    if raw is None or raw == "*":
        return []
    return raw if isinstance(raw, list) else [raw]


def _covers(wider: tuple[Any, ...], narrower: tuple[Any, ...]) -> bool:
    return not wider or (bool(narrower) and set(narrower) <= set(wider))
