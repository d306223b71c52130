"""Carriers that are PDF files."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from hegui.label import pdf
from tests.label.contract import Row, output

__all__ = ["ROWS", "checks", "payload", "pdfinfo", "pdfinfo_pairs"]


def payload(path: Path) -> object:
    """The text, and every page as a picture; and what the information dictionary says besides."""
    with tempfile.TemporaryDirectory() as folder:
        output("pdftoppm", "-r", "40", path, Path(folder) / "page")
        pages = [hashlib.sha256(page.read_bytes()).hexdigest() for page in sorted(Path(folder).iterdir())]
    others = {key: value for key, value in pdfinfo_pairs(path).items() if key != "AIGC"}
    return output("pdftotext", path, "-"), pages, others


def pdfinfo_pairs(path: Path) -> dict[str, str]:
    """The information dictionary as poppler reads it."""
    lines = output("pdfinfo", "-custom", "-enc", "UTF-8", path).decode().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def pdfinfo(path: Path) -> str:
    return pdfinfo_pairs(path)["AIGC"]


def exiftool(path: Path) -> str:
    return output("exiftool", "-b", "-PDF:AIGC", path).decode()


def exiftool_after_qpdf(path: Path) -> str:
    """exiftool takes half a minute to decrypt, so qpdf does it."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.pdf"
        output("qpdf", "--decrypt", path, plain)
        return exiftool(plain)


def checks(path: Path) -> None:
    """qpdf ends with 3 where it only warns."""
    assert b"No syntax or stream encoding errors found" in output("qpdf", "--check", path)


JUDGES = {"pdfinfo": pdfinfo, "exiftool": exiftool}
ROWS: tuple[Row, ...] = (
    Row("doc.pdf", pdf, payload, JUDGES, (checks,)),
    Row("doc-objstm.pdf", pdf, payload, JUDGES, (checks,)),
    Row("doc-encrypted.pdf", pdf, payload, {"pdfinfo": pdfinfo, "exiftool": exiftool_after_qpdf}, (checks,)),
)
