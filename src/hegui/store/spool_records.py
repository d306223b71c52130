"""Exchanges as the bytes that wait in a spool, and back.

Knows one form, version 1: a JSON array of the version, the row of `exchanges` and the rows of `findings`. A spool is
emptied by the same hegui or a newer one, so every form there ever was stays readable here.
"""

from __future__ import annotations

from typing import Any

import orjson

from hegui.store.exchange_rows import exchange_row, finding_rows
from hegui.store.instants import from_micros
from hegui.store.tables import exchanges
from hegui.usecases.ports import Exchange, FindingRecord, TokenUsage

__all__ = ["UnreadableRecordError", "decode_exchange", "encode_exchange"]

VERSION = 1


class UnreadableRecordError(ValueError):
    """Bytes that are no record of a form we know."""


def encode_exchange(exchange: Exchange) -> bytes:
    """The bytes of an exchange."""
    return orjson.dumps((VERSION, exchange_row(exchange), [row[2:] for row in finding_rows(exchange)]))


def decode_exchange(body: bytes) -> Exchange:
    """The exchange that `encode_exchange` wrote. Raises UnreadableRecordError."""
    try:
        version, row, findings = orjson.loads(body)
        if version != VERSION:
            raise UnreadableRecordError(f"a record of form {version}" if type(version) is int else "no record")
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        for name in ("started_at", "first_token_at", "finished_at"):
            values[name] = None if values[name] is None else from_micros(values[name])
        counts = [values.pop(f"usage_{part}") for part in ("prompt", "completion", "total")]
        usage = None if counts[0] is None else TokenUsage(*counts)
        return Exchange(**values, usage=usage, findings=tuple(FindingRecord(*finding) for finding in findings))
    except (ValueError, TypeError, ArithmeticError) as error:
        if isinstance(error, UnreadableRecordError):
            raise
        raise UnreadableRecordError(f"{type(error).__name__} in a record") from None


_NAMES = tuple(column.name for column in exchanges.columns)
