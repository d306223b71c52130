"""Empty the spools of this machine into the database.

Knows spools and the writer; knows no thread, and sleeps only where it is told how. Rules of this file:

1. A record leaves its spool only after the database has it together with the position; so each arrives exactly once.
2. A record that the database refuses for what it holds is set aside in its spool, logged and counted; the others go on.
3. While the database is away everything stays where it is.
4. The spool of a worker that has ended is removed when it is empty and nothing was set aside in it.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hegui.errors import InternalError
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.recorder import RecordRefused
from hegui.store.spool import SpoolReader, Waiting, spools_in
from hegui.store.spool_records import UnreadableRecordError, decode_record
from hegui.usecases.content_transit import Transit
from hegui.usecases.ports import Exchange
from hegui.usecases.take_content import TakenOver
from hegui.vault.faults import VaultDamage

__all__ = ["BATCH", "Drain", "Keeper", "keep"]

BATCH = 256
"""Most records in one transaction of the database."""

_log = logging.getLogger(__name__)


Keeper = Callable[[Exchange, Transit], TakenOver]
"""Hands content to the vault, or drops it. Raises VaultDamage for what cannot be opened, HeguiError where the vault fails."""


@dataclass(slots=True)
class _Open:
    reader: SpoolReader
    position: int
    forgotten: int = field(default=0)


class Drain:
    """All spools of a folder; for one thread of one process at a time, which `evidence_lock` sees to."""

    def __init__(self, folder: Path, writer: EvidenceWriter, keeper: Keeper | None = None) -> None:
        self.last_error: str | None = None
        """Which spool could not be read in the last step, and why; None while all is well."""
        self._folder = folder
        self._writer, self._keeper = writer, keeper
        self._open: dict[Path, _Open] = {}

    def step(self, most: int = BATCH) -> int:
        """Take over at most `most` records of each spool; how many were taken over, or set aside, in all.

        Raises DatabaseAway, HeguiError: nothing more can be written now, and nothing is lost.
        """
        done, self.last_error = 0, None
        for file in spools_in(self._folder):
            try:
                done += self._step(self._opened(file), most)
            except sqlite3.Error as error:  # of the spool: another one may be well
                self.last_error = f"spool {file.stem}: {type(error).__name__}"
                self._close(file)
            except BaseException:
                self._close(file)  # was it written, and only the answer lost? The position in the database says so
                raise
        return done

    def depth(self) -> int:
        """Records that wait in all spools, count."""
        count = 0
        for file in spools_in(self._folder):
            opened = self._opened(file)
            count += len(opened.reader.read(opened.position, 1)) and opened.reader.depth()
        return count

    def mark(self) -> Mapping[Path, int]:
        """Up to which number each spool is filled now, as far as it can be read; for `has_passed`."""
        found = {}
        for file in spools_in(self._folder):
            with suppress(sqlite3.Error), SpoolReader(file) as reader:
                found[file] = reader.last()
        return found

    def has_passed(self, mark: Mapping[Path, int]) -> bool:
        """Whether what was there at `mark` has been taken over; a spool that is gone or cannot be read holds nobody up."""
        return all(file not in self._open or self._open[file].position >= number for file, number in mark.items())

    def close(self) -> None:
        for file in list(self._open):
            self._close(file)

    def _opened(self, file: Path) -> _Open:
        if file not in self._open:
            position = self._writer.position(file.stem)
            self._open[file] = _Open(SpoolReader(file), position)
        return self._open[file]

    def _close(self, file: Path) -> None:
        if (opened := self._open.pop(file, None)) is not None:
            opened.reader.close()

    def _step(self, spool: _Open, most: int) -> int:
        reader = spool.reader
        waiting = reader.read(spool.position, most)
        if waiting:
            self._take_over(spool, waiting)
        if spool.position > spool.forgotten:
            reader.forget(spool.position)
            spool.forgotten = spool.position
        if not waiting:
            self._remove_if_abandoned(spool)
        return len(waiting)

    def _take_over(self, spool: _Open, waiting: list[Waiting]) -> None:
        """Write these; a refusal is narrowed down by halving until a record stands alone."""
        batch: list[Exchange] = []
        content: dict[str, TakenOver] = {}
        for record in waiting:
            try:
                exchange, transit = decode_record(record.body)
                if transit is not None:
                    content[exchange.id] = keep(self._keeper, exchange, transit)
            except (UnreadableRecordError, VaultDamage) as error:
                self._set_aside(spool, record, str(error).partition("\n")[0])
            else:
                batch.append(exchange)
        try:
            self._writer.write(spool.reader.name, waiting[-1].number, batch, content)
        except RecordRefused as error:
            if len(waiting) > 1:
                half = len(waiting) // 2
                self._take_over(spool, waiting[:half])
                self._take_over(spool, waiting[half:])
                return
            self._set_aside(spool, waiting[0], str(error))
            self._writer.write(spool.reader.name, waiting[0].number, [])
        spool.position = waiting[-1].number

    def _set_aside(self, spool: _Open, record: Waiting, problem: str) -> None:
        if spool.reader.set_aside(record, problem):  # else it was said already, before the batch had to be tried again
            _log.critical("REC003 record %d of spool %s is set aside: %s", record.number, spool.reader.name, problem)

    def _remove_if_abandoned(self, spool: _Open) -> None:
        reader = spool.reader
        with reader.abandoned() as is_abandoned:
            # Looked at again under the lock: the worker may have written its last record a moment ago.
            if is_abandoned and not reader.read(spool.position, 1) and not reader.refused():
                _log.info("spool %s is empty and its worker has ended", reader.name)
                self._open.pop(reader.file, None)
                reader.remove()
                self._writer.release(reader.name)


def keep(keeper: Keeper | None, exchange: Exchange, transit: Transit) -> TakenOver:
    """Hand content on. Raises InternalError (REC005) where there is nobody to take it, and as the keeper."""
    if keeper is None:
        problem = "content waits for the vault, and vault.master_key is not set here"
        remedy = "Set it to what the gateways of this machine have."
        raise InternalError("REC005", "spool", problem, remedy)
    taken = keeper(exchange, transit)
    if taken.entries:
        _log.warning("REC007 content of exchange %s is dropped: its user was erased before it arrived", exchange.id)
    return taken
