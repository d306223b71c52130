"""What whoever marks sound or video should know about the file: signatures that no longer fit, and openings that are short.

Knows that a C2PA manifest and the content hash in a label were made for the file as it was; changes neither. The label itself stays
where it is.
Rules: TC260-PG-202511A (the content hash); C2PA (hard bindings). Marks come before labels and signatures.
"""

from __future__ import annotations

from hegui.kernel.source import Source
from hegui.label.formats import open_label
from hegui.label.standing import labels

__all__ = ["notes_of"]


def notes_of(source: Source, name: str, *, is_short: bool = False) -> tuple[str, ...]:
    """The notes, as keys that a face has words for: c2pa, signed_label, short."""
    reading = open_label(source, name).reading
    found = []
    if any(trace.kind == "c2pa" for trace in reading.traces):
        found.append("c2pa")
    if any("Bindings" in one.spelt.label.reserved_1 + one.spelt.label.reserved_2 for one in labels(reading)):
        found.append("signed_label")
    if is_short:
        found.append("short")
    return tuple(found)
