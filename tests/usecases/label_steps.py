"""Label a file in a forked process that is stopped at a step of its way to the disk.

Knows the steps: every write, every order to the disk and the receipt. Receipts go into a file, as durable as the ledger's, so that
what a killed process has stated can be seen.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hegui.label.aigc import AigcLabel
from hegui.usecases import label_disk, label_files
from hegui.usecases.label_files import label_file
from hegui.usecases.label_receipts import Receipt

__all__ = ["LABEL", "OTHER", "forked", "kill", "label", "receipts", "steps_of", "stopped_at"]

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
OTHER = AigcLabel.first("001191110102MAD55U9H0F10002", "another, longer number")

Stop = Callable[[], object]


def label(path: Path, book: Path, one: AigcLabel = LABEL, **how: Any) -> label_files.Written:
    """Label a file; its receipt is in the book."""

    def state(receipt: Receipt) -> str:
        with book.open("a", encoding="utf-8") as file:
            file.write(json.dumps(receipt.document()) + "\n")
        return "receipt"

    return label_file(path, lambda *_: one, lambda receipt: _stating(lambda: state(receipt)), **how)


def receipts(book: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in book.read_text("utf-8").splitlines()] if book.exists() else []


def _stating(work: Callable[[], str]) -> str:
    """Stands for the step of stating, so that it can be stopped at."""
    return work()


def forked(work: Callable[[], object]) -> int:
    """How a child ends that does the work: its exit status, negative for the signal that ended it."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            work()
            status = 0
        except KeyboardInterrupt:
            status = 130
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def steps_of(work: Callable[[], object]) -> list[str]:
    """The steps that the work takes, by name; in this process."""
    seen: list[str] = []
    undo = _watch(lambda name: seen.append(name))
    try:
        work()
    finally:
        undo()
    return seen


def stopped_at(number: int, work: Callable[[], object], stop: Stop = kill) -> int:
    """How the work ends, in a child, when `stop` happens before its step of this number."""

    def watched() -> None:
        count = iter(range(1 << 20))
        _watch(lambda _: stop() if next(count) == number else None)
        work()

    return forked(watched)


def _watch(before: Callable[[str], object]) -> Callable[[], None]:
    """Call `before` before each step; what is returned undoes that."""
    places: list[tuple[Any, str]] = [
        (os, name) for name in ("fsync", "replace", "link", "pwrite", "ftruncate", "unlink")
    ]
    places += [(label_files, "write_all"), (label_disk, "write_all"), (globals(), "_stating")]
    old = [_put(owner, name, before) for owner, name in places]

    def undo() -> None:
        for (owner, name), value in zip(places, old, strict=True):
            _set(owner, name, value)

    return undo


def _put(owner: Any, name: str, before: Callable[[str], object]) -> Any:
    real = owner[name] if isinstance(owner, dict) else getattr(owner, name)

    def step(*arguments: Any, **named: Any) -> Any:
        before(name.strip("_").lower())
        return real(*arguments, **named)

    _set(owner, name, step)
    return real


def _set(owner: Any, name: str, value: Any) -> None:
    if isinstance(owner, dict):
        owner[name] = value
    else:
        setattr(owner, name, value)
