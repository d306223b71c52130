"""A signed label through every format: the signature and the hash of the content hold in the file that comes out.

The reserved code is JSON in a text of JSON, and each format puts that into its own quotes, entities or fields.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import pytest

from hegui.crypto.sm2 import Sm2PublicKey
from hegui.kernel.source import Source
from hegui.kernel.splice import apply, pieces
from hegui.label.aigc import AigcLabel
from hegui.label.formats import CODECS, bare, open_label, plan
from hegui.label.signature_keys import Pins
from hegui.label.signatures import content_hash, signed, verify_security
from hegui.label.standing import labels
from hegui.label.verdict import judge
from tests.label import rows
from tests.label.contract import CARRIERS, Row
from tests.support import sm2_reference as reference

SECRET = int.from_bytes(b"\x07" * 32, "big")
K = int.from_bytes(b"\x09" * 32, "big")
PRODUCER = "00119144030008867405X210001"
NUMBER = "01JADK3M7Q0000000000000000-0-ABCDEFGHJKMNPQRS"
HARD = """a"b&c<d>e'f]]>--{}:#%"""
"""What some format must escape."""


class ReferenceSigner:
    """Signs by the standard's text, without starting a program."""

    public = Sm2PublicKey(reference.public_of(SECRET))

    def sign(self, message: bytes) -> bytes:
        return reference.sign(SECRET, message, K)


PINS = Pins.read({PRODUCER: [ReferenceSigner.public.point.hex()]})


@cache
def carriers() -> tuple[Row, ...]:
    found = (importlib.import_module(f"tests.label.rows.{one.name}") for one in pkgutil.iter_modules(rows.__path__))
    return tuple(row for module in found for row in module.ROWS)


ROWS = [row for row in carriers() if row.codec in CODECS]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.carrier)
def test_signature_and_content_hold_in_the_labelled_file(row: Row) -> None:
    data = (CARRIERS / row.carrier).read_bytes()
    label = signed(AigcLabel.first(PRODUCER, NUMBER), content_hash([data]), ReferenceSigner())
    codec, splices = plan(Source.of(data), row.carrier, label)
    labelled = apply(data, splices)
    opened = open_label(Source.of(labelled), row.carrier)
    (one,) = labels(opened.reading)
    assert one.spelt.label == label
    back = content_hash(pieces(Source.of(labelled), bare(Source.of(labelled), row.carrier)))
    report = verify_security(one.spelt.label, back if codec.IS_REVERSIBLE else None, PINS)
    assert report.producer.outcome == "trusted"
    assert report.producer.content == ("holds" if codec.IS_REVERSIBLE else "not_checked")
    verdict = judge(opened.reading, clause=codec.CLAUSE, security={label: report}, strict=True)
    assert verdict.state == "compliant", verdict.findings


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.carrier)
def test_what_a_format_escapes_comes_back_as_it_was(row: Row) -> None:
    data = (CARRIERS / row.carrier).read_bytes()
    label = AigcLabel.first(HARD, f"{HARD}/\\{HARD}", reserved=f'{{"SecurityData":"{HARD[:1]}"}}')
    labelled = apply(data, plan(Source.of(data), row.carrier, label)[1])
    (one,) = labels(open_label(Source.of(labelled), row.carrier).reading)
    assert one.spelt.label == label
