"""How the ledger stands: how large it is, who signed, and how far witnesses are behind.

Knows that a checkpoint carries no time of its own: when it was signed can be told only where a witness says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hegui.ledger.entry import Entry
from hegui.ledger.second import Verdict, judge
from hegui.usecases.ledger_log import read_log
from hegui.usecases.ledger_ports import LedgerHome
from hegui.usecases.ledger_second import read_second
from hegui.usecases.ledger_stamp import Stamp, stored_stamp
from hegui.usecases.ledger_witnesses import known_witnesses

__all__ = ["LedgerStatus", "WitnessStatus", "ledger_status"]


@dataclass(frozen=True, slots=True)
class WitnessStatus:
    """A witness: whether it signed the published checkpoint, and how many entries it has not seen."""

    name: str
    has_signed: bool
    size: int
    entries_behind: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class SecondStatus:
    """The SM2 key the log states, and what can be said of its signature on the published checkpoint."""

    vkey: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """The published log.

    Attributes:
        root: hexadecimal.
        signed_at: the latest time a witness of it says; None where no one does.
        stamped: the log an authority has time-stamped, perhaps smaller than this; None where none did, or none is trusted.
        last_entry_at: the instant in the last entry; None in an empty log, or where its version is not known.
        seconds_since_entry: from that instant to now.
        self_attested: whether no witness known here has signed.
        sm2: the second signature; None where the log states no SM2 key.
    """

    origin: str
    size: int
    root: str
    vkey: str
    key_rotations: int
    signed_at: datetime | None
    last_entry_at: datetime | None
    seconds_since_entry: float | None
    self_attested: bool
    witnesses_required: int
    witnesses: tuple[WitnessStatus, ...]
    public_url: str | None
    stamped: Stamp | None
    sm2: SecondStatus | None


def ledger_status(home: LedgerHome, roots: bytes | None = None) -> LedgerStatus:
    """The status; with `roots` (PEM) also what a stored time stamp proves. Raises as `read_log` and `stored_stamp`."""
    witnesses = known_witnesses(home)
    log = read_log(home, tuple(witness.key for witness in witnesses))
    checkpoint = log.checkpoint
    signed = {found.key: found.at for found in log.opened.witnesses}
    times = [at for at in signed.values() if at is not None]
    second = read_second(home, log.history, log.origin).of_size(checkpoint.size)
    last = _last_entry_at(log.tree.entry(checkpoint.size - 1)) if checkpoint.size else None
    return LedgerStatus(
        origin=log.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        vkey=str(log.history.current),
        key_rotations=len(log.history.terms) - 1,
        signed_at=_instant(max(times, default=None)),
        last_entry_at=last,
        seconds_since_entry=None if last is None else round((home.clock() - last).total_seconds(), 3),
        self_attested=log.opened.is_self_attested,
        witnesses_required=home.witnesses_required,
        witnesses=tuple(
            WitnessStatus(
                one.name,
                one.key in signed,
                checkpoint.size if one.key in signed else one.size,
                0 if one.key in signed else max(0, checkpoint.size - one.size),
                _instant(signed.get(one.key, one.at)),
            )
            for one in witnesses
        ),
        public_url=home.public_url,
        stamped=stored_stamp(home, roots) if roots is not None else None,
        sm2=None if second is None else SecondStatus(str(second), judge(log.opened.note, second)),
    )


def _last_entry_at(data: bytes) -> datetime | None:
    try:
        return Entry.decode(data).at
    except ValueError:
        return None


def _instant(seconds: int | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
