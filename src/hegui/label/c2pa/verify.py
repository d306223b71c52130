"""Whether a file's C2PA manifest is sound and trusted, and what it says of the content's origin.

Knows the states and the codes of validation; knows no label and fetches nothing. The state is the library's; the origin is read
from the actions of the active manifest and, where that opened an older file, from the older ones, as long as each was recorded as
sound when it was opened.
Rules: C2PA 2.2 15 (validation and its codes), 18.14 (actions, digitalSourceType).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

from hegui.kernel.source import MalformedError, Source
from hegui.label.c2pa.formats import media_type
from hegui.label.c2pa.library import context, library, refusal
from hegui.label.findings import seen

__all__ = ["Code", "State", "Verified", "generated_type", "verify"]

State = Literal["trusted", "valid", "invalid", "none", "unsupported", "unreadable"]
"""trusted: sound, and signed under an anchor; valid: sound, whoever signed it; invalid: broken, or the file was changed after it
was signed; none; unsupported: a format that takes no manifest; unreadable: the file is damaged."""

_STATES: dict[str, State] = {"Trusted": "trusted", "Valid": "valid"}
_KINDS = ("failure", "informational", "success")
_GENERATED = "trainedalgorithmicmedia"
"""End of both types that say so, whole and composite."""
_UNTRUSTED = "signingCredential.untrusted"
_MOST_CODES = 400
_MOST_STEPS = 32
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Code:
    """One result of validation.

    Attributes:
        code: as C2PA names it: "assertion.dataHash.mismatch".
        kind: "failure", "informational" or "success".
        detail: what the library adds.
        of_ingredient: whether it speaks of an older manifest.
    """

    code: str
    kind: str
    detail: str = ""
    of_ingredient: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """What a file's manifest was found to be.

    Attributes:
        state: see State.
        source_types: digital source types, the active manifest's first; of sound manifests only.
        issuer: the organisation that signed, and the name in its certificate.
        generator: the software that made the claim.
        stamped_at: the instant of a time stamp, "" where there is none; whether it is trusted, the codes say.
        manifests: how many the file holds.
        codes: every result, failures first.
    """

    state: State
    source_types: tuple[str, ...] = ()
    issuer: str = ""
    generator: str = ""
    stamped_at: str = ""
    manifests: int = 0
    codes: tuple[Code, ...] = ()

    @property
    def failures(self) -> tuple[str, ...]:
        """The codes of what failed."""
        return tuple(dict.fromkeys(one.code for one in self.codes if one.kind == "failure"))

    @property
    def is_stamped(self) -> bool:
        """Whether a time stamp holds, by an authority that is trusted."""
        return any(one.code == "timeStamp.trusted" and not one.of_ingredient for one in self.codes)


def verify(file: BinaryIO, name: str = "", *, anchors: str = "") -> Verified:
    """What the manifest of a file is.

    Args:
        file: seekable, from its start.
        name: the file's name, for formats without a signature.
        anchors: certificates that are trusted, PEM; "" trusts none.
    Raises:
        LabelError: LBL140; LBL146.
    """
    with context(anchors) as given:
        source = Source(file)
        if not source.size:
            return Verified("unsupported")
        file.seek(0)
        try:
            with library().Reader(_hint(source, name), file, context=given) as reader:
                return _verified(json.loads(reader.json()))
        except library().C2paError as error:
            return _refused(error, source, name)
        except (ValueError, RecursionError):  # JSON that is none, or without end
            return Verified("invalid", codes=(Code("general.error", "failure"),))


def generated_type(found: Verified) -> str | None:
    """The digital source type to go by: one that says generated, else the active manifest's own; None where there is none."""
    generated = (one for one in found.source_types if one.rstrip("/").lower().endswith(_GENERATED))
    return next(generated, next(iter(found.source_types), None))


def _hint(source: Source, name: str) -> str:
    """The media type, where the bytes tell; the library looks itself where they do not."""
    try:
        return media_type(source, name)
    except MalformedError:
        return ""


