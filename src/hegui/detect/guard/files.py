"""Read a file of guards from YAML, with every fault listed.

Knows the members of a guard and their allowed values; opens no file and asks no guard.
Every member is checked before anything is refused, so that a file is mended in one go; a member nobody knows is a fault, for a
misspelt `without_verdict` must not quietly be something else.
"""

from __future__ import annotations

from typing import Any, cast

from hegui.detect.guard.faults import KINDS, OnFault, WithoutVerdictActions
from hegui.detect.guard.mapping_files import MappingMembers
from hegui.detect.guard.settings import GUARD_KINDS, RELEASES, Guard, Release, Windows
from hegui.detect.guard.verdict import Label, plain, taxonomy
from hegui.detect.lexicon import SEVERITIES, Severity
from hegui.detect.risks import normalise_risk
from hegui.errors import FileFaults, InputError
from hegui.strict_yaml import NotYamlError, read_yaml

__all__ = ["MOST_BYTES", "guard_named", "read_guards"]

MOST_BYTES = 1 << 20
"""Of a file; a list of guards is a few hundred lines."""
MOST_GUARDS = 64

_REMEDY = "Mend the file; docs/guards.md lists every member of a guard."
_COMMON = {
    *("name", "kind", "timeout_seconds", "concurrency", "per_text", "release", "lag_characters", "window"),
    *("prompt_characters", "prompt_window", "without_verdict"),
}
_SERVER = {"url", "key_env", "rest_after", "rest_seconds"}
_MEMBERS: dict[str, set[str]] = {
    "qwen3guard": {"model"},
    "llama_guard": {"model"},
    "shieldgemma": {"model", "thresholds", "policies", "labels"},
    "openai_moderation": {"model", "thresholds"},
    "http": {"model", "mapping", "thresholds", "labels"},
    "local": {"folder", "thresholds", "labels", "ignore"},
}
_NEEDED = {
    "qwen3guard": ("url", "model"),
    "llama_guard": ("url", "model"),
    "shieldgemma": ("url", "model"),
    "openai_moderation": ("url", "model"),
    "http": ("url", "mapping"),
    "local": ("folder",),
}
_ON_FAULT = {"prompt": ("refuse", "pass"), "answer": ("stop", "pass")}


def read_guards(text: str, where: str) -> tuple[Guard, ...]:
    """The guards in `text`. Raises FileFaults GRD005 with every fault and its place."""
    raw = _loaded(text, where)
    reader = _Reader()
    guards = reader.guards(raw)
    if reader.faults:
        raise FileFaults("GRD005", where, reader.faults, _REMEDY)
    return guards


def guard_named(guards: tuple[Guard, ...], name: str, where: str) -> Guard:
    """The guard of this name. Raises InputError GRD006."""
    for guard in guards:
        if guard.name == name:
            return guard
    names = ", ".join(guard.name for guard in guards)
    raise InputError("GRD006", f"{where}: {name}", "there is no guard of this name.", f"The file has: {names}.")


def _loaded(text: str, where: str) -> Any:
    if len(text) > MOST_BYTES:
        raise FileFaults("GRD005", where, [("line 1", "the file is larger than 1 MiB")], _REMEDY)
    try:
        return read_yaml(text, aliases=False)
    except NotYamlError as error:
        raise FileFaults("GRD005", where, [(f"line {error.line}", error.problem)], _REMEDY) from None


