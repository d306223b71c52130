"""`hegui detect`: what the detectors find in a text, and how well they do on labelled data."""

from __future__ import annotations

import click

from hegui.faces.cli.detect_speech import answer, crisis, evaluate_crisis, evaluate_refusal

__all__ = ["detect"]


@click.group()
def detect() -> None:
    """Detectors: try them on a text, measure them (检测)."""


@detect.group()
def evaluate() -> None:
    """Measure the detectors on labelled data (评测)."""


detect.add_command(answer)
detect.add_command(crisis)
evaluate.add_command(evaluate_refusal)
evaluate.add_command(evaluate_crisis)
