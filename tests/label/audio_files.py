"""What the tests of sound share: carriers, labels, and the labels that a codec finds."""

from __future__ import annotations

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.aigc import AigcLabel
from hegui.label.codec import Codec
from hegui.label.standing import labels
from tests.label.contract import CARRIERS

__all__ = ["LABEL", "LONG", "OTHER", "carrier", "found", "labelled", "undone"]

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
OTHER = AigcLabel.first("00119144030008867405X210001", "7")
LONG = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a", reserved="r" * 3000)


def carrier(name: str) -> bytes:
    return (CARRIERS / name).read_bytes()


def labelled(codec: Codec, data: bytes, label: AigcLabel = LABEL) -> bytes:
    return apply(data, codec.write(Source.of(data), label))


def undone(codec: Codec, data: bytes) -> bytes:
    return apply(data, codec.bare(Source.of(data)))


def found(codec: Codec, data: bytes) -> list[AigcLabel]:
    return [one.spelt.label for one in labels(codec.read(Source.of(data)))]
