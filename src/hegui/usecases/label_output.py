"""Label a file that the model made, in memory, on its way to the client (模型输出文件的标识).

Knows bytes and the name their format is guessed by; knows no HTTP. The label is read back by the codec before the bytes go on;
what cannot be labelled does not go out as if it were. The receipt goes into the exchange's record, which is durable before the
last byte.
Rules: Interim Measures article 12; Labelling Measures articles 4 and 5; GB 45438-2025 6.1.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.formats import Opened, open_label, plan
from hegui.label.standing import labels, standing
from hegui.usecases.label_receipts import Digests, Receipt

__all__ = ["LabelledOutput", "digests_of", "label_output"]


class LabelledOutput(NamedTuple):
    """A labelled file in memory, its receipt, and the usual type and ending of its format."""

    data: bytes
    receipt: Receipt
    media_type: str
    extension: str


def label_output(data: bytes, name: str, label: AigcLabel) -> LabelledOutput:
    """Give `data` its label.

    A label of the model's maker that stands in it keeps its producer's elements: this provider is then the propagator.

    Args:
        data: the whole file.
        name: a file name whose ending names the format; "" when only the content tells.
    Raises:
        LabelError: LBL001 to LBL006; LBL122 the label did not read back.
    """
    opened = open_label(Source.of(data), name)
    codec, splices = plan(Source.of(data), name, wanted := _beside_the_makers(opened, name, label), opened)
    labelled = apply(data, splices)
    if [one.spelt.label for one in labels(codec.read(Source.of(labelled)))] != [wanted]:
        raise LabelError("LBL122", name, "the label did not read back: 0 found",
                         "Report it with the file's format; the file is as it was.")  # fmt: skip
    receipt = Receipt(codec.NAME, codec.PLACE, wanted, digests_of(data), digests_of(labelled))
    return LabelledOutput(labelled, receipt, codec.MEDIA_TYPES[0], codec.EXTENSIONS[0])


def digests_of(data: bytes) -> Digests:
    """Length, SHA-256 and SM3 of bytes in memory."""
    return Digests(len(data), hashlib.sha256(data).hexdigest(), hashlib.new("sm3", data).hexdigest())


def _beside_the_makers(opened: Opened, name: str, label: AigcLabel) -> AigcLabel:
    one = standing(opened.reading, name)
    if one is None or one.spelt.label.producer in ("", label.producer):
        return label
    return one.spelt.label.propagated(label.producer, label.produce_id, reserved=label.reserved_1)
