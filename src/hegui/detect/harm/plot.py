"""Draw what is found against what is flagged for nothing, one line for each set.

Knows the curves of `evaluate`; needs matplotlib, which is a tool of development.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path

from hegui.errors import InputError

__all__ = ["draw_curves"]


def draw_curves(curves: Mapping[str, Sequence[Mapping[str, float]]], file: Path) -> None:
    """Write a picture; its kind is that of the file's name. Raises InputError (HRM006) without matplotlib."""
    if importlib.util.find_spec("matplotlib") is None:
        raise InputError("HRM006", str(file), "drawing needs matplotlib.", "Install it, or leave out --curve.")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for name, points in curves.items():
        axes.plot([100 * p["fpr"] for p in points], [100 * p["recall"] for p in points], marker="o", label=name)
    axes.axvline(1, color="grey", linestyle=":")
    axes.set(xscale="log", xlabel="benign requests flagged, %", ylabel="harmful rows found, %", ylim=(0, 100))
    axes.set_xticks([100 * p["fpr"] for p in next(iter(curves.values()), [])], minor=False)
    axes.get_xaxis().set_major_formatter("{x:g}")
    axes.legend(fontsize="small")
    figure.savefig(file, dpi=120, metadata={})
