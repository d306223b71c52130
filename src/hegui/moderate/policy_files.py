"""Read a screening policy from YAML, with every fault listed.

Knows the file's members and their allowed values; decides nothing about findings.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml

from hegui.detect.findings import CRISIS
from hegui.detect.lexicon import SEVERITIES, Severity
from hegui.detect.risks import normalise_risk
from hegui.errors import FileFaults
from hegui.moderate.policy import ACTIONS, DIRECTIONS, KINDS, Action, Direction, Policy, Rule

__all__ = ["built_in_policy", "read_policy"]

_MEMBERS = {"name", "version", "rules", "defaults", "flood", "crisis", "safe_reply", "refusal", "help"}
_RULE_MEMBERS = {"direction", "risk", "severity", "kind", "action"}
_FOR_CRISIS: tuple[Action, ...] = ("allow", "flag", "help")
_REMEDY = "Mend the file, then run: hegui policy check FILE"


class _Loader(yaml.SafeLoader):
    """YAML in which a key that comes twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                raise yaml.MarkedYAMLError(problem=f"the key {key!r} comes twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


@cache
def built_in_policy() -> Policy:
    """The policy in force until the operator names one of their own."""
    text = files("hegui.moderate").joinpath("default_policy.yaml").read_text(encoding="utf-8")
    return read_policy(text, "default_policy.yaml")


def read_policy(text: str, where: str) -> Policy:
    """The policy in `text`. Raises FileFaults POL001 with every fault and its place."""
    try:
        raw = yaml.load(text, Loader=_Loader)  # a SafeLoader that refuses duplicate keys
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileFaults("POL001", where, [(f"line {line}", error.problem or "not YAML")], _REMEDY) from None
    if not isinstance(raw, dict):
        raise FileFaults("POL001", where, [("line 1", "a policy is a mapping with name, version and rules")], _REMEDY)
    reader = _Reader()
    policy = reader.policy(raw)
    if reader.faults:
        raise FileFaults("POL001", where, reader.faults, _REMEDY)
    return policy


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
        if not isinstance(version, int) or version < 1:
            self.faults.append(("version", "a policy needs a version, a whole number from 1"))
        rules = raw.get("rules") or []
        if not isinstance(rules, list):
            self.faults.append(("rules", "must be a list"))
            rules = []
        built = tuple(self._rule(rule, f"rules[{number}]") for number, rule in enumerate(rules))
        self._shadowed(built)
        base = Policy("", 1)
        return Policy(
            str(name),
            version if isinstance(version, int) else 1,
            built,
            self._never_help(self._actions(raw.get("defaults"), "defaults", base.defaults), "defaults"),
            self._never_help(self._actions(raw.get("flood"), "flood", base.flood), "flood"),
            self._for_crisis(self._actions(raw.get("crisis"), "crisis", base.crisis)),
            self._texts(raw.get("safe_reply"), "safe_reply"),
            self._texts(raw.get("refusal"), "refusal"),
            self._texts(raw.get("help"), "help"),
        )

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
            action, cast(tuple[Direction, ...], directions), tuple(risks), cast(tuple[Severity, ...], severities), kinds
        )
        self._fair_to_crisis(rule, f"{place}.action")
        return rule

    def _fair_to_crisis(self, rule: Rule, place: str) -> None:
        """Help is for a person in danger, who writes prompts and is never refused."""
        if rule.action == "help" and (rule.directions != ("prompt",) or rule.kinds != (CRISIS,)):
            self.faults.append((place, "help is for prompts of kind crisis; write direction: prompt and kind: crisis"))
        elif CRISIS in rule.kinds and rule.action not in _FOR_CRISIS:
            self.faults.append((place, f"a person in danger is not met with {rule.action}; use help, flag or allow"))

    def _for_crisis(self, actions: dict[Direction, Action]) -> dict[Direction, Action]:
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

    def _actions(self, raw: Any, place: str, base: dict[Direction, Action]) -> dict[Direction, Action]:
        if raw is None:
            return base
        if not isinstance(raw, dict) or not raw.keys() <= set(DIRECTIONS):
            self.faults.append((place, "must be a mapping with prompt and answer"))
            return base
        return {**base, **{d: self._action(action, f"{place}.{d}") for d, action in raw.items()}}

    def _never_help(self, actions: dict[Direction, Action], place: str) -> dict[Direction, Action]:
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
                if _covers_kinds(other, rule) and all(
                    _covers(getattr(other, n), getattr(rule, n)) for n in ("directions", "risks", "severities")
                ):
                    self.faults.append((f"rules[{number}]", f"can never apply: rules[{earlier}] always fits first"))
                    break


def _listed(raw: Any) -> list[Any]:
    if raw is None or raw == "*":
        return []
    return raw if isinstance(raw, list) else [raw]


def _covers(wider: tuple[Any, ...], narrower: tuple[Any, ...]) -> bool:
    return not wider or (bool(narrower) and set(narrower) <= set(wider))


def _covers_kinds(wider: Rule, narrower: Rule) -> bool:
    """As `_covers`, where naming no kind means all but crisis."""
    if not wider.kinds:
        return CRISIS not in narrower.kinds
    return bool(narrower.kinds) and set(narrower.kinds) <= set(wider.kinds)
