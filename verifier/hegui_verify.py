#!/usr/bin/env python3
"""Verify a hegui ledger from its files alone: a proof, a whole log, or that a log only grew.

Knows docs/ledger-format.md and nothing of hegui: it imports the Python standard library and `cryptography` only, opens no
socket and writes no file, so that an auditor can read all of it and run it anywhere. Holds one bundle and one tile per level
at a time, whatever the size of the log. A second signature, by SM2, is checked with the program `openssl` where there is one
that does SM2; where there is none the answer says that it was not checked.
Works from signed to unsigned: signatures first, then what they cover; nothing else is reported.
Rules: RFC 9162 §2.1, RFC 8785, RFC 8032, GB/T 32918; C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-proof.

Exit status: 0 valid; 1 invalid, and one sentence says why; 2 could not check.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NoReturn

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.stderr.write("hegui_verify needs the Python package cryptography: python3 -m pip install cryptography\n")
    sys.stderr.write("hegui_verify 需要 Python 软件包 cryptography：python3 -m pip install cryptography\n")
    sys.exit(2)

WIDTH = 256  # hashes in a tile, entries in a bundle
MAX_NUMBER = 2**63 - 1
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
MAX_NOTE, MAX_PROOF = 262_144, 524_288  # bytes
MAX_SIGNATURES, MAX_HASHES = 64, 63
MAX_BUNDLE = WIDTH * (2 + 65_535)
LOG, WITNESS = 0x01, 0x04  # key types
SM2 = b"\xff1.2.156.10197.1.501"  # key type of the second signature
SM2_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")  # DER of a public key up to its point
SM2_SCHEME = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")
SM2_EXAMPLE = (  # GB/T 32918.5 annex A: point, then r and s over "message digest"
    bytes.fromhex(
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    ),
    bytes.fromhex(
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
        "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    ),
)
MEMBERS = {"v", "type", "subject", "actor", "at", "payloads", "under"}

# code: English, Chinese. Codes are stable; sentences are not.
TEXTS = {
    "note-form": ("The checkpoint is not a signed note: {why}.", "检查点不是签名文本（signed note）：{why}。"),
    "note-signature": ("The signature of {name} is wrong.", "{name} 的签名不正确。"),
    "log-signature": ("The log key {name} did not sign the checkpoint.", "日志密钥 {name} 没有签署该检查点。"),
    "quorum": (
        "{found} witnesses signed the checkpoint; {wanted} must.",
        "有 {found} 个见证方签署，要求 {wanted} 个。",
    ),
    "origin": ("The checkpoint is of the log {found}, not of {wanted}.", "检查点属于日志 {found}，而不是 {wanted}。"),
    "checkpoint-form": ("The note is not a checkpoint: {why}.", "签名文本不是检查点：{why}。"),
    "proof-form": ("The file is not a proof: {why}.", "文件不是证明：{why}。"),
    "index": ("The log has {size} entries, so none at index {index}.", "日志共有 {size} 条，没有序号 {index}。"),
    "proof-length": (
        "The number of hashes in the proof fits neither the index nor the size.",
        "证明中的散列值数量与序号、日志大小不符。",
    ),
    "inclusion": (
        "The proof does not lead from this entry to the signed root: another entry, or a changed one.",
        "从该条目算出的根与签名的根不符：条目不同或已被改动。",
    ),
    "shrunk": (
        "The newer checkpoint has {new} entries, the older one {old}: entries were taken back.",
        "较新的检查点有 {new} 条，较旧的有 {old} 条：条目被撤回。",
    ),
    "fork": (
        "The newer log does not begin with the older one: history was changed.",
        "较新的日志并非以较旧的日志开头：历史已被改动。",
    ),
    "missing": ("The file {path} is missing, which the checkpoint needs.", "缺少检查点所需的文件 {path}。"),
    "bundle-form": ("The bundle {path} does not hold {width} entries.", "条目包 {path} 的内容不是 {width} 条条目。"),
    "tile": ("The tile {path} is not that of the entries.", "散列块 {path} 与条目不符。"),
    "entry-form": ("Entry {index} is not in canonical form: {why}.", "第 {index} 条（从 0 计）不是规范形式：{why}。"),
    "entry-members": (
        "Entry {index} has not the members of an entry.",
        "第 {index} 条（从 0 计）的成员不符合条目格式。",
    ),
    "root": (
        "The entries do not give the signed root: one was changed, left out or moved.",
        "由条目算出的根与签名的根不符：有条目被改动、遗漏或调换。",
    ),
    "key": (
        "A key given as {option} is not a verifier key of type {kind}.",
        "{option} 给出的不是类型为 {kind} 的验证密钥。",
    ),
    "file": ("{path} cannot be read: {why}.", "无法读取 {path}：{why}。"),
    "tiles-needed": (
        "The folder lacks {path}, so nothing can be said about these checkpoints.",
        "文件夹缺少 {path}，无法对这两个检查点作出判断。",
    ),
    "keys-form": ("The table of keys is not one: {why}.", "密钥表格式不正确：{why}。"),
    "hand-over": (
        "The note {path} does not hand over from one key of the table to the next.",
        "文书 {path} 并未将日志由表中的一把密钥交接给下一把。",
    ),
    "key-size": (
        "The key {name} signed size {size}, at which another key was in force.",
        "密钥 {name} 签署了大小 {size}，而当时应由另一把密钥签署。",
    ),
    "hand-over-entry": (
        "The log does not record the hand-over of {path}.",
        "日志中没有 {path} 所述交接的记录。",
    ),
    "sm2-wrong": ("The SM2 signature of {name} is wrong.", "{name} 的 SM2 签名不正确。"),
    "sm2-missing": (
        "The SM2 key {name} did not sign the checkpoint.",
        "SM2 密钥 {name} 没有签署该检查点。",
    ),
    "sm2-unchecked": (
        "The SM2 signature was not checked: no openssl here does SM2. Without --sm2 all else is checked.",
        "未能核验 SM2 签名：本机没有支持 SM2 的 openssl。去掉 --sm2 可核验其余各项。",
    ),
    "sm2-statement": (
        "The note {path} does not state the SM2 key of the table.",
        "文书 {path} 并未声明表中的 SM2 密钥。",
    ),
    "options": ("The options cannot be used: {why}.", "选项无法使用：{why}。"),
}
WORDS = {  # the {why} of the sentences above, and the lines of the answer
    "not UTF-8": "不是 UTF-8 编码",
    "too long": "过长",
    "control characters": "含有控制字符",
    "no empty line before the signatures": "签名之前没有空行",
    "a signature line is malformed": "签名行格式错误",
    "too many signatures": "签名过多",
    "fewer than three lines": "少于三行",
    "the size is not a number": "大小不是数字",
    "the root is not a hash": "根不是散列值",
    "an extension line is empty": "扩展行为空",
    "the root of no entries is wrong": "空日志的根不正确",
    "no empty line before the checkpoint": "检查点之前没有空行",
    "the first line is another": "首行不符",
    "the extra line is malformed": "extra 行格式错误",
    "the index line is malformed": "index 行格式错误",
    "a hash line is malformed": "散列值行格式错误",
    "too many hashes": "散列值过多",
    "not JSON": "不是 JSON",
    "a member stands twice": "成员重复",
    "a number is not whole": "数字不是整数",
    "a number is too large": "数字过大",
    "nested too deeply": "嵌套过深",
    "half a character": "含有不完整的字符",
    "another spelling": "写法不规范",
    "the first line of the table is another": "首行不符",
    "a line of the table is malformed": "有一行格式错误",
    "the sizes do not ascend from 0": "各行大小未自 0 起递增",
    "a key stands twice": "密钥重复",
    "the range is not within the log": "范围不在日志之内",
    "the quorum is larger than the number of witnesses": "要求的见证方数量多于给出的见证方",
    "VALID": "有效",
    "INVALID": "无效",
    "NOT CHECKED": "未能检查",
    "entries": "条",
    "index": "序号",
    "entries checked": "已核对的条目",
    "root": "根",
    "older size": "较旧的大小",
    "cosigned by {name} at {at}": "见证方 {name} 于 {at} 联署",
    "self-attested: no witness given here has signed": "仅自证：此处给出的见证方均未签署",
    "SM2 signature of {name}: holds": "{name} 的 SM2 签名：有效",
    "SM2 signature of {name}: missing, though the log states the key": "{name} 的 SM2 签名：缺失，而日志声明了该密钥",
    "SM2 signature of {name}: not checked, no openssl here does SM2": (
        "{name} 的 SM2 签名：未核验，本机没有支持 SM2 的 openssl"
    ),
    "{done:,} of {size:,} entries": "已检查 {done:,} / {size:,} 条",
}


class Finding(Exception):
    """Why the answer is not "valid"; `status` is the exit status."""

    status = 1

    def __init__(self, code: str, **places: object) -> None:
        super().__init__(code)
        self.code = code
        self.places = places

    def sentence(self, lang: str) -> str:
        """The one sentence, in `en` or `zh`."""
        places = {name: word(str(value), lang) for name, value in self.places.items()}
        return TEXTS[self.code][lang == "zh"].format(**places)


class Invalid(Finding):
    """What was checked is not genuine."""


class Unchecked(Finding):
    """Nothing can be said, because something needed for the check is missing or unreadable."""

    status = 2


def word(text: str, lang: str) -> str:
    """A short text in the language, itself where there is no other."""
    return WORDS.get(text, text) if lang == "zh" else text


# --- spelling ---------------------------------------------------------------------------------------------------------


def read_decimal(text: str) -> int | None:
    """0 to 2**63 − 1 without leading zeros."""
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text):
        return None
    number = int(text)
    return number if number <= MAX_NUMBER else None


def read_base64(text: str) -> bytes | None:
    """RFC 4648 §4 in its one spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return data if base64.b64encode(data).decode("ascii") == text else None


