"""Exchanges as the bytes that wait in a spool, and back.

Knows two forms. Version 1: a JSON array of the version, the row of `exchanges` and the rows of `findings`. Version 2, where
content is kept: in the array also the wrapped key and the names and sizes of the sealed parts, which follow it behind a line
feed. A spool is emptied by the same hegui or a newer one, so every form there ever was stays readable here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from hegui.store.exchange_rows import exchange_row, finding_rows
from hegui.store.instants import from_micros
from hegui.store.tables import exchanges
from hegui.usecases.content_transit import Transit
from hegui.usecases.ports import Exchange, FindingRecord, TokenUsage
from hegui.vault.keys import WrappedKey

__all__ = ["SpooledRecord", "UnreadableRecordError", "decode_exchange", "decode_record", "encode_exchange"]


class UnreadableRecordError(ValueError):
    """Bytes that are no record of a form we know."""


class SpooledRecord(NamedTuple):
    """What waited: the exchange, and its content where it is kept."""

    exchange: Exchange
    transit: Transit | None


def encode_exchange(exchange: Exchange, transit: Transit | None = None) -> bytes:
    """The bytes of an exchange, with its sealed content. Raises TypeError for text that is no Unicode."""
    findings = [row[2:] for row in finding_rows(exchange)]
    if transit is None:
        return orjson.dumps((1, exchange_row(exchange), findings))
    key, parts = transit.key, transit.parts
    sealed = (key.id, key.subject, key.master, key.wrapped.hex()), [(name, len(data)) for name, data in parts.items()]
    head = orjson.dumps((2, exchange_row(exchange), findings, *sealed))
    return b"".join((head, b"\n", *parts.values()))


def decode_record(body: bytes) -> SpooledRecord:
    """What `encode_exchange` wrote. Raises UnreadableRecordError."""
    try:
        head, _, rest = body.partition(b"\n")
        version, row, findings, *more = orjson.loads(head)
        if version not in (1, 2):
            raise UnreadableRecordError(f"a record of form {version}" if type(version) is int else "no record")
        exchange = _exchange(row, findings)
        if version == 1:
            return SpooledRecord(exchange, None)
        key, sizes = more
        return SpooledRecord(exchange, _transit(key, sizes, rest))
    except (ValueError, TypeError, ArithmeticError) as error:
        if isinstance(error, UnreadableRecordError):
            raise
        raise UnreadableRecordError(f"{type(error).__name__} in a record") from None


def decode_exchange(body: bytes) -> Exchange:
    """The exchange alone. Raises UnreadableRecordError."""
    return decode_record(body).exchange


def _exchange(row: Any, findings: Any) -> Exchange:
    if len(row) not in _SIZES:
        raise UnreadableRecordError(f"a record of {len(row)} columns")
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=False))
    for name in ("started_at", "first_token_at", "finished_at"):
        values[name] = None if values[name] is None else from_micros(values[name])
    counts = [values.pop(f"usage_{part}") for part in ("prompt", "completion", "total")]
    usage = None if counts[0] is None else TokenUsage(*counts)
    return Exchange(**values, usage=usage, findings=tuple(FindingRecord(*finding) for finding in findings))


def _transit(key: Any, sizes: Any, rest: bytes) -> Transit:
    key_id, subject, master, wrapped = key
    parts, start = {}, 0
    for name, size in sizes:
        parts[name] = rest[start : start + size]
        start += size
    if start != len(rest):
        raise UnreadableRecordError("content that is not as long as it says")
    return Transit(WrappedKey(key_id, subject, master, bytes.fromhex(wrapped)), parts)


_NAMES = tuple(column.name for column in exchanges.columns)
_SIZES = (_NAMES.index("models"), _NAMES.index("files"), len(_NAMES))
"""Columns of a row: before models were recorded, before files were, and now."""
