"""Labels in PDF files: the key AIGC of the document information dictionary, written by an incremental update.

Knows what to write and when to refuse: a file that asks for a password, one that is certified against every change, a damaged one.
Works behind the file as it was, so that its bytes stay a prefix and signatures stay valid. An update that is ours and comes last is
replaced by the next one; it is known by being exactly what we would write behind the bytes before it.
Rules: TC260-PG-20258A 6.3; ISO 32000-1 7.5.6, 12.8.2.2 (DocMDP) and 14.3.3.
"""

from __future__ import annotations

from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label import xmp
from hegui.label.aigc import AigcLabel
from hegui.label.faults import cannot_edit, cannot_write
from hegui.label.pdf_document import Document
from hegui.label.pdf_objects import Dictionary, Name, Ref, Value, written
from hegui.label.pdf_places import GUIDE, KEY, Packet, Spot, Survey, forbids_changes, survey
from hegui.label.pdf_update import SEPARATOR, Change, free_number, update
from hegui.label.reading import Reading
from hegui.label.standing import Standing, labels, rewritten, standing

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "pdf"
EXTENSIONS = (".pdf",)
MEDIA_TYPES = ("application/pdf", "application/x-pdf")
PLACE = "document information dictionary, key AIGC"
CLAUSE = GUIDE
IS_REVERSIBLE = True

_MAX_UPDATE = 1 << 20


class _Ours(NamedTuple):
    """An update that is ours: the file before it, and where it begins."""

    before: Survey
    start: int


def score(name: str, head: bytes) -> int:
    """`%PDF-` at the front, or within the first kibibyte as readers take it."""
    if head.startswith(b"%PDF-"):
        return 100
    is_named = name.lower().endswith(EXTENSIONS)
    if b"%PDF-" in head[:1024]:
        return 60 if is_named else 20
    return 5 if not head and is_named else 0


def read(source: Source) -> Reading:
    """The key of the information dictionary, and labels elsewhere in it and in the XMP packet."""
    return survey(Document(source)).reading


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """An incremental update with the label. Raises LabelError (LBL004, LBL005), MalformedError."""
    seen = _sound(source)
    one = standing(seen.reading, NAME)
    text = rewritten(one, label)
    if text is None:
        return ()
    if one is None:
        return (Splice(source.size, 0, _with_key(seen, KEY, text)),)
    spot = _spot(seen, one)
    if (ours := _ours(source, seen, spot)) is not None:
        return (Splice(ours.start, source.size - ours.start, _with_key(ours.before, KEY, text)),)
    tail = _with_key(seen, spot.key, text) if spot.key else _with_packet(seen, xmp.written(_packet(seen).data, text))
    return (Splice(source.size, 0, tail),)


def bare(source: Source) -> tuple[Splice, ...]:
    """Without our update; where the label is another's, an update without it. Raises as `write` does."""
    seen = _sound(source)
    one = standing(seen.reading, NAME)
    if one is None:
        return ()
    spot = _spot(seen, one)
    if (ours := _ours(source, seen, spot)) is not None:
        return (Splice(ours.start, source.size - ours.start, b""),)
    if spot.key:
        return (Splice(source.size, 0, _with_key(seen, spot.key, None)),)
    return (Splice(source.size, 0, _with_packet(seen, xmp.without(_packet(seen).data) or b"")),)


def _spot(seen: Survey, one: Standing) -> Spot:
    """Where the label is changed. Raises LabelError (LBL006) where other words stand around it."""
    spot = next(spot for spot in seen.spots if spot.candidate is one.candidate)
    if spot.is_among:
        raise cannot_edit(NAME, one.candidate.place)
    return spot


def _sound(source: Source) -> Survey:
    """The file, where a label can be put into it."""
    document = Document(source)
    if document.locked is not None:
        raise cannot_write(NAME, document.locked.problem)
    seen = survey(document)
    if seen.fault is not None:
        raise seen.fault
    if forbids_changes(document):
        raise cannot_write(NAME, "it is certified, and the certificate forbids every change")
    if document.fault is not None:
        raise document.fault
    return seen


def _ours(source: Source, seen: Survey, spot: Spot) -> _Ours | None:
    """Our update, where it is the last thing in the file; None where it is not, or the label was put there by others."""
    found, file = seen.info.found, seen.document.file
    if spot.key != KEY or found is None or found.within is not None:
        return None
    start = found.offset + file.base
    if source.size - start > _MAX_UPDATE:
        return None
    start -= file.up_to(found.offset - 1, 1) == SEPARATOR
    try:
        before = survey(Document(source, start))
        if before.fault is not None or before.document.locked is not None or labels(before.reading):
            return None
        tail = _with_key(before, KEY, spot.candidate.text)
    except MalformedError:
        return None
    return _Ours(before, start) if source.up_to(start, _MAX_UPDATE) == tail else None


def _with_key(seen: Survey, key: str, text: str | None) -> bytes:
    """An update whose information dictionary has the key, or has it no more; its other keys stay."""
    document, (ref, found, old) = seen.document, seen.info
    is_new = ref is None or found is None
    own = ref if ref is not None and found is not None else Ref(free_number(document), 0)
    cipher = document.cipher

    def sealed(string: bytes) -> bytes:
        return cipher.sealed_string(string, *own) if cipher is not None else string

    is_plain = is_new or (found is not None and found.within is not None)
    value = Dictionary((name, one) for name, one in old.items() if name != key)
    if text is not None:
        raw = text.encode("ascii") if text.isascii() else b"\xfe\xff" + text.encode("utf-16-be", "surrogatepass")
        value[key] = raw if is_plain else sealed(raw)
    body = written(value, sealed if is_plain else bytes)
    entries: dict[str, Value] = {"Info": own} if is_new else {}
    return update(document, [Change(own, body)], entries)


def _packet(seen: Survey) -> Packet:
    if seen.packet is None:
        raise MalformedError("the packet with the label is gone", 0)
    return seen.packet


def _with_packet(seen: Survey, data: bytes) -> bytes:
    """An update with another XMP packet, not packed; its dictionary keeps what else it says."""
    ref, found, _ = _packet(seen)
    header = Dictionary(found.value.items() if isinstance(found.value, Dictionary) else ())
    cipher = seen.document.seals(header)
    for key in ("Filter", "DecodeParms", "DL"):
        header.pop(key, None)
    if cipher is not None:
        data = cipher.sealed_stream(data, ref.number, found.generation)
    elif seen.document.cipher is not None:  # a plain stream of an encrypted file says that it is one
        header.update({"Filter": [Name("Crypt")], "DecodeParms": [Dictionary([("Name", Name("Identity"))])]})
    header["Length"] = len(data)
    return update(seen.document, [Change(ref, written(header) + b"\nstream\n" + data + b"\nendstream")], {})
