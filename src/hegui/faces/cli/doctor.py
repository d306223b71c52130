"""`hegui doctor`: what is wrong with this installation, and how to mend it.

What it finds stands here in English; the other languages are in `locale/errors.*.toml`, under codes that begin with DOC.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from shutil import which
from typing import TYPE_CHECKING, Any

import click

from hegui.crypto.sm2_signers import open_signer
from hegui.errors import HeguiError
from hegui.faces.cli.render import error_json, padded, print_json
from hegui.faces.cli.session import Session, pass_session
from hegui.label import provider_code
from hegui.locale.errors import DOCTOR, named, worded
from hegui.usecases.ports import StoreStatus

if TYPE_CHECKING:
    from hegui.compose import System
    from hegui.settings import Settings

__all__ = ["doctor"]

LATE_SECONDS = 60
"""Age of a record in the spool from which something must be wrong, seconds."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `state` is ok, note or wrong; `remedy` says what to do; `error` is what was raised, if anything."""

    name: str
    state: str
    finding: str
    remedy: str = ""
    error: HeguiError | None = None


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
@click.pass_context
def doctor(ctx: click.Context, session: Session, as_json: bool) -> None:
    """Look for what is wrong and say how to mend it (体检). Exit status 1 when something is wrong."""
    checks = list(_checks(session))
    if as_json:
        print_json([_row(check, session.lang) for check in checks])
    else:
        for check in checks:
            _show(check, session.lang)
    if any(check.state == "wrong" for check in checks):
        ctx.exit(1)


def _row(check: Check, lang: str) -> dict[str, Any]:
    """For programs: name, state, code and fields never depend on the language."""
    if check.error is not None:
        error = error_json(check.error, lang)
        said = {
            "code": error["code"],
            "fields": error["fields"],
            "finding": error["problem"],
            "remedy": error["remedy"],
        }
    else:
        code, fields = named("DOC", check.finding)
        finding, remedy = worded(code, check.finding, lang), worded(code, check.remedy, lang)
        said = {"code": code, "fields": fields, "finding": finding, "remedy": remedy}
    return {"name": check.name, "state": check.state, **said}


def _show(check: Check, lang: str) -> None:
    row = _row(check, lang)
    state, name = worded(DOCTOR, check.state, lang), worded(DOCTOR, check.name, lang)
    click.echo(f"{padded(state, 5)}  {name}: {row['finding']}")
    if row["remedy"]:
        click.echo(f"       {row['remedy']}")


def _checks(session: Session) -> Iterator[Check]:
    try:
        settings = session.settings
    except HeguiError as error:
        yield Check("settings", "wrong", error.problem, error.remedy, error)
        return
    yield Check("settings", "ok", f"{len(settings.given)} stated, the rest at their defaults")
    try:
        with session.system() as system:
            yield _store(system.keeper.status())
            yield from _evidence(system)
            yield _retention(system)
            book = None
            try:
                book = system.policies
                yield Check("policy", "ok", ", ".join(book.named(name).label for name in book.names))
            except HeguiError as error:
                yield Check("policy", "wrong", error.problem, error.remedy, error)
            version = system.lexicons.active()
            if version is None:
                yield Check("lexicon", "note", "the starter list is in force", "Load your own: hegui lexicon load FILE")
            else:
                yield Check("lexicon", "ok", f"{version.terms} terms, digest {version.digest[:12]}")
            applications = system.applications.list()
            if not applications:
                yield Check("applications", "note", "there are none", "Add one: hegui app add NAME --upstream URL")
            for application in applications:
                if book is not None and application.policy not in book.names:
                    problem = f"its policy {application.policy} is not there, so its requests get 500"
                    remedy = "Put a policy with this name into policy.folder."
                    yield Check(f"application {application.name}", "wrong", problem, remedy)
                name = application.upstream_key_env
                if name and name not in os.environ:
                    remedy = f"Set {name} in the environment of `hegui serve`."
                    yield Check(f"application {application.name}", "wrong", f"{name} is not set here", remedy)
    except HeguiError as error:
        yield Check("store", "wrong", error.problem, error.remedy, error)
    yield from _label_checks(settings)
    if settings.crisis.contacts is None:
        remedy = "Set crisis.contacts to the help lines your users can call, and keep them true."
        yield Check("crisis", "note", "a person in danger is told of nobody to call", remedy)
    if settings.evidence.durability == "async":
        remedy = "Set evidence.durability to before_last_byte."
        yield Check("evidence", "note", "answers end before their record is durable", remedy)