def read_hash(text: str) -> bytes | None:
    """32 bytes in base64."""
    data = read_base64(text)
    return data if data is not None and len(data) == 32 else None


def canonical(data: bytes) -> Any:
    """The value of RFC 8785 bytes, whole numbers only; raises ValueError with a word of WORDS."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    try:
        value = json.loads(
            text, parse_int=_whole, parse_float=_fraction, parse_constant=_fraction, object_pairs_hook=_members
        )
    except json.JSONDecodeError:
        raise ValueError("not JSON") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _spell(value, 0) != text:
        raise ValueError("another spelling")
    return value


def _whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise ValueError("a number is too large")
    return int(text)


def _fraction(_text: str) -> NoReturn:
    raise ValueError("a number is not whole")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _spell(value: Any, depth: int) -> str:
    if isinstance(value, str):
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise ValueError("half a character")
        return json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)):
        return json.dumps(value)
    if depth == MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, list):
        return "[" + ",".join([_spell(item, depth + 1) for item in value]) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join([f"{_spell(name, depth + 1)}:{_spell(value[name], depth + 1)}" for name in names]) + "}"


# --- keys, notes, checkpoints -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """A verifier key."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Its first four bytes in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode('ascii')}"

    @classmethod
    def parse(cls, text: str, kind: int) -> Key:
        """Read a key string."""
        wrong = Unchecked("key", option="--key" if kind == LOG else "--witness", kind=f"0x{kind:02x}")
        parts = text.split("+", 2)
        data = read_base64(parts[2]) if len(parts) == 3 else None
        if data is None or len(data) != 33 or data[0] != kind or not is_name(parts[0]):
            raise wrong
        key = cls(parts[0], kind, data[1:])
        if key.key_id.hex() != parts[1]:
            raise wrong  # without the text, which may be a signer key
        return key

    def signed_at(self, text: bytes, signature: bytes) -> int | None:
        """When it signed: seconds since 1970 of a witness, 0 of a log; None if it did not."""
        at = 0
        if self.kind == WITNESS:
            at, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            text = b"cosignature/v1\ntime %d\n%b" % (at, text)
        if len(signature) != 64 or at > MAX_NUMBER:
            return None
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return None
        return at


