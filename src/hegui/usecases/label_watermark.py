"""Put watermarks into picture files on disk, and look for them.

Knows paths, and what else in a file a changed pixel touches: a C2PA manifest becomes invalid, and so does a signed label that binds
the content. Both come after the watermark, and the answer says where they stood already. The number of the label that stands in a
picture can be held against what its watermark says.
Rules: GB 45438-2025 6.2; the order explicit mark, watermark, label, C2PA is our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hegui.kernel.source import Source
from hegui.label.faults import LabelError
from hegui.label.formats import open_label
from hegui.label.security_data import binds_content
from hegui.label.standing import labels
from hegui.label.watermark.files import Watermarked, detect, embed
from hegui.label.watermark.payload import payload_of
from hegui.usecases.label_disk import opened, replace_file

if TYPE_CHECKING:
    from hegui.label.watermark.mark import Found

__all__ = ["MOST_BYTES", "Detected", "Embedded", "detect_file", "embed_file"]

MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Embedded:
    """A picture file with its watermark.

    Attributes:
        path: the file.
        mark: what was written.
        breaks_c2pa: whether a C2PA manifest stood in it, which is invalid now.
        breaks_signature: whether its label binds the content by a signature, which is wrong now.
    """

    path: Path
    mark: Watermarked
    breaks_c2pa: bool
    breaks_signature: bool


@dataclass(frozen=True, slots=True)
class Detected:
    """What was found in a file.

    Attributes:
        found: the watermark.
        number: the content's number in the label that stands in the file; "" where there is none or several.
        agrees: whether the watermark says that number; None where either is missing.
    """

    found: Found
    number: str
    agrees: bool | None


def embed_file(path: Path, key: bytes, payload: int, *, out: Path | None = None) -> Embedded:
    """Put the watermark into a picture.

    Raises:
        LabelError: as `label.watermark.files.embed`; LBL120, LBL121 the file; LBL123 `out` exists.
    """
    data = _data(path)
    mark = embed(data, key, payload, str(path))
    reading = open_label(Source.of(data), path.name).reading
    standing = [one.spelt.label for one in labels(reading)]
    replace_file(path, mark.data, out=out)
    has_c2pa = any(trace.kind == "c2pa" for trace in reading.traces)
    return Embedded(
        out or path,
        mark,
        has_c2pa,
        any(binds_content(one.reserved_1) or binds_content(one.reserved_2) for one in standing),
    )


def detect_file(path: Path, key: bytes, *, cropped: bool = False) -> Detected:
    """Look for the watermark of this key; raises as `embed_file`."""
    data = _data(path)
    found = detect(data, key, str(path), cropped=cropped)
    standing = labels(open_label(Source.of(data), path.name).reading)
    number = standing[0].spelt.label.produce_id if len(standing) == 1 else ""
    agrees = payload_of(number) == found.payload if number and found.is_marked else None
    return Detected(found, number, agrees)


def _data(path: Path) -> bytes:
    with opened(path) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise LabelError("LBL104", str(path), "the picture is too large to be marked: more than 256 MiB",
                         "Make it smaller, or split it.")  # fmt: skip
    return data
