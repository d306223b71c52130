"""How the gateway is: alive, ready, and in numbers for Prometheus.

Knows counts and ages, asks for them when it is asked. Names no application and no user. The numbers are written by hand:
the usual library would add 14 MB to every worker for a page of a dozen lines (docs/design/dependencies.md); in the tests
it reads what is written here.
Rules: Prometheus text exposition format 0.0.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from hegui.errors import HeguiError
from hegui.faces.gateway.runtime import Runtime

__all__ = ["CONTENT_TYPE", "Metric", "exposition", "health", "metrics", "readiness"]

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"


class Metric(NamedTuple):
    """One family of numbers: labels → value."""

    name: str
    kind: str
    about: str
    samples: Mapping[tuple[tuple[str, str], ...], float]


def health(runtime: Runtime) -> dict[str, Any]:
    """What `/healthz` says: the process answers, and how much waits; asks the disk."""
    recorder = runtime.recorder
    return {"status": "ok", "records_waiting": recorder.depth(), "records_spooled": recorder.spooled()}


def readiness(runtime: Runtime) -> tuple[int, dict[str, Any]]:
    """Status and body of `/readyz`: whether new requests should come here, and if not, why not."""
    reasons = []
    if runtime.settings.evidence.when_full == "refuse" and runtime.waits_too_much():
        reasons.append("evidence_backlog")
    if runtime.active >= runtime.settings.server.max_streams:
        reasons.append("too_many_streams")
    return (503 if reasons else 200), {"status": "not_ready" if reasons else "ready", "reasons": reasons}


def metrics(runtime: Runtime) -> Iterator[Metric]:
    """The numbers of this worker and of the evidence on its machine; asks disk and database."""
    recorder, evidence = runtime.recorder, runtime.settings.evidence
    outcomes: dict[tuple[tuple[str, str], ...], float] = {
        (("decision", decision), ("outcome", outcome)): float(count)
        for (outcome, decision), count in sorted(runtime.outcomes.items())
    }
    yield Metric("hegui_exchanges_total", "counter", "Exchanges recorded by this worker.", outcomes)
    yield _one("hegui_requests_active", "gauge", "Requests under way.", runtime.active)
    yield _one("hegui_records_waiting", "gauge", "Records in memory, not yet durable.", recorder.depth())
    yield _one("hegui_records_waiting_limit", "gauge", "evidence.queue_max.", evidence.queue_max)
    yield _one("hegui_records_spooled", "gauge", "Records in this worker's spool.", recorder.spooled())
    yield _one("hegui_records_backlog", "gauge", "Records in all spools of this machine.", recorder.backlog())
    yield _one("hegui_records_backlog_limit", "gauge", "evidence.spool_max.", evidence.spool_max)
    yield _one("hegui_records_spooled_age_seconds", "gauge", "Age of the oldest in this worker's.", _age(runtime))
    about = "Requests let pass while more records waited than may (evidence.when_full)."
    yield _one("hegui_passed_beyond_limit_total", "counter", about, runtime.passed_beyond)
    try:
        state = runtime.evidence_state()
    except HeguiError:  # the database is away: what is known of it is that
        yield _one("hegui_store_up", "gauge", "Whether the database answers.", 0)
        return
    yield _one("hegui_store_up", "gauge", "Whether the database answers.", 1)
    yield _one(
        "hegui_ledger_up", "gauge", "Whether the ledger's files can be read.", int(state.ledger_size is not None)
    )
    if state.ledger_size is not None:
        yield _one("hegui_ledger_size", "gauge", "Entries under the published checkpoint.", state.ledger_size)
    yield _one("hegui_ledger_waiting", "gauge", "Entries no checkpoint covers yet.", state.entries_waiting)
    if state.checkpoint_at is not None:
        age = (runtime.clock() - state.checkpoint_at).total_seconds()
        yield _one("hegui_ledger_checkpoint_age_seconds", "gauge", "Since the checkpoint was published.", age)


def exposition(families: Iterator[Metric]) -> bytes:
    """The page that Prometheus reads."""
    lines = []
    for name, kind, about, samples in families:
        lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
        for labels, value in samples.items():
            inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
            lines.append(f"{name}{{{inside}}} {_number(value)}" if inside else f"{name} {_number(value)}")
    return ("\n".join(lines) + "\n").encode()


def _one(name: str, kind: str, about: str, value: float) -> Metric:
    return Metric(name, kind, about, {(): value})


def _age(runtime: Runtime) -> float:
    oldest = runtime.recorder.oldest_spooled()
    return 0.0 if oldest is None else max(0.0, (runtime.clock() - oldest).total_seconds())


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
