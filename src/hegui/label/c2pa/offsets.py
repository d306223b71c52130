"""Set right the tables of offsets of a signed film or HEIF picture, where c2pa-python has moved them wrongly.

Knows where the manifest stands in such a file; knows nothing of what it says. The same insertion is done with our own mending of
tables, and compared. c2pa-python 0.38.1 gives all entries of a table tfra one offset; the seal leaves that box out, so it can be
set right. It also moves items of pictures twice whose base is zero; those are sealed, so such a picture is given up.
Rules: C2PA 2.2 A.5 (box uuid), 18.6 (what the hash leaves out); ISO/IEC 14496-12 8.7.5, 8.8.10, 8.11.3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import BinaryIO

from hegui.kernel.isobmff import Box, Walker
from hegui.kernel.source import Source
from hegui.kernel.splice import pieces
from hegui.label.bmff_offsets import mended
from hegui.label.bmff_shift import Edit
from hegui.label.mp4_places import C2PA

__all__ = ["FAMILY", "set_right"]

FAMILY = ("video/mp4", "audio/mp4", "video/quicktime", "image/heic", "image/avif")
"""Media types of ISO base media files."""


def set_right(before: Source, out: BinaryIO, name: str) -> bool:
    """Write over `out` what it should be, where it is not; whether it was not. Raises MalformedError, LabelError.

    Args:
        before: the file as it was, with or without an older manifest.
        out: the signed file.
        name: what to call it in an error.
    """
    after = Source(out)
    new = _manifests(after)
    if len(new) != 1:
        return False
    splices = mended(before, _edits(_manifests(before), new[0], after), name)
    if _digest(pieces(before, splices)) == _digest(after.pieces(0, after.size)):
        return False
    out.seek(0)
    for piece in pieces(before, splices):
        out.write(piece)
    out.truncate()
    return True


def _manifests(source: Source) -> list[Box]:
    return [top for top in Walker(source).tops() if top.uuid == C2PA]


def _edits(old: list[Box], new: Box, after: Source) -> list[Edit]:
    """Out with the old manifests, in with the new one, where it was put."""
    data = after.at(new.start, new.size)
    at = new.start + sum(one.size for one in old if one.start < new.start)
    edits = [Edit(one.start, one.size, data if one.start == at else b"") for one in old]
    return edits if any(one.at == at for one in edits) else [*edits, Edit(at, 0, data)]


def _digest(parts: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()