@dataclass(frozen=True)
class Sm2Key:
    """A verifier key of the second signature."""

    name: str
    point: bytes

    @property
    def key_id(self) -> bytes:
        """Its first four bytes in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + SM2 + self.point).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(SM2 + self.point).decode('ascii')}"

    @classmethod
    def parse(cls, text: str) -> Sm2Key:
        """Read a key string."""
        parts = text.split("+", 2)
        data = read_base64(parts[2]) if len(parts) == 3 else None
        if data is not None and data.startswith(SM2) and len(data) == len(SM2) + 65 and is_name(parts[0]):
            key = cls(parts[0], data[len(SM2) :])
            if key.key_id.hex() == parts[1]:
                return key
        raise Unchecked("key", option="--sm2", kind="SM2")

    def verdict(self, text: bytes, signatures: Sequence[tuple[str, bytes, bytes]]) -> str:
        """`holds`, `wrong`, `missing`, or `not checked` where no openssl does SM2."""
        claims = [value for name, key_id, value in signatures if (name, key_id) == (self.name, self.key_id)]
        if not claims:
            return "missing"
        if all(len(value) == 64 and sm2_says_yes(self.point, text, value) for value in claims):
            return "holds"
        point, signature = SM2_EXAMPLE
        can = sm2_says_yes(point, b"message digest", signature) and not sm2_says_yes(point, b"another", signature)
        return "wrong" if can else "not checked"


def sm2_says_yes(point: bytes, message: bytes, signature: bytes) -> bool:
    """What openssl says; key and signature reach it through pipes, so that no file is written."""
    body = base64.encodebytes(SM2_SPKI + point)
    pem = b"-----BEGIN PUBLIC KEY-----\n" + body + b"-----END PUBLIC KEY-----\n"
    pipes = [os.pipe(), os.pipe()]
    try:
        for (_, end), data in zip(pipes, (pem, sm2_der(signature)), strict=True):
            os.write(end, data)
            os.close(end)
        key, signed = (f"/dev/fd/{start}" for start, _ in pipes)
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-sigfile", signed, *SM2_SCHEME],
            input=message,
            capture_output=True,
            pass_fds=[start for start, _ in pipes],
            timeout=60,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return False
    finally:
        for start, _ in pipes:
            os.close(start)
    return done.returncode == 0


def sm2_der(signature: bytes) -> bytes:
    """SEQUENCE of r and s."""
    numbers = b""
    for at in (0, 32):
        number = signature[at : at + 32].lstrip(b"\0") or b"\0"
        number = b"\0" + number if number[0] & 0x80 else number
        numbers += bytes([2, len(number)]) + number
    return bytes([0x30, len(numbers)]) + numbers


def is_name(text: str) -> bool:
    """Whether it may name a key."""
    return bool(text) and not any(char.isspace() or char < " " or char == "+" for char in text)


@dataclass
class Checkpoint:
    """What the signatures cover, and who signed."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()
    witnesses: dict[bytes, tuple[str, int]] = field(default_factory=dict)  # public key: name, seconds since 1970


@dataclass(frozen=True)
class Trust:
    """Whom the reader believes."""

    key: Key
    origin: str
    witnesses: Sequence[Key]
    quorum: int
    sm2: Sm2Key | None = None  # asked for on the command line
    stated: Sequence[Statement] = ()
    chain: Sequence[Term] = ()  # every key of the log, where a table of keys leads from the one given to the others


@dataclass(frozen=True)
class Term:
    """A key of the log, from the size on at which it was handed over."""

    from_size: int
    key: Key
    root: bytes = b""  # of that size, as both keys signed it; the first key of a log has none


@dataclass(frozen=True)
class Statement:
    """From this size on the log signs by this SM2 key too, or by none; the root is the one of that size."""

    from_size: int
    key: Sm2Key | None
    root: bytes


