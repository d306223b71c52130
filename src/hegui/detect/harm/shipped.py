"""The model that ships with hegui: where it lies, and what it must be.

Knows one file and its digest; docs/model-card.md says what the model is for and how good it is.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hegui.detect.harm.model import HarmModel, read_model

__all__ = ["SHIPPED_DIGEST", "SHIPPED_MODEL", "shipped_model"]

SHIPPED_MODEL = Path(__file__).parents[1] / "data" / "harm.model"
SHIPPED_DIGEST = "00b84726ba3c3f41e4d255778e1f036ab378187d3cda830dab17c44d7b2eee87"
"""SHA-256 of the file; whoever replaces the model writes its digest here and into the card."""


@cache
def shipped_model() -> HarmModel:
    """The model, read once and verified. Raises HRM001 or HRM002 (see `read_model`)."""
    return read_model(SHIPPED_MODEL, digest=SHIPPED_DIGEST)
