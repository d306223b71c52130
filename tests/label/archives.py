"""What the tests of documents that are zip archives share: making one, taking one apart, what to survive."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.kernel.zip_members import archive, extent
from hegui.label.aigc import AigcLabel
from hegui.label.codec import Codec
from hegui.label.faults import LabelError

__all__ = [
    "LABEL",
    "changed_parts",
    "parts",
    "raw_members",
    "survives",
    "with_parts",
    "without_label",
    "written",
    "zipped",
]

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")


def zipped(members: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    """An archive with these members, in this order; the first is stored where it is named mimetype."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in members.items() if isinstance(members, Mapping) else members:
            made.writestr(name, body, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    """The members as another program, zipfile, reads them."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def with_parts(data: bytes, changes: Mapping[str, bytes]) -> bytes:
    """The archive made anew with other members."""
    return zipped(parts(data) | changes)


def raw_members(path: Path, but: Iterable[str] = ()) -> dict[str, bytes]:
    """The bytes of every member as they lie in the file, header and packed data, but for some names; in the file's order."""
    data = path.read_bytes()
    source = Source.of(data)
    members = sorted(archive(source).members, key=lambda one: one.offset)
    return {one.name: data[slice(*extent(source, one))] for one in members if one.name not in set(but)}


def changed_parts(before: bytes, after: bytes) -> set[str]:
    """The names whose content differs."""
    old, new = parts(before), parts(after)
    return {name for name in old | new if old.get(name) != new.get(name)}


def written(codec: Codec, data: bytes, label: AigcLabel = LABEL) -> bytes:
    return apply(data, codec.write(Source.of(data), label))


def without_label(codec: Codec, data: bytes) -> bytes:
    return apply(data, codec.bare(Source.of(data)))


def survives(codec: Codec, data: bytes, budget: int = 4 << 20) -> None:
    """Reading, writing and baring give an answer or one of our errors, within the budget."""
    codec.score("", data[:4096])
    for act in (codec.read, lambda source: codec.write(source, LABEL), codec.bare):
        with contextlib.suppress(MalformedError, LabelError):
            act(Source(io.BytesIO(data), budget=budget))
