"""Signs of generation beside the label: marks in texts and office files, our own plates on pictures, and a C2PA manifest's word.

Knows which kinds of file can be looked at so; the looking is done in `label.explicit`. A picture is looked at only where the
extra `marks` is installed, and writing of others on it is not read: what is not recognised is no evidence. A manifest is
searched for the word alone, and not validated.
Rules: Labelling Measures, article 6 (3): explicit marks make an upload suspected.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from hegui.kernel.logic import Verdict
from hegui.kernel.source import MalformedError, Source
from hegui.label.explicit.check import check_mark
from hegui.label.explicit.office_words import office_words
from hegui.label.explicit.pictures import format_of
from hegui.label.explicit.texts import format_of_text
from hegui.label.explicit.visible import explicit_text
from hegui.label.faults import LabelError
from hegui.label.formats import Opened, open_label
from hegui.label.reading import Trace
from hegui.usecases.label_files import open_file

__all__ = ["LARGEST_PICTURE", "look_at", "look_at_source"]

_GENERATED = b"rainedAlgorithmicMedia"
"""What the IPTC source types trainedAlgorithmicMedia and compositeWithTrainedAlgorithmicMedia end in."""

OFFICE = (".docx", ".docm", ".pptx", ".pptm", ".xlsx", ".xlsm", "")

LARGEST_PICTURE = 32 << 20
"""Bytes of a picture that is searched for plates."""


def look_at(path: Path) -> Opened:
    """What stands in a file, visible marks included. Raises LabelError LBL120, LBL121."""
    with open_file(path) as source:
        return look_at_source(source, path.name)


def look_at_source(source: Source, name: str) -> Opened:
    """What stands in bytes that are at hand, visible marks included; never raises for what is in them."""
    opened = open_label(source, name)
    known = {trace.place for trace in opened.reading.traces}
    traces = [trace for trace in _visible(source, name) if trace.place not in known]
    if any(trace.kind == "c2pa" for trace in opened.reading.traces) and _holds(source, _GENERATED):
        traces.append(Trace("iptc_source_type", "C2PA manifest", "trainedAlgorithmicMedia"))
    return replace(opened, reading=replace(opened.reading, traces=(*opened.reading.traces, *traces)))


def _holds(source: Source, word: bytes) -> bool:
    """Whether the bytes of a file hold a word anywhere."""
    tail = b""
    try:
        for piece in source.pieces(0, source.size):
            if word in tail + piece:
                return True
            tail = piece[-len(word) :]
    except MalformedError:
        pass  # the file became shorter
    return False


def _visible(source: Source, name: str) -> tuple[Trace, ...]:
    try:
        kind = format_of_text(source, name)
        if kind:
            return explicit_text(source, kind, name).traces
        if source.up_to(0, 4) == b"PK\x03\x04" and Path(name).suffix.lower() in OFFICE:
            return office_words(source, name).traces
        if source.size <= LARGEST_PICTURE and find_spec("PIL") and format_of(source.up_to(0, 64)) not in ("", "heic"):
            return _plates(source, name)
    except (LabelError, MalformedError):
        pass  # the codec's reading tells what could not be examined
    return ()


def _plates(source: Source, name: str) -> tuple[Trace, ...]:
    found = check_mark(b"".join(source.pieces(0, source.size)), name)
    return tuple(
        Trace("explicit_text", f"picture frame {one.frame}", one.text)
        for one in found
        if one.text is not None and one.is_there is Verdict.HOLDS
    )
