"""A small classifier of harm in Chinese and English, incremental in streams; see docs/model-card.md.

Scoring needs nothing but Python, and is faster on long texts with numpy (the extra `harm`); training needs numpy. Neither is
loaded before it is used: what is exported here imports no numpy.
"""

from hegui.detect.harm.labels import LABELS, HarmLabel
from hegui.detect.harm.model import HarmModel, read_model
from hegui.detect.harm.score import HarmScorer, HarmStream, HarmVerdict
from hegui.detect.harm.shipped import SHIPPED_DIGEST, SHIPPED_MODEL, shipped_model

__all__ = [
    "LABELS",
    "SHIPPED_DIGEST",
    "SHIPPED_MODEL",
    "HarmLabel",
    "HarmModel",
    "HarmScorer",
    "HarmStream",
    "HarmVerdict",
    "read_model",
    "shipped_model",
]
