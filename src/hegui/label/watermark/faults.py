"""Why a picture gets no watermark, or none can be looked for: LBL147 to LBL149, each with its remedy.

Knows what can go wrong; raises nothing itself.
Works as small functions that return the error, so that a `raise` shows at the place.
Rules: GB 45438-2025 6.2 (a watermark is encouraged, not required); no remedy is to take one away.
"""

from __future__ import annotations

import importlib.util

from hegui.label.faults import LabelError

__all__ = ["bad_key", "bad_payload", "cannot_carry", "need_numpy"]


def need_numpy() -> None:
    """Raises LabelError (LBL147) where numpy or Pillow is not installed."""
    if importlib.util.find_spec("numpy") is None or importlib.util.find_spec("PIL") is None:
        raise LabelError("LBL147", "numpy", "watermarks need numpy and Pillow.",
                         'Install them with: pip install "hegui[watermark]"')  # fmt: skip


def bad_key(where: str, problem: str) -> LabelError:
    """The key."""
    return LabelError("LBL148", where, f"this is no key of a watermark: {problem}",
                      "Make one: (umask 077; head -c 32 /dev/urandom > watermark.key), and keep it secret.")  # fmt: skip


def bad_payload(text: str) -> LabelError:
    """What the watermark is to say."""
    return LabelError("LBL148", text[:60], "a payload is 32 bits, eight hexadecimal digits",
                      "Name the content's number with --number instead.")  # fmt: skip


def cannot_carry(where: str, reason: str) -> LabelError:
    """The picture has no room for one, or is of a kind that is not handled."""
    return LabelError("LBL149", where, f"this picture cannot carry a watermark: {reason}",
                      "Its label does not depend on it; seal it with C2PA, or mark it visibly.")  # fmt: skip
