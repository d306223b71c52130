"""The parts of an Excel workbook (xlsx): taken out of the archive and read as XML, within bounds that no hostile file can stretch.

Knows the archive and XML; knows no sheet and no cell. A part is counted while it is unpacked, whatever its header
says; a document type, which is how XML is made to grow, is refused; an archive with a directory of millions is never opened.
Rules: ISO/IEC 29500 (Office Open XML), APPNOTE.TXT for the archive; the bounds are ours.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from xml.parsers import expat

from hegui.errors import FileFaults

__all__ = ["Parts", "is_workbook", "parse", "unreadable"]

MAX_WORKBOOK = 32 * 1024 * 1024
MAX_PART = 96 * 1024 * 1024
MAX_DIRECTORY = 1024 * 1024
MAX_DEPTH = 64
"""Bytes of the file, of one part unpacked, of the archive's directory; elements inside one another, count."""

_ARCHIVE, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError,
)  # fmt: skip
"""What `zipfile` raises for a part that is damaged, encrypted, or packed in a way it does not know."""
_PIECE = 256 * 1024
_REMEDY = "Save the sheet afresh as .xlsx with values only, or as CSV in UTF-8, then run: hegui lexicon check FILE"

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Data = Callable[[str], None]


def unreadable(where: str, faults: Sequence[tuple[str, str]]) -> FileFaults:
    """The error that a workbook cannot be used, with everything that is wrong with it."""
    return FileFaults("LEX003", where, faults, _REMEDY)


def is_workbook(content: bytes) -> bool:
    """Whether the bytes are an archive, as a workbook is, or a workbook of the old kind."""
    return content.startswith((_ARCHIVE, _OLD))


class Parts:
    """The archive of a workbook."""

    def __init__(self, content: bytes, where: str) -> None:
        self._where = where
        if content.startswith(_OLD):
            raise self.unreadable("", "this is a workbook of the old kind (.xls), or one with a password")
        if len(content) > MAX_WORKBOOK:
            raise self.unreadable("", f"the workbook is larger than {MAX_WORKBOOK // 1024 // 1024} MiB")
        end = content.rfind(b"PK\x05\x06")
        size = int.from_bytes(content[end + 12 : end + 16], "little")
        if end < 0 or content[max(0, end - 20) : end].startswith(b"PK\x06\x07") or size > MAX_DIRECTORY:
            raise self.unreadable("", "the archive is damaged, or its directory is out of all proportion")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
            raise self.unreadable("", "the archive is damaged, or its directory is out of all proportion") from None

    def unreadable(self, place: str, problem: str) -> FileFaults:
        """The error that this workbook cannot be used, for one reason."""
        return FileFaults("LEX003", self._where, [(place, problem)], _REMEDY)

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self._archive.NameToInfo

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, piece by piece."""
        size = 0
        try:
            with self._archive.open(name) as part:
                while piece := part.read(_PIECE):
                    size += len(piece)
                    if size > MAX_PART:
                        raise self.unreadable(name, f"unpacks to more than {MAX_PART // 1024 // 1024} MiB")
                    yield piece
        except KeyError:
            raise self.unreadable(name, "the workbook lacks this part") from None
        except FileFaults:
            raise
        except _BROKEN:
            raise self.unreadable(name, "the part cannot be unpacked; it is damaged or encrypted") from None


def parse(parts: Parts, name: str, start: Start, end: End | None = None, data: Data | None = None) -> None:
    """Read a part as XML; names of elements and attributes come without their namespace."""
    depth = 0

    def opened(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise parts.unreadable(name, f"has more than {MAX_DEPTH} elements inside one another")
        start(_local(element), {_local(key): value for key, value in attributes.items()})

    def closed(element: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(_local(element))

    def refused(*_: object) -> None:
        raise parts.unreadable(name, "has a document type, which a workbook never has")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.StartDoctypeDeclHandler = refused
    if data is not None:
        parser.CharacterDataHandler = data
    try:
        for piece in parts.pieces(name):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise parts.unreadable(name, f"is not well-formed XML, line {error.lineno}") from None


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
