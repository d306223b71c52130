"""`hegui detect`: train and measure what reads texts."""

from __future__ import annotations

import click

from hegui.faces.cli.detect_harm import harm, train, try_harm

__all__ = ["detect"]


@click.group()
def detect() -> None:
    """Detectors: try them on a text, measure them (检测)."""


@detect.group()
def evaluate() -> None:
    """Measure the detectors on labelled data (评测)."""


detect.add_command(train)
detect.add_command(try_harm)
evaluate.add_command(harm)
