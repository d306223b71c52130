"""Let the garbage collector rest while much is made and nothing thrown away.

Knows the collector of this process and no thread: of two pauses at once, the one that began it ends it for both, and
the other is merely slower from then on.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collector_paused"]


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector: over a million new small objects a third of the time would go into looking for garbage."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
