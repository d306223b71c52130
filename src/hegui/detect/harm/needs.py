"""What training needs beyond Python, and what is said when it is missing."""

from __future__ import annotations

import importlib.util

from hegui.errors import InputError

__all__ = ["need_numpy"]


def need_numpy() -> None:
    """Raises InputError (HRM007) where numpy is not installed."""
    if importlib.util.find_spec("numpy") is None:
        raise InputError("HRM007", "numpy", "training needs numpy.", "Install it with: pip install 'hegui[harm]'")
