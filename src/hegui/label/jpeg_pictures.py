"""Keep the list of further pictures right, which a JPEG of several pictures carries, when a label makes the first one longer.

Knows the multi-picture index (APP2 MPF), which Ultra HDR, stereo and phone pictures have; knows no pixel. Reads the sizes and
offsets of the pictures and gives the splice that moves them along with other splices; an index it cannot read it refuses.
Works on offsets from the index's own header: what goes in before it shifts both alike, so only the first size changes.
Rules: CIPA DC-007-2009, 5.2.2 and 5.2.3.3 (MP entry: attribute, size, offset from the MP header, 0 for the first picture).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.kernel.tiff import chain, layout, value
from hegui.label.faults import LabelError

__all__ = ["HEAD", "moved"]

HEAD = b"MPF\0"
_ENTRIES = 0xB002
_SIZE = 16


def moved(index: bytes, at: int, splices: Sequence[Splice]) -> Splice | None:
    """The splice into the index that goes with `splices`; None where nothing moves.

    Args:
        index: the index, from its byte order on.
        at: its offset in the file, from which the offsets in it count.
        splices: what changes in the file.
    Raises:
        LabelError: LBL022, the index cannot be read, or cannot hold the new numbers.
    """
    try:
        entries_at, entries = _entries(Source.of(index))
        order = layout(Source.of(index)).order
    except MalformedError as error:
        raise _unreadable() from error

    def shift(place: int) -> int:
        return sum(len(one.put) - one.drop for one in splices if one.at < place)

    changed = bytearray(entries)
    for start in range(0, len(entries), _SIZE):
        size, offset = struct.unpack_from(f"{order}II", entries, start + 4)
        place = at + offset if offset else 0
        numbers = (size + shift(place + size) - shift(place), offset + shift(place) - shift(at) if offset else 0)
        try:
            struct.pack_into(f"{order}II", changed, start + 4, *numbers)
        except struct.error as error:
            raise _unreadable() from error
    return Splice(at + entries_at, len(entries), bytes(changed)) if changed != entries else None


def _entries(source: Source) -> tuple[int, bytes]:
    """Where the entries of the pictures stand in the index, and their bytes."""
    for ifd in chain(source, layout(source)):
        for entry in ifd.entries((_ENTRIES,)):
            data = value(source, entry, source.size)
            if len(data) % _SIZE == 0 and entry.size == entry.count:
                return entry.value_at, data
        break
    raise MalformedError("the index of pictures has no entries", 0)


def _unreadable() -> LabelError:
    return LabelError("LBL022", "jpeg", "it holds more pictures, and the index of them cannot be read",
                      "Take the first picture out of the file and label that.")  # fmt: skip
