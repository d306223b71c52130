"""`hegui sequencer`: move records into the database and the ledger, in a process of its own."""

from __future__ import annotations

import signal

import click

from hegui.faces.cli.session import Session, pass_session

__all__ = ["sequencer"]


@click.command()
@pass_session
def sequencer(session: Session) -> None:
    """Move records from this machine's spools into database and ledger, until it is stopped (定序入账)."""
    ends = {signal.SIGTERM, signal.SIGINT}
    # Waited for instead of handled: a handler that tells the loop to stop could interrupt the loop's own wait while that
    # holds the lock which telling takes. Blocked before the thread begins, which inherits it.
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    with session.system() as system:
        evidence = system.open_evidence()
        session.say("sequencer.working", folder=system.spool_folder)
        evidence.start()
        signal.sigwait(ends)
        evidence.stop()
