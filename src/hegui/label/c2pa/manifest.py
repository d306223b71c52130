"""What a manifest says: who made the content and how, as C2PA's actions.

Knows the actions and the source types that speak of generated content; knows no file and signs nothing. A file without a
manifest was created; a file that has one, or that somebody else made, was opened, with the older file as its ingredient, and
then edited. No title is written: a file's name may name a person.
Rules: C2PA 2.2 18.14 (actions), 18.16 (ingredients); IPTC digital source types (http://cv.iptc.org/newscodes/digitalsourcetype/).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import hegui

__all__ = ["PARENT", "SOURCE_TYPES", "Origin", "Statement", "definition", "ingredient"]

Origin = Literal["generated", "composite"]

SOURCE_TYPES: dict[Origin, str] = {
    "generated": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
    "composite": "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
}
"""Made by a model; made of parts of which a model made some."""

PARENT = "parent"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is stated of one file.

    Attributes:
        at: when it was made or edited, an aware instant.
        origin: how the model took part; None where whoever signs does not know, such as a platform that only labels.
        agent: the software that made it: the model or the service.
        agent_version: its version, "" where none is told.
    """

    at: datetime
    origin: Origin | None = "generated"
    agent: str = "hegui"
    agent_version: str = ""


def definition(said: Statement, *, has_parent: bool) -> dict[str, Any]:
    """The manifest as c2pa-python takes it."""
    actions = {"actions": _actions(said, has_parent=has_parent)}
    return {
        "claim_generator_info": [{"name": "hegui", "version": hegui.__version__}],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": actions, "created": True}
        ],  # stated by the signer, not gathered
    }


def ingredient() -> dict[str, str]:
    """How the older file is called in it."""
    return {"relationship": "parentOf", "label": PARENT}


def _actions(said: Statement, *, has_parent: bool) -> list[dict[str, Any]]:
    done: dict[str, Any] = {
        "when": said.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "softwareAgent": _agent(said),
    }
    if said.origin is not None:
        done["digitalSourceType"] = SOURCE_TYPES[said.origin]
    if not has_parent:
        return [{"action": "c2pa.created", **done}]
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": [PARENT]}}
    return [opened, {"action": "c2pa.edited" if said.origin is not None else "c2pa.edited.metadata", **done}]


def _agent(said: Statement) -> dict[str, str]:
    name = {"name": said.agent}
    return {**name, "version": said.agent_version} if said.agent_version else name
