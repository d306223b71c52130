"""Put a visible mark into a document: Word, PowerPoint, Excel or PDF.

Knows which module writes into which kind; a document that is encrypted, signed or damaged is refused with the reason. The
file as it was is changed by splices alone.
Rules: GB 45438-2025 5.1; Labelling Measures article 4 (files to download hold the mark).
"""

from __future__ import annotations

from dataclasses import dataclass

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label import compound_file
from hegui.label.explicit.docx import mark_docx
from hegui.label.explicit.faults import no_document
from hegui.label.explicit.office import Office
from hegui.label.explicit.pdf import mark_pdf
from hegui.label.explicit.pptx import mark_pptx
from hegui.label.explicit.text_mark import TextMark
from hegui.label.explicit.xlsx import mark_xlsx

__all__ = ["MarkedDocument", "mark_document"]


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    """How a document must change to bear its mark.

    Attributes:
        splices: the changes; none where it stands already.
        format: "docx", "pptx", "xlsx" or "pdf".
        places: how many footers, slides, sheets or pages bear it then.
    """

    splices: tuple[Splice, ...]
    format: str
    places: int


def mark_document(source: Source, name: str, mark: TextMark | None = None) -> MarkedDocument:
    """How the document must change to bear the mark; `mark.place` says nothing here, since every page bears it.

    Raises LabelError: LBL102 (a character the bundled font lacks, PDF), LBL113 (no document, encrypted, signed, damaged).
    """
    mark = mark or TextMark()
    head = source.up_to(0, 1024)
    try:
        if head.startswith(compound_file.MAGIC):
            raise no_document(name, compound_file.why_unreadable(source)[1])
        if b"%PDF-" in head:
            splices, pages = mark_pdf(source, mark, name)
            return MarkedDocument(splices, "pdf", pages)
        return _office(source, name, mark)
    except MalformedError as error:
        raise no_document(name, error.problem) from error


def _office(source: Source, name: str, mark: TextMark) -> MarkedDocument:
    if not source.up_to(0, 4) == b"PK\x03\x04":
        raise no_document(name, "it is no document of a kind that is known")
    office = Office(source, name)
    folder = office.main.partition("/")[0].lower()
    marks = {"word": ("docx", mark_docx), "ppt": ("pptx", mark_pptx), "xl": ("xlsx", mark_xlsx)}
    if folder not in marks:
        raise no_document(name, "it is no document of a kind that is known")
    kind, put = marks[folder]
    places = put(office, mark)
    return MarkedDocument(office.splices(), kind, places)
