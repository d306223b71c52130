"""Record into a spool of this worker: durable at once, whatever the database does.

Knows how the queue of the recorder and the spool make one port; see `recorder`, `spool`.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from hegui.store.recorder import DatabaseAway, QueueRecorder, RecordRefused
from hegui.store.spool import Spool, SpoolReader, state_of
from hegui.store.spool_records import decode_exchange, encode_exchange
from hegui.store.spool_watch import SpoolWatch
from hegui.usecases.content_transit import Transit
from hegui.usecases.ports import Delivery, Recordable, SpoolStatus

__all__ = ["SpoolRecorder", "spool_status"]


Seal = Callable[[str, Mapping[str, bytes]], Transit]
"""Seals the parts of the record of this id."""


class SpoolWriter:
    """Implements `recorder.Writer`."""

    def __init__(self, spool: Spool, seal: Seal | None) -> None:
        self._spool, self._seal = spool, seal
        self._tried: Sequence[Recordable] = ()
        self._bodies: list[bytes] = []

    def write(self, batch: Sequence[Recordable]) -> None:
        if (
            batch is not self._tried
        ):  # content is never sealed twice alike, and the spool has to know the same bodies again
            self._bodies = self._all_encoded(batch)
            self._tried = batch
        try:
            self._spool.append(self._bodies)
        except sqlite3.Error as error:
            raise DatabaseAway(f"{type(error).__name__}: {error}") from None
        self._tried, self._bodies = (), []

    def close(self) -> None:
        self._spool.close()

    def _all_encoded(self, batch: Sequence[Recordable]) -> list[bytes]:
        try:
            return [self._encoded(item) for item in batch]
        except (TypeError, ValueError) as error:  # its words may quote the value
            raise RecordRefused(type(error).__name__) from None

    def _encoded(self, item: Recordable) -> bytes:
        if not isinstance(item, Delivery):
            return encode_exchange(item)
        return encode_exchange(item.exchange, self._seal(item.id, item.content) if self._seal else None)


class SpoolRecorder(QueueRecorder):
    """Implements `ports.Recorder`; arguments as for `QueueRecorder`.

    Args:
        seal: seals content for its way to the vault; without it content is dropped, and only the record kept.
    """

    def __init__(
        self,
        folder: Path,
        *,
        capacity: int,
        close_seconds: float = 30.0,
        gather_seconds: float = 0.0,
        seal: Seal | None = None,
    ) -> None:
        spool = Spool(folder)
        self._reader = SpoolReader(spool.file)
        self._watch = SpoolWatch(folder)
        self._looking = threading.Lock()
        super().__init__(
            SpoolWriter(spool, seal), capacity=capacity, close_seconds=close_seconds, gather_seconds=gather_seconds
        )

    def spooled(self) -> int:
        with self._looking:
            return self._reader.depth()

    def backlog(self) -> int:
        with self._looking:
            return self._watch.depth()

    def oldest_spooled(self) -> datetime | None:
        with self._looking:
            oldest = self._reader.read(0, 1)
        return decode_exchange(oldest[0].body).finished_at if oldest else None

    def close(self) -> None:
        super().close()
        with self._looking:
            self._reader.close()
            self._watch.close()


def spool_status(folder: Path) -> SpoolStatus:
    """What waits in the spools of a folder."""
    state = state_of(folder)
    oldest = [decode_exchange(body).finished_at for body in state.oldest]
    return SpoolStatus(state.records, min(oldest, default=None), state.refused)
