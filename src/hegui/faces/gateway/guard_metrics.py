"""The questions to guards in numbers for Prometheus.

Knows the counters of `guards`; asks nobody. Names guards, which are names of the operator's; no application and no user.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hegui.detect.guard.faults import KINDS
from hegui.faces.gateway.guards import GuardCounters
from hegui.faces.gateway.health import Metric

__all__ = ["guard_metrics"]

_FAMILIES = {
    "asked": "Questions to the guard.",
    "verdicts": "Verdicts of the guard.",
    "unsafe": "Verdicts with a finding.",
    "rested": "Outages in which the guard was not even asked.",
    "seconds": "Time of the verdicts together, in seconds.",
}
"""The counters by their names, and what they count."""


def guard_metrics(counters: Mapping[str, GuardCounters]) -> Iterator[Metric]:
    """One sample a guard; nothing where there are no guards."""
    if not counters:
        return
    for name, about in _FAMILIES.items():
        samples: dict[tuple[tuple[str, str], ...], float] = {
            (("guard", guard),): float(getattr(found, name)) for guard, found in counters.items()
        }
        yield Metric(f"hegui_guard_{name}_total", "counter", about, samples)
    without: dict[tuple[tuple[str, str], ...], float] = {
        (("guard", guard), ("kind", kind)): float(found.without[kind])
        for guard, found in counters.items()
        for kind in KINDS
    }
    yield Metric("hegui_guard_without_verdict_total", "counter", "Questions without a verdict, by fault.", without)
