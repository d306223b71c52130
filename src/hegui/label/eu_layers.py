"""Which layers of marking the EU code of practice asks for, and which of them a service has: for those who also serve the EU.

Knows the layers and measures of data/eu_layers.yaml and what a service says of itself; looks at no file and decides no legal
question: the code is voluntary, and its text was read in quotation alone. What nobody said is unknown, never missing.
Rules: Regulation (EU) 2024/1689, Art. 50(2); Code of practice on marking and labelling of AI-generated content, 10 June 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

import yaml

from hegui.kernel.logic import Verdict, all_of, verdict

__all__ = ["EuLayers", "EuService", "Layer", "MediaKind", "State", "eu_layers", "media_name"]

MediaKind = Literal["image", "audio", "video", "containerised_text", "free_text"]

State = Literal["fulfilled", "missing", "unknown", "not_needed", "not_yet"]
"""not_needed: nothing asks for it here; not_yet: it is asked for from a later date."""

_STATES: dict[Verdict, State] = {Verdict.HOLDS: "fulfilled", Verdict.FAILS: "missing", Verdict.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True)
class EuService:
    """What a service does with one kind of media; None for what nobody said.

    Attributes:
        kind: image, audio, video, containerised_text or free_text.
        signed: whether its metadata are digitally signed, such as by C2PA.
        stamped: whether the signature has a trusted time stamp.
        watermarked: whether an imperceptible watermark is in the content.
        logged: whether fingerprints or logs are kept.
        keeps_input_marks: whether marks that inputs have stay.
        terms_forbid_removal: whether the terms of use forbid to remove marks.
        offers_detector: whether users and authorities can detect the marks, and are told by which technique.
        interoperable: whether others can detect them too.
        tokens: how long texts are, for free text; None where that differs.
        on_market_before: whether the system was on the market before the law applied.
    """

    kind: MediaKind
    signed: bool | None = None
    stamped: bool | None = None
    watermarked: bool | None = None
    logged: bool | None = None
    keeps_input_marks: bool | None = None
    terms_forbid_removal: bool | None = None
    offers_detector: bool | None = None
    interoperable: bool | None = None
    tokens: int | None = None
    on_market_before: bool | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """One row of the table.

    Attributes:
        id: "signed_metadata".
        clause: of the code of practice.
        state: see State.
        missing: facts that are not so, or that nobody said.
        name: what it is, in zh and en.
        remedy: what hegui does about it, in zh and en.
        confidence: how surely we know the rule: V, S, K or O.
        is_optional: whether it is asked for at all.
    """

    id: str
    clause: str
    state: State
    missing: tuple[str, ...]
    name: Mapping[str, str]
    remedy: Mapping[str, str]
    confidence: str
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class EuLayers:
    """The answer for one kind of media.

    Attributes:
        applies: whether Art. 50(2) applies on the date; UNKNOWN where that depends on when the system came to the market.
        layers: signed metadata, watermark, fingerprint or log.
        measures: what else is asked for.
        counted: how many layers that count are fulfilled.
        needed: how many are needed.
    """

    applies: Verdict
    layers: tuple[Layer, ...]
    measures: tuple[Layer, ...]
    counted: int
    needed: int

    @property
    def is_enough(self) -> Verdict:
        """Whether every layer that is asked for is there; the code asks for no fewer than two, save for free text."""
        asked = [layer for layer in self.layers if not layer.is_optional and layer.state != "not_needed"]
        known = {"fulfilled": Verdict.HOLDS, "missing": Verdict.FAILS}
        return all_of(known.get(layer.state, Verdict.UNKNOWN) for layer in asked)


def eu_layers(service: EuService, *, on: date) -> EuLayers:
    """The table for one kind of media.

    Args:
        service: what the service says of itself.
        on: civil date in the EU.

    >>> table = eu_layers(EuService("image", signed=True, stamped=False, watermarked=True), on=date(2026, 11, 26))
    >>> [(layer.id, layer.state, layer.missing) for layer in table.layers if not layer.is_optional]
    [('signed_metadata', 'missing', ('stamped',)), ('watermark', 'fulfilled', ())]
    """
    data = _data()
    layers = tuple(_layer(row, service, on) for row in data["layers"])
    measures = tuple(
        _layer({"required_for": list(get_args(MediaKind)), **row}, service, on) for row in data["measures"]
    )
    asked = [layer for layer in layers if not layer.is_optional and layer.state != "not_needed"]
    counted = sum(layer.state == "fulfilled" for layer in asked)
    needed = min(data["numbers"]["least_layers"]["value"], len(asked))
    return EuLayers(_applies(service, on), layers, measures, counted, needed)


def media_name(kind: MediaKind, lang: str) -> str:
    """What a kind of media is called."""
    return str(_data()["media"][kind][lang])


def _layer(row: Mapping[str, Any], service: EuService, on: date) -> Layer:
    said = {name: getattr(service, name) for name in row["needs"]}
    is_optional = not row["required_for"]
    state = _STATES[all_of(verdict(value) for value in said.values())]
    if not is_optional and not _is_asked_of(row, service):
        state = "not_needed" if state != "fulfilled" else state
    elif "from" in row and on < _data()["dates"][row["from"]]["value"] and state != "fulfilled":
        state = "not_yet"
    missing = tuple(name for name, value in said.items() if value is not True)
    return Layer(
        row["id"], row["clause"], state, missing, row["name"], row["remedy"], row["confidence"], is_optional=is_optional
    )


def _is_asked_of(row: Mapping[str, Any], service: EuService) -> bool:
    """Very short text is exempt from the watermark; from how many tokens on it is not, one number says."""
    if service.kind not in row["required_for"]:
        return False
    is_short = service.tokens is not None and service.tokens <= _data()["numbers"]["long_text_tokens"]["value"]
    return not (service.kind == "free_text" and row["id"] == "watermark" and is_short)


def _applies(service: EuService, on: date) -> Verdict:
    dates = _data()["dates"]
    if on < dates["applies"]["value"]:
        return Verdict.FAILS
    if on >= dates["applies_to_older_systems"]["value"]:
        return Verdict.HOLDS
    return verdict(None if service.on_market_before is None else not service.on_market_before)


@cache
def _data() -> Any:
    """The file; every fact that a row needs is one of EuService."""
    text = files("hegui.label").joinpath("data/eu_layers.yaml").read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    known = {field.name for field in fields(EuService)}
    assert all(set(row["needs"]) <= known for row in (*found["layers"], *found["measures"]))
    return found
