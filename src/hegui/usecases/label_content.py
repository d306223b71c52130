"""Label a file that this provider generated: its own label at the first write, nobody else's replaced.

Knows who produces and which number a file gets; knows no format. A file with this producer's label is left as it is, so that a
run over a folder can be stopped and run again; a label of another producer is a conflict for a human.
Rules: GB 45438-2025 6.1 and Annex E (one label per file; the propagator equals the producer at the first write).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hegui.crypto.sm2 import Sm2Signer
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.formats import Opened
from hegui.label.signatures import signed
from hegui.label.standing import standing
from hegui.usecases.label_files import State, Written, label_file
from hegui.usecases.label_receipts import Digests, ReceiptHome, state_receipts
from hegui.usecases.label_sidecars import read_beside, sidecar_of, write_beside

__all__ = ["LabelOrder", "LabellingHome", "label_content"]


@dataclass(frozen=True)
class LabellingHome:
    """What labelling files needs.

    Attributes:
        receipts: where receipts go.
        number: draws a content number.
        signer: whose key signs labels; None where none is set.
    """

    receipts: ReceiptHome
    number: Callable[[], str]
    signer: Sm2Signer | None = None

    def state(self) -> State:
        """States one receipt; its id."""
        return lambda receipt: state_receipts(self.receipts, (receipt,))[0]


@dataclass(frozen=True, slots=True)
class LabelOrder:
    """What label a file is to get.

    Attributes:
        producer: name or 27-character code.
        number: the content's number; None draws one.
        attribute: "1", "2" or "3".
        in_place: as `label_file`.
        again: whether a label of the same producer gets a new number.
        sidecar: whether a sidecar is written where the format has no place.
        sign: whether the reserved code is filled.
    """

    producer: str
    number: str | None = None
    attribute: Literal["1", "2", "3"] = "1"
    in_place: bool = False
    again: bool = False
    sidecar: bool = False
    sign: bool = False


def label_content(home: LabellingHome, path: Path, order: LabelOrder, *, out: Path | None = None) -> Written:
    """Give one file its label.

    Raises:
        LabelError: as `label_file`; LBL125 the label of another producer stands in it; LBL126 no key to sign with.
    """
    if order.sign and home.signer is None:
        raise LabelError("LBL126", "label.sm2_key", "no key to sign labels with is set",
                         "Set label.sm2_key, such as file:/etc/hegui/label.pem, or leave --sign away.")  # fmt: skip

    def choose(opened: Opened, before: Callable[[], Digests]) -> AigcLabel:
        one = standing(opened.reading, path.name)
        if one is not None:
            stands = one.spelt.label
            if stands.producer != order.producer:
                raise _others(path.name, stands.producer)
            if not order.again and order.number in (None, stands.produce_id):
                return stands
        label = AigcLabel.first(order.producer, order.number or home.number(), attribute=order.attribute)
        if not order.sign or home.signer is None:
            return label
        binds = opened.codec is not None and opened.codec.IS_REVERSIBLE  # else nobody could take the hash again
        return signed(label, bytes.fromhex(before().sm3) if binds else None, home.signer)

    try:
        return label_file(path, choose, home.state(), out=out, in_place=order.in_place)
    except LabelError as error:
        if error.code != "LBL003" or not order.sidecar:
            raise
    return _beside(home, path, order)


def _beside(home: LabellingHome, path: Path, order: LabelOrder) -> Written:
    """The sidecar of a file whose format has no place; one of this producer that stands already is left."""
    stands = read_beside(path) if sidecar_of(path).exists() else None
    if stands is not None and stands.label.label.producer != order.producer:
        raise _others(str(sidecar_of(path)), stands.label.label.producer)
    if stands is not None and not order.again and order.number in (None, stands.label.label.produce_id):
        return Written(sidecar_of(path), stands.label.label, None)
    label = AigcLabel.first(order.producer, order.number or home.number(), attribute=order.attribute)
    if order.sign and home.signer is not None:
        label = signed(label, None, home.signer)  # the sidecar itself binds the content
    return write_beside(path, label, home.state())


def _others(where: str, producer: str) -> LabelError:
    return LabelError("LBL125", where, f"it holds the label of another producer: {producer[:60]}",
                      "A platform adds its own elements with: hegui label check-upload --write FILE.")  # fmt: skip