class _Reader(MappingMembers):
    def guards(self, raw: Any) -> tuple[Guard, ...]:
        listed = raw.get("guards") if type(raw) is dict else None
        if type(listed) is not list or not listed or len(listed) > MOST_GUARDS:
            self.wrong("guards", f"the file is a mapping whose member guards is a list of 1 to {MOST_GUARDS} guards")
            return ()
        self.unknown(raw, {"guards"}, "")
        found = [self.guard(one, f"guards[{number}]") for number, one in enumerate(listed)]
        names = [guard.name for guard in found if guard is not None]
        for number, name in enumerate(names):
            if name in names[:number]:
                self.wrong(f"guards[{number}].name", f"the name {name!r} comes twice")
        return tuple(guard for guard in found if guard is not None)

    def guard(self, raw: Any, place: str) -> Guard | None:
        if type(raw) is not dict:
            self.wrong(place, "a guard is a mapping")
            return None
        kind = raw.get("kind")
        if type(kind) is not str or kind not in GUARD_KINDS:
            self.wrong(f"{place}.kind", f"{kind!r} is no kind of guard; known are {', '.join(GUARD_KINDS)}")
            return None
        served = set() if kind == "local" else _SERVER
        self.unknown(raw, _COMMON | served | _MEMBERS[kind], f"{place}.")
        for name in _NEEDED[kind]:
            if raw.get(name) in (None, ""):
                self.wrong(f"{place}.{name}", f"a guard of kind {kind} needs this member")
        base = Guard("", kind)
        thresholds = self.thresholds(raw.get("thresholds"), f"{place}.thresholds", kind)
        return Guard(
            name=self.name(raw.get("name"), f"{place}.name"),
            kind=kind,
            url=self.url(raw.get("url"), f"{place}.url"),
            key_env=self.variable(raw.get("key_env"), f"{place}.key_env"),
            model=self.text(raw.get("model"), f"{place}.model"),
            folder=self.text(raw.get("folder"), f"{place}.folder"),
            timeout_seconds=self.number(raw, "timeout_seconds", base.timeout_seconds, place),
            concurrency=int(self.number(raw, "concurrency", base.concurrency, place)),
            release=cast(Release, self.one_of(raw.get("release", base.release), RELEASES, f"{place}.release")),
            lag_characters=int(self.number(raw, "lag_characters", base.lag_characters, place)),
            per_text=int(self.number(raw, "per_text", base.per_text, place)),
            prompt_window=int(self.number(raw, "prompt_window", base.prompt_window, place)),
            prompt_characters=int(self.number(raw, "prompt_characters", base.prompt_characters, place)),
            windows=self.windows(raw.get("window"), f"{place}.window"),
            without_verdict=self.without_verdict(raw.get("without_verdict"), f"{place}.without_verdict"),
            rest_after=int(self.number(raw, "rest_after", base.rest_after, place)),
            rest_seconds=self.number(raw, "rest_seconds", base.rest_seconds, place),
            thresholds=thresholds,
            labels=self.labels(raw.get("labels"), f"{place}.labels"),
            ignore=self.texts(raw.get("ignore"), f"{place}.ignore"),
            policies=self.policies(raw.get("policies"), f"{place}.policies"),
            mapping=self.mapping(raw["mapping"], f"{place}.mapping", thresholds) if raw.get("mapping") else None,
        )

    def windows(self, raw: Any, place: str) -> Windows:
        base = Windows()
        if raw is None:
            return base
        if type(raw) is not dict:
            self.wrong(place, "must be a mapping")
            return base
        self.unknown(raw, {"sentences", "characters", "before"}, f"{place}.")
        sentences, characters, before = (
            int(self.number(raw, name, getattr(base, name), place)) for name in ("sentences", "characters", "before")
        )
        return Windows(sentences, characters, before)

    def without_verdict(self, raw: Any, place: str) -> WithoutVerdictActions:
        """Each kind by itself: a mapping with prompt and answer, or one word for both: pass, or closed for the default."""
        base = WithoutVerdictActions()
        chosen = {"prompt": dict(base.prompt), "answer": dict(base.answer)}
        if raw is None:
            return base
        if type(raw) is not dict:
            self.wrong(place, "must be a mapping")
            return base
        self.unknown(raw, set(KINDS), f"{place}.")
        for kind in KINDS:
            if (written := raw.get(kind)) is None:
                continue
            if type(written) is not dict:
                self.wrong(f"{place}.{kind}", "must be a mapping with prompt and answer")
                continue
            self.unknown(written, set(chosen), f"{place}.{kind}.")
            for side, allowed in _ON_FAULT.items():
                if side in written:
                    action = self.one_of(written[side], allowed, f"{place}.{kind}.{side}")
                    chosen[side][kind] = cast(OnFault, action)
        return WithoutVerdictActions(chosen["prompt"], chosen["answer"])

    def thresholds(self, raw: Any, place: str, kind: str) -> dict[str, float]:
        if raw is None:
            return {}
        if type(raw) is not dict:
            self.wrong(place, "must be a mapping from label to a number from 0 to 1")
            return {}
        known = taxonomy(kind).labels if kind == "openai_moderation" else None
        found = {}
        for name, value in raw.items():
            if type(name) is not str or type(value) not in (int, float) or not 0 <= value <= 1:
                self.wrong(f"{place}.{name}", "must be a number from 0 to 1")
            elif known is not None and name not in {label.written for label in known.values()}:
                self.wrong(f"{place}.{name}", "is no category of this endpoint")
            else:
                found[name] = float(value)
        return found

    def labels(self, raw: Any, place: str) -> dict[str, Label]:
        if raw is None:
            return {}
        if type(raw) is not dict or not all(type(name) is str for name in raw):
            self.wrong(place, "must be a mapping from label to risks, severity and danger")
            return {}
        return {name: self.label(name, one, f"{place}.{name}") for name, one in raw.items()}

    def label(self, name: str, raw: Any, place: str) -> Label:
        if type(raw) is not dict:
            self.wrong(place, "must be a mapping with risks, severity and danger")
            raw = {}
        self.unknown(raw, {"risks", "severity", "danger"}, f"{place}.")
        risks = []
        for written in raw["risks"] if type(raw.get("risks")) is list else [raw.get("risks", "A.1.h")]:
            if (risk := normalise_risk(str(written))) is None:
                self.wrong(f"{place}.risks", f"{written!r} is none of the 31 risks; write A.1.a … A.5.b")
            else:
                risks.append(risk)
        danger = raw.get("danger", False)
        if type(danger) is not bool:
            self.wrong(f"{place}.danger", "must be true or false")
        severity = self.one_of(raw.get("severity", "high"), SEVERITIES, f"{place}.severity")
        return Label(plain(name)[:64] or "other", name, tuple(risks), cast(Severity, severity), danger is True)

    def policies(self, raw: Any, place: str) -> dict[str, str]:
        if raw is None:
            return {}
        if type(raw) is dict and raw and len(raw) <= 32 and all(type(x) is str and x for p in raw.items() for x in p):
            return dict(raw)
        self.wrong(place, "must be a mapping from 1 to 32 names to what each forbids")
        return {}
