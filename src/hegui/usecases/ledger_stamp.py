"""Have the published checkpoint time-stamped, over HTTP or by file, and say what a stored stamp proves.

Knows that the log grows while an authority is asked: the checkpoint that is stamped is kept beside its stamp.
Rules: RFC 3161; docs/ledger.md, "Time stamps".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hegui.ledger.checkpoint import Checkpoint
from hegui.ledger.note import Note
from hegui.ledger.timestamp import check_stamp, read_roots, stamp_request
from hegui.usecases.ledger_log import read_log
from hegui.usecases.ledger_ports import LedgerError, LedgerHome

__all__ = ["STAMPED_PATH", "STAMP_PATH", "Stamp", "begin_stamp", "finish_stamp", "stamp_now", "stored_stamp"]

STAMP_PATH, STAMPED_PATH = "checkpoint.tsr", "checkpoint.stamped"
_PENDING = "ledger-stamp.note"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A log had this size and root at the latest at this instant, an authority says."""

    size: int
    root: str
    at: datetime


def begin_stamp(home: LedgerHome) -> bytes:
    """The request to send; the checkpoint it is over is kept until the response comes."""
    note = read_log(home).opened.note
    request = stamp_request(note.text.encode())
    home.state.replace(_PENDING, note.encode())
    return request


def finish_stamp(home: LedgerHome, response: bytes, roots: bytes) -> Stamp:
    """Check the response to the last request and store it beside the checkpoint. Raises TimestampError (LED123)."""
    data = home.state.read(_PENDING)
    if data is None:
        problem = "no time stamp was asked for"
        raise LedgerError("LED125", "ledger", problem, "Ask first: hegui ledger stamp --request FILE")
    note = Note.parse(data)
    stamp = _read(note, response, roots)
    home.files.replace(STAMPED_PATH, data)
    home.files.replace(STAMP_PATH, response)
    return stamp


def stamp_now(home: LedgerHome, send: Callable[[bytes], bytes], roots: bytes) -> Stamp:
    """Ask an authority and store its answer."""
    return finish_stamp(home, send(begin_stamp(home)), roots)


def stored_stamp(home: LedgerHome, roots: bytes) -> Stamp | None:
    """What the stored stamp proves; None where there is none. Raises TimestampError (LED123)."""
    response, data = home.files.read(STAMP_PATH), home.files.read(STAMPED_PATH)
    return _read(Note.parse(data), response, roots) if response is not None and data is not None else None


def _read(note: Note, response: bytes, roots: bytes) -> Stamp:
    at = check_stamp(response, note.text.encode(), read_roots(roots))
    checkpoint = Checkpoint.parse(note.text)
    return Stamp(checkpoint.size, checkpoint.root.hex(), at)
