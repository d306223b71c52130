"""Label files on disk: plan, copy with the splices applied, read back, state the receipt, and only then take the old one's place.

Knows the order in which a crash loses nothing; knows no format, and leaves bytes to `label_copy` and the disk to `label_disk`.
One labelling at a time has the file: the next one sees the label that the first has written. In place, for large files of which
only the head and the tail change, what will be there is read back before a byte of it is written.
Rules: GB 45438-2025 6.1; a write is believed after it was read back by the codec (standards A3: muxers lose keys silently).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.codec import Codec
from hegui.label.faults import LabelError
from hegui.label.formats import Opened, bare, open_label, plan
from hegui.label.standing import labels
from hegui.usecases.label_copy import Changed, ShorterError, copied, digests, unmoving
from hegui.usecases.label_disk import (
    alone,
    beside,
    changed_meanwhile,
    opened,
    patch,
    put_file,
    replace_file,
    take_place,
    write_all,
)
from hegui.usecases.label_receipts import Digests, Receipt

__all__ = [
    "LabelChoice", "State", "Written", "digests", "label_file", "open_file", "put_file", "read_file", "replace_file",
]  # fmt: skip

LabelChoice = Callable[[Opened, Callable[[], Digests]], AigcLabel]
"""Says which label a file gets, from what stands in it and, where it signs, from the digests of the file before labelling, SM3
among them."""

State = Callable[[Receipt], str]
"""States a receipt; its id."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one file.

    Attributes:
        path: the labelled file.
        label: what it holds now.
        receipt: None where it held this label already.
    """

    path: Path
    label: AigcLabel
    receipt: Receipt | None

    @property
    def is_changed(self) -> bool:
        """Whether anything was written."""
        return self.receipt is not None


@contextmanager
def open_file(path: Path) -> Iterator[Source]:
    """A regular file as a Source. Raises LabelError LBL120 for what is none, LBL121 for what cannot be opened."""
    with opened(path) as file:
        yield Source(file)


def read_file(path: Path) -> Opened:
    """What stands in a file. Raises LabelError LBL120, LBL121."""
    with open_file(path) as source:
        return open_label(source, path.name)


def label_file(
    path: Path, choose: LabelChoice, state: State, *, out: Path | None = None, in_place: bool = False,
    reason: str = "generated",
) -> Written:  # fmt: skip
    """Give a file its label.

    Args:
        path: the file.
        choose: which label.
        state: where the receipt goes; called after the new file was read back, before it takes its place.
        out: the labelled file; None puts it in the place of `path`.
        in_place: change the file itself where next to nothing has to move, instead of writing it again beside it. Faster, and not
            whole or not at all: a machine that stops between two writes leaves a file whose label is half written.
        reason: as the receipt has it.
    Raises:
        LabelError: LBL001 to LBL006 the file; LBL120 not a regular file; LBL121 cannot be opened or written, or changes while it
            is read; LBL122 the label did not read back, and the file is as it was; LBL123 `out` exists already.
    """
    with alone(path) as file, _named(path):
        work = _Work(path, file, os.fstat(file.fileno()), state, reason)
        found = open_label(Source(file), path.name)
        label = choose(found, lambda: work.content(found))
        codec, splices = plan(Source(file), path.name, label, found)
        if not splices:
            return Written(work.copy(out), label, None)
        still = unmoving(Source(file), splices) if in_place and out is None else None
        return work.in_place(codec, label, still) if still else work.beside(codec, label, splices, out)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Errors of codecs, which know bytes alone, tell the file's path; bytes that go missing are told too."""
    try:
        yield
    except LabelError as error:
        error.where = str(path) if error.where != "label.sm2_key" else error.where
        raise
    except (ShorterError, MalformedError):
        raise changed_meanwhile(path) from None


@dataclass
class _Work:
    """One file while it is labelled.

    Attributes:
        path, file: the file; nobody else labels it meanwhile.
        stamp: its state before it was looked at.
        state, reason: as of `label_file`.
        known: the digests that the label was chosen by.
    """

    path: Path
    file: BinaryIO
    stamp: os.stat_result
    state: State
    reason: str
    known: Digests | None = None

    def content(self, found: Opened) -> Digests:
        """The digests that a content hash is taken from (PG-202511A)."""
        splices = bare(Source(self.file), self.path.name) if labels(found.reading) else ()
        self.known = digests(Source(self.file), splices, sm3=True)
        return self.known

    def beside(self, codec: Codec, label: AigcLabel, splices: Sequence[Splice], out: Path | None) -> Written:
        target = self.path.resolve() if out is None else out
        with beside(target, like=self.path) as (draft, path):
            both = copied(self.file, self.stamp.st_size, splices, partial(write_all, draft))
            os.fsync(draft.fileno())
            with opened(path) as again:
                self._check_back(lambda: Source(again), target.name, codec, label)
            receipt = self._stated(codec, label, both)
            take_place(path, target, overwrite=out is None)
        return Written(target, label, receipt)

    def in_place(self, codec: Codec, label: AigcLabel, splices: Sequence[Splice]) -> Written:
        size = self.stamp.st_size
        both = copied(self.file, size, splices, None)
        self._check_back(Changed(self.file, size, splices).source, self.path.name, codec, label)
        receipt = self._stated(codec, label, both)
        patch(self.path, splices, size)
        return Written(self.path, label, receipt)

    def copy(self, out: Path | None) -> Path:
        """The file holds the label already; where another place was named, it is copied there."""
        if out is None:
            return self.path
        with beside(out, like=self.path) as (draft, path):
            copied(self.file, self.stamp.st_size, (), partial(write_all, draft))
            os.fsync(draft.fileno())
            take_place(path, out, overwrite=False)
        return out

    def _stated(self, codec: Codec, label: AigcLabel, both: tuple[Digests, Digests]) -> Receipt:
        now = os.fstat(self.file.fileno())
        if (now.st_size, now.st_mtime_ns) != (self.stamp.st_size, self.stamp.st_mtime_ns):
            raise changed_meanwhile(self.path)
        before, after = both
        if self.known is not None and self.known.sha256 == before.sha256:
            before = self.known
        receipt = Receipt(codec.NAME, codec.PLACE, label, before, after, self.reason)
        return replace(receipt, id=self.state(receipt))

    def _check_back(self, source: Callable[[], Source], name: str, codec: Codec, label: AigcLabel) -> None:
        """That whoever opens the file by this name finds this label alone, and the content that its signature binds."""
        found = open_label(source(), name)
        count = len(labels(found.reading))
        if found.codec is not codec or [one.spelt.label for one in labels(found.reading)] != [label]:
            problem = f"the label did not read back: {count} found"
            raise LabelError("LBL122", name, problem, "Report it with the file's format; the file is as it was.")
        if self.known is None or not codec.IS_REVERSIBLE:
            return
        if digests(source(), bare(source(), name)).sha256 != self.known.sha256:
            problem = "without the label the file is not what it was, so that a signature cannot bind its content"
            raise LabelError("LBL122", name, problem, "Make the file again by another program, or label it unsigned.")
