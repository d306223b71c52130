"""What the fuzz run begins with: the carriers, plain and with every label, files as others make them, and texts of all kinds."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label import xmp
from hegui.label.faults import LabelError
from hegui.label.formats import codec_of, named
from hegui.label.signatures import signed
from tests.label.contract import CARRIERS
from tests.label.fuzz_checks import LABELS, TEXTS
from tests.label.test_signed_files import ReferenceSigner
from tests.label.wild_files import built

__all__ = ["LARGEST", "seeds"]

LARGEST = 96 << 10
"""Bytes of an input."""

_TEXTS = (
    "AIGC:\n  Label: '1'\n  ContentProducer: \"P\"\n  ProduceID: 7\n",
    "{Label=1, ContentProducer=P, ProduceID=7}",
    '{"a":{"b":[1,2.5e3,null,true,"\\u0041"]}}',
    "001191110102MAD55U9H0F10002",
    "00 1191110102mad55u9h0f 10002",
    "01JADK3M7Q0000000000000000-0-ABCDEFGHJKMNPQRS",
    "内容由 AI 生成",
)


def seeds(target: str) -> list[bytes]:
    """Files of the format, or texts."""
    if target == TEXTS:
        return _texts()
    codec = named(target)
    assert codec is not None, target
    found = []
    for path in sorted(CARRIERS.iterdir()):
        data = path.read_bytes()
        if codec_of(Source.of(data), path.name) is not codec:
            continue
        found.append(data)
        for label in LABELS:
            try:
                found.append(apply(data, codec.write(Source.of(data), label)))
            except LabelError:  # an encrypted one
                continue
    found += [data for name, data in _wild() if codec_of(Source.of(data), name) is codec]
    return [data for data in found if len(data) <= LARGEST] or [bytes(64)]


@cache
def _wild() -> tuple[tuple[str, bytes], ...]:
    table = yaml.safe_load(Path(__file__).with_name("wild.yaml").read_text(encoding="utf-8"))
    rows = [row for found in table.values() if isinstance(found, list) for row in found if "content" in row]
    return tuple((str(row["file"]), built(row["content"])) for row in rows)


def _texts() -> list[bytes]:
    labels = (*LABELS, signed(LABELS[0], bytes(32), ReferenceSigner()))
    spelt = [text for label in labels for text in (label.text(), label.wrapped(), label.reserved_1) if text]
    packets = [xmp.written(None, label.text()) for label in LABELS[:3]]
    return [text.encode() for text in (*spelt, *_TEXTS)] + packets
