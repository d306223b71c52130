"""Why a label cannot be written or read: the errors of this package, each with its remedy.

Knows the codes LBL001 to LBL019, which every codec may raise; what one part alone raises stands in that part.
Works as small functions that return the error, so that a `raise` shows at the place.
Rules: the remedy never is to take a label away (Labelling Measures, article 10).
"""

from __future__ import annotations

from hegui.errors import InputError

__all__ = [
    "LabelError",
    "cannot_edit",
    "cannot_write",
    "malformed",
    "no_place",
    "several",
    "too_much",
    "unknown_format",
]


class LabelError(InputError):
    """A file that cannot be labelled or read, or a label that is none."""


def unknown_format(where: str) -> LabelError:
    """No codec knows the bytes."""
    return LabelError("LBL001", where, "this is no format that hegui can label",
                      "Convert it to one of those that `hegui label formats` lists, or use a sidecar file.")  # fmt: skip


def malformed(where: str, problem: str, at: int) -> LabelError:
    """The file is damaged, or is not what it says."""
    return LabelError("LBL002", where, f"the file is damaged, or of a form hegui does not know, at byte {at}: {problem}",
                      "Make the file again, or save it with another program; "
                      "what is not understood whole is not labelled, so that nothing gets lost.")  # fmt: skip


def too_much(where: str, problem: str) -> LabelError:
    """The file is sound as far as anybody looked, and larger than a walk may be."""
    return LabelError("LBL007", where, f"it asks for more memory or entries than hegui reads of one file: {problem}",
                      "Split it, or make it again with fewer parts; nothing was changed.")  # fmt: skip


def no_place(where: str, format_name: str) -> LabelError:
    """The format has no place for metadata."""
    return LabelError("LBL003", where, f"{format_name} has no place for an implicit label",
                      "Convert it, write a sidecar file with --sidecar, or show the explicit mark.")  # fmt: skip


def cannot_write(where: str, reason: str) -> LabelError:
    """The format could take a label, this file cannot: encrypted, signed, live, of an unknown version."""
    return LabelError("LBL004", where, f"this file cannot take a label: {reason}",
                      "Label it before that step, or make the file again without it.")  # fmt: skip


def several(where: str, count: int) -> LabelError:
    """More than one label stands in the file (GB 45438-2025 6.1 c)."""
    return LabelError("LBL005", where, f"the file holds {count} labels, and which one is right nobody can say",
                      "Look at them with: hegui label read FILE. Ask whoever made the file for one with one label.")  # fmt: skip


def cannot_edit(where: str, place: str) -> LabelError:
    """The label stands where hegui reads and does not write."""
    return LabelError("LBL006", where, f"its label stands in {place}, which hegui reads and does not write",
                      "Ask whoever made the file to put the label where the guides want it.")  # fmt: skip
