"""The ledger as the sequencer writes it, and as an export proves what is in it.

Knows which use case of the ledger does what; decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from hegui.usecases.ledger_log import ReadLog, Writing, read_log, writing
from hegui.usecases.ledger_ports import LedgerError, LedgerHome
from hegui.usecases.ledger_prove import prove_in
from hegui.usecases.ledger_witnesses import Ask, publish_note

__all__ = ["HeldLedger", "LedgerProver", "SequencedLedger"]


class HeldLedger:
    """A log whose lock is held."""

    def __init__(self, home: LedgerHome, held: Writing, ask: Ask) -> None:
        self._home, self._held, self._ask = home, held, ask

    @property
    def size(self) -> int:
        """Of the published checkpoint."""
        return self._held.log.published().checkpoint.size

    def entry(self, index: int) -> bytes:
        """An entry below the published size."""
        return self._held.log.tree().entry(index)

    def append(self, entries: Sequence[bytes], *, at: int) -> int:
        """Append and publish, with the cosignatures the settings ask for; the new size.

        Raises LogError LED093 where `at` is not the published size, LedgerError LED110 where too few witnesses signed.
        """
        note = self._held.log.grow(entries, at=at)
        return publish_note(self._home, self._held, note, self._ask).checkpoint.size


class SequencedLedger:
    """The log of this machine, begun where there is none."""

    def __init__(self, home: LedgerHome, ask: Ask) -> None:
        self._home, self._ask = home, ask

    @contextmanager
    def writing(self) -> Iterator[HeldLedger | None]:
        """Write to it; None while another process does. Raises as `ledger_log.writing`."""
        with ExitStack() as stack:
            try:
                held = stack.enter_context(writing(self._home))
            except LedgerError as error:
                if error.code != "LED106":
                    raise
                yield None
            else:
                yield HeldLedger(self._home, held, self._ask)


class LedgerProver:
    """Proves entries under the checkpoint that is published when it is made; implements `export_exchanges.Prover`."""

    def __init__(self, home: LedgerHome) -> None:
        self._log: ReadLog | None
        try:
            self._log = read_log(home)
        except LedgerError as error:
            if error.code != "LED102":
                raise
            self._log = None

    def prove(self, index: int) -> tuple[bytes, bytes] | None:
        """The entry and its proof file, checked; None while no checkpoint covers it. Raises LedgerDamage."""
        log = self._log
        if log is None or index >= log.checkpoint.size:
            return None
        proven = prove_in(log, index)
        return proven.entry, proven.proof
