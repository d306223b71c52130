"""SM2 from the text of GB/T 32918 alone, as an outside judge: slow, not safe with secrets, and for tests only.

Shares nothing with `hegui.crypto`. SM3 is taken from `cryptography`, which has it.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SM3, Hash

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
Point = tuple[int, int] | None


def plus(one: Point, two: Point) -> Point:
    if one is None or two is None:
        return one or two
    if one[0] == two[0] and (one[1] + two[1]) % P == 0:
        return None
    rise, run = (3 * one[0] ** 2 + A, 2 * one[1]) if one == two else (two[1] - one[1], two[0] - one[0])
    slope = rise * pow(run, -1, P)
    x = (slope * slope - one[0] - two[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(number: int, point: Point) -> Point:
    found: Point = None
    while number:
        if number & 1:
            found = plus(found, point)
        point, number = plus(point, point), number >> 1
    return found


def sm3(data: bytes) -> bytes:
    digest = Hash(SM3())
    digest.update(data)
    return digest.finalize()


def hashed(public: bytes, message: bytes, user: bytes = b"1234567812345678") -> int:
    """e of §6: SM3 over Z and the message."""
    curve = b"".join(number.to_bytes(32, "big") for number in (A, B, *G))
    z = sm3((len(user) * 8).to_bytes(2, "big") + user + curve + public[1:])
    return int.from_bytes(sm3(z + message), "big")


def public_of(secret: int) -> bytes:
    point = times(secret, G)
    assert point is not None
    return b"\x04" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def sign(secret: int, message: bytes, k: int) -> bytes:
    """§6.1 with the random number handed in; r || s."""
    point = times(k, G)
    assert point is not None
    r = (hashed(public_of(secret), message) + point[0]) % N
    s = pow(1 + secret, -1, N) * (k - r * secret) % N
    assert r
    assert s
    assert r + k != N
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """§7.1."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not (0 < r < N and 0 < s < N) or not (r + s) % N:
        return False
    own = (int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big"))
    point = plus(times(s, G), times((r + s) % N, own))
    return point is not None and (hashed(public, message) + point[0]) % N == r
