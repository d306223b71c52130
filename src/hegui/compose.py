"""Put the parts together: from settings to a system that use cases and faces can work with.

Knows every concrete class and decides nothing itself; the only module that imports `store`.
Works lazily where a part leaves traces: the secret of the pseudonyms is made when something first needs it.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from hegui.crypto.sm2_signers import open_signer
from hegui.errors import HeguiError, InputError
from hegui.faces.ledger_api.ask import witness_asker
from hegui.label.content_number import ContentNumber
from hegui.ledger.entry import Entry
from hegui.settings import Objects, Settings
from hegui.store import SpoolRecorder, Store, open_keeper, open_store, pseudonym_secret, spool_status
from hegui.store.blob_folder import BlobFolder
from hegui.store.blob_s3 import S3Blobs
from hegui.store.ledger_files import LedgerFolder, PackFolder, PrivateFolder
from hegui.store.ledger_objects import LedgerObjects
from hegui.store.ledger_turn import ledger_turn
from hegui.store.master_keys import read_master_keys
from hegui.store.media_folder import MediaFolder
from hegui.store.s3 import ATTEMPTS, S3Bucket, S3Client
from hegui.store.s3_signature import Credentials
from hegui.store.sourced_key import KEY, SourcedKey, key_source
from hegui.store.witness_state import WitnessMemory
from hegui.usecases.content_transit import Transit, seal_for_transit
from hegui.usecases.expire import EXPIRED
from hegui.usecases.identifiers import RANDOM_BYTES, new_exchange_id
from hegui.usecases.label_receipts import ReceiptHome
from hegui.usecases.ledger_cosign import WitnessHome
from hegui.usecases.ledger_export import PackFiles
from hegui.usecases.ledger_ports import LedgerHome
from hegui.usecases.ledger_sequence import LedgerProver, SequencedLedger
from hegui.usecases.note_overrides import OVERRIDDEN, RESTORED
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
from hegui.usecases.retention_ports import Contents, RetentionHome, Stated
from hegui.usecases.retention_rounds import RetentionRounds
from hegui.usecases.set_aside import SetAsideRecords
from hegui.usecases.stage_ports import PolicyStages
from hegui.usecases.take_content import TakenOver, take_content
from hegui.usecases.vault_ports import BlobStore, Vault
from hegui.vault.blobs import is_name
from hegui.vault.expiry import Rules
from hegui.vault.periods import Period, civil_date
from hegui.vault.retention import KINDS, Kind, check_schedule
from hegui.vault.retention_files import retention_law

if TYPE_CHECKING:
    from hegui.detect.guard.settings import Guard
    from hegui.faces.gateway.app import GatewayApp
    from hegui.moderate.policy_book import PolicyBook
    from hegui.usecases.label_content import LabellingHome

__all__ = [
    "System", "compose", "keeper", "ledger_files", "ledger_home", "pack_folder", "verifier_script", "witness_home",
]  # fmt: skip


LOOK_SECONDS = 2.0
"""How long `/metrics` and the like wait for an object store."""


@dataclass(frozen=True)
class System:
    """Everything one process of hegui works with. Close it when done, its recorders first."""

    settings: Settings
    applications: Applications
    exchanges: Exchanges
    lexicons: Lexicons
    stages: PolicyStages
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

    @property
    def contents(self) -> Contents:
        """Which content is kept of which exchange."""
        return self._store.contents

    @cached_property
    def rules(self) -> Rules:
        """Law and settings on retention. Raises FileFaults VLT012: a period is below the law's minimum without a reason."""
        keep, reasons = self.settings.vault.keep, self.settings.vault.below_minimum
        schedule: dict[Kind, Sequence[Period]] = {kind: getattr(keep, kind) for kind in KINDS}
        overrides = {kind: reason for kind in KINDS if (reason := getattr(reasons, kind)) is not None}
        check_schedule(schedule, retention_law(), on=civil_date(self.clock()), overrides=overrides)
        return Rules(schedule, retention_law(), overrides)

    @cached_property
    def retention(self) -> RetentionHome:
        """What carries out retention. Raises as `rules`, and as `open_blobs`; it needs no master key."""
        store = self._store
        return RetentionHome(
            store.retention, store.subject_keys, open_blobs(self.settings), self.rules, os.urandom, self.clock
        )

    def statements(self) -> Iterator[Stated]:
        """What the ledger was told of retention, oldest first. Raises InternalError STO004."""
        return self._store.retention.statements(EXPIRED, OVERRIDDEN, RESTORED)

    def note_in_ledger(self, entries: Sequence[Entry]) -> None:
        """Let entries wait for their places in the ledger. Raises InternalError STO004."""
        self._store.add_entries(entries)

    def open_evidence(self, *, share: Callable[[], float] = lambda: 1.0) -> EvidenceMover:
        """What moves records from the spools of this machine into the database and the ledger, and deletes what is due.

        Raises as `retention`.
        """
        return self._store.open_evidence(
            self.spool_folder,
            SequencedLedger(self.ledger, witness_asker(self.settings.ledger.witness_seconds)),
            None if self.vault is None else self._keep,
            clock=self.clock,
            publish_seconds=self.settings.evidence.publish_seconds,
            share=share,
            rounds=RetentionRounds(
                self.retention,
                self._store.retention_turn(self.clock),
                deletes=self.settings.vault.expire == "background",
            ),
            round_seconds=self.settings.vault.expire_seconds,
        )

    @cached_property
    def ledger(self) -> LedgerHome:
        """The ledger, wherever it is kept."""
        return ledger_home(self.settings, clock=self.clock)

    @cached_property
    def policies(self) -> PolicyBook:
        """The screening policies in force. Raises FileFaults POL001, InputError POL002 and POL003."""
        # Policies name detectors, whose tables take a third of a second: no command pays for them that screens nothing.
        from hegui.moderate.policy_book import PolicyBook
        from hegui.moderate.policy_files import built_in_policy, read_policy

        file, folder = self.settings.policy.file, self.settings.policy.folder
        default = built_in_policy() if file is None else read_policy(_read_text(file), str(file))
        if folder is None:
            return PolicyBook.of(default, ())
        if not folder.is_dir():
            remedy = "Set policy.folder to a folder with *.yaml files, or leave it out."
            raise InputError("POL002", str(folder), "is not a folder.", remedy)
        found = sorted(folder.glob("*.yaml"))
        return PolicyBook.of(default, (read_policy(_read_text(one), str(one)) for one in found))

    @cached_property
    def guards(self) -> tuple[Guard, ...]:
        """The guards that are described. Raises InputError POL002, FileFaults GRD005."""
        file = self.settings.policy.guards
        if file is None:
            return ()
        from hegui.detect.guard.files import read_guards  # as in `policies`

        return read_guards(_read_text(file), str(file))

    def open_gateway(self) -> GatewayApp:
        """The gateway as an ASGI application; it closes its recorder, and what moves records, at its shutdown.

        Raises FileFaults VLT012, as `rules`, and as `guards`; InputError POL005.
        """
        # Imported here because they bring every detector (0.4 s of CPU), which `hegui ledger status` must not pay for.
        from hegui.faces.gateway.app import GatewayApp
        from hegui.faces.gateway.runtime import Runtime
        from hegui.faces.ledger_api.app import LedgerApp

        _ = self.rules
        guards = self.guards
        self.policies.require_guards([guard.name for guard in guards])
        runtime = Runtime(
            settings=self.settings,
            applications=self.applications,
            lexicons=self.lexicons,
            recorder=self.open_recorder(),
            policies=self.policies,
            stages=self.stages,
            secret=self.pseudonym_secret,
            clock=self.clock,
            evidence_state=self.evidence_state,
            number_key=self.number_key,
            labelling=partial(self.labelling, "gateway"),
            media=MediaFolder(self.settings.state_dir / "media", 3600.0 * self.settings.label.media_hours),
            keeps_content=self.vault is not None,
            described_guards=guards,
        )
        shown = LedgerApp(open_ledger_files(self.settings).open) if self.settings.ledger.serve else None
        is_mover = self.settings.evidence.sequencer == "thread"
        return GatewayApp(runtime, self.open_evidence(share=runtime.share_for_evidence) if is_mover else None, shown)

    def labelling(self, actor: str) -> LabellingHome:
        """What labelling files needs: receipts that wait for the ledger, and numbers."""
        # Imported here because it brings every codec, whose memory a gateway for text alone must not pay.
        from hegui.usecases.label_content import LabellingHome

        receipts = ReceiptHome(self._store.retention, self.clock, os.urandom, actor)

        def number() -> str:
            drawn = new_exchange_id(int(self.clock().timestamp() * 1000), os.urandom(RANDOM_BYTES))
            return ContentNumber(drawn, is_of_exchange=False).spelt(self.number_key)

        given = self.settings.label
        signer = None if given.sm2_key is None else open_signer(given.sm2_key, given.sm2_public)
        return LabellingHome(receipts, number, signer)

    @cached_property
    def number_key(self) -> bytes:
        """What content numbers are confirmed by, 32 bytes; it hangs on the secret of the pseudonyms."""
        return hmac.digest(self.pseudonym_secret, b"hegui content numbers", "sha256")

    @property
    def set_aside(self) -> SetAsideRecords:
        """The records that were set aside in the spools of this machine."""
        return self._store.open_set_aside(self.spool_folder, None if self.vault is None else self._keep)

    def prover(self) -> LedgerProver:
        """What proves entries under the published checkpoint."""
        return LedgerProver(self.ledger)

    def spool_status(self) -> SpoolStatus:
        """What waits in the spools of this machine; asks the disk."""
        return spool_status(self.spool_folder)

    def evidence_state(self) -> EvidenceState:
        """How far evidence has come. Raises InternalError STO004."""
        waiting, oldest = self._store.entries_waiting(), self._store.oldest_entry_at()
        try:
            published = self._looked_at.published()
        except HeguiError:
            return EvidenceState(waiting, None, None, oldest)
        if published is None:
            return EvidenceState(waiting, 0, None, oldest)
        return EvidenceState(waiting, int(published[0].splitlines()[1]), published[1], oldest)

    @cached_property
    def _looked_at(self) -> LedgerFolder | LedgerObjects:
        """The ledger's files for who only looks at their state, and does not wait long for it."""
        return open_ledger_files(self.settings, patience_seconds=LOOK_SECONDS, attempts=1)

    def close(self) -> None:
        """Close the database."""
        self._store.close()


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = f"the file cannot be read: {error.__class__.__name__}"
        raise InputError("POL002", str(file), problem, "Name a readable YAML file in UTF-8.") from None


