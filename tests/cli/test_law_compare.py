"""`hegui law diff`, `changes`, `crosswalk`, `roles`, `search`, `coverage`, `export`, as a process."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.cli.conftest import Hegui

PROFILE = """\
service: shop
facts:
  uses_generative_ai: true
  serves_public_in_PRC: true
  network_operator_in_PRC: true
  eu_market: true
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    file = tmp_path / "shop.yaml"
    file.write_text(PROFILE)
    return file


@pytest.mark.usefixtures("profile")
def test_the_draft_beside_the_final_text_with_and_without_a_service(hegui: Hegui) -> None:
    table = json.loads(hegui("law", "diff", "--draft-final", "--json").stdout)["found"]
    assert len(table["rows"]) == 32
    service = hegui("law", "diff", "shop.yaml", "--draft-final", LANG="zh_CN.UTF-8")
    assert service.returncode == 0
    assert "2023-05-01" in service.stdout


@pytest.mark.usefixtures("profile")
def test_changes_for_a_service_in_the_order_of_their_days(hegui: Hegui) -> None:
    printed = hegui("law", "changes", "shop.yaml", "--from", "2025-08-31", "--to", "2026-01-01").stdout
    days = [line for line in printed.splitlines() if len(line) == 10 and line.startswith("202")]
    assert days[0] == "2025-09-01"
    assert days == sorted(days)
    assert hegui("law", "changes", "shop.yaml", "--from", "2026-01-01", "--to", "2026-01-01").stderr.startswith(
        "LAW070"
    )


@pytest.mark.usefixtures("profile")
def test_a_crosswalk_names_foreign_provisions(hegui: Hegui) -> None:
    found = json.loads(hegui("law", "crosswalk", "shop.yaml", "--to", "eu", "--json").stdout)
    assert len(found["law_digest"]) == 64
    assert "EU-50-2" in json.dumps(found)
    assert hegui("law", "crosswalk", "shop.yaml", "--to", "fr").returncode == 2


@pytest.mark.usefixtures("profile")
def test_roles_and_the_clauses_for_a_counterparty(hegui: Hegui) -> None:
    assert "API supplier" in hegui("law", "roles").stdout
    assert hegui("law", "roles", "shop.yaml").stdout.startswith("Roles in the supply chain")
    assert "[ ] CL-" in hegui("law", "roles", "shop.yaml", "--clauses", "app_provider").stdout
    assert "LAW071 nobody" in hegui("law", "roles", "shop.yaml", "--clauses", "nobody").stderr


def test_search_finds_words_and_old_article_numbers(hegui: Hegui) -> None:
    assert "IM-17-1" in hegui("law", "search", "安全评估").stdout
    assert "CSL-49-1" in hegui("law", "search", "CSL", "47", "before", "2026").stdout
    assert hegui("law", "search", "qqqq").stdout == "Nothing found for qqqq.\n"


def test_coverage_counts_every_provision(hegui: Hegui) -> None:
    printed = hegui("law", "coverage", LANG="zh_CN.UTF-8").stdout
    assert "451" in printed.splitlines()[0]


@pytest.mark.usefixtures("profile")
def test_exports_are_written_to_a_file_or_printed(hegui: Hegui, tmp_path: Path) -> None:
    schema = json.loads(hegui("law", "export", "schema").stdout)
    jsonschema.validate(yaml.safe_load(PROFILE), schema)
    assert hegui("law", "export", "oscal", "catalog", "--to", "catalog.json").returncode == 0
    assert len(json.loads((tmp_path / "catalog.json").read_text("utf-8"))["catalog"]["groups"]) == 33
    results = json.loads(hegui("law", "export", "oscal", "results", "shop.yaml", "--as-of", "2026-11-26").stdout)
    assert len(results["assessment-results"]["results"][0]["observations"]) == 451
    assert hegui("law", "export", "oscal", "profile").stderr.startswith("LAW024 profile")
    library = yaml.safe_load(hegui("law", "export", "ciso-assistant", "CN", "--as-of", "2026-11-26").stdout)
    assert library["objects"]["framework"]["requirement_nodes"]
    mappings = yaml.safe_load(hegui("law", "export", "ciso-assistant", "mappings").stdout)
    assert mappings["objects"]["requirement_mapping_sets"]
