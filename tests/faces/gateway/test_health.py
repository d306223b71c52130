"""`/healthz`, `/readyz` and `/metrics`: what they say of a running gateway, and that Prometheus can read it."""

from __future__ import annotations

import urllib.request
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hegui.errors import InternalError
from hegui.faces.gateway.health import Metric, exposition, health, metrics, readiness
from hegui.settings import Settings
from hegui.usecases.ports import EvidenceState
from tests.faces.gateway.test_gateway import MESSAGES, Gateway, plain, play
from tests.support.patience import PATIENCE_SECONDS

__all__ = ["plain"]

NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)


def a_runtime(**changes: Any) -> Any:
    """What the pages ask of a runtime."""
    oldest = NOW - timedelta(seconds=7.5)
    recorder = SimpleNamespace(depth=lambda: 3, spooled=lambda: 5, backlog=lambda: 8, oldest_spooled=lambda: oldest)
    runtime = SimpleNamespace(
        recorder=recorder,
        settings=Settings.read({}, None),
        outcomes=Counter({("completed", "allow"): 2, ("blocked_prompt", "refuse"): 1}),
        active=4,
        passed_beyond=0,
        clock=lambda: NOW,
        waits_too_much=lambda: False,
        evidence_state=lambda: EvidenceState(6, 100, NOW - timedelta(seconds=2)),
    )
    for name, value in changes.items():
        setattr(runtime, name, value)
    return runtime


def read(page: bytes) -> dict[str, float]:
    samples = [sample for family in text_string_to_metric_families(page.decode()) for sample in family.samples]
    return {sample.name + "".join(f" {v}" for v in sample.labels.values()): sample.value for sample in samples}


def test_prometheus_reads_what_is_written() -> None:
    found = read(exposition(metrics(a_runtime())))
    assert found["hegui_exchanges_total allow completed"] == 2
    assert found["hegui_exchanges_total refuse blocked_prompt"] == 1
    assert found["hegui_requests_active"] == 4
    assert found["hegui_records_waiting"] == 3
    assert found["hegui_records_spooled"] == 5
    assert found["hegui_records_backlog"] == 8
    assert found["hegui_records_spooled_age_seconds"] == 7.5
    assert found["hegui_ledger_size"] == 100
    assert found["hegui_ledger_waiting"] == 6
    assert found["hegui_ledger_checkpoint_age_seconds"] == 2
    assert found["hegui_store_up"] == found["hegui_ledger_up"] == 1


def test_without_the_ledgers_files_the_page_says_so_and_the_rest() -> None:
    found = read(exposition(metrics(a_runtime(evidence_state=lambda: EvidenceState(6, None, None)))))
    assert (found["hegui_store_up"], found["hegui_ledger_up"], found["hegui_ledger_waiting"]) == (1, 0, 6)
    assert "hegui_ledger_size" not in found


def test_without_the_database_the_page_says_so_and_the_rest() -> None:
    def away() -> EvidenceState:
        raise InternalError("STO004", "x", "y", "z")

    found = read(exposition(metrics(a_runtime(evidence_state=away))))
    assert found["hegui_store_up"] == 0
    assert found["hegui_records_spooled"] == 5


@pytest.mark.parametrize("text", ["a", 'q"uote', "back\\slash", "two\nlines", "中文", ""])
def test_any_label_comes_back(text: str) -> None:
    page = exposition(iter([Metric("m_total", "counter", "About.", {(("label", text),): 1.5})]))
    assert read(page) == {f"m_total {text}": 1.5}


def test_ready_until_too_much_waits() -> None:
    assert readiness(a_runtime()) == (200, {"status": "ready", "reasons": []})
    full = a_runtime(waits_too_much=lambda: True)
    assert readiness(full) == (503, {"status": "not_ready", "reasons": ["evidence_backlog"]})
    settings = Settings.read({"HEGUI_EVIDENCE_WHEN_FULL": "pass"}, None)
    assert readiness(a_runtime(waits_too_much=lambda: True, settings=settings))[0] == 200
    many = replace(full.settings, server=replace(full.settings.server, max_streams=4))
    assert readiness(a_runtime(settings=many))[1]["reasons"] == ["too_many_streams"]
    assert health(full) == {"status": "ok", "records_waiting": 3, "records_spooled": 5}


def test_a_running_gateway_shows_its_numbers(plain: Gateway) -> None:
    plain.upstream.script = play.json_body(play.chat_body("你好"))
    base = plain.url.removesuffix("/v1")

    def page() -> dict[str, float]:
        with urllib.request.urlopen(f"{base}/metrics", timeout=PATIENCE_SECONDS) as answer:
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
            return read(answer.read())

    before = page().get("hegui_exchanges_total allow completed", 0)
    assert plain.post({"model": "m", "messages": MESSAGES})[0] == 200
    assert page()["hegui_exchanges_total allow completed"] == before + 1
    with urllib.request.urlopen(f"{base}/readyz", timeout=PATIENCE_SECONDS) as answer:
        assert b"ready" in answer.read()