def _refused(error: Exception, source: Source, name: str) -> Verified:
    detail = seen(str(error), _LONGEST)
    match refusal(error):
        case "none":
            return Verified("none")
        case "remote":
            return Verified("none", codes=(Code("manifest.inaccessible", "failure", detail),))
        case "unsupported":
            return Verified("unsupported")
        case "unreadable" if not _hint(source, name):  # packed archives
            return Verified("unsupported", codes=(Code("general.error", "failure", detail),))
        case "unreadable":
            return Verified("unreadable", codes=(Code("general.error", "failure", detail),))
        case _:
            return Verified("invalid", codes=(Code("general.error", "failure", detail),))


def _verified(store: Any) -> Verified:
    manifests = _mapping(_mapping(store).get("manifests"))
    active = _mapping(manifests.get(_text(_mapping(store).get("active_manifest"))))
    state = _STATES.get(_text(_mapping(store).get("validation_state")), "invalid")
    signature = _mapping(active.get("signature_info"))
    issuer = [_text(signature.get(key)) for key in ("issuer", "common_name")]
    makers = [_mapping(one) for one in _listed(active.get("claim_generator_info"))]
    generator = [_text(one.get(key)) for one in makers[:1] for key in ("name", "version")]
    return Verified(
        state,
        tuple(dict.fromkeys(_source_types(active, manifests))) if state != "invalid" else (),
        ", ".join(filter(None, issuer)),
        " ".join(filter(None, generator)) or _text(active.get("claim_generator")),
        _text(signature.get("time")),
        len(manifests),
        tuple(_codes(_mapping(_mapping(store).get("validation_results")))),
    )


def _source_types(active: Mapping[str, Any], manifests: Mapping[str, Any]) -> Iterator[str]:
    """Of the active manifest, then of the one it opened, and so on."""
    at: Mapping[str, Any] = active
    for _ in range(_MOST_STEPS):
        for assertion in map(_mapping, _listed(at.get("assertions"))):
            if _text(assertion.get("label")).startswith("c2pa.actions"):
                actions = map(_mapping, _listed(_mapping(assertion.get("data")).get("actions")))
                yield from filter(None, (_text(action.get("digitalSourceType")) for action in actions))
        parent = next((one for one in map(_mapping, _listed(at.get("ingredients"))) if _is_sound_parent(one)), None)
        if parent is None:
            return
        at = _mapping(manifests.get(_text(parent.get("active_manifest"))))


def _is_sound_parent(ingredient: Mapping[str, Any]) -> bool:
    """An older file with a manifest that was sound when it was opened; whether it was trusted is not asked."""
    if ingredient.get("relationship") != "parentOf" or not _text(ingredient.get("active_manifest")):
        return False
    results = _mapping(ingredient.get("validation_results"))
    if not results:
        return False
    deltas = [_mapping(_mapping(one).get("validationDeltas")) for one in _listed(results.get("ingredientDeltas"))]
    failed = [
        _text(_mapping(one).get("code"))
        for found in (_mapping(results.get("activeManifest")), *deltas)
        for one in _listed(found.get("failure"))
    ]
    return all(code == _UNTRUSTED for code in failed)


def _codes(results: Mapping[str, Any]) -> Iterator[Code]:
    deltas = [_mapping(_mapping(one).get("validationDeltas")) for one in _listed(results.get("ingredientDeltas"))]
    found = [(_mapping(results.get("activeManifest")), False), *((delta, True) for delta in deltas)]
    count = 0
    for kind in _KINDS:
        for group, of_ingredient in found:
            for one in map(_mapping, _listed(group.get(kind))):
                count += 1
                if count > _MOST_CODES:
                    return
                yield Code(_text(one.get("code")), kind, _text(one.get("explanation")), of_ingredient)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return seen(value, _LONGEST) if isinstance(value, str) else ""
