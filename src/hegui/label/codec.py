"""What a file format must offer to be labelled: one module per format, each with these names.

Knows the contract; knows no format. A codec recognises content before extension, reads every place where a label has been
seen, and writes by splices against the file as it was, so that no byte of the payload can change.
Rules: GB 45438-2025 6.1 (implicit label in the metadata, one per file); the place per format is the guide's, or is called
our proposal.

Contract, tested for every codec by `tests/label/test_contract.py`:
 1. `read` of `write` gives the label; the payload is the same; other metadata stay.
 2. Writing the same label twice gives no splice the second time.
 3. A label that stands in the file is updated where it stands, in the form (inner, wrapped, YAML) it has; several labels: LBL005;
    a place that cannot be edited: LBL006.
 4. `bare` gives the splices that undo the label, so that the bytes are those before labelling where `is_reversible` says so.
    It serves the content hash (PG-202511A) and tests; no face offers it.
 5. Any bytes give a Reading or raise MalformedError (kernel) or LabelError, within the budget of the source.
"""

from __future__ import annotations

from typing import Protocol

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.reading import Reading

__all__ = ["Codec"]


class Codec(Protocol):
    """One file format; a module satisfies it."""

    @property
    def NAME(self) -> str:
        """What the format is called: "png", "mp4"."""

    @property
    def EXTENSIONS(self) -> tuple[str, ...]:
        """Endings of file names, lower case, with the dot."""

    @property
    def MEDIA_TYPES(self) -> tuple[str, ...]:
        """The usual one first."""

    @property
    def PLACE(self) -> str:
        """Where `write` puts a label, in words."""

    @property
    def CLAUSE(self) -> str:
        """The guide that names the place, or "our proposal"."""

    @property
    def IS_REVERSIBLE(self) -> bool:
        """Whether `bare` gives back the very bytes that `write` was given."""

    def score(self, name: str, head: bytes) -> int:
        """How surely this is the format: 0 not at all, 1-9 by the name alone, 10-100 by the content.

        Args:
            name: the file's name, any case, "" when there is none.
            head: the first 4,096 bytes, fewer where the file is shorter.
        """
        ...

    def read(self, source: Source) -> Reading:
        """Everything in the file that may be a label, other traces, and gaps. Raises MalformedError."""
        ...

    def write(self, source: Source, label: AigcLabel) -> tuple[Splice, ...]:
        """What to change so that the file holds this one label. Raises LabelError (LBL003-LBL006), MalformedError."""
        ...

    def bare(self, source: Source) -> tuple[Splice, ...]:
        """What to change to have the file as it was before labelling, for its content hash. Raises as `write` does."""
        ...
