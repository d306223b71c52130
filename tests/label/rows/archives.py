"""Carriers that are archives: office files and books."""

from __future__ import annotations

import json
from pathlib import Path

from hegui.label import epub, ooxml
from tests.label.archives import raw_members
from tests.label.contract import Row, output

__all__ = ["ROWS"]

TOUCHED = ("[Content_Types].xml", "_rels/.rels", "docProps/custom.xml", "EPUB/content.opf")


def payload(path: Path) -> object:
    """Every member that a label does not concern, as it lies in the file, in its order."""
    return list(raw_members(path, TOUCHED).items())


def exiftool_property(path: Path) -> str:
    """The custom property, as exiftool reads it (with Archive::Zip)."""
    return output("exiftool", "-b", "-XML:AIGC", path).decode()


def exiftool_meta(path: Path) -> str:
    """The last meta of the package document, as exiftool reads it."""
    (found,) = json.loads(output("exiftool", "-j", "-a", "-G4", "-XML:Meta", path))
    return str([value for name, value in found.items() if name.endswith("Meta")][-1])


def unzips(path: Path) -> None:
    output("unzip", "-tq", path)


def mimetype_is_first_and_stored(path: Path) -> None:
    assert path.read_bytes()[30:58] == b"mimetypeapplication/epub+zip"


ROWS: tuple[Row, ...] = (
    Row("report.docx", ooxml, payload, {"exiftool": exiftool_property}, (unzips,)),
    Row("sheet.xlsx", ooxml, payload, {"exiftool": exiftool_property}, (unzips,)),
    Row("slides.pptx", ooxml, payload, {"exiftool": exiftool_property}, (unzips,)),
    Row("book.epub", epub, payload, {"exiftool": exiftool_meta}, (unzips, mimetype_is_first_and_stored)),
)
