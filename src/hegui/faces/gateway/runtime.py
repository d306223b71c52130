"""What one gateway worker needs at hand: applications by key, the lexicon and policy in force, the recorder.

Knows how to look up and to refresh; knows no HTTP. A change made elsewhere (a new key, another lexicon) is seen within the
poll interval; what is under way finishes under the version it began with.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING

from hegui.detect.crisis import warm_up
from hegui.detect.detectors import Detectors
from hegui.detect.findings import HARM
from hegui.detect.guard.settings import Guard
from hegui.detect.harm import HarmScorer, shipped_model
from hegui.detect.lexicon import Lexicon
from hegui.detect.lexicon_files import starter_lexicon
from hegui.detect.screen import CompiledLexicon
from hegui.errors import HeguiError, InputError
from hegui.faces.gateway.exchange_guards import ExchangeGuards
from hegui.faces.gateway.guards import GuardClient, Guards
from hegui.faces.gateway.sweep import Sweep
from hegui.moderate.policy import Direction, Policy
from hegui.moderate.policy_book import PolicyBook, no_such_guard
from hegui.moderate.staging import StagedBook
from hegui.settings import Settings
from hegui.usecases.media_ports import MediaStore
from hegui.usecases.policy_stages import read_staged
from hegui.usecases.ports import ApiKey, Application, Applications, EvidenceState, Lexicons, Recorder
from hegui.usecases.stage_ports import PolicyStages

if TYPE_CHECKING:
    from hegui.usecases.label_content import LabellingHome

__all__ = ["Runtime"]

_SHARES = ((0.1, 0.02), (0.25, 0.1), (0.5, 0.25), (inf, 0.5))
"""How full the spools of the machine may be for which share of the time at least."""
_IDLE = 0.9
"""Of the time unused, above which nobody is in the way."""

FILES_AT_ONCE = 2
"""Files that a worker decodes, marks, labels or checks at once: each may take seconds of a thread, and several times its size."""

_log = logging.getLogger("hegui.gateway")


@dataclass
class Runtime:
    """Shared by all requests of a worker."""

    settings: Settings
    applications: Applications
    lexicons: Lexicons
    recorder: Recorder
    policies: PolicyBook
    secret: bytes
    clock: Callable[[], datetime]
    evidence_state: Callable[[], EvidenceState]
    media: MediaStore
    number_key: bytes
    labelling: Callable[[], LabellingHome]
    keeps_content: bool = False
    described_guards: tuple[Guard, ...] = ()
    stages: PolicyStages | None = None
    staged: StagedBook = field(init=False)
    detectors: Detectors = field(init=False)
    guards: Guards | None = field(init=False, default=None)
    keys: dict[bytes, tuple[ApiKey, Application]] = field(init=False, default_factory=dict)
    active: int = field(init=False, default=0)
    bodies: Sweep = field(init=False)
    file_turns: asyncio.Semaphore = field(init=False, default_factory=lambda: asyncio.Semaphore(FILES_AT_ONCE))
    backlog: int = field(init=False, default=0)
    passed_beyond: int = field(init=False, default=0)
    outcomes: Counter[tuple[str, str]] = field(init=False, default_factory=Counter)
    _revision: int = field(init=False, default=-1)
    _problems: dict[str, str | None] = field(init=False, default_factory=dict)
    _times: tuple[float, float] = field(init=False, default=(0.0, 0.0))

    def __post_init__(self) -> None:
        self.bodies = Sweep(self.settings.server.body_idle_seconds)
        self.detectors = Detectors(CompiledLexicon(starter_lexicon()))
        self.staged = StagedBook(self.policies, {})
        self.refresh()
        if self.settings.crisis.screen:
            warm_up()
        _ = self.detectors.lexicon.digest  # computed when first asked for, which no request shall wait for

    def find(self, authorization: str) -> tuple[ApiKey, Application] | None:
        """The application behind an Authorization header; None when the key is unknown or ended."""
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer" or not key:
            return None
        found = self.keys.get(hashlib.sha256(key.strip().encode()).digest())
        if found is None or (found[0].revoked_at is not None and found[0].revoked_at <= self.clock()):
            return None
        return found

    def is_full(self) -> bool:
        """Whether so many records wait that no request may be accepted; with `when_full = "pass"` it is counted instead."""
        if not self.waits_too_much():
            return False
        if self.settings.evidence.when_full == "refuse":
            return True
        if not self.passed_beyond:
            _log.critical("REC006 records wait beyond the limit and requests pass all the same (evidence.when_full)")
        self.passed_beyond += 1
        return False

    def waits_too_much(self) -> bool:
        """Whether as many records wait as may."""
        limits = self.settings.evidence
        return self.recorder.depth() >= limits.queue_max or self.backlog >= limits.spool_max

    def share_for_evidence(self) -> float:
        """Of the time, for moving records in a thread of this process: what the other threads have left since this was last
        asked, at least a little, and more the fuller the spools are, so that they never fill for want of a turn.

        Call it in that thread: its own time does not count.
        """
        wall, others = time.monotonic(), time.process_time() - time.thread_time()
        (wall_before, others_before), self._times = self._times, (wall, others)
        idle = 1 - (others - others_before) / max(wall - wall_before, 1e-9)
        fullness = self.backlog / self.settings.evidence.spool_max
        least = next(share for bound, share in _SHARES if fullness < bound)
        return 1.0 if idle > _IDLE else max(idle, least)

    def guards_of(self, policy: Policy, *, is_repetitive: bool) -> ExchangeGuards:
        """The guards of an exchange under this policy. Raises InputError POL005: one of them is not there."""
        found: dict[Direction, list[GuardClient]] = {}
        for direction, names in policy.guards.items():
            for name in names:
                if self.guards is None or name not in self.guards.names:
                    raise no_such_guard(policy.name, name)
                found.setdefault(direction, []).append(self.guards[name])
        return ExchangeGuards(dict(found), policy, language=self.settings.locale, is_repetitive=is_repetitive)

    def upstream_credential(self, application: Application) -> str | None:
        """The upstream's key, from the environment variable the application names."""
        name = application.upstream_key_env
        return os.environ.get(name) if name else None

    def refresh(self) -> None:
        """Look for changes in the store; blocks, so it runs in a thread once the worker serves."""
        revision = self.applications.revision()
        if revision == self._revision:
            return
        version = self.lexicons.active()
        if version is not None and version.digest != self.detectors.lexicon.digest:
            lexicon = CompiledLexicon(Lexicon.from_lines(version.content, version.digest))
            self.detectors = replace(self.detectors, lexicon=lexicon)
        keys = {key.sha256: (key, application) for key, application in self.applications.live_keys()}
        names = {application.policy for _, application in keys.values()}
        self._load_models(self.staged, names)
        self.keys = keys
        # Last of all: a staged policy that cannot be read keeps no ended key alive and no lexicon out of force.
        staged = StagedBook(self.policies, {} if self.stages is None else read_staged(self.stages.history()))
        self._load_models(staged, names)
        self.staged = staged
        self._revision = revision

    def _load_models(self, staged: StagedBook, names: Collection[str]) -> None:
        """The model of harm, once a policy that an application is under asks for it.

        Without numpy: the texts are short, and it would take more memory than the model.
        """
        if self.detectors.harm is None and any(_asks_for_harm(staged, name) for name in names):
            self.detectors = replace(self.detectors, harm=HarmScorer(shipped_model(), use_numpy=False))

    async def keep_fresh(self) -> None:
        """Refresh for ever, at the poll interval; a store that is away leaves things as they are."""
        while True:
            await asyncio.sleep(self.settings.lexicon.poll_seconds)
            # Each by itself: how much waits in the spool matters most while the store is away.
            await self._attempt("applications and lexicon", self.refresh)
            await self._attempt("spool", self._count_backlog)
            await self._attempt("media", self.media.sweep)

    async def _attempt(self, what: str, look: Callable[[], None]) -> None:
        """Look in a thread; a failure is logged once, and once when it is over."""
        before, problem = self._problems.get(what), None
        try:
            await asyncio.to_thread(look)
        except Exception as error:  # the edge of the task, which must outlive any trouble
            problem = error.code if isinstance(error, HeguiError) else type(error).__name__
            if problem != before:
                known = isinstance(error, HeguiError)
                _log.warning("refresh failed, %s stay as last seen: %s", what, problem, exc_info=not known)
        if problem is None and before is not None:
            _log.warning("refresh failed no longer: %s are seen again", what)
        self._problems[what] = problem

    def _count_backlog(self) -> None:
        self.backlog = self.recorder.backlog()


def _asks_for_harm(staged: StagedBook, name: str) -> bool:
    try:
        return any(HARM in kinds for policy in staged.asked(name) for kinds in policy.sought.values())
    except InputError:
        return False  # its requests are refused, for an application is never screened by another policy
