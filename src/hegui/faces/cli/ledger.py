"""`hegui ledger`: how the log stands, verify it, prove what is in it, hand it out, look after its key."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hegui.errors import InputError
from hegui.faces.cli.ledger_witness import asker, witness
from hegui.faces.cli.render import print_json, print_pairs, print_table
from hegui.faces.cli.session import Session, pass_session, shown_instant

if TYPE_CHECKING:
    from hegui.usecases.ledger_status import LedgerStatus

__all__ = ["ledger"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
PROGRESS_SECONDS = 2.0


@click.group()
def ledger() -> None:
    """The evidence ledger: status, proofs, witnesses, disclosure (存证日志)."""


ledger.add_command(witness)


@ledger.command("init")
@as_json
@pass_session
def init(session: Session, as_json: bool) -> None:
    """Make the key and an empty log, where there is none (建立)."""
    from hegui.usecases.ledger_log import writing

    with writing(session.ledger()) as held:
        origin, vkey, size = held.log.origin, str(held.history.current), held.log.published().checkpoint.size
    if as_json:
        print_json({"origin": origin, "vkey": vkey, "size": size})
        return
    session.say("ledger.ready", origin=origin, size=f"{size:,}")
    click.echo(vkey)


@ledger.command()
@as_json
@pass_session
def status(session: Session, as_json: bool) -> None:
    """Show size, root, who signed, and how far witnesses are behind (状态)."""
    from hegui.usecases.ledger_status import ledger_status

    authority = session.settings.ledger.tsa_ca
    found = ledger_status(session.ledger(), read_file(authority) if authority is not None else None)
    if as_json:
        print_json(found)
        return
    print_pairs(_pairs(session, found))
    if found.self_attested:
        session.say("ledger.self_attested")


def _pairs(session: Session, found: LedgerStatus) -> list[tuple[str, str]]:
    none = session.word("word.none")
    values = {
        "origin": found.origin,
        "size": f"{found.size:,}",
        "root": found.root,
        "signed_at": shown_instant(found.signed_at) if found.signed_at else session.word("ledger.value.time_unknown"),
        "last_entry_at": shown_instant(found.last_entry_at) if found.last_entry_at else none,
        "lag": none if found.seconds_since_entry is None else f"{found.seconds_since_entry:,.0f} s",
        "vkey": found.vkey,
        "rotations": str(found.key_rotations),
        "public_url": found.public_url or none,
        "required": str(found.witnesses_required),
    }
    if found.sm2 is not None:
        values["sm2"] = session.word(f"ledger.value.sm2_{found.sm2.verdict}", vkey=found.sm2.vkey)
    if found.stamped is not None:
        at, size = shown_instant(found.stamped.at), f"{found.stamped.size:,}"
        values["stamped"] = session.word("ledger.value.stamped", at=at, size=size)
    pairs = [(session.word(f"ledger.field.{name}"), value) for name, value in values.items()]
    for one in found.witnesses:
        state = "signed" if one.has_signed else "behind" if one.size else "never"
        at = shown_instant(one.at) if one.at else none
        worded = session.word(f"ledger.value.{state}", at=at, size=f"{one.size:,}", entries=f"{one.entries_behind:,}")
        pairs.append((session.word("ledger.field.witness"), f"{one.name}: {worded}"))
    return pairs


@ledger.command()
@click.option("--from", "start", type=click.IntRange(0), metavar="N", help="Read from entry N on; 0 reads all again.")
@as_json
@pass_session
def verify(session: Session, start: int | None, as_json: bool) -> None:
    """Check every entry and tile against the signed root; goes on where the last run ended (验证)."""
    from hegui.usecases.ledger_verify import verify_log

    found = verify_log(session.ledger(), start=start, progress=shown_progress(session))
    if as_json:
        print_json(found)
        return
    session.say("ledger.verified", origin=found.origin, size=f"{found.size:,}", root=found.root)
    if found.start:
        session.say("ledger.verified_from", start=f"{found.start:,}")
    if found.sm2 is not None:
        session.say(f"ledger.sm2_{found.sm2}")
    if found.self_attested:
        session.say("ledger.self_attested")
    else:
        session.say("ledger.signed_by", names=", ".join(found.witnesses))


@ledger.command()
@click.argument("index", required=False, type=click.IntRange(0))
@click.option("--subject", metavar="ID", help="Find the entry by what it speaks of, such as an exchange's id (按对象).")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the .tlog-proof to this file.")
@click.option("--entry", type=click.Path(dir_okay=False, path_type=Path), help="Write the entry's bytes to this file.")
@as_json
@pass_session
def prove(
    session: Session, index: int | None, subject: str | None, out: Path | None, entry: Path | None, as_json: bool
) -> None:
    """Prove that an entry is in the log, to whoever has the log's key (证明)."""
    from hegui.usecases.ledger_prove import find_subject, only_one, prove_entry

    if (index is None) == (subject is None):
        raise click.UsageError("Name an index, or --subject.")
    home = session.ledger()
    if subject is not None:
        index = only_one(find_subject(home, subject, progress=shown_progress(session)))
    found = prove_entry(home, index or 0)
    for file, data in ((out, found.proof), (entry, found.entry)):
        if file is not None:
            write_file(file, data)
    if as_json:
        print_json({**asdict(found), "entry": found.entry.decode(), "proof": found.proof.decode()})
    elif out is None:
        click.echo(found.proof.decode(), nl=False)
    else:
        session.say("ledger.proven", index=f"{found.index}", size=f"{found.size:,}", file=out)
        if entry is None:
            session.say("ledger.entry_needed", file=f"{out.with_suffix('.entry')}")
        session.say("ledger.check_with", vkey=found.vkey, entry=entry or out.with_suffix(".entry"), proof=out)


