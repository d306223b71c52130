"""`hegui ledger witness`: ask witnesses to cosign this log, or be a witness of others'."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hegui.errors import HeguiError, InputError
from hegui.faces.cli.render import print_json, print_table
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.usecases.ledger_witnesses import Ask

__all__ = ["asker", "witness"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def asker(session: Session) -> Ask:
    """What carries requests to witnesses, with the patience of the settings."""
    from hegui.faces.ledger_api.ask import witness_asker

    return witness_asker(session.settings.ledger.witness_seconds)


@click.group()
def witness() -> None:
    """Witnesses of this log, and being one (见证方)."""


@witness.command("add")
@click.argument("name")
@click.argument("vkey")
@click.argument("where", metavar="URL|FILE")
@as_json
@pass_session
def add(session: Session, name: str, vkey: str, where: str, as_json: bool) -> None:
    """Ask this witness from now on, at its URL or through a file (添加)."""
    from hegui.setting_values import a_url
    from hegui.usecases.ledger_witnesses import add_witness

    if "://" in where:
        try:
            where = a_url(where)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="URL|FILE") from None
    else:
        where = str(Path(where).absolute())
    added = add_witness(session.ledger(), name, vkey, where)
    if as_json:
        print_json(asdict(added))
    else:
        session.say("witness.added", name=added.name, where=added.where)


@witness.command("remove")
@click.argument("name")
@pass_session
def remove(session: Session, name: str) -> None:
    """Ask this witness no longer (移除)."""
    from hegui.usecases.ledger_witnesses import remove_witness

    session.say("witness.removed", name=remove_witness(session.ledger(), name).name)


@witness.command("list")
@as_json
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the witnesses of this log, and what each has signed (列出)."""
    from hegui.usecases.ledger_witnesses import known_witnesses

    found = known_witnesses(session.ledger())
    if as_json:
        print_json([asdict(one) for one in found])
    elif not found:
        session.say("witness.none")
    else:
        columns = [session.word(f"witness.column.{name}") for name in ("name", "where", "size", "vkey")]
        print_table(columns, [(one.name, one.where, f"{one.size:,}", one.vkey) for one in found])


@witness.command("request")
@as_json
@pass_session
@click.pass_context
def request(ctx: click.Context, session: Session, as_json: bool) -> None:
    """Ask all witnesses to cosign the published checkpoint (请求联署). Exit status 1 when one did not."""
    from hegui.usecases.ledger_witnesses import request_cosignatures

    outcomes = request_cosignatures(session.ledger(), asker(session))
    if as_json:
        rows = [
            {
                "name": one.witness.name,
                "signed": one.signature is not None,
                "size": one.witness.size,
                "reason": one.reason or None,
                "detail": one.detail or None,
            }
            for one in outcomes
        ]
        print_json(rows)
    elif not outcomes:
        session.say("witness.none")
    else:
        for one in outcomes:
            if one.signature is not None:
                session.say("witness.has_signed", name=one.witness.name, size=f"{one.witness.size:,}")
            else:
                why = session.word(f"witness.reason.{one.reason}", detail=one.detail)
                session.say("witness.has_not_signed", name=one.witness.name, why=why)
    if any(one.signature is None for one in outcomes):
        ctx.exit(1)


@witness.command("init")
@click.argument("name")
@as_json
@pass_session
def init(session: Session, name: str, as_json: bool) -> None:
    """Make the key with which this machine is a witness, and print its public half (建立见证方密钥)."""
    from hegui.compose import witness_home
    from hegui.usecases.ledger_cosign import make_witness_key

    key = make_witness_key(witness_home(session.settings), name)
    if as_json:
        print_json({"vkey": str(key)})
    else:
        click.echo(str(key))


@witness.command("trust")
@click.argument("vkey")
@click.option("--origin", metavar="NAME", help="The log's origin; without it, the name of its key (来源名).")
@as_json
@pass_session
def trust(session: Session, vkey: str, origin: str | None, as_json: bool) -> None:
    """As a witness, cosign this log from now on; a log may have several keys (信任日志)."""
    from hegui.compose import witness_home
    from hegui.usecases.ledger_cosign import trust_log

    trusted = trust_log(witness_home(session.settings), vkey, origin)
    if as_json:
        print_json({"origin": trusted, "vkey": vkey})
    else:
        session.say("witness.trusted", origin=trusted)


@witness.command("distrust")
@click.argument("vkey")
@pass_session
def distrust(session: Session, vkey: str) -> None:
    """As a witness, believe a log's key no longer, after a rotation or a theft (不再信任)."""
    from hegui.compose import witness_home
    from hegui.usecases.ledger_cosign import distrust_log

    session.say("witness.distrusted", name=distrust_log(witness_home(session.settings), vkey).name)


@witness.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on (监听地址).")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8643, show_default=True, help="0 takes a free one (端口)."
)
@pass_session
def serve(session: Session, host: str, port: int) -> None:
    """Be a witness: answer add-checkpoint requests of the logs that are trusted (提供见证服务)."""
    import uvicorn

    from hegui.compose import witness_home
    from hegui.faces.cli.serve import listen_on, shown_address
    from hegui.faces.ledger_api.witness import WitnessApp
    from hegui.usecases.ledger_cosign import witness_key

    home = witness_home(session.settings)
    key = witness_key(home)
    listener = listen_on(host, port)
    session.say("witness.listening", url=f"http://{shown_address(listener)}", name=key.name)
    config = uvicorn.Config(
        WitnessApp(home), lifespan="off", access_log=False, log_level="warning", server_header=False
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        click.echo()


@witness.command("sign")
@click.argument("file", metavar="CHECKPOINT", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A copy of the log: its tiles give the proof that it only grew.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the answer here, instead of printing."
)
@as_json
@pass_session
def sign(session: Session, file: Path, folder: Path | None, out: Path | None, as_json: bool) -> None:
    """As a witness, cosign a request file, or a checkpoint, without a network (离线联署)."""
    from hegui.compose import ledger_files, witness_home
    from hegui.usecases.ledger_cosign import cosign_file

    read = ledger_files(folder).read if folder is not None else None
    answer = cosign_file(witness_home(session.settings), file.read_bytes(), read)
    if out is not None:
        try:
            out.write_bytes(answer.body)
        except OSError as error:
            remedy = "Name a file in a folder that is there and can be written to."
            raise InputError("LED108", str(out), f"cannot be written: {error.strerror}", remedy) from None
    if answer.status != 200:
        raise refused(answer.status, answer.reason, file)
    if as_json:
        print_json({"origin": answer.origin, "size": answer.size, "cosignature": answer.body.decode()})
    elif out is None:
        click.echo(answer.body.decode(), nl=False)
    else:
        session.say("witness.signed_file", origin=answer.origin, size=f"{answer.size:,}", file=out)


def refused(status: int, reason: str, file: Path) -> HeguiError:
    """Why a file was not cosigned."""
    remedy = "Ask the log's keeper for a new request; what is written with --out tells which size is remembered."
    return InputError("LED118", str(file), f"it is not cosigned: {reason} ({status})", remedy)
