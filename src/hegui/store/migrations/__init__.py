"""The revisions of the schema, in their order, and which of them a database still lacks.

Knows file names; imports no revision and not Alembic, which takes 0.1 s and is needed only to run one (`runner`).
A revision is one file, `versions/<number>_<phase>_<what>.py`. Its phase says when it may run while several processes
work on one database:

- `before`: before the first process with the new code starts. The code before it must go on working.
- `after`: when the last process with the old code has ended. The new code must work without it.

So within one release every `before` comes before every `after`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from hegui.usecases.ports import SchemaRevision

__all__ = ["FOLDER", "Phase", "Wanted", "pending", "revisions", "runnable"]

FOLDER = Path(__file__).parent

Phase = Literal["before", "after"]
Wanted = Literal["before", "after", "all"]


def revisions() -> tuple[SchemaRevision, ...]:
    """All of them, first to last; an id is a number of four digits."""
    return tuple(_of_file(file) for file in sorted((FOLDER / "versions").glob("[0-9]*.py")))


def pending(current: str | None) -> tuple[SchemaRevision, ...]:
    """Those that a database at `current` lacks. One that is further on than we know lacks none."""
    return tuple(revision for revision in revisions() if revision.id > (current or ""))


def runnable(lacking: tuple[SchemaRevision, ...], wanted: Wanted) -> tuple[SchemaRevision, ...]:
    """Those of `lacking` that may run now; an `after` in front of a `before` belongs to a release gone by."""
    befores = [number for number, revision in enumerate(lacking, 1) if revision.phase == "before"]
    if wanted == "before":
        return lacking[: max(befores, default=0)]
    return lacking if wanted == "all" or not befores else ()


def _of_file(file: Path) -> SchemaRevision:
    number, phase, about = file.stem.split("_", 2)
    (known,) = (one for one in get_args(Phase) if one == phase)
    return SchemaRevision(number, known, about.replace("_", " "))