def _store(status: StoreStatus) -> Check:
    finding = f"{status.kind} {status.version}, schema at revision {status.revision}"
    if not status.pending:
        return Check("store", "ok", finding)
    lacking = ", ".join(f"{one.id} ({one.about})" for one in status.pending)
    remedy = "When no older hegui works on this database any more: hegui store migrate --phase after"
    return Check("store", "note", f"{finding}, pending: {lacking}", remedy)


def _retention(system: System) -> Check:
    """Whether the periods are lawful, and how much is older than they say."""
    from hegui.usecases.expire import ExpiryRun

    try:
        due = ExpiryRun(system.retention).total()
    except HeguiError as error:
        return Check("retention", "wrong", error.problem, error.remedy)
    finding = f"{due} parts and records are due, held ones included"
    if due and system.settings.vault.expire == "command":
        return Check("retention", "note", finding, "Run: hegui vault expire")
    return Check("retention", "ok", finding)


def _evidence(system: System) -> Iterator[Check]:
    """How much waits on its way into database and ledger, and since when."""
    spool, ledger, now = system.spool_status(), system.evidence_state(), system.clock()
    age = 0 if spool.oldest_at is None else max(0, int((now - spool.oldest_at).total_seconds()))
    finding = f"{spool.records} records wait for the database, the oldest for {age} s"
    if age > LATE_SECONDS:
        yield Check(
            "spool", "wrong", finding, "Is a gateway or `hegui sequencer` running here? See its log for REC004."
        )
    else:
        yield Check("spool", "ok", finding)
    if spool.refused:
        problem = f"the database refused {spool.refused} records, which stay in the spool"
        remedy = "Look: hegui exchange set-aside list. Then retry, or discard with a reason; and report it as a fault of hegui."
        yield Check("spool", "wrong", problem, remedy)
    waiting = f"{ledger.entries_waiting} wait for a checkpoint"
    if ledger.ledger_size is None:
        remedy = "See: hegui ledger status"
        yield Check("ledger", "wrong", f"its files cannot be read; {waiting}", remedy)
    elif ledger.oldest_waiting_at and (late := int((now - ledger.oldest_waiting_at).total_seconds())) > LATE_SECONDS:
        remedy = "Is a gateway or `hegui sequencer` running here? See its log for REC004 and LED100."
        yield Check("ledger", "wrong", f"{ledger.ledger_size} entries, {waiting}, the oldest for {late} s", remedy)
    else:
        yield Check("ledger", "ok", f"{ledger.ledger_size} entries, {waiting}")


def _label_checks(settings: Settings) -> Iterator[Check]:
    """Who the labels name, the key that signs them, and what marks on pictures and sound need."""
    producer = settings.label.content_producer
    if provider_code.is_valid(producer):
        yield Check("label", "ok", "content_producer is a provider code with a right check character")
    elif provider_code.resembles(producer):
        problem = f"content_producer is {producer!r}, which is no provider code"
        yield Check("label", "wrong", problem, f"See what is wrong with it: hegui label code explain {producer}")
    else:
        remedy = "Set label.content_producer to your name or 27-character provider code (GB 45438-2025 Annex E)."
        yield Check("label", "note", f"content_producer is {producer!r}", remedy)
    if settings.label.sm2_key is not None:
        try:
            _ = open_signer(settings.label.sm2_key, settings.label.sm2_public).public
            yield Check("label", "ok", "the key that signs labels can be read")
        except HeguiError as error:
            yield Check("label", "wrong", error.problem, error.remedy, error)
    if find_spec("PIL") is None:
        remedy = 'Install it: pip install "hegui[marks]"; or let applications show marks in their own pages (--label interface).'
        yield Check("label", "note", "pictures cannot bear a visible mark: Pillow is not installed", remedy)
    if settings.label.sound != "interface" and not (which("ffmpeg") and which("ffprobe")):
        remedy = "Install ffmpeg; or set label.sound to interface where applications show the mark (GB 45438-2025 5.3)."
        yield Check(
            "label", "note", "speech other than WAV cannot bear a mark that is heard, and is not handed out", remedy
        )
