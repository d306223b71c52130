"""Label files on disk: plan, copy with the splices applied, read back, state the receipt, and only then take the old one's place.

Knows paths, temporary files and the order in which a crash loses nothing; knows no format. What is not spliced is copied by
the kernel from file to file (`copy_file_range`), so a film of any size passes no buffer of ours. In place, for large files of
which only the head and the tail change: the tail is written and forced to disk first, then the fields that announce it.
Rules: GB 45438-2025 6.1; a write is believed after it was read back by the codec (standards A3: muxers lose keys silently).
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice, in_order, pieces
from hegui.label.aigc import AigcLabel
from hegui.label.codec import Codec
from hegui.label.faults import LabelError
from hegui.label.formats import Opened, bare, open_label, plan
from hegui.label.standing import labels
from hegui.usecases.label_receipts import Digests, Receipt

__all__ = [
    "LabelChoice", "State", "Written", "beside", "digests", "is_in_place", "label_file", "open_binary", "open_file", "put_file",
    "read_file", "replace_file", "take_place",
]  # fmt: skip

LabelChoice = Callable[[Opened, Callable[[], Digests]], AigcLabel]
"""Says which label a file gets, from what stands in it and, where it signs, from the digests of the file before labelling."""

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
    with open_binary(path) as file:
        yield Source(file)


@contextmanager
def open_binary(path: Path) -> Iterator[BinaryIO]:
    """A regular file, to be read. Raises as `open_file`."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise _unusable(path, error) from None
    with os.fdopen(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise LabelError("LBL120", str(path), "this is not a regular file", "Name a file, or a folder of files.")
        yield file


def read_file(path: Path) -> Opened:
    """What stands in a file. Raises LabelError LBL120, LBL121."""
    with open_file(path) as source:
        return open_label(source, path.name)


def digests(source: Source, splices: Iterable[Splice] = ()) -> Digests:
    """Length, SHA-256 and SM3 of a file, as it is or with splices applied."""
    sha256, sm3, size = hashlib.sha256(), hashlib.new("sm3"), 0
    for piece in pieces(source, tuple(splices)):
        sha256.update(piece)
        sm3.update(piece)
        size += len(piece)
    return Digests(size, sha256.hexdigest(), sm3.hexdigest())


def is_in_place(splices: Sequence[Splice], size: int) -> bool:
    """Whether the splices replace bytes by as many, or stand at the end: nothing in between moves."""
    return all(splice.drop == len(splice.put) or splice.at + splice.drop == size for splice in splices)


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
        in_place: change the file itself where nothing has to move, instead of writing it again beside it.
        reason: as the receipt has it.
    Raises:
        LabelError: LBL001 to LBL006 the file; LBL120 not a regular file; LBL121 cannot be opened or written; LBL122 the label did
            not read back, and the file is as it was; LBL123 `out` exists already.
    """
    with open_file(path) as source, _named(path):
        opened = open_label(source, path.name)
        label = choose(opened, lambda: _before_labelling(source, path.name, opened))
        codec, splices = plan(source, path.name, label)
        if not splices:
            return Written(_copied(path, out), label, None)
        before = digests(source)
        fits = in_place and out is None and is_in_place(splices, source.size)
        if fits:
            after = digests(source, splices)
            receipt = _stated(Receipt(codec.NAME, codec.PLACE, label, before, after, reason), state)
            _patch(path, splices, source.size)
            _check_back(path, path.name, codec, label)
            return Written(path, label, receipt)
        target = path.resolve() if out is None else out
        with beside(target, like=path) as (file, temporary):
            _copy(source, path, splices, file)
            after = _check_back(temporary, path.name, codec, label)
            receipt = _stated(Receipt(codec.NAME, codec.PLACE, label, before, after, reason), state)
            take_place(temporary, target, overwrite=out is None)
        return Written(target, label, receipt)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Errors of codecs, which know bytes alone, tell the file's path."""
    try:
        yield
    except LabelError as error:
        error.where = str(path) if error.where != "label.sm2_key" else error.where
        raise


def _before_labelling(source: Source, name: str, opened: Opened) -> Digests:
    """The digests that a content hash is taken from (PG-202511A)."""
    return digests(source, bare(source, name) if labels(opened.reading) else ())


def _stated(receipt: Receipt, state: State) -> Receipt:
    return replace(receipt, id=state(receipt))


def _check_back(path: Path, name: str, codec: Codec, label: AigcLabel) -> Digests:
    with open_file(path) as source:
        found = labels(codec.read(source))
        if [one.spelt.label for one in found] != [label]:
            problem = f"the label did not read back: {len(found)} found"
            raise LabelError("LBL122", name, problem, "Report it with the file's format; the file is as it was.")
        return digests(source)


def replace_file(path: Path, data: bytes, *, out: Path | None = None) -> None:
    """Put other bytes in the place of a file, or into a new one, whole or not at all. Raises LabelError LBL121, LBL123."""
    put_file(path.resolve() if out is None else out, data, like=path, overwrite=out is None)


def put_file(target: Path, data: bytes, *, like: Path, overwrite: bool = True) -> None:
    """Write a file with the mode of another, whole or not at all. Raises LabelError LBL121, LBL123."""
    with beside(target, like=like) as (file, temporary):
        _write_all(file, data)
        os.fsync(file.fileno())
        take_place(temporary, target, overwrite=overwrite)


def _copied(path: Path, out: Path | None) -> Path:
    """The file holds the label already; where another place was named, it is copied there."""
    if out is None:
        return path
    with open_file(path) as source, beside(out, like=path) as (file, temporary):
        _copy(source, path, (), file)
        take_place(temporary, out, overwrite=False)
    return out


@contextmanager
def beside(target: Path, *, like: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A new file in the folder of `target`, with the mode of `like`; gone again unless it took its place."""
    try:
        number, name = mkstemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise _unusable(target, error) from None
    temporary = Path(name)
    try:
        with os.fdopen(number, "w+b", buffering=0) as file:
            os.fchmod(number, stat.S_IMODE(like.stat().st_mode))
            yield file, temporary
    except OSError as error:
        raise _unusable(target, error) from None
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _copy(source: Source, path: Path, splices: Sequence[Splice], out: BinaryIO) -> None:
    """The changed file, forced to disk; untouched ranges go from file to file inside the kernel."""
    with path.open("rb", buffering=0) as file:
        at = 0
        for splice in in_order(splices):
            _copy_range(file, out, at, splice.at)
            _write_all(out, splice.put)
            at = splice.at + splice.drop
        _copy_range(file, out, at, source.size)
    os.fsync(out.fileno())


def _copy_range(file: BinaryIO, out: BinaryIO, start: int, end: int) -> None:
    at, by_kernel = start, hasattr(os, "copy_file_range")
    while at < end:
        if by_kernel:
            try:
                done = os.copy_file_range(file.fileno(), out.fileno(), min(end - at, 1 << 30), at)
            except OSError:  # another file system, or one that does not do it
                by_kernel = False
                continue
        else:
            file.seek(at)
            piece = file.read(min(end - at, 1 << 20))
            _write_all(out, piece)
            done = len(piece)
        if not done:
            raise LabelError(
                "LBL121", "", "the file became shorter while it was read", "Label it when nobody writes it."
            )
        at += done


def _write_all(out: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[out.write(view) :]


def _write_at(number: int, data: bytes, at: int) -> int:
    view = memoryview(data)
    while view:
        done = os.pwrite(number, view, at)
        view, at = view[done:], at + done
    return at


def _patch(path: Path, splices: Sequence[Splice], size: int) -> None:
    """Write into the file itself: what stands at the end first, then, once that is on the disk, the rest."""
    try:
        number = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise _unusable(path, error) from None
    try:
        ordered = in_order(splices)
        tail = [splice for splice in ordered if splice.at + splice.drop == size and splice.drop != len(splice.put)]
        start = tail[0].at if tail else size
        end = _write_at(number, b"".join(splice.put for splice in tail), start)
        if end < size:
            os.ftruncate(number, end)
        os.fsync(number)
        for splice in ordered:
            if splice not in tail:
                _write_at(number, splice.put, splice.at)
        os.fsync(number)
    except OSError as error:
        raise _unusable(path, error) from None
    finally:
        os.close(number)


def take_place(temporary: Path, target: Path, *, overwrite: bool) -> None:
    """Give a new file its name, for good. Raises LabelError LBL123 where one of that name exists."""
    if overwrite:
        temporary.replace(target)
    else:
        try:
            os.link(temporary, target)
        except FileExistsError:
            raise LabelError(
                "LBL123", str(target), "a file of this name exists", "Name another, or remove it."
            ) from None
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unusable(path: Path, error: OSError) -> LabelError:
    return LabelError("LBL121", str(path), f"the file cannot be used: {error.strerror}",
                      "Check its name and who may read and write it and its folder.")  # fmt: skip
