"""docs/vault-format.md, read as a program: its vectors are what the code writes, and strangers open them by its words."""

from __future__ import annotations

import hmac
import re
import subprocess
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import GCM

from hegui.ledger.entry import commit
from hegui.vault.keys import master_id
from hegui.vault.padding import FLOOR, padded
from hegui.vault.part import MAX_CONTENT, SALT_SIZE, blob_name, open_part, seal
from tests.vault.samples import CONTENT, KEY, MASTERS, NEW, OLD, PLACE, RANDOM, ROTATING, SUBJECT

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "vault-format.md").read_text("utf-8")
VECTORS = dict(re.findall(r"^```text (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def lines(name: str) -> list[str]:
    return VECTORS[name].splitlines()


def sealed() -> bytes:
    return bytes.fromhex("".join(lines("sealed")))


def test_no_vector_is_left_out() -> None:
    assert set(VECTORS) == {"master-ids", "wrapped", "blob", "sealed", "lengths"}


def test_keys() -> None:
    assert [master_id(OLD), master_id(NEW)] == lines("master-ids")
    first, second = MASTERS.wrap(KEY), ROTATING.rewrap(MASTERS.wrap(KEY))
    assert [first.wrapped.hex(), second.wrapped.hex()] == lines("wrapped")
    assert MASTERS.unwrap(first) == ROTATING.unwrap(second) == KEY


def test_the_sealed_part_and_its_name() -> None:
    written = seal(KEY, PLACE, CONTENT, RANDOM)
    assert written == sealed()
    assert [blob_name(KEY.id, PLACE), str(len(written)), sha256(written).hexdigest()] == lines("blob")
    opened = open_part(KEY, PLACE, sealed())
    assert (opened.content, opened.salt) == (CONTENT, RANDOM[:SALT_SIZE])
    assert commit("answer", opened.content, opened.salt).sha256 == sha256(RANDOM[:32] + CONTENT).digest()


def test_lengths_and_what_they_tell() -> None:
    for line in lines("lengths"):
        length, full = map(int, line.split())
        assert padded(length) == full
    found, most = [], 40 + MAX_CONTENT
    length = 0
    while length <= most:
        found.append(padded(length))
        length = found[-1] + 1
    assert f"There are {len(found)} sizes" in PAGE
    assert f"at most {FLOOR - 40} bytes" in PAGE
    assert f"{MAX_CONTENT:,} bytes" in PAGE
    for low, steps in ((512, 16), (8192, 16), (1 << 15, 16), (1 << 16, 32), (1 << 20, 32)):
        assert sum(low < size <= 2 * low for size in found) == steps
    assert max((after - before - 1) / (before + 1) for before, after in pairwise(found)) <= 0.0625


@pytest.mark.parametrize(("number", "master"), [(0, OLD), (1, NEW)])
def test_openssl_unwraps_the_key(number: int, master: bytes) -> None:
    wrapped = bytes.fromhex(lines("wrapped")[number])
    command = ["openssl", "enc", "-d", "-id-aes256-wrap", "-iv", "A6" * 8, "-K", master.hex()]
    plain = subprocess.run(command, input=wrapped, capture_output=True, check=True).stdout
    stated = b"hegui vault key 1" + bytes(range(0x40, 0x50)) + len(SUBJECT).to_bytes(2, "big") + SUBJECT.encode()
    assert plain == sha256(stated).digest() + bytes(range(0x50, 0x70))


def test_a_stranger_opens_the_part_from_the_words_of_the_page() -> None:
    """HKDF written out and a bare AES-256-GCM; nothing of ours but the vector."""
    data, key = sealed(), bytes(range(0x50, 0x70))
    header, body, tag = data[:52], data[52:-16], data[-16:]
    assert header == b"HGV1" + bytes(range(0x40, 0x50)) + bytes(range(0xA0, 0xC0))
    extracted = hmac.digest(header[20:], key, sha256)
    first = hmac.digest(extracted, b"hegui vault part 1" + b"\x01", sha256)
    derived = first + hmac.digest(extracted, first + b"hegui vault part 1" + b"\x02", sha256)
    bound = header
    for name in (SUBJECT, "01HF7YAT000000000000000000", "answer"):
        bound += len(name).to_bytes(2, "big") + name.encode()
    reading = Cipher(AES256(derived[:32]), GCM(derived[32:44], tag)).decryptor()
    reading.authenticate_additional_data(bound)
    plain = reading.update(body) + reading.finalize()
    assert plain == bytes(range(0x80, 0xA0)) + (6).to_bytes(8, "big") + "你好".encode() + bytes(512 - 46)


def test_openssl_derives_the_same_key() -> None:
    command = ["openssl", "kdf", "-keylen", "44", "-kdfopt", "digest:SHA256", "-kdfopt", f"hexkey:{KEY.key.hex()}"]
    command += ["-kdfopt", f"hexsalt:{sealed()[20:52].hex()}", "-kdfopt", "info:hegui vault part 1", "-binary", "HKDF"]
    derived = subprocess.run(command, capture_output=True, check=True).stdout
    writing = Cipher(AES256(derived[:32]), GCM(derived[32:])).encryptor()
    writing.authenticate_additional_data(b"anything")
    assert writing.update(RANDOM[:32] + (6).to_bytes(8, "big") + CONTENT + bytes(512 - 46)) == sealed()[52:-16]


def test_every_code_in_use_is_on_the_page_and_the_other_way_round() -> None:
    source = "".join(file.read_text("utf-8") for file in (ROOT / "src" / "hegui").rglob("*.py"))
    assert set(re.findall(r'"(VLT\d{3})"', source)) == set(re.findall(r"^\| (VLT\d{3}) \|", PAGE, re.MULTILINE))
