"""Sidecar files (旁路文件) on disk: the label beside a file whose format has no place for one.

Knows where a sidecar stands and that its receipt comes first; the text is `label.sidecar`. A sidecar that belongs to other bytes
is told as such and never taken for the file's label.
Rules: our proposal, for formats in which no guide names a place; the explicit mark is still owed (GB 45438-2025 5).
"""

from __future__ import annotations

from pathlib import Path

from hegui.kernel.source import Source
from hegui.label.aigc import AigcLabel
from hegui.label.formats import codec_of
from hegui.label.sidecar import LONGEST, Sidecar, made, read_sidecar, sidecar_name
from hegui.usecases.label_files import State, Written, digests, open_file, put_file
from hegui.usecases.label_receipts import Receipt

__all__ = ["read_beside", "sidecar_of", "write_beside"]


def sidecar_of(path: Path) -> Path:
    """Where the sidecar of a file stands."""
    return path.with_name(sidecar_name(path.name))


def read_beside(path: Path) -> Sidecar | None:
    """What the sidecar of a file says; None where there is none.

    Raises LabelError: LBL086 it is none; LBL087 it belongs to other bytes; LBL120, LBL121.
    """
    place = sidecar_of(path)
    if not place.is_file():
        return None
    with open_file(place) as source:
        found = read_sidecar(source.up_to(0, LONGEST + 1), str(place))
    with open_file(path) as source:
        found.require(source, str(path))
    return found


def write_beside(path: Path, label: AigcLabel, state: State) -> Written:
    """Write the sidecar of a file, new or in the place of an older one. Raises LabelError LBL120, LBL121."""
    with open_file(path) as source:
        before, text, name = digests(source), made(path.name, source, label), _format(source, path.name)
    place = sidecar_of(path)
    receipt = Receipt(name, place.name, label, before, before, "sidecar")
    receipt = Receipt(name, place.name, label, before, before, "sidecar", state(receipt))
    put_file(place, text, like=path)
    return Written(place, label, receipt)


def _format(source: Source, name: str) -> str:
    codec = codec_of(source, name)
    return codec.NAME if codec is not None else "unknown"
