"""What all tests share: hypothesis profiles, the way to the shared data, and a PostgreSQL server on demand."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url", "shared_rows"]  # fixtures count where pytest finds their names

settings.register_profile("default", deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", deadline=None, max_examples=20_000, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_rows(name: str) -> Iterator[dict[str, Any]]:
    """The rows of a labelled set kept beside the project; the test is skipped, and says so, where it is absent."""
    path = SHARED / "data" / name / "data.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"the shared set {name} is not beside the project; this test needs it")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
