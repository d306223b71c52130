"""The object SecurityData that a provider puts into its reserved code: signatures, public keys, and what binds the content.

Knows the object, and which text of a label a signature is over; does no cryptography and knows no file. Reads the spellings seen
(PubSD and PubSd, Md and LabelMataData, Bnd and Binding, hexadecimal and Base64) and writes the guide's. What is no such object
(a UUID, a number in hexadecimal, Base64) is a provider's own form.
Rules: TC260-PG-202511A appendix A, as far as it shows in signed files: the label's text is confirmed on files of two producers,
of which one signs its SM3; what a propagator signs, and the members HashValue, Rule, ContentProducer and ProduceID of a
binding, are our proposal.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import re
from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from hegui.label.aigc import AigcLabel
from hegui.label.notation import Members, as_text
from hegui.label.notations import read_notation
from hegui.label.spellings import MAX_TEXT

__all__ = ["RSA", "RULE", "SM2", "SM3", "Binding", "Covers", "KeyEntry", "Role", "SecurityData", "SignatureEntry",
           "binding_of", "binds_content", "label_messages", "opaque_form", "read_security", "reserved_of"]  # fmt: skip

SM2 = "1.2.156.10197.1.501"
"""SM2 with SM3."""
SM3 = "1.2.156.10197.1.401"
RSA = "1.2.840.113549.1.1.11"
"""RSA, PKCS #1 v1.5, with SHA-256."""
RULE = "file-before-label"
"""Our name for what a content hash is over: the bytes of the file as it was before it was labelled."""

Role = Literal["producer", "propagator"]
Covers = Literal["label", "binding", "other"]

_COVERS: dict[str, Covers] = {"Md": "label", "LabelMataData": "label", "LabelMetaData": "label", "Bnd": "binding",
                              "Binding": "binding"}  # fmt: skip
_PRODUCER = ("Label", "ContentProducer", "ProduceID")
_MESSAGES: dict[Role, tuple[tuple[str, ...], ...]] = {
    "producer": (_PRODUCER,),
    "propagator": (
        (*_PRODUCER, "ReservedCode1", "ContentPropagator", "PropagateID"),
        ("Label", "ContentPropagator", "PropagateID"),
        ("ContentPropagator", "PropagateID"),
    ),
}
"""Keys whose members a signature is over, the one we write first. A propagator's must have its own elements in it."""
_MOST = 8192
"""Characters of a signature or key that are still decoded."""


@dataclass(frozen=True, slots=True)
class SignatureEntry:
    """An entry DS.

    Attributes:
        algorithm: OID.
        covers: what TBSData says that it is over.
        key_id: of the key, "0" where none is named.
        value: the signature in its own form; empty where it cannot be decoded.
    """

    algorithm: str
    covers: Covers
    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """An entry PubKey, the value in its own form."""

    algorithm: str
    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Binding:
    """An entry of Bindings.

    Attributes:
        algorithm: OID of the hash.
        digest: of the content, 32 bytes; empty where there is none.
        message: what a signature of it is over: its compact JSON in UTF-8.
        rule: what the digest is over; "" where the entry does not say.
        producer, produce_id: of the label it belongs to; "" where the entry does not say.
    """

    algorithm: str
    digest: bytes
    message: bytes
    rule: str = ""
    producer: str = ""
    produce_id: str = ""

    def is_of(self, label: AigcLabel) -> bool:
        """Whether it names this label's content; an entry that names none fits any, and could have been moved here."""
        return (self.producer, self.produce_id) in {("", ""), (label.producer, label.produce_id)}


@dataclass(frozen=True, slots=True)
class SecurityData:
    """What the object holds, in its order."""

    signatures: tuple[SignatureEntry, ...]
    keys: tuple[KeyEntry, ...]
    bindings: tuple[Binding, ...] = ()


def label_messages(label: AigcLabel, role: Role) -> tuple[bytes, ...]:
    """What a signature of this role may be over, the text that we sign first; of each its SM3 too, which one producer signs.

    >>> label_messages(AigcLabel.first("MiniMax", "7"), "producer")[0]
    b'"Label":"1","ContentProducer":"MiniMax","ProduceID":"7"'
    """
    keys = label.keys()
    texts = (_compact({key: keys[key] for key in names})[1:-1].encode("utf-8", "replace") for names in _MESSAGES[role])
    return tuple(message for text in texts for message in (text, hashlib.new("sm3", text).digest()))


