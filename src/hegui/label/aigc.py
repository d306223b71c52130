"""The implicit label (隐式标识) of generated content: seven keys, in the order and with the values of Annex E.

Knows the object and its rules; knows no file format (one codec per format) and no stream.
Rules: GB 45438-2025 6.1 and Annex E; at the first write the propagator is the producer (Annex E note 1). Where the label
stands in an API answer is not regulated; practice is a field `aigc` in the body, or in the first and last event.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

__all__ = ["AigcLabel"]


@dataclass(frozen=True, slots=True)
class AigcLabel:
    """The label of one answer at its first write.

    Attributes:
        producer: name or 27-character code of the provider (ContentProducer); characters 0x21, 0x23-0x5B, 0x5D-0x7E.
        produce_id: number of this content, unique within the provider (ProduceID).
    """

    producer: str
    produce_id: str

    def keys(self) -> dict[str, str]:
        """The seven keys in the order of Annex E; Label "1" says that the content is generated."""
        return {
            "Label": "1",
            "ContentProducer": self.producer,
            "ProduceID": self.produce_id,
            "ReservedCode1": "",
            "ContentPropagator": self.producer,
            "PropagateID": self.produce_id,
            "ReservedCode2": "",
        }

    def splice(self, body: bytes) -> bytes:
        """A JSON object with the member `aigc` added at its end, every other byte as it was.

        >>> AigcLabel("P", "1").splice(b'{"a":1}')[:16]
        b'{"a":1,"aigc":{"'
        """
        end = body.rindex(b"}")
        head = body[:end].rstrip()
        comma = b"" if head.endswith(b"{") else b","
        member = orjson.dumps(self.keys())
        return head + comma + b'"aigc":' + member + body[end:]
