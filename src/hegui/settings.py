"""Everything that can be set, in one table: name, type, unit, default and what it is for.

Knows hegui.toml and the `HEGUI_*` environment, which wins. Refuses to guess: an unknown or unusable setting
is a fault, and all faults are reported at once. Reads nothing on import and makes no folders.
Works by introspection: each field of a section *is* its row of `TABLE`, and docs/settings.md is tested
against it.
"""

# ruff: noqa: RUF009 - `setting` makes a dataclass field, which the rule cannot see

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from hegui.errors import FileFaults, InputError
from hegui.setting_values import (
    Read,
    a_content_size,
    a_count,
    a_duration,
    a_key_source,
    a_name,
    a_number,
    a_path,
    a_port,
    a_prefix,
    a_schedule,
    a_signer,
    a_size,
    a_text,
    a_url,
    a_yes_or_no,
    in_units,
    one_of,
    some_hosts,
)
from hegui.vault.periods import Period, write_periods

__all__ = [
    "CONFIG_VARIABLE",
    "LANGUAGE_VARIABLE",
    "TABLE",
    "BelowMinimum",
    "Crisis",
    "Evidence",
    "Keep",
    "Label",
    "Ledger",
    "Lexicon",
    "Objects",
    "Policy",
    "Row",
    "Server",
    "Settings",
    "Store",
    "Upstream",
    "Vault",
    "as_markdown",
]

T = TypeVar("T")
Faults = list[tuple[str, str]]

CONFIG_VARIABLE = "HEGUI_CONFIG"
"""Names the settings file itself; with `LANGUAGE_VARIABLE` one of the two `HEGUI_*` variables that are no settings."""
LANGUAGE_VARIABLE = "HEGUI_LANG"
"""Names the language in which the command line speaks."""

REMEDY = "Mend these; docs/settings.md lists every setting with its unit and default."


def setting(default: T, read: Read, kind: str, about: str, *, shown: str = "") -> T:
    """A field that carries its row of the table; `shown` words a default that the bare value would hide."""
    if not shown:
        shown = f"`{str(default).lower() if isinstance(default, bool) else default}`" + (
            f" ({in_units(int(str(default)))})" if read in (a_size, a_content_size) else ""
        )
    return field(default=default, metadata={"read": read, "kind": kind, "about": about, "shown": shown})


@dataclass(frozen=True, slots=True)
class Server:
    """Where the gateway listens, and what a client may ask of it."""

    host: str = setting("127.0.0.1", a_text, "address", "Address the gateway listens on.")
    port: int = setting(8642, a_port, "TCP port", "Port the gateway listens on; 0 takes a free one.")
    max_body_bytes: int = setting(10 << 20, a_size, "bytes", "Largest request body.")
    max_header_bytes: int = setting(64 << 10, a_size, "bytes", "Largest request head.")
    max_streams: int = setting(1000, a_count, "requests", "Most requests under way at once.")
    metrics: Literal["local", "any", "off"] = setting(
        "local",
        one_of("local", "any", "off"),
        "`local`, `any` or `off`",
        "Who may read `/metrics`: this machine, anyone, nobody.",
    )
    body_idle_seconds: float = setting(30.0, a_duration, "seconds", "Longest silence of a client sending its request.")


