"""Carry a label over a conversion (标识随转换携带): read it before, write it after, and say what would have been lost.

Knows pairs of files and folders; knows no format. A destination that holds another label is a conflict for a human: the label of
the source is not forced on it. Files of two folders belong together by their path without its ending.
Rules: Labelling Measures, article 10; most programs lose the label when they save again (docs/labels.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hegui.label.aigc import AigcLabel
from hegui.label.comparison import Change, compare
from hegui.label.faults import LabelError
from hegui.label.formats import Opened
from hegui.label.standing import standing
from hegui.usecases.label_content import LabellingHome
from hegui.usecases.label_files import Written, label_file
from hegui.usecases.label_receipts import Digests
from hegui.usecases.label_traces import look_at

__all__ = ["Compared", "carry_label", "compare_files", "pairs"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One file before and after a step.

    Attributes:
        before: its path before.
        after: its path after; None where nothing answers to it.
        changes: what became of its label.
    """

    before: Path
    after: Path | None
    changes: tuple[Change, ...]

    @property
    def is_fault(self) -> bool:
        """Whether a pipeline should stop."""
        return any(change.is_fault for change in self.changes)


def carry_label(
    home: LabellingHome, source: Path, destination: Path, *, in_place: bool = False
) -> tuple[Compared, Written]:
    """Write the label of `source` into `destination`.

    Returns what the conversion had done to the label, and what was written.
    Raises LabelError: LBL005 several labels, LBL127 `source` has none, LBL128 `destination` has another; else as `label_file`.
    """
    before = look_at(source)
    one = standing(before.reading, source.name)
    if one is None:
        raise LabelError("LBL127", source.name, "it holds no label to carry",
                         "Look with: hegui label read FILE. If it was never labelled: hegui label write FILE.")  # fmt: skip
    label = one.spelt.label
    compared = Compared(source, destination, compare(before.reading, look_at(destination).reading))

    def choose(opened: Opened, digests: Callable[[], Digests]) -> AigcLabel:
        stands = standing(opened.reading, destination.name)
        if stands is not None and stands.spelt.label != label:
            raise LabelError("LBL128", destination.name, "it holds another label than the source",
                             "Compare them with: hegui label diff SOURCE DESTINATION.")  # fmt: skip
        return label

    return compared, label_file(destination, choose, home.state(), in_place=in_place, reason="carried")


def compare_files(before: Path, after: Path) -> Compared:
    """What became of the label of one file. Raises LabelError LBL120, LBL121."""
    return Compared(before, after, compare(look_at(before).reading, look_at(after).reading))


def pairs(before: Path, after: Path) -> Iterator[tuple[Path, Path | None]]:
    """The files of a folder with what answers to each in the other: the same path, else the one file with the same stem."""
    others = {path.relative_to(after): path for path in sorted(after.rglob("*")) if path.is_file()}
    by_stem: dict[Path, list[Path]] = {}
    for relative, path in others.items():
        by_stem.setdefault(relative.with_suffix(""), []).append(path)
    for path in sorted(before.rglob("*")):
        if not path.is_file() or any(part.startswith(".") for part in path.relative_to(before).parts):
            continue
        relative = path.relative_to(before)
        alike = by_stem.get(relative.with_suffix(""), [])
        yield path, others.get(relative) or (alike[0] if len(alike) == 1 else None)