def open_checkpoint(data: bytes, trust: Trust) -> Checkpoint:
    """Check the signatures by the key believed, or by the one it leads to; then read the text."""
    _, signatures = split_note(data)
    claimed = {(name, key_id) for name, key_id, _ in signatures}
    for at in reversed(range(len(trust.chain))):
        term = trust.chain[at]
        if (term.key.name, term.key.key_id) in claimed:
            found = open_by_key(data, Trust(term.key, trust.origin, trust.witnesses, trust.quorum))
            end = trust.chain[at + 1].from_size if at + 1 < len(trust.chain) else found.size
            if not term.from_size <= found.size <= end:
                raise Invalid("key-size", name=f"{term.key.name}+{term.key.key_id.hex()}", size=found.size)
            return found
    return open_by_key(data, trust)


def follow_keys(folder: Path, trust: Trust) -> Trust:
    """The same trust, and the keys that the table in this folder and the notes of both sides lead to."""
    if not (folder / "keys").is_file():
        return trust
    chain = read_keys(read_file(folder / "keys", MAX_NOTE))
    if trust.key not in [term.key for term in chain]:
        return trust  # nothing leads from it to the others; whether it signed itself is judged later
    for at in range(1, len(chain)):
        old, new = chain[at - 1].key, chain[at]
        path = f"rotation/{new.from_size}"
        note = read_file(folder / path, MAX_NOTE)
        for key in (old, new.key):
            found = open_by_key(note, Trust(key, trust.origin, (), 0))
        if found.size != new.from_size or found.extensions != (f"key.rotated {old} {new.key}",):
            raise Invalid("hand-over", path=path)
        chain[at] = Term(new.from_size, new.key, found.root)
    return replace(trust, chain=chain)


def follow_sm2(folder: Path, trust: Trust) -> Trust:
    """The same trust, and the SM2 keys that the log's own key states in this folder."""
    if not (folder / "sm2/keys").is_file():
        return trust
    stated: list[Statement] = []
    for size, text in read_table(read_file(folder / "sm2/keys", MAX_NOTE), "hegui.ledger/sm2-keys@v1"):
        path = f"sm2/{size}"
        if stated and size <= stated[-1].from_size:
            raise Invalid("keys-form", why="the sizes do not ascend from 0")
        try:
            key = None if text == "-" else Sm2Key.parse(text)
        except Unchecked:
            raise Invalid("keys-form", why="a line of the table is malformed") from None
        note = read_file(folder / path, MAX_NOTE)
        found = open_checkpoint(note, replace(trust, witnesses=(), quorum=0))
        if found.size != size or found.extensions != (f"sm2_key.stated {text}",):
            raise Invalid("sm2-statement", path=path)
        signed, signatures = split_note(note)
        if key and key.verdict(signed.encode(), signatures) in ("wrong", "missing"):
            raise Invalid("sm2-wrong", name=key.name)
        stated.append(Statement(size, key, found.root))
    return replace(trust, stated=stated)


def check_second(data: bytes, checkpoint: Checkpoint, trust: Trust) -> dict[str, str]:
    """What can be said of the second signature; nothing of a log without one. One that was asked for must hold."""
    terms = [one.key for one in trust.stated if one.from_size <= checkpoint.size]
    key = trust.sm2 or (terms[-1] if terms else None)
    if key is None:
        return {}
    text, signatures = split_note(data)
    verdict = key.verdict(text.encode(), signatures)
    name = f"{key.name}+{key.key_id.hex()}"
    if verdict == "wrong" or (trust.sm2 and verdict == "missing"):
        raise Invalid(f"sm2-{verdict}", name=name)
    if trust.sm2 and verdict == "not checked":
        raise Unchecked("sm2-unchecked")
    return {"name": name, "verdict": verdict}


def read_table(data: bytes, first: str) -> list[tuple[int, str]]:
    """Size and text of each line of a table."""
    try:
        title, *lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise Invalid("keys-form", why="not UTF-8") from None
    if title != first or len(lines) < 2 or lines.pop():
        raise Invalid("keys-form", why="the first line of the table is another")
    found = []
    for line in lines:
        size, _, text = line.partition(" ")
        number = read_decimal(size)
        if number is None:
            raise Invalid("keys-form", why="a line of the table is malformed")
        found.append((number, text))
    return found


def read_keys(data: bytes) -> list[Term]:
    """The table of keys."""
    terms: list[Term] = []
    for number, text in read_table(data, "hegui.ledger/keys@v1"):
        try:
            key = Key.parse(text, LOG)
        except Unchecked:
            raise Invalid("keys-form", why="a line of the table is malformed") from None
        if number != 0 if not terms else number <= terms[-1].from_size:
            raise Invalid("keys-form", why="the sizes do not ascend from 0")
        if key in [term.key for term in terms]:
            raise Invalid("keys-form", why="a key stands twice")
        terms.append(Term(number, key))
    return terms


def open_by_key(data: bytes, trust: Trust) -> Checkpoint:
    """Check the signatures by one key, then read the text."""
    text, signatures = split_note(data)
    checkpoint: Checkpoint | None = None
    witnesses: dict[bytes, tuple[str, int]] = {}
    for key in (trust.key, *trust.witnesses):
        for name, key_id, signature in signatures:
            if (name, key_id) != (key.name, key.key_id):
                continue
            at = key.signed_at(text.encode(), signature)
            if at is None:
                raise Invalid("note-signature", name=key.name)
            if key.kind == LOG:
                checkpoint = read_checkpoint(text)
            else:
                witnesses[key.public] = (key.name, max(at, witnesses.get(key.public, ("", 0))[1]))
    if checkpoint is None:
        raise Invalid("log-signature", name=f"{trust.key.name}+{trust.key.key_id.hex()}")
    if checkpoint.origin != trust.origin:
        raise Invalid("origin", found=checkpoint.origin, wanted=trust.origin)
    if len(witnesses) < trust.quorum:
        raise Invalid("quorum", found=len(witnesses), wanted=trust.quorum)
    checkpoint.witnesses = witnesses
    return checkpoint


