"""What the use cases need from the outside: the few interfaces a store must offer, and the values that cross them.

Knows no database and no HTTP. Implementations live in `store/` and are handed over by `compose`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from hegui.label.policy import LabelPolicy

__all__ = [
    "ApiKey",
    "Application",
    "Applications",
    "Delivery",
    "EvidenceMover",
    "EvidenceState",
    "Exchange",
    "ExchangeFilter",
    "Exchanges",
    "FindingRecord",
    "LexiconVersion",
    "Lexicons",
    "Recordable",
    "Recorded",
    "Recorder",
    "SchemaRevision",
    "SpoolStatus",
    "StoreKeeper",
    "StoreStatus",
    "TokenUsage",
]


@dataclass(frozen=True, slots=True)
class Application:
    """An application (应用) of the provider that calls the gateway with keys of its own.

    Attributes:
        name: unique, 1-64 characters.
        upstream: base URL of the OpenAI-compatible server, ending in `/v1` or the like, without a trailing slash.
        upstream_key_env: name of the environment variable that holds the upstream credential; None sends none.
        models: model names the application may ask for; empty means every model the upstream offers.
        stated_users, stated_uses: the users, occasions and uses made public (Interim Measures Art. 10).
        policy: name of the screening policy.
    """

    id: str
    name: str
    upstream: str
    upstream_key_env: str | None
    models: tuple[str, ...]
    stated_users: str
    stated_uses: str
    label: LabelPolicy
    policy: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of an application. Only its SHA-256 is kept: a key is 256 random bits, so a slow hash would add nothing."""

    id: str
    application_id: str
    sha256: bytes
    created_at: datetime
    revoked_at: datetime | None


class Applications(Protocol):
    def add(self, application: Application, key: ApiKey) -> None:
        """Store both at once. Raises InputError APP001 when the name is taken."""

    def list(self) -> Sequence[Application]: ...

    def named(self, name: str) -> Application:
        """Raises NotFoundError APP002."""

    def rotate_key(self, application_id: str, key: ApiKey, *, revoke_others_at: datetime) -> None:
        """Add `key`; every other live key of the application ends at `revoke_others_at`."""

    def live_keys(self) -> Sequence[tuple[ApiKey, Application]]:
        """Every key not revoked, or revoked in the future, with its application."""

    def revision(self) -> int:
        """A number that grows with every change to applications, keys or lexicons; cheap to ask each second."""


@dataclass(frozen=True, slots=True)
class LexiconVersion:
    """A stored version of the lexicon (词库). `content` is canonical JSON Lines, UTF-8; `digest` its SHA-256 in hex."""

    digest: str
    terms: int
    source: str
    loaded_at: datetime
    content: bytes


class Lexicons(Protocol):
    def activate(self, version: LexiconVersion) -> None: ...

    def active(self) -> LexiconVersion | None:
        """The version in force; None when none was ever loaded."""

    def history(self) -> Sequence[LexiconVersion]:
        """Newest first, `content` left empty."""

    def stored(self, digest: str) -> LexiconVersion | None:
        """The version with this whole digest, as it was last put in force; None when there is none."""


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """One finding as it is written down: where and which rule, never the text.

    Attributes:
        direction: "prompt" or "answer".
        path: the field, such as `messages[2].content` or `choices[0].content`.
        start, end: character offsets in that field's whole text, half-open.
        grade: how the term was recognised: exact, folded, gapped, variant, decoded, flood.
        action: what the policy made of it.
    """

    direction: str
    path: str
    start: int
    end: int
    term_id: str
    risk: str
    severity: str
    grade: str
    action: str


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Token counts as the upstream reported them."""

    prompt: int
    completion: int
    total: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as evidence: who, when, what was decided, and that everything delivered was screened.

    Attributes:
        id: 26 characters, sorts by time, 80 random bits; also the ProduceID of the label.
        user: keyed pseudonym of the end user; None when the application named none.
        started_at, first_token_at, finished_at: instants in UTC; first_token_at None when no text came.
        status: HTTP status sent to the client.
        outcome: completed, blocked_prompt, blocked_answer, safe_reply, help, client_left, rejected, interrupted (hegui stopped),
            failed (a fault of hegui), label_failed (a file of the answer could not be labelled), or upstream_<how it failed>.
        decision: the strongest action taken: allow, flag, redact, safe_reply, refuse, stop, help
            (a person in danger: a human should look, and nothing in it counts against the user).
        prompt_characters: characters of the request that went through the screen.
        screened_characters: characters of the answer that went through a screen.
        delivered_characters: characters of the upstream's answer that were sent, counted at the outlet, redacted ones included.
        withheld_characters: screened, not sent. Always screened = delivered + withheld.
        withheld_events: stream events of unknown shape that were not passed on.
        models: the detecting models that had a say, such as harm:8383ac8e0b0d; "" for none.
        needs_review: whether a human should look at it (待人工复核).
        shadow_policy, shadow_decision: a policy that was tried without acting, and what it would have decided; None for none.
        files: receipts of the files it supplied (标识回执), JSON: a list of format, place, label, digests before and
            after; "" for none.
        unmarked_terms: version of the terms under which it was supplied without a visible mark, on the user's request
            (Labelling Measures, article 9); "" where it was marked or marking is the application's own.
    """

    id: str
    application_id: str
    key_id: str
    user: str | None
    endpoint: str
    model: str
    streamed: bool
    started_at: datetime
    first_token_at: datetime | None
    finished_at: datetime
    status: int
    outcome: str
    decision: str
    policy: str
    lexicon: str
    prompt_characters: int
    screened_characters: int
    delivered_characters: int
    withheld_characters: int
    withheld_events: int
    usage: TokenUsage | None
    upstream_id: str | None
    error: str | None
    findings: tuple[FindingRecord, ...] = field(default=())
    models: str = ""
    needs_review: bool = False
    shadow_policy: str | None = None
    shadow_decision: str | None = None
    files: str = ""
    unmarked_terms: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An exchange as it is handed over where content is kept: the record, and its parts by name, in the clear."""

    exchange: Exchange
    content: Mapping[str, bytes]

    @property
    def id(self) -> str:
        """Of the exchange."""
        return self.exchange.id


Recordable = Exchange | Delivery
"""What a recorder takes."""


@dataclass(frozen=True, slots=True)
class ExchangeFilter:
    """Which exchanges to list. None means "any"; `since` inclusive, `until` exclusive."""

    application: str | None = None
    user: str | None = None
    decision: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    needs_review: bool | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An exchange and its place in the ledger: index and the salt of its record; None while it has none."""

    exchange: Exchange
    index: int | None
    salt: bytes | None


