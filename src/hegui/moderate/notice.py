"""What the client is told when an answer or a prompt is held up: the decision and its ground, never what was found.

Knows the shape of the reason object; knows no transport.
Rules: Interim Measures Art. 14 and 15 (measures against illegal content; an entry for complaints); the person who is
refused learns the class of the risk and the number under which to complain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hegui.detect.risks import risks
from hegui.moderate.policy import Action, Direction, Ruling, ends_answer

__all__ = ["Notice"]


@dataclass(frozen=True, slots=True)
class Notice:
    """How this exchange speaks to its client.

    Attributes:
        exchange_id: the number under which the record stands.
        language: "zh" or "en", of the texts to the end user.
        policy: label of the policy in force.
        safe_reply, refusal: the texts of the policy in that language.
        help: what a person in danger is told, the contact lines included.
    """

    exchange_id: str
    language: str
    policy: str
    safe_reply: str
    refusal: str
    help: str = ""

    def reason(self, direction: Direction, action: Action, rulings: Iterable[Ruling]) -> dict[str, Any]:
        """The reason object: `hegui` in a body or event, without the matched term."""
        named = {ruling.finding.risk for ruling in rulings if ends_answer(ruling.action)}
        table = risks()
        return {
            "decision": action,
            "direction": direction,
            "risks": [
                {"id": risk, "name": getattr(table[risk], self.language)} for risk in sorted(named) if risk in table
            ],
            "policy": self.policy,
            "exchange_id": self.exchange_id,
        }
