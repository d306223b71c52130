"""Read labelled rows: what a model is trained on and measured with.

Knows the JSON Lines format; knows no model. Each line is an object with
    text    string
    labels  {label: 0 or 1}; a label that is missing is unknown, not absent
    id      string, any; the part is drawn from it where none is given
    part    train, tune or test; without it 60 : 20 : 20 by a hash of the id
    use     teach (the default) or measure: a row that weights must not be learned from
    kind    request (the default) or document: long clean texts have thresholds of their own
    set, group, expect   strings, any: the data set, a finer class within it, and what was expected; figures are listed by them
Other members are passed over. Every fault is reported with its line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from hegui.detect.harm.labels import NAMES
from hegui.errors import FileFaults, NotFoundError

__all__ = ["PARTS", "Example", "read_examples"]

PARTS = ("train", "tune", "test")
_USES = ("teach", "measure")
_KINDS = ("request", "document")
_REMEDY = "Mend these lines; the format is described in docs/model-card.md."


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled row; `labels` holds what is known."""

    id: str
    text: str
    labels: Mapping[str, int]
    part: str
    use: str
    set: str
    group: str
    expect: str
    kind: str


def read_examples(files: Iterable[Path]) -> list[Example]:
    """All rows of all files, in order. Raises FileFaults (HRM003) with every fault, NotFoundError (HRM004)."""
    return [example for file in files for example in _read(file)]


def _read(file: Path) -> list[Example]:
    try:
        content = file.read_text("utf-8")
    except OSError as error:
        problem = f"the rows cannot be read: {error.strerror or type(error).__name__}."
        raise NotFoundError("HRM004", str(file), problem, "Name a readable file.") from None
    except UnicodeDecodeError as error:
        faults = [(f"byte {error.start}", "not UTF-8")]
        raise FileFaults("HRM003", str(file), faults, "Save the file as UTF-8.") from None
    faults, found = [], []
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        row = _object(line)
        problems = ["not a JSON object"] if row is None else list(_problems(row))
        faults += [(f"line {number}", problem) for problem in problems]
        if row is not None and not problems:
            found.append(_example(row, f"{file.name}:{number}"))
    if faults:
        raise FileFaults("HRM003", str(file), faults, _REMEDY)
    return found


def _object(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _problems(row: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(row.get("text"), str):
        yield "text is missing or not a string"
    labels = row.get("labels")
    if not isinstance(labels, dict):
        yield "labels is missing or not an object"
        labels = {}
    for name, value in labels.items():
        if name not in NAMES:
            yield f"the label {name!r} is none of {', '.join(NAMES)}"
        elif type(value) is not int or value not in (0, 1):
            yield f"the label {name} is neither 0 nor 1"
    for member, allowed in (("part", PARTS), ("use", _USES), ("kind", _KINDS)):
        if row.get(member) is not None and row[member] not in allowed:
            yield f"{member} is none of {', '.join(allowed)}"


def _example(row: Mapping[str, Any], place: str) -> Example:
    identity = str(row.get("id") or place)
    return Example(
        identity,
        row["text"],
        row["labels"],
        row.get("part") or _part(identity),
        row.get("use") or "teach",
        str(row.get("set") or ""),
        str(row.get("group") or ""),
        str(row.get("expect") or ""),
        row.get("kind") or "request",
    )


def _part(identity: str) -> str:
    share = sha256(identity.encode("utf-8", "surrogatepass")).digest()[0] / 256
    return "train" if share < 0.6 else "tune" if share < 0.8 else "test"
