"""The label in a Flash Video file: the text AIGC of the script data onMetaData.

Knows the script data of FLV, and XMP in onXMPData, where a label is read and not written. Reads no media, and leaves alone what
is encrypted. The text joins the fields that stand, and `filesize` and `keyframes.filepositions`, which count bytes of the file,
are moved by as much; a file without onMetaData gets one in front. As only the front changes, a file cut short can be labelled.
Rules: TC260-PG-20257A, script.onMetaData with an AMF0 string AIGC.
"""

from __future__ import annotations

from typing import NamedTuple

from hegui.kernel import amf0
from hegui.kernel.amf0 import Value
from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError
from hegui.kernel.splice import Splice
from hegui.label import xmp
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError, cannot_edit
from hegui.label.field_text import decoded, gap_of
from hegui.label.flv_script import LONGEST, Script, edited, first_tag, fresh, script_of, script_tags
from hegui.label.hints import is_spelt, sign_in
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.spellings import MAX_TEXT
from hegui.label.standing import Standing, rewritten, standing

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "flv"
EXTENSIONS = (".flv",)
MEDIA_TYPES = ("video/x-flv", "video/flv")
PLACE = "script.onMetaData AIGC"
CLAUSE = "TC260-PG-20257A"
IS_REVERSIBLE = True

_KEY = b"AIGC"
_METADATA, _XMP = b"onMetaData", b"onXMPData"
_PROGRAMS = (b"encoder", b"creator", b"metadatacreator")
_MOST = 64


class _Found(NamedTuple):
    """A candidate, and the field it stands in; no field where it stands in XMP."""

    candidate: Candidate
    script: Script
    field: Value | None


class _Seen(NamedTuple):
    """A file that was looked at.

    Attributes:
        metadata: the first onMetaData that can take fields.
        found: the candidates.
        reading: the same for who asks.
        fault: why not all was seen; a cut or a very long end is none, as the label stands in front.
    """

    metadata: Script | None
    found: tuple[_Found, ...]
    reading: Reading
    fault: MalformedError | None


def score(name: str, head: bytes) -> int:
    """The signature."""
    if head[:3] == b"FLV" and head[3:4] == b"\x01":
        return 100
    return 5 if name.lower().endswith(EXTENSIONS) else 0


