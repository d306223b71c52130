"""What the tests of codecs share: two labels, and to write, read and take out a label in memory."""

from __future__ import annotations

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.aigc import AigcLabel
from hegui.label.codec import Codec
from hegui.label.reading import Candidate
from hegui.label.standing import labels

__all__ = ["LABEL", "LONGER", "bared", "candidates", "labels_in", "written"]

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
LONGER = LABEL.propagated("00119144030008867405X220001", "p<1>&'2'", reserved='{"k":"v & <w>"}' * 3)


def written(codec: Codec, data: bytes, label: AigcLabel = LABEL) -> bytes:
    return apply(data, codec.write(Source.of(data), label))


def bared(codec: Codec, data: bytes) -> bytes:
    return apply(data, codec.bare(Source.of(data)))


def candidates(codec: Codec, data: bytes) -> tuple[Candidate, ...]:
    return codec.read(Source.of(data)).candidates


def labels_in(codec: Codec, data: bytes) -> list[AigcLabel]:
    return [one.spelt.label for one in labels(codec.read(Source.of(data)))]
