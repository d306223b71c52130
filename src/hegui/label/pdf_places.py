"""Where in a PDF file a label stands, and what else says that its content is generated.

Knows the document information dictionary, the metadata of the catalogue, associated files and the permissions of a certified file;
knows no page. Every text of the information dictionary is looked at, for others have put labels into Keywords or Subject.
Rules: TC260-PG-20258A 6.3 (the key AIGC of the information dictionary); ISO 32000-1 14.3 and 12.8.2.2; C2PA 2.1 A.4 for PDF.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hegui.kernel.source import MalformedError, TooMuchError, TruncatedError
from hegui.label import xmp
from hegui.label.findings import Finding
from hegui.label.pdf_crypt import LockedError
from hegui.label.pdf_document import Document
from hegui.label.pdf_indirect import Found
from hegui.label.pdf_objects import Dictionary, Ref, Value, as_text
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.scattered_tags import scattered
from hegui.label.spellings import parse
from hegui.label.stray import glued

__all__ = ["GUIDE", "KEY", "Info", "Packet", "Spot", "Survey", "forbids_changes", "survey"]

GUIDE = "TC260-PG-20258A 6.3"
KEY = "AIGC"
_MAX_KEYS = 1_000
_MAX_FILES = 32


class Info(NamedTuple):
    """The document information dictionary: its reference, None where the trailer holds it or has none, and its object."""

    ref: Ref | None
    found: Found | None
    value: Dictionary


class Packet(NamedTuple):
    """The XMP packet of the document."""

    ref: Ref
    found: Found
    data: bytes


class Spot(NamedTuple):
    """A candidate, and the key of the information dictionary that holds it; "" for the packet.

    `is_among` says that other words stand around it, so that it is read and not written.
    """

    candidate: Candidate
    key: str
    is_among: bool = False


@dataclass(slots=True)
class Survey:
    """What was seen of a file; `fault` is why a place where a label may stand could not be read."""

    document: Document
    info: Info = field(default_factory=lambda: Info(None, None, Dictionary()))
    packet: Packet | None = None
    spots: list[Spot] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    fault: MalformedError | None = None

    @property
    def reading(self) -> Reading:
        """All of it, candidates in file order."""
        ordered = sorted((spot.candidate for spot in self.spots), key=lambda one: one.offset)
        return Reading(tuple(ordered), tuple(self.traces), tuple(self.gaps))

    def missed(self, place: str, error: MalformedError) -> None:
        """A part that cannot be read."""
        self.fault = self.fault or error
        reason = {LockedError: "encrypted", TooMuchError: "too large", TruncatedError: "truncated"}.get(type(error))
        self.gaps.append(Gap(place, reason or "malformed"))


def survey(document: Document) -> Survey:
    """Everything in the file that may be a label."""
    seen = Survey(document)
    for place, look in (
        ("Info", _look_at_info),
        ("Root", _look_at_catalogue),
        ("XMP", _look_at_packet),
        ("AF", _look_at_files),
    ):
        try:
            look(seen)
        except MalformedError as error:
            seen.missed(place, error)
    if document.fault is not None:  # which a look at an object may have brought out
        seen.missed("cross-reference", document.fault)
    return seen


def _look_at_info(seen: Survey) -> None:
    document = seen.document
    given = document.trailer.get("Info")
    if isinstance(given, Ref):
        found = document.found(given)
        if found is not None and isinstance(found.value, Dictionary):
            seen.info = Info(given, found, found.value)
    elif isinstance(given, Dictionary):
        seen.info = Info(None, None, given)
    value, plain = seen.info.value, seen.info.found is None or seen.info.found.within is not None
    if value and document.locked is not None and not plain:
        raise document.locked
    texts: list[tuple[str, str]] = []
    for key, one in [*value.twice, *value.items()][:_MAX_KEYS]:
        told = document.resolved(one) if isinstance(one, Ref) else one
        if isinstance(told, Dictionary) and KEY in key.upper():
            seen.spots.append(Spot(_candidate(seen, key, _as_object(seen, told)), key, is_among=True))
        text = _text(seen, told)
        if text is None:
            continue
        texts.append((key, text))
        if KEY in key.upper() or parse(text) is not None:
            seen.spots.append(Spot(_candidate(seen, key, text), key))
        elif KEY in text and (among := next(glued(text.encode("utf-8", "replace")), None)) is not None:
            seen.spots.append(Spot(_candidate(seen, key, among.text), key, is_among=True))
        elif key in ("Producer", "Creator") and text.strip():
            seen.traces.append(Trace("generator", f"Info {key}", text.strip()[:200]))
    place = _candidate(seen, KEY, "")
    together = scattered(texts, "Info keys", place.offset, place.size)
    seen.spots += (Spot(one, "", is_among=True) for one in together)


def _look_at_catalogue(seen: Survey) -> None:
    """A key of the document itself, as a text or a dictionary."""
    document = seen.document
    for key, one in document.dictionary(document.trailer.get("Root")).items():
        if KEY not in key.upper():
            continue
        told = document.resolved(one) if isinstance(one, Ref) else one
        text = _as_object(seen, told) if isinstance(told, Dictionary) else _text(seen, told)
        if text is not None and parse(text) is not None:
            finding = Finding("place.other", "fault", GUIDE, key[:60])
            place = _candidate(seen, KEY, "")
            candidate = Candidate(f"Root {key[:60]}", place.offset, place.size, text, False, (finding,))
            seen.spots.append(Spot(candidate, "", is_among=True))


def _as_object(seen: Survey, value: Dictionary) -> str:
    """A dictionary of PDF as the object it stands for."""
    texts = ((key, _text(seen, one)) for key, one in list(value.items())[:_MAX_KEYS])
    return json.dumps({KEY: {key: text for key, text in texts if text is not None}})


def _text(seen: Survey, value: Value) -> str | None:
    """A text string of the information dictionary, decrypted."""
    if not isinstance(value, bytes):
        return None
    info, cipher = seen.info, seen.document.cipher
    if cipher is not None and info.ref is not None and info.found is not None and info.found.within is None:
        value = cipher.string(value, info.ref.number, info.found.generation)
    return as_text(value)


def _candidate(seen: Survey, key: str, text: str) -> Candidate:
    found, file = seen.info.found, seen.document.file
    findings = [Finding("pdf.xref", "warning", "")] if seen.document.fault is not None else []
    if KEY not in key.upper():
        findings.append(Finding("place.other", "fault", GUIDE, key[:60]))
    elif key != KEY:
        findings.append(Finding("key.other_name", "warning", GUIDE, key[:60]))
    trailer = seen.document.sections[0].offset if seen.document.sections else 0
    offset, size = (found.offset, found.size) if found is not None else (trailer, 1)
    return Candidate(f"Info {key[:60]}", offset + file.base, size, text, key == KEY, tuple(findings))


def _look_at_packet(seen: Survey) -> None:
    document = seen.document
    catalogue = document.dictionary(document.trailer.get("Root"))
    given = catalogue.get("Metadata")
    found = document.found(given) if isinstance(given, Ref) else None
    if not isinstance(given, Ref) or found is None:
        return
    packet = document.stream(given, found)
    seen.packet = Packet(given, found, packet)
    read = xmp.find(packet)
    size = min(found.size + len(packet), document.file.size - found.offset)
    for one in read.labels:
        findings = (Finding("place.other", "warning", GUIDE, "XMP"), *one.findings)
        candidate = Candidate("XMP TC260:AIGC", found.offset + document.file.base, size, one.text, False, findings)
        seen.spots.append(Spot(candidate, ""))
    seen.traces += read.traces
    seen.gaps += read.gaps


def _look_at_files(seen: Survey) -> None:
    """A C2PA manifest is an associated file of the document."""
    document = seen.document
    files = document.resolved(document.dictionary(document.trailer.get("Root")).get("AF"))
    for one in files[:_MAX_FILES] if isinstance(files, list) else ():
        if document.dictionary(one).get("AFRelationship") == "C2PA_Manifest":
            seen.traces.append(Trace("c2pa", "PDF associated file", "C2PA_Manifest"))


def forbids_changes(document: Document) -> bool:
    """Whether the file is certified so that nothing may be changed (DocMDP level 1). Raises MalformedError."""
    catalogue = document.dictionary(document.trailer.get("Root"))
    signature = document.dictionary(document.dictionary(catalogue.get("Perms")).get("DocMDP"))
    return any(level == 1 for level in _levels(document, signature))


def _levels(document: Document, signature: Dictionary) -> Iterator[Value]:
    references = document.resolved(signature.get("Reference"))
    for one in references[:_MAX_FILES] if isinstance(references, list) else ():
        reference = document.dictionary(one)
        if reference.get("TransformMethod") == "DocMDP":
            yield document.resolved(document.dictionary(reference.get("TransformParams")).get("P"))