def compose(settings: Settings, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> System:
    """The system that `settings` describe. Raises InputError STO001 to STO003 and STO005 to STO007 when the database
    cannot be opened or may not be brought up to date."""
    store = open_store(settings.database_url, clock=clock, migrate=settings.store.migrate)
    return System(
        settings, store.applications, store.exchanges, store.lexicons, store.stages, store.keeper, clock, store
    )


def open_blobs(settings: Settings) -> BlobStore:
    """Where sealed content lies. Raises InputError where the object store is not fully named."""
    if settings.vault.blobs == "folder":
        return BlobFolder(settings.vault.folder or settings.state_dir / "vault")
    objects = settings.objects
    return S3Blobs(S3Client(_bucket(objects, os.environ, objects.bucket, objects.prefix or "", "vault.blobs")))


def open_ledger_files(
    settings: Settings, *, patience_seconds: float | None = None, attempts: int = ATTEMPTS
) -> LedgerFolder | LedgerObjects:
    """Where the ledger's public files are. Raises InputError where the object store is not fully named.

    Args:
        patience_seconds: longest silence of an object store, where it is to be shorter than the setting.
        attempts: how often one is asked.
    """
    given = settings.ledger
    if given.store == "folder":
        return LedgerFolder(settings.ledger_folder)
    bucket = given.bucket or settings.objects.bucket
    _require_apart(settings, bucket)
    place = _bucket(settings.objects, os.environ, bucket, settings.ledger_prefix, "ledger.store")
    if patience_seconds is not None:
        place = replace(place, timeout_seconds=min(patience_seconds, place.timeout_seconds))
    return LedgerObjects(S3Client(place, attempts=attempts), conditional=given.conditional_writes)


def _require_apart(settings: Settings, bucket: str | None) -> None:
    """No file of the ledger may be taken for sealed content. Raises InputError (LED130)."""
    prefix, blobs = settings.ledger_prefix, settings.objects.prefix or ""
    is_common = settings.vault.blobs == "objects" and bucket == settings.objects.bucket and prefix.startswith(blobs)
    if is_common and is_name(f"{prefix.removeprefix(blobs)}checkpoint"):
        problem = "the ledger's objects would be named as sealed content is."
        raise InputError("LED130", "ledger.prefix", problem, "Set one with a hyphen, such as ledger-log/.")


def _bucket(objects: Objects, environ: Mapping[str, str], bucket: str | None, prefix: str, chosen_by: str) -> S3Bucket:
    access, secret = environ.get(objects.access_key_env), environ.get(objects.secret_key_env)
    if not (objects.endpoint and bucket and access and secret):
        problem = "endpoint, bucket and the environment variables with access key and secret are not all given."
        raise InputError("VLT020", "objects", problem, f"Give them, or set {chosen_by} to folder (docs/settings.md).")
    return S3Bucket(
        endpoint=objects.endpoint,
        bucket=bucket,
        credentials=Credentials(access, secret, objects.region, environ.get("AWS_SESSION_TOKEN")),
        prefix=prefix,
        addressing=objects.addressing,
        timeout_seconds=objects.timeout_seconds,
        ca_file=objects.ca_file,
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
    """The ledger where it is kept. Makes nothing, and needs no database but to change the key of one in objects."""
    source, is_shared = settings.ledger.key_source, settings.ledger.store == "objects"
    local = PrivateFolder(settings.state_dir)
    return LedgerHome(
        files=open_ledger_files(settings),
        safe=PrivateFolder(settings.ledger_key.parent) if source is None else SourcedKey(key_source(source), local),
        key_file=settings.ledger_key.name if source is None else KEY,
        state=PrivateFolder(settings.state_dir),
        origin=settings.ledger.origin,
        public_url=settings.ledger.public_url,
        witnesses_required=settings.ledger.witnesses_required,
        clock=clock,
        sm2=open_signer(settings.ledger.sm2_key, settings.ledger.sm2_public) if settings.ledger.sm2_key else None,
        turn=partial(ledger_turn, settings.database_url, clock) if is_shared else nullcontext,
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
