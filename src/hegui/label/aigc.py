"""The implicit label (隐式标识) of generated content: seven keys, in the order and with the values of Annex E.

Knows the object and its spellings as text; knows no file format (one codec per format) and no stream, and judges nothing
(`label.checks` does). A label is a value: adding a propagator gives another one.
Rules: GB 45438-2025 6.1 and Annex E; at the first write the propagator is the producer (Annex E note 1). The guides of
TC260 put the inner object under a key AIGC; some places take it wrapped as `{"AIGC":{…}}` (Annex E b).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import Literal

from hegui.label.json_members import added

__all__ = ["KEYS", "AigcLabel", "Attribute"]

KEYS = (
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
)
"""The keys in the order of Annex E; the attributes of AigcLabel stand in the same order."""

Attribute = Literal["1", "2", "3"]
"""生成合成标签要素: 1 is (属于), 2 possibly (可能), 3 suspected (疑似)."""


@dataclass(frozen=True, slots=True)
class AigcLabel:
    """The seven elements. Each is text as it stands in the file, so that another's deviations survive a round trip.

    Attributes:
        attribute: `Label`: "1", "2" or "3".
        producer: `ContentProducer`: name or 27-character code of the provider that generated (生成合成服务提供者).
        produce_id: `ProduceID`: number of this content, unique within the producer.
        reserved_1: `ReservedCode1`: the producer's own safeguard data, may be empty.
        propagator: `ContentPropagator`: name or code of the provider that spreads (传播服务提供者).
        propagate_id: `PropagateID`: the propagator's number of this content.
        reserved_2: `ReservedCode2`: the propagator's safeguard data, may be empty.
    """

    attribute: str
    producer: str
    produce_id: str
    reserved_1: str = ""
    propagator: str = ""
    propagate_id: str = ""
    reserved_2: str = ""

    @classmethod
    def first(cls, producer: str, produce_id: str, *, attribute: Attribute = "1", reserved: str = "") -> AigcLabel:
        """The label at its first write: the propagator is the producer, and so are the numbers (Annex E note 1)."""
        return cls(attribute, producer, produce_id, reserved, producer, produce_id, "")

    def propagated(self, propagator: str, propagate_id: str, *, reserved: str = "") -> AigcLabel:
        """The label after a propagator has put its own elements in; the producer's stay as they are."""
        return replace(self, propagator=propagator, propagate_id=propagate_id, reserved_2=reserved)

    def keys(self) -> dict[str, str]:
        """The seven keys with their values, in the order of Annex E."""
        return {key: getattr(self, field.name) for key, field in zip(KEYS, fields(self), strict=True)}

    def text(self) -> str:
        """The inner object as compact JSON in ASCII: what the guides put under the key AIGC.

        >>> AigcLabel.first("P", "1").text()[:35]
        '{"Label":"1","ContentProducer":"P",'
        """
        return _ascii_json(self.keys())

    def wrapped(self) -> str:
        """The object of Annex E b): `{"AIGC":{…}}`, compact JSON in ASCII."""
        return _ascii_json({"AIGC": self.keys()})

    def splice(self, body: bytes) -> bytes:
        """A JSON object with the member `aigc` added at its end, every other byte as it was.

        >>> AigcLabel.first("P", "1").splice(b'{"a":1}')[:16]
        b'{"a":1,"aigc":{"'
        """
        return added(body, "aigc", self.text())


def _ascii_json(value: object) -> str:
    """Compact JSON with every character beyond ASCII escaped, so that no encoding of a container can spoil it."""
    return json.dumps(value, separators=(",", ":"))
