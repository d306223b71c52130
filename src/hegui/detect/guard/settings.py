"""What an operator says of one guard, and the adapter that follows from it.

Knows names, limits and which adapter is which. Knows no YAML (see `files`) and no socket.
A credential is never here: only the name of the environment variable that holds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, get_args

from hegui.detect.guard.faults import WithoutVerdictActions
from hegui.detect.guard.http_mapping import HttpGuard, HttpMapping
from hegui.detect.guard.llama_guard import LlamaGuard
from hegui.detect.guard.local_classifier import LocalGuard, load_classifier
from hegui.detect.guard.openai_moderation import OpenAIModeration
from hegui.detect.guard.question import Call, Direction, Turn
from hegui.detect.guard.qwen3guard import Qwen3Guard
from hegui.detect.guard.shieldgemma import ShieldGemma, shipped_policies
from hegui.detect.guard.verdict import GuardVerdict, Label, taxonomy

__all__ = ["GUARD_KINDS", "RELEASES", "Adapter", "Guard", "GuardKind", "Release", "Windows", "adapter"]

GuardKind = Literal["qwen3guard", "llama_guard", "shieldgemma", "openai_moderation", "http", "local"]
GUARD_KINDS: tuple[GuardKind, ...] = get_args(GuardKind)
Release = Literal["default", "strict"]
RELEASES: tuple[Release, ...] = get_args(Release)


class Adapter(Protocol):
    """A guard that is asked over HTTP."""

    def question(self, turns: Sequence[Turn], direction: Direction) -> Call:
        """The request that has the last turn judged."""

    def read(self, status: int, body: bytes, direction: Direction) -> GuardVerdict:
        """The verdict. Raises GuardFault."""


@dataclass(frozen=True, slots=True)
class Windows:
    """How a text is cut for a guard.

    Attributes:
        sentences, characters: a window ends with the sentence that reaches either, count.
        before: characters before it that are shown along with it.
    """

    sentences: int = 2
    characters: int = 200
    before: int = 300


@dataclass(frozen=True)
class Guard:
    """One guard.

    Attributes:
        url: base URL of an OpenAI-compatible server such as http://127.0.0.1:8000/v1, or of the service; "" for `local`.
        key_env: environment variable that holds the credential; "" for none.
        folder: of a `local` model.
        timeout_seconds: from the wish to ask until the whole answer, waiting for a place included.
        concurrency, per_text: questions under way at once, in this process, and of them for one text: a prompt of a million
            characters shall not take every place.
        release: `strict` lets nothing go before its verdict; `default` lets text go at once, until the lexicon or the small
            model is uneasy, and never further ahead of the verdicts than `lag_characters`.
        prompt_characters: of the end of the prompt that are shown along with its answer.
        prompt_window: characters of a window of a prompt, which is there at once and is asked about in large pieces.
        rest_after, rest_seconds: after so many faults of the server in a row it is not asked for so long; each question
            meanwhile is an outage.
    """

    name: str
    kind: GuardKind
    url: str = ""
    key_env: str = ""
    model: str = ""
    folder: str = ""
    timeout_seconds: float = 5.0
    concurrency: int = 16
    per_text: int = 4
    release: Release = "default"
    lag_characters: int = 400
    prompt_characters: int = 1000
    prompt_window: int = 4000
    windows: Windows = field(default_factory=Windows)
    without_verdict: WithoutVerdictActions = field(default_factory=WithoutVerdictActions)
    rest_after: int = 10
    rest_seconds: float = 5.0
    thresholds: Mapping[str, float] = field(default_factory=dict)
    labels: Mapping[str, Label] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    policies: Mapping[str, str] = field(default_factory=dict)
    mapping: HttpMapping | None = None

    def windows_in(self, direction: Direction) -> Windows:
        """How a text of this direction is cut."""
        if direction == "answer":
            return self.windows
        return Windows(self.prompt_window, self.prompt_window, self.windows.before)


def adapter(guard: Guard) -> Adapter | LocalGuard:
    """What asks and reads; loads the model of a local classifier. Raises InputError GRD007, GRD008."""
    match guard.kind:
        case "qwen3guard":
            return Qwen3Guard(guard.name, guard.model)
        case "llama_guard":
            return LlamaGuard(guard.name, guard.model)
        case "shieldgemma":
            known = taxonomy("shieldgemma").with_labels(guard.labels)
            return ShieldGemma(guard.name, guard.model, guard.policies or shipped_policies(), guard.thresholds, known)
        case "openai_moderation":
            return OpenAIModeration(guard.name, guard.model, guard.thresholds)
        case "http":
            assert guard.mapping is not None  # as `files` reads it
            return HttpGuard(guard.name, guard.model, guard.mapping, taxonomy("http").with_labels(guard.labels))
        case "local":
            known = taxonomy("local").with_labels(guard.labels)
            return LocalGuard(guard.name, load_classifier(Path(guard.folder)), known, guard.thresholds, guard.ignore)
