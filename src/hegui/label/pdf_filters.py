"""What a PDF stream says, once its filters are undone, within bounds.

Knows Flate with its predictors, ASCIIHex and ASCII85; refuses the filters of pictures, and LZW, which no metadata needs.
Counts what comes out of a filter and stops, whatever the file announces.
Rules: ISO 32000-1 7.4; PNG (predictors 10 to 15).
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator

from hegui.kernel.source import MalformedError, TooMuchError
from hegui.label.pdf_objects import Dictionary, Name, Value, integer

__all__ = ["MAX_DECODED", "FilterError", "decoded", "filters"]

MAX_DECODED = 32 << 20
MAX_PREDICTED = 8 << 20
"""Bytes that come out of the filters of one stream; and of a predictor, which is the slow one."""
_MAX_FILTERS = 4


class FilterError(MalformedError):
    """A filter that is not undone here."""


def filters(header: Dictionary) -> list[tuple[str, Dictionary]]:
    """The filters of a stream with their parameters, in the order they are undone in."""
    names = _listed(header.get("Filter", header.get("F")))
    parameters = _listed(header.get("DecodeParms", header.get("DP")))
    found = []
    for at, name in enumerate(names):
        given = parameters[at] if at < len(parameters) else None
        if not isinstance(name, Name):
            raise MalformedError("a stream's filter is no name", 0)
        found.append((str(name), given if isinstance(given, Dictionary) else Dictionary()))
    if len(found) > _MAX_FILTERS:
        raise TooMuchError("a stream has too many filters", 0)
    return found


def decoded(data: bytes, header: Dictionary) -> bytes:
    """The bytes of a stream, its filters undone. Raises FilterError, TooMuchError, MalformedError."""
    for name, parameters in filters(header):
        data = _undone(data, name, parameters)
    return data


def _listed(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _undone(data: bytes, name: str, parameters: Dictionary) -> bytes:
    if name in ("FlateDecode", "Fl"):
        return _predicted(_inflated(data), parameters)
    if name in ("ASCIIHexDecode", "AHx"):
        digits = bytes(byte for byte in data.partition(b">")[0] if byte > 32)
        try:
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        except ValueError:
            raise MalformedError("a stream in hexadecimal is damaged", 0) from None
    if name in ("ASCII85Decode", "A85"):
        try:
            return base64.a85decode(data.partition(b"~>")[0], ignorechars=b" \t\n\r\v\f\0")
        except ValueError:
            raise MalformedError("a stream in base 85 is damaged", 0) from None
    if name == "Crypt":
        return data  # undone, or found to be Identity, by whoever decrypts
    raise FilterError(f"a stream has the filter {name[:40]}, which is not read", 0)


def _inflated(data: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(data, MAX_DECODED + 1)
    except zlib.error:
        raise MalformedError("a stream cannot be unpacked", 0) from None
    if len(found) > MAX_DECODED:
        raise TooMuchError("a stream unpacks to more than it may", 0)
    return found


def _predicted(data: bytes, parameters: Dictionary) -> bytes:
    predictor = integer(parameters.get("Predictor")) or 1
    if predictor == 1:
        return data
    if len(data) > MAX_PREDICTED:
        raise TooMuchError("a stream unpacks to more than it may", 0)
    columns, colours, bits = (_within(parameters, key, default, most)
                              for key, default, most in (("Columns", 1, 1 << 16), ("Colors", 1, 32),
                                                         ("BitsPerComponent", 8, 16)))  # fmt: skip
    if predictor < 10:
        raise FilterError("a stream has a predictor that is not read", 0)
    return b"".join(_rows(data, (columns * colours * bits + 7) // 8, max(1, colours * bits // 8)))


def _within(parameters: Dictionary, key: str, default: int, most: int) -> int:
    value = integer(parameters.get(key, default))
    if value is None or not 1 <= value <= most:
        raise MalformedError("a stream's predictor is out of all proportion", 0)
    return value


def _rows(data: bytes, width: int, step: int) -> Iterator[bytes]:
    """The rows of a picture as PNG filters them; a last row that is cut short is left out."""
    above = bytes(width)
    for at in range(0, len(data) - width, width + 1):
        above = _row(data[at], data[at + 1 : at + 1 + width], above, step)
        yield above


def _row(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    if kind == 0:
        return row
    if kind == 2:
        return bytes([(one + up) & 0xFF for one, up in zip(row, above, strict=True)])
    if kind not in (1, 3, 4):
        raise MalformedError("a stream's predictor is not known", 0)
    out = bytearray(step) + row
    corner = bytes(step) + above
    for at in range(step, len(out)):
        left, up, diagonal = out[at - step], corner[at], corner[at - step]
        guess = left if kind == 1 else (left + up) // 2 if kind == 3 else _paeth(left, up, diagonal)
        out[at] = (out[at] + guess) & 0xFF
    return bytes(out[step:])


def _paeth(left: int, up: int, diagonal: int) -> int:
    first, second, third = abs(up - diagonal), abs(left - diagonal), abs(left + up - 2 * diagonal)
    if first <= second and first <= third:
        return left
    return up if second <= third else diagonal