@dataclass(frozen=True, slots=True)
class Upstream:
    """How long and how much we take from the model server."""

    connect_seconds: float = setting(10.0, a_duration, "seconds", "Longest wait for a connection.")
    first_byte_seconds: float = setting(120.0, a_duration, "seconds", "Longest wait for an answer to begin.")
    idle_seconds: float = setting(60.0, a_duration, "seconds", "Longest silence inside an answer.")
    max_event_bytes: int = setting(1 << 20, a_size, "bytes", "Largest single event of a stream.")
    max_body_bytes: int = setting(32 << 20, a_size, "bytes", "Largest answer that is not streamed.")
    ca_file: Path | None = setting(
        None, a_path, "path", "PEM file of certificate authorities to trust.", shown="the system's"
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """When an answer counts as delivered, and how much may wait to be written."""

    durability: Literal["before_last_byte", "async"] = setting(
        "before_last_byte",
        one_of("before_last_byte", "async"),
        "`before_last_byte` or `async`",
        "Whether the last bytes of an answer wait until its record is durable.",
    )
    gather_seconds: float = setting(
        0.1, a_duration, "seconds", "With `async`, how long records wait to be written together; a crash may lose them."
    )
    queue_max: int = setting(
        10_000, a_count, "exchanges", "Most waiting in memory to be written; beyond it `when_full` decides."
    )
    spool_max: int = setting(
        1_000_000,
        a_count,
        "exchanges",
        "Most waiting in all spools of a machine for the database; beyond it `when_full` decides.",
    )
    when_full: Literal["refuse", "pass"] = setting(
        "refuse",
        one_of("refuse", "pass"),
        "`refuse` or `pass`",
        "Refuse new requests with 503, or let them pass with an alarm in the log and the metrics.",
    )
    sequencer: Literal["thread", "separate"] = setting(
        "thread",
        one_of("thread", "separate"),
        "`thread` or `separate`",
        "What moves records from the spool into database and ledger: a thread of the gateway, or `hegui sequencer`.",
    )
    publish_seconds: float = setting(1.0, a_duration, "seconds", "Shortest time between two checkpoints of the ledger.")


@dataclass(frozen=True, slots=True)
class Label:
    """Who the labels name (GB 45438-2025 Annex E)."""

    content_producer: str = setting(
        "HEGUI-DEMONSTRATION", a_text, "text", "Provider: name or 27-character code (服务提供者编码)."
    )
    sm2_key: str | None = setting(
        None,
        a_signer,
        "`file:…` or `command:…`",
        "Who signs labels by SM2: a private key in PEM, or a program (docs/label-keys.md).",
        shown="none",
    )
    sm2_public: Path | None = setting(
        None, a_path, "path", "PEM file of the public key of a `label.sm2_key` that is a program.", shown="none"
    )
    pinned: Path | None = setting(
        None, a_path, "path", "YAML file of the keys that producers are known by: code, then PEM files.", shown="none"
    )
    unmarked_terms: str | None = setting(
        None, a_text, "text",
        "Version of the terms under which a user may have output without a visible mark (Labelling Measures 9).",
        shown="none: every output is marked",
    )  # fmt: skip
    sound: Literal["rhythm", "spoken", "interface"] = setting(
        "rhythm",
        one_of("rhythm", "spoken", "interface"),
        "`rhythm`, `spoken` or `interface`",
        "What is heard in front of speech: 短长 短短, a sentence, or nothing where applications show the mark (GB 45438 5.3).",
    )
    fetch_hosts: tuple[str, ...] = setting(
        (), some_hosts, "hosts", "Hosts besides the upstream from which files of answers are fetched.", shown="none"
    )
    media_url: str | None = setting(
        None, a_url, "URL", "Address under which users reach this gateway, for pictures they fetch.",
        shown="what the request was sent to",
    )  # fmt: skip
    max_upload_bytes: int = setting(1 << 30, a_size, "bytes", "Largest file that is checked as an upload.")
    media_hours: int = setting(1, a_count, "hours", "How long a labelled picture may be fetched.")


@dataclass(frozen=True, slots=True)
class Policy:
    """What is screened for."""

    file: Path | None = setting(
        None, a_path, "path", "The screening policy of applications that name none.", shown="the built-in policy"
    )
    folder: Path | None = setting(
        None, a_path, "path", "Folder with further policies, `*.yaml`; applications name them.", shown="none"
    )
    guards: Path | None = setting(
        None, a_path, "path", "File that describes the guards policies ask for.", shown="none"
    )


@dataclass(frozen=True, slots=True)
class Crisis:
    """What a person in danger is offered (docs/crisis.md)."""

    screen: bool = setting(True, a_yes_or_no, "true or false", "Whether prompts are searched for a person in danger.")
    contacts: str | None = setting(
        None, a_text, "text", "Whom such a person can call, added to the policy's help.", shown="none"
    )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """How the word lists in force are followed."""

    poll_seconds: float = setting(1.0, a_duration, "seconds", "Time between two looks for a new lexicon or key.")


@dataclass(frozen=True, slots=True)
class Store:
    """How the database is looked after."""

    migrate: Literal["auto", "check"] = setting(
        "auto",
        one_of("auto", "check"),
        "`auto` or `check`",
        "At the start, bring the database's schema up to date, or refuse one that is not (docs/store.md).",
    )


SIX_MONTHS = (Period(6),)


def kept(what: str) -> tuple[Period, ...]:
    """A row of `Keep`."""
    return setting(
        SIX_MONTHS, a_schedule, "months, dated", f"How long {what} kept.", shown=f"`{write_periods(SIX_MONTHS)}`"
    )


def reason(what: str) -> str | None:
    """A row of `BelowMinimum`."""
    about = f"Why {what} kept for less than the law's minimum; recorded as evidence."
    return setting(None, a_text, "text", about, shown="none: it is refused")


@dataclass(frozen=True, slots=True)
class Keep:
    """How long each kind is kept (docs/vault.md)."""

    exchange_record: tuple[Period, ...] = kept("the record of an exchange is")
    prompt: tuple[Period, ...] = kept("the content of prompts is")
    answer: tuple[Period, ...] = kept("the content of answers is")
    attachment: tuple[Period, ...] = kept("the content of attachments is")
    log: tuple[Period, ...] = kept("logs are")


@dataclass(frozen=True, slots=True)
class BelowMinimum:
    """The reasons for keeping something for less than the law's minimum."""

    exchange_record: str | None = reason("records of exchanges are")
    prompt: str | None = reason("prompts are")
    answer: str | None = reason("answers are")
    attachment: str | None = reason("attachments are")
    log: str | None = reason("logs are")


@dataclass(frozen=True, slots=True)
class Vault:
    """Where content is kept, sealed, and for how long."""

    master_key: str | None = setting(
        None,
        a_key_source,
        "`file:…`, `env:…` or `command:…`",
        "Where the master keys come from, the one in use first (docs/vault.md).",
        shown="none: no content is kept",
    )
    blobs: Literal["folder", "objects"] = setting(
        "folder",
        one_of("folder", "objects"),
        "`folder` or `objects`",
        "Whether sealed content is kept in files or objects.",
    )
    folder: Path | None = setting(None, a_path, "path", "The folder of sealed content.", shown="`<state_dir>/vault`")
    max_content_bytes: int = setting(
        32 << 20, a_content_size, "bytes", "Most content kept of one exchange; what is cut says so. At most 64 MiB."
    )
    expire: Literal["background", "command"] = setting(
        "background",
        one_of("background", "command"),
        "`background` or `command`",
        "Whether what was kept long enough is deleted all the time, or only by `hegui vault expire`.",
    )
    expire_seconds: float = setting(3600.0, a_duration, "seconds", "Time between two looks for what is due.")
    keep: Keep = field(default_factory=Keep)
    below_minimum: BelowMinimum = field(default_factory=BelowMinimum)


@dataclass(frozen=True, slots=True)
class Objects:
    """An S3-compatible object store."""

    endpoint: str | None = setting(None, a_text, "URL", "Scheme and host of the object store.", shown="none")
    bucket: str | None = setting(None, a_text, "text", "The bucket; hegui makes none.", shown="none")
    prefix: str | None = setting(
        None, a_prefix, "text", "What every key begins with, ending in a slash.", shown="nothing"
    )
    region: str = setting("us-east-1", a_text, "text", "The region requests are signed for.")
    addressing: Literal["path", "virtual"] = setting(
        "path",
        one_of("path", "virtual"),
        "`path` or `virtual`",
        "Whether the bucket stands in the path or in the host name.",
    )
    access_key_env: str = setting("AWS_ACCESS_KEY_ID", a_text, "name", "Environment variable with the access key.")
    secret_key_env: str = setting("AWS_SECRET_ACCESS_KEY", a_text, "name", "Environment variable with its secret.")
    timeout_seconds: float = setting(10.0, a_duration, "seconds", "Longest silence of the object store.")
    ca_file: Path | None = setting(
        None, a_path, "path", "PEM file of certificate authorities to trust.", shown="the system's"
    )


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where the ledger is kept, who signs it, and who must have seen it (docs/ledger.md)."""

    store: Literal["folder", "objects"] = setting(
        "folder",
        one_of("folder", "objects"),
        "`folder` or `objects`",
        "Whether the ledger's public files are files or objects.",
    )
    folder: Path | None = setting(
        None, a_path, "path", "Folder of the ledger's public files.", shown="`<state_dir>/ledger`"
    )
    bucket: str | None = setting(
        None, a_text, "text", "Bucket of the ledger's objects; hegui makes none.", shown="`objects.bucket`"
    )
    prefix: str | None = setting(
        None,
        a_prefix,
        "text",
        "What each key of them begins with, ending in a slash.",
        shown="`objects.prefix` and `ledger-log/`",
    )
    conditional_writes: bool = setting(
        True,
        a_yes_or_no,
        "`true` or `false`",
        "Whether objects are put on conditions; `false` only where one machine alone has a sequencer.",
    )
    origin: str | None = setting(
        None,
        a_name,
        "name",
        "The log's name in every checkpoint; fixed when its key is made, a later change is refused.",
        shown="`ledger.public_url` without its scheme, else drawn once (docs/ledger.md)",
    )
    key: Path | None = setting(
        None, a_path, "path", "File of the key that signs; made on first use.", shown="`<state_dir>/ledger-key`"
    )
    sm2_key: str | None = setting(
        None,
        a_signer,
        "`file:…` or `command:…`",
        "Who signs checkpoints by SM2 too: a private key in PEM, or a program (docs/ledger.md, SM2).",
        shown="none",
    )
    sm2_public: Path | None = setting(
        None, a_path, "path", "PEM file of the public key of a `ledger.sm2_key` that is a program.", shown="none"
    )
    key_source: str | None = setting(
        None,
        a_key_source,
        "`file:…`, `env:…` or `command:…`",
        "Where that key comes from instead, the same on several machines; hegui never changes it.",
        shown="none: `ledger.key`",
    )
    public_url: str | None = setting(
        None, a_url, "URL", "Where outsiders read the ledger; named in disclosure packs.", shown="none"
    )
    serve: bool = setting(
        False, a_yes_or_no, "`true` or `false`", "Whether the gateway shows the ledger's files at `/ledger/`."
    )
    witnesses_required: int = setting(
        0, a_number, "witnesses", "How many must sign before a checkpoint is published; 0 goes on self-attested."
    )
    witness_seconds: float = setting(
        10.0, a_duration, "seconds", "Longest wait for one witness, or for the time-stamping authority."
    )
    tsa_url: str | None = setting(None, a_url, "URL", "The time-stamping authority (RFC 3161).", shown="none")
    tsa_ca: Path | None = setting(
        None, a_path, "path", "PEM file of the root certificates its stamps are checked with.", shown="none"
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; `given` holds the paths of those that were stated, the rest are defaults."""

    state_dir: Path = setting(
        Path("state"), a_path, "path", "Folder for what hegui writes; relative to where it starts."
    )
    locale: Literal["zh", "en"] = setting(
        "zh", one_of("zh", "en"), "`zh` or `en`", "Language of the service towards people."
    )
    database: str | None = setting(
        None, a_text, "URL", "The database; SQLite or PostgreSQL.", shown="`sqlite:///<state_dir>/hegui.sqlite3`"
    )
    server: Server = field(default_factory=Server)
    upstream: Upstream = field(default_factory=Upstream)
    evidence: Evidence = field(default_factory=Evidence)
    label: Label = field(default_factory=Label)
    policy: Policy = field(default_factory=Policy)
    crisis: Crisis = field(default_factory=Crisis)
    lexicon: Lexicon = field(default_factory=Lexicon)
    store: Store = field(default_factory=Store)
    ledger: Ledger = field(default_factory=Ledger)
    vault: Vault = field(default_factory=Vault)
    objects: Objects = field(default_factory=Objects)
    given: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def database_url(self) -> str:
        """The database's URL, the default filled in."""
        return self.database or f"sqlite:///{self.state_dir / 'hegui.sqlite3'}"

    @property
    def ledger_folder(self) -> Path:
        """The ledger's folder, the default filled in."""
        return self.ledger.folder or self.state_dir / "ledger"

    @property
    def ledger_prefix(self) -> str:
        """What the keys of the ledger's objects begin with, the default filled in."""
        return self.ledger.prefix or f"{self.objects.prefix or ''}ledger-log/"

    @property
    def ledger_key(self) -> Path:
        """The file of the ledger's key, the default filled in."""
        return self.ledger.key or self.state_dir / "ledger-key"

    @staticmethod
    def read(environ: Mapping[str, str], file: Path | None) -> Settings:
        """The settings of `file` and, over them, of the environment; an empty variable counts as not set.

        Raises:
            FileFaults: SET001, everything that is wrong in both.
            InputError: SET002, the file cannot be read.
        """
        faults: Faults = []
        stated = _stated_in_file(file, faults) if file else {}
        stated |= _stated_in_environment(environ, faults)
        if faults:
            where = f"{file} and the environment" if file else "the environment"
            raise FileFaults("SET001", where, faults, REMEDY)
        settings: Settings = _build(Settings, stated, "")
        return settings


@dataclass(frozen=True, slots=True)
class Row:
    """One setting as documented: its `path` in hegui.toml, its `variable`, the default in words."""

    path: str
    variable: str
    kind: str
    default: str
    about: str
    read: Read


def _rows(section: Any, prefix: str) -> Iterator[Row]:
    for entry in fields(section):
        path = prefix + entry.name
        if is_dataclass(entry.default_factory):
            yield from _rows(entry.default_factory, f"{path}.")
        elif entry.metadata:
            row = entry.metadata
            variable = "HEGUI_" + path.replace(".", "_").upper()
            yield Row(path, variable, row["kind"], row["shown"], row["about"], row["read"])


TABLE: tuple[Row, ...] = tuple(_rows(Settings, ""))


def as_markdown() -> str:
    """The table of docs/settings.md."""
    head = "| Setting | Environment | Type or unit | Default | What it is |\n| --- | --- | --- | --- | --- |\n"
    line = "| `{0.path}` | `{0.variable}` | {0.kind} | {0.default} | {0.about} |\n"
    return head + "".join(line.format(row) for row in TABLE)


def _stated_in_file(file: Path, faults: Faults) -> dict[str, Any]:
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        problem = f"cannot be read: {error.strerror}."
        raise InputError("SET002", str(file), problem, "Name an existing file after --config.") from None
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError
        faults.append(("as TOML", str(error)))
        return {}
    return _parse({row.path: row for row in TABLE}, dict(_flat(document, "")), faults)


def _stated_in_environment(environ: Mapping[str, str], faults: Faults) -> dict[str, Any]:
    ours = {name: raw for name, raw in environ.items() if name.startswith("HEGUI_") and raw}
    for name in (CONFIG_VARIABLE, LANGUAGE_VARIABLE):
        ours.pop(name, None)
    return _parse({row.variable: row for row in TABLE}, ours, faults)


def _flat(document: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _parse(known: Mapping[str, Row], raws: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """Path → value of what can be used; the rest joins `faults`."""
    values = {}
    for name, raw in raws.items():
        if name not in known:
            faults.append((name, f"is not a setting.{_did_you_mean(name, known)}"))
            continue
        try:
            values[known[name].path] = known[name].read(raw)
        except ValueError as error:
            faults.append((name, str(error)))
    return values


def _did_you_mean(name: str, known: Collection[str]) -> str:
    ends = {end.removeprefix("HEGUI_"): end for end in known}  # what all share would make all look alike
    near = difflib.get_close_matches(name.removeprefix("HEGUI_"), ends, n=1)
    return f" Did you mean {ends[near[0]]}?" if near else ""


def _build(section: Any, stated: Mapping[str, Any], prefix: str) -> Any:
    values: dict[str, Any] = {}
    entry: Field[Any]
    for entry in fields(section):
        path = prefix + entry.name
        if is_dataclass(entry.default_factory):
            values[entry.name] = _build(entry.default_factory, stated, f"{path}.")
        elif path in stated:
            values[entry.name] = stated[path]
    if section is Settings:
        values["given"] = frozenset(stated)
    return section(**values)