@ledger.command()
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the pack (目录)."
)
@click.option("--from", "start", type=click.IntRange(0), default=0, metavar="N", help="First entry to disclose.")
@click.option("--to", "end", type=click.IntRange(0), metavar="N", help="Entry before which to end; all by default.")
@as_json
@pass_session
def export(session: Session, out: Path, start: int, end: int | None, as_json: bool) -> None:
    """Write a disclosure pack that others can check alone; goes on with one that was stopped (披露包)."""
    from hegui.compose import pack_folder, verifier_script
    from hegui.usecases.ledger_export import export_pack

    found = export_pack(
        session.ledger(),
        pack_folder(out),
        verifier=verifier_script(),
        start=start,
        end=end,
        progress=shown_progress(session),
    )
    if as_json:
        print_json(found)
        return
    session.say("ledger.exported", folder=out, start=f"{found.start:,}", end=f"{found.end:,}", size=f"{found.size:,}")
    session.say("ledger.read_me", file=out / "README.md")


@ledger.command()
@click.option(
    "--request",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Only write the request, to be sent by hand (.tsq).",
)
@click.option(
    "--response", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Take up the answer to it (.tsr)."
)
@click.option("--show", is_flag=True, help="Only say what the stored stamp proves.")
@as_json
@pass_session
def stamp(session: Session, request: Path | None, response: Path | None, show: bool, as_json: bool) -> None:
    """Have an authority say when the checkpoint was there, RFC 3161 (时间戳)."""
    from hegui.faces.ledger_api.ask import authority_sender
    from hegui.usecases.ledger_stamp import begin_stamp, finish_stamp, stamp_now, stored_stamp

    home, given = session.ledger(), session.settings.ledger
    if request is not None:
        write_file(request, begin_stamp(home))
        session.say("ledger.stamp_asked", file=request)
        return
    if given.tsa_ca is None or (given.tsa_url is None and response is None and not show):
        raise InputError(
            "LED125", "ledger.tsa_ca", "no authority is set", "Set ledger.tsa_ca, and ledger.tsa_url to ask over HTTP."
        )
    roots = read_file(given.tsa_ca)
    if show:
        found = stored_stamp(home, roots)
    elif response is not None:
        found = finish_stamp(home, read_file(response), roots)
    else:
        found = stamp_now(home, authority_sender(given.tsa_url or "", given.witness_seconds), roots)
    if as_json:
        print_json(found)
    elif found is None:
        session.say("ledger.no_stamp")
    else:
        session.say("ledger.stamped", size=f"{found.size:,}", at=shown_instant(found.at))


@ledger.group()
def key() -> None:
    """The key that signs the log (日志密钥)."""


