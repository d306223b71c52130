"""Files on disk, changed whole or not at all: one writer at a time, a draft beside the file, a patch that can be undone.

Knows paths, descriptors and locks; knows no label. A draft carries the mode and, where that is allowed, the owner of the file whose
place it takes, and is gone when anything fails. A patch writes what stands at the end first and forces it to disk, then the fields
that announce it; when a write fails, the old bytes are put back.
Rules: none; this is our own.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice, in_order, pieces
from hegui.label.faults import LabelError

__all__ = [
    "alone",
    "beside",
    "changed_meanwhile",
    "opened",
    "patch",
    "put_file",
    "replace_file",
    "splice_file",
    "take_place",
    "write_all",
]

_NO_SYNC = (errno.EINVAL, errno.ENOTSUP)
"""What file systems answer that do not force folders to disk."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file to read. Raises LabelError LBL120 for what is none, LBL121 for what cannot be opened."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise _unusable(path, error) from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise LabelError("LBL120", str(path), "this is not a regular file", "Name a file, or a folder of files.")
    with os.fdopen(number, "rb") as file:
        yield file


@contextmanager
def alone(path: Path) -> Iterator[BinaryIO]:
    """As `opened`; who else asks for the file in this way waits, and then gets what stands there by that time."""
    while True:
        with opened(path) as file:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(file, fcntl.LOCK_EX)
            if _is_there(path, file):
                yield file
                return


def _is_there(path: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except OSError:
        return False  # the next look says what is wrong


@contextmanager
def beside(target: Path, *, like: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A draft in the folder of `target`; gone again unless it took its place. Raises LabelError LBL121."""
    draft = target.with_name(f".{target.name[:40]}.{secrets.token_hex(8)}.part")  # at most 190 bytes, in any script
    try:
        number = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(number, "w+b", buffering=0) as file:
            state = like.stat()
            with suppress(PermissionError):
                os.fchown(number, state.st_uid, state.st_gid)
            os.fchmod(number, stat.S_IMODE(state.st_mode))
            yield file, draft
    except OSError as error:
        raise _unusable(target, error) from None
    finally:
        with suppress(OSError):
            draft.unlink()


def take_place(draft: Path, target: Path, *, overwrite: bool) -> None:
    """Let a draft be the file, for good. Raises OSError; LabelError LBL123 where a file stands and may not be replaced."""
    if overwrite:
        draft.replace(target)
    else:
        try:
            os.link(draft, target)
        except FileExistsError:
            raise LabelError(
                "LBL123", str(target), "a file of this name exists", "Name another, or remove it."
            ) from None
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(folder)


def replace_file(path: Path, data: bytes, *, out: Path | None = None) -> None:
    """Put other bytes in the place of a file, or into a new one, whole or not at all. Raises LabelError LBL121, LBL123."""
    put_file(path.resolve() if out is None else out, data, like=path, overwrite=out is None)


def put_file(target: Path, data: bytes, *, like: Path, overwrite: bool = True) -> None:
    """Write a file with the mode of another, whole or not at all. Raises LabelError LBL121, LBL123."""
    with beside(target, like=like) as (file, draft):
        write_all(file, data)
        os.fsync(file.fileno())
        take_place(draft, target, overwrite=overwrite)


def write_all(out: BinaryIO, data: bytes | memoryview) -> None:
    """Every byte, however few a write takes."""
    view = memoryview(data)
    while view:
        view = view[out.write(view) :]


def patch(path: Path, splices: Sequence[Splice], size: int) -> None:
    """Write into the file itself; the splices move nothing. Raises LabelError LBL121, and then the file is as it was."""
    try:
        number = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise _unusable(path, error) from None
    try:
        before = [(splice.at, os.pread(number, splice.drop, splice.at)) for splice in splices]
        try:
            _patch(number, in_order(splices), size)
        except BaseException:
            for at, data in before:
                _write_at(number, data, at)
            os.ftruncate(number, size)
            raise
    except OSError as error:
        raise _unusable(path, error) from None
    finally:
        os.close(number)


def _patch(number: int, splices: Sequence[Splice], size: int) -> None:
    tail = [splice for splice in splices if splice.at + splice.drop == size and splice.drop != len(splice.put)]
    if tail:
        end = _write_at(number, b"".join(splice.put for splice in tail), tail[0].at)
        if end < size:
            os.ftruncate(number, end)
        os.fsync(number)
    for splice in splices:
        if splice not in tail:
            _write_at(number, splice.put, splice.at)
    os.fsync(number)


def _write_at(number: int, data: bytes, at: int) -> int:
    view = memoryview(data)
    while view:
        done = os.pwrite(number, view, at)
        view, at = view[done:], at + done
    return at


def changed_meanwhile(path: Path) -> LabelError:
    """Somebody else writes the file."""
    return LabelError("LBL121", str(path), "the file changed while it was read", "Label it when nobody writes it.")


def _unusable(path: Path, error: OSError) -> LabelError:
    return LabelError("LBL121", str(path), f"the file cannot be used: {error.strerror}",
                      "Check its name and who may read and write it and its folder.")  # fmt: skip


def splice_file(
    path: Path, splices: Sequence[Splice], *, out: Path | None = None, judge: Callable[[Path], object] | None = None
) -> None:
    """Write a file with its splices, in its place or as a new one, whole or not at all.

    Args:
        judge: looks at the draft before it takes its place, and raises what is wrong with it.
    Raises:
        LabelError: LBL121, LBL123; what `judge` raises.
    """
    target = path.resolve() if out is None else out
    with path.open("rb") as old, beside(target, like=path) as (file, draft):
        for piece in pieces(Source(old), splices):
            write_all(file, piece)
        if judge is not None:
            judge(draft)
        os.fsync(file.fileno())
        take_place(draft, target, overwrite=out is None)
