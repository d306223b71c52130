"""SM2 signatures (国密, GB/T 32918.2 with SM3): the two forms of keys and signatures, and how one is checked.

Knows bytes and the program `openssl`, 3.0 or newer, which does all arithmetic with secrets; knows no file of ours and no
setting. A program instead of a library in this process: `cryptography` has no SM2, and a fault in foreign code ends one
run of it, not the gateway. A "no" of the program is believed only after it has said "yes" to a signature known to be good,
so that a program without SM2 never makes a signature look wrong.
Rules: GB/T 32918.2 and .5 (curve), GB/T 35276 (DER form); the user id is the default one of GM/T 0009.
"""

from __future__ import annotations

import subprocess
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from hegui.errors import InputError

__all__ = [
    "SIGNATURE_SIZE",
    "SPKI",
    "USER_ID",
    "Sm2Error",
    "Sm2PublicKey",
    "Sm2Signer",
    "from_der",
    "openssl",
    "to_der",
    "verifies",
]

USER_ID = "1234567812345678"
"""The distinguishing id that goes into every signature here, ASCII."""
SIGNATURE_SIZE = 64
"""Bytes of r || s, 32 each, big-endian."""
PROGRAM_SECONDS = 30.0

_P = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_00000000_FFFFFFFF_FFFFFFFF
_B = 0x28E9FA9E_9D9F5E34_4D5A9E4B_CF6509A7_F39789F5_15AB8F92_DDBCBD41_4D940E93
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""SubjectPublicKeyInfo up to the point: id-ecPublicKey on the curve 1.2.156.10197.1.301."""
_PEM = "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n"


class Sm2Error(InputError):
    """A key that is none, or a program or device that cannot do SM2."""


@dataclass(frozen=True, slots=True)
class Sm2PublicKey:
    """A point on the curve: 0x04 and the two coordinates, 65 bytes. Raises Sm2Error (SIG001) for other bytes."""

    point: bytes

    def __post_init__(self) -> None:
        x, y = int.from_bytes(self.point[1:33], "big"), int.from_bytes(self.point[33:], "big")
        is_point = len(self.point) == 65 and self.point[0] == 4 and x < _P and y < _P
        if not is_point or (y * y - (x * x * x - 3 * x + _B)) % _P:
            raise _no_key("it is not a point of the SM2 curve")

    def pem(self) -> str:
        """SubjectPublicKeyInfo in PEM, as openssl reads it."""
        body = b64encode(SPKI + self.point).decode("ascii")
        return _PEM.format("\n".join(body[at : at + 64] for at in range(0, len(body), 64)))

    @classmethod
    def from_x(cls, x: bytes, *, is_odd: bool = False) -> Sm2PublicKey:
        """The point with this x, 32 bytes, and of its two y the even or the odd one. Raises Sm2Error (SIG001)."""
        number = int.from_bytes(x, "big")
        y = pow(number**3 - 3 * number + _B, (_P + 1) // 4, _P)  # the square root, since p is 3 modulo 4
        if y % 2 != is_odd:
            y = _P - y
        return cls(b"\x04" + x + y.to_bytes(32, "big"))

    @classmethod
    def from_pem(cls, text: str) -> Sm2PublicKey:
        """Read SubjectPublicKeyInfo in PEM, the point not compressed. Raises Sm2Error (SIG001)."""
        lines = text.strip().splitlines()
        try:
            if (lines[0], lines[-1]) != ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"):
                raise ValueError
            data = b64decode("".join(lines[1:-1]), validate=True)
        except (ValueError, IndexError):
            raise _no_key("it is not a public key in PEM") from None
        if not data.startswith(SPKI):
            raise _no_key("it is a public key of another kind than SM2, or its point is compressed")
        return cls(data[len(SPKI) :])


class Sm2Signer(Protocol):
    """Who signs with SM2; the private key may be in a file or in a device."""

    @property
    def public(self) -> Sm2PublicKey:
        """The public half. Raises Sm2Error where it cannot be had."""

    def sign(self, message: bytes) -> bytes:
        """r || s over the message, 64 bytes, under the default user id. Raises Sm2Error."""


def to_der(signature: bytes) -> bytes:
    """SEQUENCE of r and s from r || s, 64 bytes."""
    numbers = b"".join(_integer(signature[at : at + 32]) for at in (0, 32))
    return bytes([0x30, len(numbers)]) + numbers


def from_der(der: bytes) -> bytes | None:
    """r || s, 64 bytes, from a SEQUENCE of the two in DER; None for anything else."""
    try:
        size = der[3]
        r, s = der[4 : 4 + size], der[6 + size :]
        raw = b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in (r, s))
    except IndexError:
        return None
    return raw if len(raw) == SIGNATURE_SIZE and to_der(raw) == der else None


def verifies(key: Sm2PublicKey, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (r || s, 64 bytes) is this key's over the message.

    Raises:
        Sm2Error: SIG002 there is no openssl that does SM2, so that nothing can be said.
    """
    if len(signature) != SIGNATURE_SIZE:
        return False
    if _says_yes(key, message, signature):
        return True
    _require_sm2()
    return False


def openssl(arguments: Sequence[str], data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `openssl` with `data` on its stdin, without a terminal to ask for a password on. Raises Sm2Error (SIG002)."""
    command = ["openssl", *arguments]
    try:
        return subprocess.run(
            command, input=data, capture_output=True, timeout=PROGRAM_SECONDS, check=False, start_new_session=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _no_program(f"openssl cannot be run: {type(error).__name__}") from None


def _says_yes(key: Sm2PublicKey, message: bytes, signature: bytes) -> bool:
    with TemporaryDirectory(prefix="hegui-sm2-") as folder:
        public, signed = Path(folder, "key.pem"), Path(folder, "signature")
        public.write_text(key.pem(), encoding="ascii")
        signed.write_bytes(to_der(signature))
        given = ["-pubin", "-inkey", str(public), "-sigfile", str(signed)]
        return openssl(["pkeyutl", "-verify", *given, *SCHEME], message).returncode == 0


SCHEME = ("-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{USER_ID}")
"""Options of `openssl pkeyutl` for SM2 with SM3 under the default user id."""


@cache
def _require_sm2() -> None:
    """The program says yes to the example of GB/T 32918.5 annex A, and no to it with another message."""
    if not _says_yes(_EXAMPLE_KEY, b"message digest", _EXAMPLE) or _says_yes(_EXAMPLE_KEY, b"another", _EXAMPLE):
        raise _no_program("this openssl does not do SM2 with SM3")


_EXAMPLE_KEY = Sm2PublicKey(
    bytes.fromhex(
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
)
_EXAMPLE = bytes.fromhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)


def _integer(number: bytes) -> bytes:
    """INTEGER of DER: as few bytes as there can be, the first below 0x80."""
    short = number.lstrip(b"\0") or b"\0"
    short = b"\0" + short if short[0] & 0x80 else short
    return bytes([0x02, len(short)]) + short


def _no_key(problem: str) -> Sm2Error:
    return Sm2Error("SIG001", "SM2 key", problem, "Make the PEM again: openssl pkey -in KEY.pem -pubout")


def _no_program(problem: str) -> Sm2Error:
    return Sm2Error("SIG002", "openssl", problem, "Install OpenSSL 3.0 or newer, first on the PATH.")
