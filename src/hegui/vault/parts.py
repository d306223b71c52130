"""What the parts of a record are called, and under which kind of retention each falls.

Knows names; knows no content. `prompt` and `answer` are what was asked and delivered, `attachment-1` and so on what came
inside the prompt, `attachments` the list of those. `<part>-cut` is empty, and says that more of the part was not kept.
"""

from __future__ import annotations

from typing import Final

from hegui.vault.retention import Kind

__all__ = ["ANSWER", "ATTACHMENT_LIST", "PROMPT", "attachment_part", "cut_mark", "is_cut_mark", "kind_of_part"]

PROMPT: Final = "prompt"
ANSWER: Final = "answer"
ATTACHMENT_LIST: Final = "attachments"

_CUT = "-cut"
_KINDS: dict[str, Kind] = {PROMPT: "prompt", ANSWER: "answer"}


def attachment_part(number: int) -> str:
    """The part of an attachment; they count from 1."""
    return f"attachment-{number}"


def cut_mark(part: str) -> str:
    """The empty part that says that `part` was cut."""
    return part + _CUT


def is_cut_mark(part: str) -> bool:
    """Whether a part is such a mark."""
    return part.endswith(_CUT)


def kind_of_part(part: str) -> Kind:
    """The kind of its retention; a mark's is that of the part it speaks of.

    >>> kind_of_part("prompt-cut"), kind_of_part("attachment-2"), kind_of_part("attachments")
    ('prompt', 'attachment', 'attachment')
    """
    return _KINDS.get(part.removesuffix(_CUT), "attachment")