def binding_of(label: AigcLabel, digest: bytes) -> Binding:
    """The binding we write: the content's SM3, and the label it belongs to, so that neither can be moved to another."""
    members = {"Type": "Hash", "AlgID": SM3, "Rule": RULE, "ContentProducer": label.producer, "ProduceID": label.produce_id,
               "HashValue": digest.hex()}  # fmt: skip
    return Binding(SM3, digest, _compact(members).encode("utf-8", "replace"), RULE, label.producer, label.produce_id)


def reserved_of(
    point: bytes, signatures: Sequence[tuple[Literal["Md", "Bnd"], bytes]], bindings: Iterable[Binding]
) -> str:
    """The text of a reserved code: SM2 signatures of 64 bytes and their key, a point of 65 bytes, in hexadecimal."""
    entries: list[dict[str, object]] = [
        {"Type": "DS", "AlgID": SM2, "TBSData": {"Type": tbs}, "Signature": value.hex()} for tbs, value in signatures
    ]
    entries.append({"Type": "PubKey", "AlgID": SM2, "KeyValue": point.hex()})
    data: dict[str, object] = {"Type": "TC260PG", "Version": 1, "PubSD": entries}
    bound = [json.loads(binding.message) for binding in bindings]
    return _compact({"SecurityData": data | ({"Bindings": bound} if bound else {})})


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# --- reading ----------------------------------------------------------------------------------------------------------


def binds_content(text: str) -> bool:
    """Whether a reserved code names the content by a hash, which any other change of the file makes wrong."""
    found = read_security(text) if text else None
    return found is not None and bool(found.bindings)


def read_security(text: str) -> SecurityData | None:
    """The object in a reserved code; None where it holds something else. Never raises."""
    found = read_notation(text.strip()) if len(text) <= MAX_TEXT else None
    data = _member(found.members, "SecurityData") if found is not None else None
    if not isinstance(data, Members) or _member(data, "Type") != "TC260PG":
        return None
    entries = [entry for entry in _listed(data, "PubSD", "PubSd") if isinstance(entry, Members)]
    signatures = tuple(_signature(entry) for entry in entries if _member(entry, "Type") == "DS")
    keys = tuple(
        KeyEntry(_word(entry, "AlgID"), _word(entry, "KeyID") or "0", _bytes(_word(entry, "KeyValue")))
        for entry in entries
        if _member(entry, "Type") == "PubKey"
    )
    bindings = (entry for entry in _listed(data, "Bindings") if isinstance(entry, Members))
    return SecurityData(signatures, keys, tuple(_binding(entry) for entry in bindings))


def _signature(entry: Members) -> SignatureEntry:
    tbs = _member(entry, "TBSData")
    named = _word(tbs, "Type") if isinstance(tbs, Members) else ""
    value = _bytes(_word(entry, "Signature"))
    return SignatureEntry(_word(entry, "AlgID"), _COVERS.get(named, "other"), _word(entry, "KeyID") or "0", value)


def _binding(entry: Members) -> Binding:
    digests = (_bytes(value) for key, value in entry if isinstance(value, str) and key not in ("AlgID", "ProduceID"))
    digest = next((value for value in digests if len(value) == 32), b"")
    message = as_text(entry).encode("utf-8", "replace")
    words = (_word(entry, name) for name in ("Rule", "ContentProducer", "ProduceID"))
    return Binding(_word(entry, "AlgID"), digest, message, *words)


def _member(members: Members, *names: str) -> object:
    return next((value for key, value in members if key in names), None)


def _listed(members: Members, *names: str) -> list[object]:
    value = _member(members, *names)
    return value if isinstance(value, list) else []


def _word(members: Members, name: str) -> str:
    value = _member(members, name)
    return value if isinstance(value, str) else as_text(value) if isinstance(value, int) else ""


def _bytes(text: str) -> bytes:
    """What hexadecimal or Base64 stands for; nothing for anything else."""
    if len(text) > _MOST:
        return b""
    try:
        return bytes.fromhex(text)
    except ValueError:
        pass
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


_FORMS = (
    ("uuid", re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")),
    ("hexadecimal", re.compile(r"(?:[0-9A-Fa-f]{2}){8,}+")),
    ("base64", re.compile(r"(?=.{16})[A-Za-z0-9+/_-]++={0,2}")),
)


def opaque_form(text: str) -> str:
    """What a reserved code looks like that is no SecurityData: "uuid", "hexadecimal", "base64", "object" or "text"."""
    plain = text.strip()
    named = next((name for name, form in _FORMS if form.fullmatch(plain)), "")
    return named or ("object" if plain[:1] in ("{", "[") else "text")
