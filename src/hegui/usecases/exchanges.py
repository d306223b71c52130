"""Look into the evidence: list exchanges, show one.

Knows what may be asked for and by which names; knows no database and no output. Changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hegui.errors import FileFaults, NotFoundError
from hegui.usecases.identifiers import ALPHABET
from hegui.usecases.ports import Applications, Exchange, ExchangeFilter, Exchanges

__all__ = ["list_exchanges", "show_exchange"]

EXCHANGE_ID = re.compile(f"[{ALPHABET}]{{26}}")


def list_exchanges(exchanges: Exchanges, applications: Applications, wanted: ExchangeFilter) -> Iterator[Exchange]:
    """The exchanges that match, newest first; `wanted.application` is the application's name.

    Raises:
        FileFaults: EXC002, a limit below 1 or a span that ends before it begins.
        NotFoundError: APP002, no application has that name.
    """
    faults = []
    if wanted.limit < 1:
        faults.append(("limit", f"{wanted.limit} is not at least 1"))
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        faults.append(("until", "is not after since"))
    if faults:
        raise FileFaults("EXC002", "exchange list", faults, "Ask again with these mended.")
    if wanted.application is not None:
        wanted = replace(wanted, application=applications.named(wanted.application).id)
    return exchanges.list(wanted)


def show_exchange(exchanges: Exchanges, exchange_id: str) -> Exchange:
    """One exchange with its findings. Raises NotFoundError EXC001."""
    spelt = exchange_id.strip().upper()
    if not EXCHANGE_ID.fullmatch(spelt):
        problem = "is not the id of an exchange: those have 26 letters and digits."
        raise NotFoundError("EXC001", "exchange", problem, "List the ids with: hegui exchange list")
    return exchanges.show(spelt)