def split_note(data: bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """The text, and name, key id and signature of each line."""
    if len(data) > MAX_NOTE:
        raise Invalid("note-form", why="too long")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("note-form", why="not UTF-8") from None
    if any(char < " " and char != "\n" for char in whole):
        raise Invalid("note-form", why="control characters")
    text, border, lines = whole.rpartition("\n\n")
    if not border or not lines.endswith("\n"):
        raise Invalid("note-form", why="no empty line before the signatures")
    signatures = []
    for line in lines[:-1].split("\n"):
        parts = line.split(" ")
        signed = read_base64(parts[2]) if len(parts) == 3 and parts[0] == "—" and is_name(parts[1]) else None
        if signed is None or len(signed) < 5:
            raise Invalid("note-form", why="a signature line is malformed")
        signatures.append((parts[1], signed[:4], signed[4:]))
    if len(signatures) > MAX_SIGNATURES:
        raise Invalid("note-form", why="too many signatures")
    return text + "\n", signatures


def read_checkpoint(text: str) -> Checkpoint:
    """Origin, size and root."""
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not lines[0]:
        raise Invalid("checkpoint-form", why="fewer than three lines")
    size, root = read_decimal(lines[1]), read_hash(lines[2])
    if size is None:
        raise Invalid("checkpoint-form", why="the size is not a number")
    if root is None:
        raise Invalid("checkpoint-form", why="the root is not a hash")
    if not all(lines[3:]):
        raise Invalid("checkpoint-form", why="an extension line is empty")
    if size == 0 and root != hashlib.sha256(b"").digest():
        raise Invalid("checkpoint-form", why="the root of no entries is wrong")
    return Checkpoint(lines[0], size, root, tuple(lines[3:]))


# --- tree -------------------------------------------------------------------------------------------------------------


def leaf(entry: bytes) -> bytes:
    """RFC 9162 §2.1.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """RFC 9162 §2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_hash(hashes: Sequence[bytes]) -> bytes:
    """The hash over subtrees of equal size, at least one; the last may stand alone."""
    level = list(hashes)
    while len(level) > 1:
        paired = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def check_inclusion(entry: bytes, index: int, proof: Sequence[bytes], checkpoint: Checkpoint) -> None:
    """RFC 9162 §2.1.3.2."""
    if index >= checkpoint.size:
        raise Invalid("index", index=index, size=checkpoint.size)
    at, last, value = index, checkpoint.size - 1, leaf(entry)
    for sibling in proof:
        if last == 0:
            raise Invalid("proof-length")
        if at % 2 or at == last:
            value = node(sibling, value)
            while at and not at % 2:
                at, last = at // 2, last // 2
        else:
            value = node(value, sibling)
        at, last = at // 2, last // 2
    if last:
        raise Invalid("proof-length")
    if value != checkpoint.root:
        raise Invalid("inclusion")


def check_consistency(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """RFC 9162 §2.1.4.2, for 0 < old size < new size."""
    path = list(proof)
    if old.size & (old.size - 1) == 0:
        path.insert(0, old.root)
    at, last = old.size - 1, new.size - 1
    while at % 2:
        at, last = at // 2, last // 2
    if not path:
        raise Invalid("fork")
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise Invalid("fork")
        if at % 2 or at == last:
            first, second = node(sibling, first), node(sibling, second)
            while at and not at % 2:
                at, last = at // 2, last // 2
        else:
            second = node(second, sibling)
        at, last = at // 2, last // 2
    if last or first != old.root or second != new.root:
        raise Invalid("fork")


# --- files of a log ---------------------------------------------------------------------------------------------------


def tile_path(level: str, index: int, width: int) -> str:
    """Below the prefix of the log."""
    groups, rest = [f"{index % 1000:03d}"], index // 1000
    while rest:
        groups.insert(0, f"x{rest % 1000:03d}")
        rest //= 1000
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < WIDTH else "")


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of a file, one more than `limit` at most."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise Unchecked("file", path=path, why=error.strerror or type(error).__name__) from None


@dataclass(frozen=True)
class Folder:
    """A log in a folder, at one size."""

    root: Path
    size: int
    absent: type[Finding]  # what a missing file means
    absent_code: str

    def read(self, level: str, index: int, width: int, limit: int) -> tuple[str, bool, bytes]:
        """Path, whether it is full, and bytes of a tile or bundle; a full one may stand in a partial one's place."""
        path = tile_path(level, index, width)
        for found, is_full in ((path, width == WIDTH), (tile_path(level, index, WIDTH), True)):
            if (self.root / found).is_file():
                return found, is_full, read_file(self.root / found, limit)
        raise self.absent(self.absent_code, path=path)

    def width(self, row: int, index: int) -> int:
        """Hashes of a tile at this size."""
        return min(WIDTH, (self.size >> (8 * row)) - index * WIDTH)

    def entries(self, index: int) -> list[bytes]:
        """The entries of a bundle that are within the size."""
        width = self.width(0, index)
        path, is_full, data = self.read("entries", index, width, MAX_BUNDLE)
        entries: list[bytes] = []
        at = 0
        while at < len(data) and len(entries) < WIDTH:
            end = at + 2 + int.from_bytes(data[at : at + 2], "big")
            entries.append(data[at + 2 : end])
            at = end
        if at != len(data) or len(entries) != (WIDTH if is_full else width) or not all(entries):
            raise Invalid("bundle-form", path=path, width=WIDTH if is_full else width)
        return entries[:width]

    def hashes(self, row: int, index: int) -> list[bytes]:
        """The hashes of a tile that are within the size."""
        width = self.width(row, index)
        path, is_full, data = self.read(str(row), index, width, WIDTH * 32)
        if len(data) != (WIDTH if is_full else width) * 32:
            raise Invalid("tile", path=path)
        return [data[at : at + 32] for at in range(0, width * 32, 32)]

    def node(self, level: int, number: int) -> bytes:
        """The hash of a perfect subtree within the size."""
        row, height = divmod(level, 8)
        index, start = divmod(number << height, WIDTH)
        return tree_hash(self.hashes(row, index)[start : start + (1 << height)])

    def range_hash(self, start: int, end: int) -> bytes:
        """The hash over the leaves [start, end), `start` a multiple of a power of two ≥ end − start."""
        peaks = []
        while start < end:
            level = (end - start).bit_length() - 1
            peaks.append(self.node(level, start >> level))
            start += 1 << level
        value = peaks.pop()
        while peaks:
            value = node(peaks.pop(), value)
        return value

    def consistency(self, old_size: int) -> list[bytes]:
        """RFC 9162 §2.1.4.1, from `old_size`, which is above 0 and below the size."""
        path: list[bytes] = []
        start, end = 0, self.size
        while old_size != end:
            middle = start + (1 << ((end - start - 1).bit_length() - 1))
            if old_size <= middle:
                path.insert(0, self.range_hash(middle, end))
                end = middle
            else:
                path.insert(0, self.range_hash(start, middle))
                start = middle
        return [self.range_hash(start, end), *path] if start else path


def check_log(folder: Folder, trust: Trust, start: int, end: int, progress: Callable[[int], None]) -> tuple[int, bytes]:
    """Recompute the tree, compare every tile; returns how many entries were read, and the root.

    Leaf hashes come from the bundles of the entries [start, end), else from the tiles: these are bound by the root too.
    """
    rows: list[list[bytes]] = [[]]  # per level, the hashes of the tile that is not full yet
    hand_overs = {term.from_size: at for at, term in enumerate(trust.chain) if at}
    statements = {one.from_size: one for one in trust.stated}
    read = 0
    for index in range((folder.size + WIDTH - 1) // WIDTH):
        first = index * WIDTH
        entries: list[bytes] = []
        leaves = folder.hashes(0, index)
        if start < min(first + WIDTH, folder.size) and first < end:
            entries = folder.entries(index)
            leaves = [leaf(entry) for entry in entries]
        for number, value in enumerate(leaves, first):
            if entries:
                check_entry(number, entries[number - first])
                read += 1
            rows[0].append(value)
            if number + 1 in hand_overs:
                check_hand_over(trust.chain, hand_overs[number + 1], rows, entries[number - first] if entries else None)
            if number + 1 in statements:
                check_statement(statements[number + 1], rows, entries[number - first] if entries else None)
        row, tile_index = 0, index
        while len(rows[row]) == WIDTH:
            check_tile(folder, row, tile_index, rows[row])
            if row + 1 == len(rows):
                rows.append([])
            rows[row + 1].append(tree_hash(rows[row]))
            rows[row] = []
            row, tile_index = row + 1, tile_index // WIDTH
        progress(first + len(leaves))
    for row, hashes in enumerate(rows):
        if hashes:
            check_tile(folder, row, (folder.size >> (8 * row)) // WIDTH, hashes)
    return read, root_of_rows(rows)


def check_hand_over(chain: Sequence[Term], at: int, rows: list[list[bytes]], entry: bytes | None) -> None:
    """The tree of that size has the root both keys signed; its last entry, where it is disclosed, records the hand-over."""
    path = f"rotation/{chain[at].from_size}"
    if root_of_rows(rows) != chain[at].root:
        raise Invalid("hand-over-entry", path=path)
    if entry is not None:
        value = canonical(entry)
        recorded = (value.get("type"), value.get("actor"), value.get("subject"))
        if recorded != ("key.rotated", str(chain[at - 1].key), str(chain[at].key)):
            raise Invalid("hand-over-entry", path=path)


def check_statement(stated: Statement, rows: list[list[bytes]], entry: bytes | None) -> None:
    """As check_hand_over, for the statement of an SM2 key."""
    path = f"sm2/{stated.from_size}"
    if root_of_rows(rows) != stated.root:
        raise Invalid("sm2-statement", path=path)
    value = {} if entry is None else canonical(entry)
    if value and (value.get("type"), value.get("subject")) != ("sm2_key.stated", str(stated.key or "-")):
        raise Invalid("sm2-statement", path=path)


def root_of_rows(rows: list[list[bytes]]) -> bytes:
    """The root over the unfinished tiles of all levels, the lowest the rightmost."""
    value = None
    for hashes in rows:
        rest = hashes
        peaks = []
        while rest:
            width = 1 << (len(rest).bit_length() - 1)
            peaks.append(tree_hash(rest[:width]))
            rest = rest[width:]
        for peak in reversed(peaks):
            value = peak if value is None else node(peak, value)
    return hashlib.sha256(b"").digest() if value is None else value


def check_tile(folder: Folder, row: int, index: int, hashes: list[bytes]) -> None:
    """The stored tile must be these hashes."""
    if folder.hashes(row, index) != hashes:
        raise Invalid("tile", path=tile_path(str(row), index, len(hashes)))


def check_entry(index: int, data: bytes) -> None:
    """Canonical JSON, and the members of version 1; other versions are only required to be canonical."""
    try:
        value = canonical(data)
    except ValueError as error:
        raise Invalid("entry-form", index=index, why=error) from None
    version = value.get("v") if isinstance(value, dict) else None
    is_number = isinstance(version, int) and not isinstance(version, bool)
    if not is_number or (version == 1 and not MEMBERS <= value.keys() <= MEMBERS | {"refs"}):
        raise Invalid("entry-members", index=index)


# --- commands ---------------------------------------------------------------------------------------------------------


def verify_proof(options: argparse.Namespace, trust: Trust) -> dict[str, Any]:
    """An entry is in the log."""
    data = read_file(options.proof, MAX_PROOF)
    index, proof, note = read_proof(data)
    entry = read_file(options.entry, 65_536)
    if options.keys:
        trust = follow_keys(options.keys, trust)
    checkpoint = open_checkpoint(note, trust)
    check_inclusion(entry, index, proof, checkpoint)
    if options.keys:
        trust = follow_sm2(options.keys, trust)
    return {**describe(checkpoint, check_second(note, checkpoint, trust)), "index": index}


def read_proof(data: bytes) -> tuple[int, list[bytes], bytes]:
    """Index, path and checkpoint of a proof file; extra data is not looked at."""
    if len(data) > MAX_PROOF:
        raise Invalid("proof-form", why="too long")
    head, border, note = data.partition(b"\n\n")
    if not border or not head.isascii():
        raise Invalid("proof-form", why="no empty line before the checkpoint")
    lines = head.decode("ascii").split("\n")
    if lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Invalid("proof-form", why="the first line is another")
    if lines and lines[0].startswith("extra ") and not read_base64(lines.pop(0)[6:]):
        raise Invalid("proof-form", why="the extra line is malformed")
    index = read_decimal(lines[0][6:]) if lines and lines[0].startswith("index ") else None
    if index is None:
        raise Invalid("proof-form", why="the index line is malformed")
    proof = [value for value in map(read_hash, lines[1:]) if value is not None]
    if len(proof) != len(lines) - 1:
        raise Invalid("proof-form", why="a hash line is malformed")
    if len(proof) > MAX_HASHES:
        raise Invalid("proof-form", why="too many hashes")
    return index, proof, note


def verify_log(options: argparse.Namespace, trust: Trust) -> dict[str, Any]:
    """The log: every entry of the range, every tile, every hand-over of its key, the signed root."""
    trust = follow_keys(options.keys or options.folder, trust)
    note = read_file(options.folder / "checkpoint", MAX_NOTE)
    checkpoint = open_checkpoint(note, trust)
    trust = follow_sm2(options.keys or options.folder, trust)
    second = check_second(note, checkpoint, trust)
    end = checkpoint.size if options.to is None else options.to
    if not 0 <= options.start <= end <= checkpoint.size:
        raise Unchecked("options", why="the range is not within the log")
    folder = Folder(options.folder, checkpoint.size, Invalid, "missing")
    progress = progress_on_stderr(checkpoint.size, options.lang)
    read, root = check_log(folder, trust, options.start, end, progress)
    if root != checkpoint.root:
        raise Invalid("root")
    found = describe(checkpoint, second)
    return found if read == checkpoint.size else {**found, "entries_checked": read}


def consistency(options: argparse.Namespace, trust: Trust) -> dict[str, Any]:
    """The newer log begins with the older one. The older checkpoint needs no witnesses."""
    trust = follow_keys(options.keys or options.folder, trust)
    old = open_checkpoint(read_file(options.old, MAX_NOTE), replace(trust, quorum=0))
    note = read_file(options.new, MAX_NOTE)
    new = open_checkpoint(note, trust)
    second = check_second(note, new, follow_sm2(options.keys or options.folder, trust))
    if old.size > new.size:
        raise Invalid("shrunk", old=old.size, new=new.size)
    if old.size == new.size and old.root != new.root:
        raise Invalid("fork")
    if 0 < old.size < new.size:
        check_consistency(old, new, Folder(options.folder, new.size, Unchecked, "tiles-needed").consistency(old.size))
    return {**describe(new, second), "old_size": old.size}


def progress_on_stderr(size: int, lang: str) -> Callable[[int], None]:
    """A line every two seconds."""
    due = time.monotonic() + 2

    def show(done: int) -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + 2
            print(word("{done:,} of {size:,} entries", lang).format(done=done, size=size), file=sys.stderr, flush=True)

    return show


def describe(checkpoint: Checkpoint, second: dict[str, str]) -> dict[str, Any]:
    """What was signed, as JSON has it."""
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "witnesses": [{"name": name, "time": at} for name, at in checkpoint.witnesses.values()],
        "self_attested": not checkpoint.witnesses,
        **({"sm2": second} if second else {}),
    }


def answer_lines(found: dict[str, Any], lang: str) -> Iterator[str]:
    """The answer "valid" for people."""
    yield f"{word('VALID', lang)}: {found['origin']}, {found['size']:,} {word('entries', lang)}"
    if "index" in found:
        yield f"{word('index', lang)}: {found['index']}"
    if "entries_checked" in found:
        yield f"{word('entries checked', lang)}: {found['entries_checked']:,}"
    if "old_size" in found:
        yield f"{word('older size', lang)}: {found['old_size']:,}"
    yield f"{word('root', lang)}: {found['root']}"
    for witness in found["witnesses"]:
        yield word("cosigned by {name} at {at}", lang).format(name=witness["name"], at=instant(witness["time"]))
    if "sm2" in found:
        said = {
            "missing": "missing, though the log states the key",
            "not checked": "not checked, no openssl here does SM2",
        }
        verdict = found["sm2"]["verdict"]
        sentence = "SM2 signature of {name}: " + said.get(verdict, verdict)
        yield word(sentence, lang).format(name=found["sm2"]["name"])
    if found["self_attested"]:
        yield word("self-attested: no witness given here has signed", lang)


def instant(seconds: int) -> str:
    """UTC, or the number of seconds where no calendar reaches."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=seconds)  # noqa: UP017
    except OverflowError:
        return str(seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--key", required=True, metavar="VKEY", help="the log's verifier key / 日志的验证密钥")
    shared.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="VKEY",
        help="a witness's key, repeatable / 见证方密钥，可重复",
    )
    shared.add_argument(
        "--quorum",
        type=int,
        metavar="N",
        help="witnesses that must have signed (all given) / 必须签署的见证方数（默认全部）",
    )
    shared.add_argument("--origin", help="the log's origin (the key's name) / 日志来源名（默认为密钥名）")
    shared.add_argument(
        "--keys",
        type=Path,
        metavar="DIR",
        help="holds keys and rotation/ of a log whose key was changed (DIR) / 含 keys 与 rotation/，用于更换过密钥的日志",
    )
    shared.add_argument("--sm2", metavar="VKEY", help="SM2 key that must have signed too / 必须另行签署的 SM2 密钥")
    shared.add_argument("--json", action="store_true", help="answer as one JSON object / 以 JSON 输出")
    shared.add_argument("--lang", choices=("en", "zh"), default=default_lang(), help="language / 语言")
    top = argparse.ArgumentParser(
        prog="hegui_verify.py", description="Verify a hegui ledger offline. / 离线验证存证日志。"
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("verify-proof", parents=[shared], help="an entry is in the log / 某条目在日志中")
    one.add_argument("--entry", required=True, type=Path, metavar="FILE", help="the entry's bytes / 条目原始字节")
    one.add_argument("proof", type=Path, metavar="PROOF", help=".tlog-proof")
    one.set_defaults(run=verify_proof)
    whole = commands.add_parser("verify-log", parents=[shared], help="a whole log / 整个日志")
    whole.add_argument("folder", type=Path, metavar="DIR", help="holds checkpoint and tile/ / 含 checkpoint 与 tile/")
    whole.add_argument(
        "--from",
        dest="start",
        type=int,
        default=0,
        metavar="N",
        help="entries of a part: the first / 仅核对部分条目：起始",
    )
    whole.add_argument("--to", type=int, metavar="N", help="the one before which to end / 结束（不含）")
    whole.set_defaults(run=verify_log)
    grown = commands.add_parser("consistency", parents=[shared], help="a log only grew / 日志只增不改")
    grown.add_argument("old", type=Path, metavar="OLD_CHECKPOINT")
    grown.add_argument("new", type=Path, metavar="NEW_CHECKPOINT")
    grown.add_argument("folder", type=Path, metavar="DIR", help="holds tile/ of the newer / 含较新日志的 tile/")
    grown.set_defaults(run=consistency)
    return top


def default_lang() -> str:
    """Chinese where the environment is."""
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if chosen.startswith("zh") else "en"


def read_trust(options: argparse.Namespace) -> Trust:
    """Whom the command line believes."""
    key = Key.parse(options.key, LOG)
    witnesses = [Key.parse(text, WITNESS) for text in options.witness]
    distinct = len({witness.public for witness in witnesses})
    quorum = distinct if options.quorum is None else options.quorum
    if not 0 <= quorum <= distinct:
        raise Unchecked("options", why="the quorum is larger than the number of witnesses")
    sm2 = Sm2Key.parse(options.sm2) if options.sm2 else None
    return Trust(key, options.origin or key.name, witnesses, quorum, sm2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        found = options.run(options, read_trust(options))
    except Finding as finding:
        sentence = finding.sentence(options.lang)
        if options.json:
            valid = False if finding.status == 1 else None
            print(json.dumps({"valid": valid, "code": finding.code, "reason": sentence}, ensure_ascii=False))
        else:
            title = word("INVALID" if finding.status == 1 else "NOT CHECKED", options.lang)
            print(f"{title}: {sentence}", file=sys.stdout if finding.status == 1 else sys.stderr)
        return finding.status
    if options.json:
        print(json.dumps({"valid": True, **found}, ensure_ascii=False))
    else:
        print("\n".join(answer_lines(found, options.lang)))
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # also where the console says otherwise
    sys.exit(main())
