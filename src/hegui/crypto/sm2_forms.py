"""The forms in which SM2 keys and signatures of others come: points whole, halved or in DER, signatures raw or in DER.

Knows bytes and their forms; knows no text around them, and does no arithmetic with secrets. A form is told by its length and
first bytes; whatever is no point of the curve is refused.
Rules: SEC 1 2.3 (04, 02, 03 before the coordinates), RFC 5480 (SubjectPublicKeyInfo), GB/T 35276; 00 before an x with an even y
is what one large producer of labels writes.
"""

from __future__ import annotations

from hegui.crypto.sm2 import SIGNATURE_SIZE, SPKI, Sm2Error, Sm2PublicKey, from_der

__all__ = ["read_public", "read_signature"]

_SPKI_HALVED = bytes.fromhex("3039301306072a8648ce3d020106082a811ccf5501822d032200")


def read_public(data: bytes) -> Sm2PublicKey:
    """The key in whatever form it has. Raises Sm2Error (SIG001) for anything else.

    >>> whole = bytes.fromhex("0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    ...                       "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13")
    >>> read_public(b"\\x03" + whole[1:33]).point == read_public(whole[1:]).point == whole
    True
    """
    for prefix in (SPKI, _SPKI_HALVED):
        data = data.removeprefix(prefix)
    match len(data), data[:1]:
        case (65, b"\x04"):
            return Sm2PublicKey(data)
        case (64, _):
            return Sm2PublicKey(b"\x04" + data)
        case (33, b"\x00" | b"\x02" | b"\x03"):
            return Sm2PublicKey.from_x(data[1:], is_odd=data[0] == 3)
        case (32, _):
            return Sm2PublicKey.from_x(data)
    raise Sm2Error("SIG001", "SM2 key", "it has none of the forms of a public key",
                   "Ask for it as 04, x and y, or as SubjectPublicKeyInfo in DER.")  # fmt: skip


def read_signature(data: bytes) -> bytes | None:
    """r || s, 64 bytes, from that or from DER; None for anything else."""
    return data if len(data) == SIGNATURE_SIZE else from_der(data)