def read(source: Source) -> Reading:
    """The fields of all script data."""
    return _seen(source).reading


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The field in its place, in the onMetaData that stands, or in one in front.

    Raises:
        LabelError: LBL005; LBL006, it stands in XMP; LBL045, the script data are full.
        MalformedError: the script data are damaged, or there are more tags than are looked at.
    """
    seen = _sound(source)
    one = standing(seen.reading, NAME)
    text = rewritten(one, label)
    if text is None:
        return ()
    place = _place(seen, one)
    value = amf0.string(text.encode("ascii"))
    if place is not None:
        return _edited(source, *place, value)
    if seen.metadata is None or seen.metadata.end is None:
        at = first_tag(source)
        return (Splice(at, 0, fresh(amf0.name(_KEY) + value)),)
    return _edited(source, seen.metadata, None, amf0.name(_KEY) + value)


def bare(source: Source) -> tuple[Splice, ...]:
    """The field taken out, and its onMetaData where nothing else stands in that. Raises as `write` does."""
    seen = _sound(source)
    one = standing(seen.reading, NAME)
    place = _place(seen, one)
    if one is None or place is None:
        return ()
    script, field = place
    root, end, tag = script.root, script.end, script.tag
    is_alone = root is not None and end is not None and (root.end, end.start) == (field.key, field.end)
    if is_alone and script.counted == 1:
        return (Splice(tag.start, min(tag.next, source.size) - tag.start, b""),)
    return edited(source, script, field.key, field.end - field.key, b"", -1)


def _place(seen: _Seen, one: Standing | None) -> tuple[Script, Value] | None:
    """The field of the label; without one, a field of its name that holds something else. Raises LabelError (LBL006)."""
    for found in seen.found:
        if found.candidate is one.candidate if one else found.candidate.is_standard:
            if found.field is None:
                raise cannot_edit(NAME, "the XMP of onXMPData")
            return found.script, found.field
    return None


def _edited(source: Source, script: Script, field: Value | None, put: bytes) -> tuple[Splice, ...]:
    """The value of a field changed, or one added at the end: not counted in an array that was there and empty, to know it by."""
    at = field.start if field else script.end.start if script.end else len(script.data)
    drop = field.end - field.start if field else 0
    if len(script.data) - drop + len(put) > LONGEST:
        raise LabelError("LBL045", NAME, "its script data are 16 MiB already, and cannot count the label",
                         "Copy it into a new file without coding it anew: ffmpeg -i OLD -c copy NEW.flv")  # fmt: skip
    is_counted = field is None and (script.counted > 0 or not script.is_empty)
    return edited(source, script, at, drop, put, int(is_counted))


def _sound(source: Source) -> _Seen:
    seen = _seen(source)
    if seen.fault is not None:
        raise seen.fault
    return seen


def _seen(source: Source) -> _Seen:
    """Raises MalformedError where this is no Flash Video."""
    first_tag(source)
    metadata: Script | None = None
    found: list[_Found] = []
    traces: list[Trace] = []
    gaps: list[Gap] = []
    fault: MalformedError | None = None
    try:
        for count, tag in enumerate(script_tags(source, (_METADATA, _XMP))):
            if count == _MOST:
                raise TooMuchError("more script data than is looked at", tag.start)
            try:
                script = script_of(source, tag)
            except MalformedError as error:
                gaps.append(gap_of(error, f"flv script data at byte {tag.start}"))
                fault = fault or (error if metadata is None else None)
                continue
            metadata = metadata or (script if script.name == _METADATA and script.root else None)
            more_found, more_traces = _read(script)
            found += more_found[: _MOST - len(found)]
            traces += more_traces[: _MOST - len(traces)]
    except MalformedError as error:
        gaps.append(gap_of(error, f"flv tags from byte {error.at}"))
        is_behind = isinstance(error, TruncatedError | TooMuchError) and metadata is not None
        fault = fault or (None if is_behind else error)
    reading_of_all = Reading(tuple(one.candidate for one in found), tuple(traces), tuple(gaps[:_MOST]))
    return _Seen(metadata, tuple(found), reading_of_all, fault)


def _read(script: Script) -> tuple[list[_Found], list[Trace]]:
    found: list[_Found] = []
    traces: list[Trace] = []
    for field in script.fields:
        (key,) = field.path
        if field.kind not in amf0.STRINGS or field.end - field.start > xmp.MAX_PACKET:
            continue
        where = f"flv {script.name.decode('ascii', 'replace')[:20]} {key.decode('ascii', 'replace')[:40]}"
        if script.name == _XMP:
            packet = xmp.find(script.text(field))
            found += [_Found(Candidate(where, script.tag.start, script.tag.size, one.text, False, one.findings), script, None)
                      for one in packet.labels]  # fmt: skip
            traces += packet.traces
            continue
        more = _candidates(script, field, key, where)
        found += more
        text = decoded(script.text(field)[:800])[0]
        kind = "generator" if key in _PROGRAMS else sign_in(text)
        if kind and text and not more:
            traces.append(Trace(kind, where, text[:200]))
    return found, traces


def _candidates(script: Script, field: Value, key: bytes, where: str) -> list[_Found]:
    """The field where its name or its text make it one that may be a label."""
    if field.end - field.start > 4 * MAX_TEXT:
        return []
    text, findings = decoded(script.text(field))
    if _KEY not in key.upper() and not is_spelt(text):
        return []
    is_standard = key == _KEY and script.name == _METADATA
    start = script.tag.body + field.key
    return [_Found(Candidate(where, start, field.end - field.key, text, is_standard, findings), script, field)]
