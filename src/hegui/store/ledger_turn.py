"""Keep the sequencers of all machines waiting while one process changes the key of their common log.

Knows two leases: with the first, sequencers step back at their next step; with the second, theirs, none works. Knows not what
is done meanwhile. Both are taken for longer than any of it takes, because nobody renews them; whoever dies gives them
back late.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime

from hegui.store.leases import Lease
from hegui.store.store import LEDGER_KEY, SEQUENCER, open_store
from hegui.usecases.ledger_ports import LedgerError

__all__ = ["ledger_turn"]

SECONDS = 300.0
PATIENCE_SECONDS = 30.0


@contextmanager
def ledger_turn(
    url: str, clock: Callable[[], datetime], *, patience_seconds: float = PATIENCE_SECONDS
) -> Iterator[None]:
    """While it is entered, no sequencer on the database at `url` writes to the log. Raises LedgerError (LED106)."""
    with closing(open_store(url, migrate="check")) as store, ExitStack() as held:
        give_up_at = time.monotonic() + patience_seconds
        for name in (LEDGER_KEY, SEQUENCER):
            lease = Lease(store.database, name, seconds=SECONDS, clock=clock)
            _wait_for(lease, give_up_at, store.database.where)
            held.callback(lease.give_back)
        yield


def _wait_for(lease: Lease, give_up_at: float, where: str) -> None:
    while not lease.take():
        if time.monotonic() >= give_up_at:
            problem = "another process writes to the ledger of this database"
            raise LedgerError("LED106", where, problem, "Wait until it is done, or end what hangs, and try again.")
        time.sleep(0.05)
