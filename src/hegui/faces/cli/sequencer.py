"""`hegui sequencer`: move records into the database and the ledger, in a process of its own."""

from __future__ import annotations

import signal
from typing import Any

import click

from hegui.faces.cli.session import Session, pass_session

__all__ = ["sequencer"]


@click.command()
@pass_session
def sequencer(session: Session) -> None:
    """Move records from this machine's spools into database and ledger, until it is stopped (定序入账)."""
    with session.system() as system:
        evidence = system.open_evidence()

        def stop(_number: int, _frame: Any) -> None:
            evidence.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        session.say("sequencer.working", folder=system.spool_folder)
        evidence.run()