class Exchanges(Protocol):
    def show(self, exchange_id: str) -> Exchange:
        """Raises NotFoundError EXC001."""

    def list(self, wanted: ExchangeFilter) -> Iterator[Exchange]:
        """Newest first."""

    def walk(self, wanted: ExchangeFilter, after: tuple[datetime, str] | None = None) -> Iterator[Recorded]:
        """All that match, whatever the limit, oldest first, behind the exchange of this start and id."""


@dataclass(frozen=True, slots=True)
class EvidenceState:
    """How far evidence has come: entries that no checkpoint covers, the checkpoint's size, and when it was published.

    The size is None where the ledger's files are away. oldest_waiting_at: the instant of the entry that waits longest.
    """

    entries_waiting: int
    ledger_size: int | None
    checkpoint_at: datetime | None
    oldest_waiting_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SpoolStatus:
    """What waits in the spools of this machine: records, when the oldest was finished, and records set aside."""

    records: int
    oldest_at: datetime | None
    refused: int


class EvidenceMover(Protocol):
    """Moves records from this machine's spools into the store and the ledger."""

    last_error: str | None
    """What keeps evidence from moving; None while all is well."""

    def start(self) -> None:
        """Work in a thread of its own."""

    def stop(self) -> None:
        """Move what is there, then end."""

    def run(self) -> None:
        """Work in this thread until `stop`."""


class Recorder(Protocol):
    """Writes exchanges down without holding up the event loop."""

    def record(self, exchange: Recordable) -> Awaitable[None]:
        """Hand over `exchange` at once; the awaitable is done when it is durable, and raises InternalError REC001 if it
        never will be. A caller that does not await loses nothing but the guarantee."""

    def hand_over(self, exchange: Recordable) -> None:
        """As `record`, for a caller that waits for nothing: a failure is logged."""

    def depth(self) -> int:
        """Exchanges handed over and not yet durable, count."""

    def spooled(self) -> int:
        """Exchanges that are durable in this worker's spool and not yet in the store, count; asks the disk."""

    def backlog(self) -> int:
        """The same of all spools of this machine, those of workers that have ended among them; asks the disk."""

    def oldest_spooled(self) -> datetime | None:
        """When the oldest of them was finished; None when there is none."""

    def close(self) -> None:
        """Write what is left and stop. Blocks until it is done."""


@dataclass(frozen=True, slots=True)
class SchemaRevision:
    """One step of the database's schema; `phase` says whether it runs before or after the new program starts."""

    id: str
    phase: Literal["before", "after"]
    about: str


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """How the database stands.

    Attributes:
        kind: "sqlite" or "postgresql"; `version` is the database's own.
        where: its URL, without a password.
        revision: of its schema; None in an empty database. `newest` is the last one this hegui knows.
        pending: the revisions it lacks, in their order.
        size_bytes: what it takes on the disk.
        exchanges, findings: rows, count; None before there are tables.
    """

    kind: str
    version: str
    where: str
    revision: str | None
    newest: str
    pending: tuple[SchemaRevision, ...]
    size_bytes: int
    exchanges: int | None
    findings: int | None


class StoreKeeper(Protocol):
    """Looks after the database itself, for the people who run it."""

    def status(self) -> StoreStatus: ...

    def migrate(self, phase: Literal["before", "after", "all"]) -> Sequence[SchemaRevision]:
        """Run the revisions that may run in this phase, all or none; those that were run.

        Raises InputError STO001, the schema is newer than this hegui; STO008, something else has to run before.
        """
