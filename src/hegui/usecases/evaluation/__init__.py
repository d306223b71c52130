"""Measure every detector on a folder of labelled sets, and hold the figures to their bars."""

from hegui.usecases.evaluation.figures import Bar, Figure, Section, Table
from hegui.usecases.evaluation.run import SECTIONS, run
from hegui.usecases.evaluation.sets import Sets

__all__ = ["SECTIONS", "Bar", "Figure", "Section", "Sets", "Table", "run"]
