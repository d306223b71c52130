"""The layers of the EU code of practice, as a table of what a service says of itself."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import get_args

import pytest
import yaml

from hegui.kernel.logic import Verdict
from hegui.label.eu_layers import EuService, MediaKind, eu_layers, media_name

TODAY = date(2026, 11, 26)
ALL = {"signed": True, "stamped": True, "watermarked": True, "logged": True}
DATA = yaml.safe_load(files("hegui.label").joinpath("data/eu_layers.yaml").read_text("utf-8"))

HOLDS, FAILS, UNKNOWN = Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN
CASES = [
    # what is said, the states of the three layers, enough
    ("image", ALL, ("fulfilled", "fulfilled", "fulfilled"), HOLDS),
    ("image", {**ALL, "stamped": False}, ("missing", "fulfilled", "fulfilled"), FAILS),
    ("image", {**ALL, "stamped": None}, ("unknown", "fulfilled", "fulfilled"), UNKNOWN),
    ("image", {**ALL, "watermarked": False}, ("fulfilled", "missing", "fulfilled"), FAILS),
    ("audio", {"logged": True}, ("unknown", "unknown", "fulfilled"), UNKNOWN),
    ("video", {"signed": False, "watermarked": False, "logged": True}, ("missing", "missing", "fulfilled"), FAILS),
    ("containerised_text", {**ALL, "logged": False}, ("fulfilled", "fulfilled", "missing"), HOLDS),
    ("free_text", {"watermarked": True, "tokens": 500}, ("not_needed", "fulfilled", "unknown"), HOLDS),
    ("free_text", {"watermarked": False, "tokens": 201}, ("not_needed", "missing", "unknown"), FAILS),
    ("free_text", {"watermarked": False, "tokens": 200}, ("not_needed", "not_needed", "unknown"), HOLDS),
    ("free_text", {"watermarked": False}, ("not_needed", "missing", "unknown"), FAILS),
]


@pytest.mark.parametrize(("kind", "said", "states", "enough"), CASES)
def test_what_a_service_says_decides_the_layers(
    kind: MediaKind, said: dict[str, bool], states: tuple[str, ...], enough: Verdict
) -> None:
    table = eu_layers(EuService(kind, **said), on=TODAY)  # type: ignore[arg-type]
    assert (tuple(layer.state for layer in table.layers), table.is_enough) == (states, enough)


def test_a_log_never_counts_as_a_layer() -> None:
    table = eu_layers(EuService("image", signed=True, stamped=True, logged=True), on=TODAY)
    assert (table.counted, table.needed, table.layers[2].is_optional) == (1, 2, True)


def test_one_layer_is_enough_for_free_text() -> None:
    assert eu_layers(EuService("free_text", watermarked=True, tokens=999), on=TODAY).needed == 1


def test_what_nobody_said_is_unknown_and_says_what_to_ask() -> None:
    table = eu_layers(EuService("image"), on=TODAY)
    assert [row.missing for row in table.layers] == [("signed", "stamped"), ("watermarked",), ("logged",)]
    assert [row.state for row in table.measures] == ["unknown", "unknown", "unknown", "not_yet"]


@pytest.mark.parametrize(
    ("day", "before", "applies"),
    [("2026-08-01", False, FAILS), ("2026-08-02", False, HOLDS), ("2026-08-02", True, FAILS), ("2026-08-02", None, UNKNOWN),
     ("2026-12-01", True, FAILS), ("2026-12-02", True, HOLDS), ("2026-12-02", None, HOLDS)],
)  # fmt: skip
def test_the_law_applies_from_its_date_on(day: str, before: bool | None, applies: Verdict) -> None:
    assert eu_layers(EuService("image", on_market_before=before), on=date.fromisoformat(day)).applies is applies


@pytest.mark.parametrize(("day", "state"), [("2027-02-01", "not_yet"), ("2027-02-02", "missing")])
def test_interoperable_detection_is_asked_for_from_its_date_on(day: str, state: str) -> None:
    table = eu_layers(EuService("image", interoperable=False), on=date.fromisoformat(day))
    assert table.measures[-1].state == state
    done = eu_layers(EuService("image", interoperable=True), on=date.fromisoformat(day))
    assert done.measures[-1].state == "fulfilled"


def test_every_row_speaks_both_languages_and_has_a_source() -> None:
    for row in (*DATA["layers"], *DATA["measures"]):
        assert row["clause"]
        assert row["confidence"] in "VSKO"
        assert all(row[field][lang].strip() for field in ("name", "remedy") for lang in ("zh", "en"))
    for value in (*DATA["dates"].values(), *DATA["numbers"].values()):
        assert value["source"]
        assert value["confidence"] in "VSKO"


@pytest.mark.parametrize("kind", get_args(MediaKind))
def test_every_kind_of_media_has_a_name(kind: MediaKind) -> None:
    assert media_name(kind, "zh") != media_name(kind, "en")


def test_the_provisions_exist_in_the_law() -> None:
    paths = files("hegui.law").joinpath("data/eu_ai_act").iterdir()
    files_ = [yaml.safe_load(path.read_text("utf-8")) for path in paths if path.name.startswith("art")]
    assert set(DATA["provisions"]) <= {provision["id"] for one in files_ for provision in one["provisions"]}