@key.command("show")
@as_json
@pass_session
def key_show(session: Session, as_json: bool) -> None:
    """Print the verifier key in force, and those before it (公钥)."""
    from hegui.usecases.ledger_keys import show_keys, show_second_keys

    current, history = show_keys(session.ledger())
    terms = history.terms if history is not None else ()
    second = show_second_keys(session.ledger()).terms
    if as_json:
        rows = [{"from_size": term.from_size, "vkey": str(term.key)} for term in terms]
        sm2 = [{"from_size": term.from_size, "vkey": None if term.key is None else str(term.key)} for term in second]
        print_json({"vkey": str(current), "keys": rows, "sm2_keys": sm2})
        return
    click.echo(str(current))
    if len(terms) > 1:
        columns = [session.word(f"ledger.column.{name}") for name in ("from_size", "vkey")]
        print_table(columns, [(f"{term.from_size:,}", str(term.key)) for term in terms])
    if second:
        session.say("ledger.sm2_keys")
        none = session.word("word.none")
        columns = [session.word(f"ledger.column.{name}") for name in ("from_size", "vkey")]
        print_table(columns, [(f"{term.from_size:,}", str(term.key or none)) for term in second])


@key.command("sm2")
@click.option("--end", "ends", is_flag=True, help="Sign by SM2 no longer (停用).")
@as_json
@pass_session
def key_sm2(session: Session, ends: bool, as_json: bool) -> None:
    """State the SM2 key that is set: checkpoints carry its signature too from here on (SM2 第二签名)."""
    from hegui.usecases.ledger_keys import state_sm2_key

    done = state_sm2_key(session.ledger(), asker(session), ends=ends)
    if as_json:
        print_json({"sm2_vkey": None if done.key is None else str(done.key), "size": done.size, "is_new": done.is_new})
        return
    session.say("ledger.sm2_ended" if done.key is None else "ledger.sm2_stated", size=f"{done.size:,}")
    if done.key is not None:
        click.echo(str(done.key))


@key.command("make")
@click.argument("name")
def key_make(name: str) -> None:
    """Print a new key of this name, the log's origin, for ledger.key_source (生成密钥). Its public half goes to stderr.

    For several machines: (umask 077; hegui ledger key make example.com/log > FILE)
    """
    from hegui.usecases.ledger_keys import new_key

    made = new_key(name)
    click.echo(made.secret())
    click.echo(str(made.verifier), err=True)


@key.command("rotate")
@click.option(
    "--prepare", is_flag=True, help="Only make the next key and print it, so that witnesses can be told first."
)
@as_json
@pass_session
def key_rotate(session: Session, prepare: bool, as_json: bool) -> None:
    """Hand over to a new key; old checkpoints keep verifying (更换密钥)."""
    from hegui.usecases.ledger_keys import prepare_key, rotate_key

    if prepare:
        coming = prepare_key(session.ledger())
        if as_json:
            print_json({"next_vkey": str(coming)})
        else:
            session.say("ledger.prepared")
            click.echo(str(coming))
        return
    done = rotate_key(session.ledger(), asker(session))
    if as_json:
        print_json({"old_vkey": str(done.old), "vkey": str(done.new), "size": done.size})
        return
    session.say("ledger.rotated", size=f"{done.size:,}")
    click.echo(str(done.new))
    session.say("ledger.tell_witnesses")


def shown_progress(session: Session) -> Callable[[int, int], None]:
    """A line on stderr every two seconds."""
    due = time.monotonic() + PROGRESS_SECONDS

    def show(done: int, of: int) -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + PROGRESS_SECONDS
            click.echo(session.word("ledger.progress", done=f"{done:,}", of=f"{of:,}"), file=sys.stderr)

    return show


def write_file(file: Path, data: bytes) -> None:
    """Write what was asked for. Raises InputError (LED108)."""
    try:
        file.write_bytes(data)
    except OSError as error:
        remedy = "Name a file in a folder that is there and can be written to."
        raise InputError("LED108", str(file), f"cannot be written: {error.strerror}", remedy) from None


def read_file(file: Path) -> bytes:
    """A file that was named. Raises InputError (LED108)."""
    try:
        return file.read_bytes()
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise InputError("LED108", str(file), problem, "Name a file that can be read.") from None
