"""How much of the time moving records takes in a gateway's thread."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hegui.faces.gateway import runtime
from hegui.faces.gateway.runtime import Runtime
from hegui.settings import Settings


@pytest.mark.parametrize(
    ("busy", "spooled", "share"),
    [
        (0.0, 0, 1.0),
        (0.05, 0, 1.0),
        (0.4, 0, 0.6),
        (0.9, 0, 0.1),
        (1.0, 0, 0.02),
        (1.7, 0, 0.02),  # several threads outside the interpreter
        (1.0, 99_999, 0.02),
        (1.0, 100_000, 0.1),
        (1.0, 250_000, 0.25),
        (1.0, 500_000, 0.5),
        (1.0, 5_000_000, 0.5),
        (0.2, 500_000, 0.8),
    ],
)
def test_moving_takes_what_requests_leave_and_more_the_fuller_the_spool(
    monkeypatch: pytest.MonkeyPatch, busy: float, spooled: int, share: float
) -> None:
    """Ten seconds pass, of which the mover itself worked two."""
    settings = Settings.read({}, None)
    assert settings.evidence.spool_max == 1_000_000
    one: Any = SimpleNamespace(_times=(50.0, 7.0), backlog=spooled, settings=settings)
    clock = SimpleNamespace(monotonic=lambda: 60.0, process_time=lambda: 7.0 + 10 * busy + 3.0, thread_time=lambda: 3.0)
    monkeypatch.setattr(runtime, "time", clock)
    assert Runtime.share_for_evidence(one) == pytest.approx(share)
