"""Hand out the evidence of many exchanges: each record with what binds it to the ledger.

Knows the line of an export and in which order lines come; knows no file and no database. Works lazily, oldest first, and
can go on behind any exchange it came to.
Rules: docs/evidence.md; docs/ledger-format.md §1 and §5.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from hegui.errors import FileFaults
from hegui.usecases.exchange_entry import record_of
from hegui.usecases.ports import Applications, ExchangeFilter, Exchanges, Recorded

__all__ = ["Line", "Prover", "export_exchanges"]


class Prover(Protocol):
    """What the ledger says of one of its entries."""

    def prove(self, index: int) -> tuple[bytes, bytes] | None:
        """The entry and its proof file; None while no checkpoint covers it."""


class Line(NamedTuple):
    """One exchange of an export, and where to go on behind it."""

    value: dict[str, Any]
    at: tuple[datetime, str]


def export_exchanges(
    exchanges: Exchanges,
    applications: Applications,
    wanted: ExchangeFilter,
    prover: Prover | None = None,
    *,
    after: tuple[datetime, str] | None = None,
) -> Iterator[Line]:
    """The lines of an export, oldest first; `wanted.limit` does not count, `wanted.application` is a name.

    Args:
        prover: adds entry and proof to each line; without one they are null.
        after: the `at` of the line that came last.
    Raises:
        FileFaults: EXC002, a span that ends before it begins.
        NotFoundError: APP002, no application has that name.
    """
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        faults = [("until", "is not after since")]
        raise FileFaults("EXC002", "exchange export", faults, "Ask again with these mended.")
    if wanted.application is not None:
        wanted = replace(wanted, application=applications.named(wanted.application).id)
    return (_line(recorded, prover) for recorded in exchanges.walk(wanted, after))


def _line(recorded: Recorded, prover: Prover | None) -> Line:
    exchange, index = recorded.exchange, recorded.index
    found = prover.prove(index) if prover is not None and index is not None else None
    value = {
        "record": json.loads(record_of(exchange)),
        "salt": recorded.salt.hex() if recorded.salt is not None else None,
        "index": index,
        "entry": found[0].decode() if found else None,
        "proof": found[1].decode() if found else None,
    }
    return Line(value, (exchange.started_at, exchange.id))
