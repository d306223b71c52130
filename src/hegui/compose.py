"""Put the parts together: from settings to a system that use cases and faces can work with.

Knows every concrete class and decides nothing itself; the only module that imports `store`.
Works lazily where a part leaves traces: the secret of the pseudonyms is made when something first needs it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from hegui.errors import InputError
from hegui.faces.gateway.app import GatewayApp
from hegui.faces.gateway.runtime import Runtime
from hegui.faces.ledger_api.app import LedgerApp
from hegui.faces.ledger_api.ask import witness_asker
from hegui.ledger.entry import Entry
from hegui.moderate.policy import Policy
from hegui.moderate.policy_book import PolicyBook
from hegui.moderate.policy_files import built_in_policy, read_policy
from hegui.settings import Objects, Settings
from hegui.store import SpoolRecorder, Store, open_keeper, open_store, pseudonym_secret, spool_status
from hegui.store.blob_folder import BlobFolder
from hegui.store.blob_s3 import S3Blobs
from hegui.store.ledger_files import LedgerFolder, PackFolder, PrivateFolder
from hegui.store.master_keys import read_master_keys
from hegui.store.s3 import S3Bucket, S3Client
from hegui.store.s3_signature import Credentials
from hegui.store.witness_state import WitnessMemory
from hegui.usecases.content_transit import Transit, seal_for_transit
from hegui.usecases.ledger_cosign import WitnessHome
from hegui.usecases.ledger_export import PackFiles
from hegui.usecases.ledger_ports import LedgerHome
from hegui.usecases.ledger_sequence import LedgerProver, SequencedLedger
from hegui.usecases.ports import (
    Applications,
    EvidenceMover,
    EvidenceState,
    Exchange,
    Exchanges,
    Lexicons,
    Recorder,
    SpoolStatus,
    StoreKeeper,
)
from hegui.usecases.set_aside import SetAsideRecords
from hegui.usecases.take_content import TakenOver, take_content
from hegui.usecases.vault_ports import BlobStore, Vault

__all__ = [
    "System", "compose", "keeper", "ledger_files", "ledger_home", "pack_folder", "verifier_script", "witness_home",
]  # fmt: skip


@dataclass(frozen=True)
class System:
    """Everything one process of hegui works with. Close it when done, its recorders first."""

    settings: Settings
    applications: Applications
    exchanges: Exchanges
    lexicons: Lexicons
    keeper: StoreKeeper
    clock: Callable[[], datetime]
    _store: Store

    @cached_property
    def pseudonym_secret(self) -> bytes:
        """The secret of the pseudonyms, 32 bytes; made on first use."""
        return pseudonym_secret(self.settings.state_dir)

    @property
    def spool_folder(self) -> Path:
        """Where the gateways of this machine leave their records."""
        return self.settings.state_dir / "spool"

    def open_recorder(self) -> Recorder:
        """A recorder that has room for what may wait and for every request still under way when that is reached."""
        settings = self.settings
        return SpoolRecorder(
            self.spool_folder,
            capacity=settings.evidence.queue_max + settings.server.max_streams,
            gather_seconds=settings.evidence.gather_seconds if settings.evidence.durability == "async" else 0.0,
            seal=None if self.vault is None else self._seal,
        )

    @cached_property
    def vault(self) -> Vault | None:
        """Where content is kept; None where `vault.master_key` is not set. Raises InputError for keys that cannot be read."""
        settings = self.settings
        if settings.vault.master_key is None:
            return None
        masters = read_master_keys(settings.vault.master_key, os.environ)
        return Vault(self._store.subject_keys, open_blobs(settings), masters, os.urandom, self.clock)

    def _seal(self, record: str, parts: Mapping[str, bytes]) -> Transit:
        assert self.vault is not None
        return seal_for_transit(self.vault.masters, record, parts, os.urandom)

    def _keep(self, exchange: Exchange, transit: Transit) -> TakenOver:
        assert self.vault is not None
        return take_content(self.vault, exchange, transit)

    def note_in_ledger(self, entries: Sequence[Entry]) -> None:
        """Let entries wait for their places in the ledger. Raises InternalError STO004."""
        self._store.add_entries(entries)

    def open_evidence(self, *, share: Callable[[], float] = lambda: 1.0) -> EvidenceMover:
        """What moves records from the spools of this machine into the database and the ledger."""
        return self._store.open_evidence(
            self.spool_folder,
            SequencedLedger(
                ledger_home(self.settings, clock=self.clock), witness_asker(self.settings.ledger.witness_seconds)
            ),
            None if self.vault is None else self._keep,
            clock=self.clock,
            publish_seconds=self.settings.evidence.publish_seconds,
            share=share,
        )

    @cached_property
    def policies(self) -> PolicyBook:
        """The screening policies in force. Raises FileFaults POL001, InputError POL002 and POL003."""
        file, folder = self.settings.policy.file, self.settings.policy.folder
        default = built_in_policy() if file is None else _read_policy(file)
        if folder is None:
            return PolicyBook(default)
        if not folder.is_dir():
            remedy = "Set policy.folder to a folder with *.yaml files, or leave it out."
            raise InputError("POL002", str(folder), "is not a folder.", remedy)
        return PolicyBook.of(default, map(_read_policy, sorted(folder.glob("*.yaml"))))

    def open_gateway(self) -> GatewayApp:
        """The gateway as an ASGI application; it closes its recorder, and what moves records, at its shutdown."""
        runtime = Runtime(
            settings=self.settings,
            applications=self.applications,
            lexicons=self.lexicons,
            recorder=self.open_recorder(),
            policies=self.policies,
            secret=self.pseudonym_secret,
            clock=self.clock,
            evidence_state=self.evidence_state,
            keeps_content=self.vault is not None,
        )
        shown = LedgerApp(LedgerFolder(self.settings.ledger_folder).open) if self.settings.ledger.serve else None
        is_mover = self.settings.evidence.sequencer == "thread"
        return GatewayApp(runtime, self.open_evidence(share=runtime.share_for_evidence) if is_mover else None, shown)

    @property
    def set_aside(self) -> SetAsideRecords:
        """The records that were set aside in the spools of this machine."""
        return self._store.open_set_aside(self.spool_folder, None if self.vault is None else self._keep)

    def prover(self) -> LedgerProver:
        """What proves entries under the published checkpoint."""
        return LedgerProver(ledger_home(self.settings, clock=self.clock))

    def spool_status(self) -> SpoolStatus:
        """What waits in the spools of this machine; asks the disk."""
        return spool_status(self.spool_folder)

    def evidence_state(self) -> EvidenceState:
        """How far evidence has come. Raises InternalError STO004."""
        size, at = 0, None
        checkpoint = self.settings.ledger_folder / "checkpoint"
        if checkpoint.is_file():
            size = int(checkpoint.read_text(encoding="utf-8").splitlines()[1])
            at = datetime.fromtimestamp(checkpoint.stat().st_mtime, UTC)
        return EvidenceState(self._store.entries_waiting(), size, at)

    def close(self) -> None:
        """Close the database."""
        self._store.close()


def _read_policy(file: Path) -> Policy:
    try:
        return read_policy(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        problem = f"the policy cannot be read: {error.__class__.__name__}"
        raise InputError("POL002", str(file), problem, "Name a readable YAML file in UTF-8.") from None


def compose(settings: Settings, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> System:
    """The system that `settings` describe. Raises InputError STO001 to STO003 and STO005 to STO007 when the database
    cannot be opened or may not be brought up to date."""
    store = open_store(settings.database_url, clock=clock, migrate=settings.store.migrate)
    return System(settings, store.applications, store.exchanges, store.lexicons, store.keeper, clock, store)


def open_blobs(settings: Settings) -> BlobStore:
    """Where sealed content lies. Raises InputError where the object store is not fully named."""
    if settings.vault.blobs == "folder":
        return BlobFolder(settings.vault.folder or settings.state_dir / "vault")
    return S3Blobs(S3Client(_bucket(settings.objects, os.environ)))


def _bucket(objects: Objects, environ: Mapping[str, str]) -> S3Bucket:
    access, secret = environ.get(objects.access_key_env), environ.get(objects.secret_key_env)
    if not (objects.endpoint and objects.bucket and access and secret):
        problem = "endpoint, bucket and the environment variables with access key and secret are not all given."
        raise InputError("VLT020", "objects", problem, "Give them, or set vault.blobs to folder (docs/vault.md).")
    credentials = Credentials(access, secret, objects.region, environ.get("AWS_SESSION_TOKEN"))
    return S3Bucket(
        objects.endpoint,
        objects.bucket,
        credentials,
        objects.prefix or "",
        objects.addressing,
        objects.timeout_seconds,
        objects.ca_file,
    )


@contextmanager
def keeper(settings: Settings) -> Iterator[StoreKeeper]:
    """The keeper of the database alone, which asks nothing of the schema; closed afterwards."""
    found = open_keeper(settings.database_url)
    try:
        yield found
    finally:
        found.close()


def ledger_home(settings: Settings, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> LedgerHome:
    """The ledger in its folder, which needs no database. Makes nothing."""
    return LedgerHome(
        files=LedgerFolder(settings.ledger_folder),
        safe=PrivateFolder(settings.ledger_key.parent),
        key_file=settings.ledger_key.name,
        state=PrivateFolder(settings.state_dir),
        origin=settings.ledger.origin,
        public_url=settings.ledger.public_url,
        witnesses_required=settings.ledger.witnesses_required,
        clock=clock,
    )


def ledger_files(folder: Path) -> LedgerFolder:
    """The public files of a log in any folder."""
    return LedgerFolder(folder)


def witness_home(settings: Settings, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> WitnessHome:
    """Where this machine is a witness. Makes nothing."""
    memory = WitnessMemory(settings.state_dir / "witness.sqlite3")
    return WitnessHome(PrivateFolder(settings.state_dir), "witness-key", memory, clock)


def pack_folder(folder: Path) -> PackFiles:
    """A folder to write a disclosure pack into."""
    return PackFolder(folder)


def verifier_script() -> bytes:
    """The stand-alone verifier: as packaged, or from the source tree beside us. Raises InputError (LED121)."""
    packaged = Path(__file__).with_name("hegui_verify.py")
    source = Path(__file__).parents[2] / "verifier" / "hegui_verify.py"
    for file in (packaged, source):
        if file.is_file():
            return file.read_bytes()
    problem = "the stand-alone verifier is not part of this installation"
    raise InputError("LED121", str(packaged), problem, "Install hegui again from its wheel or its source tree.")
