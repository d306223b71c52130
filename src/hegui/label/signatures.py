"""Sign a label and the content it stands for, and say what the signatures of any label are worth.

Knows the order of signing, the outcomes and their reasons; knows no file format: whoever calls hands in the hash of the file as it
was before it was labelled, which the codecs' `bare` gives back. Our binding names the label it belongs to, and the label
names the content, so that neither can be moved to another file. Nothing is trusted but a key that was pinned before.
Rules: TC260-PG-202511A appendix A; what is confirmed and what is our proposal stands in `label.security_data`.

Outcomes: trusted (by a pinned key), self-consistent (by the key beside it: nothing was changed since, whoever signed), invalid,
not checked (with the reason), opaque (a form of the provider's own), absent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from hegui.crypto.sm2 import Sm2Error, Sm2Signer
from hegui.label.aigc import AigcLabel
from hegui.label.security_data import (
    RULE,
    SM3,
    Binding,
    Role,
    SecurityData,
    SignatureEntry,
    binding_of,
    label_messages,
    opaque_form,
    read_security,
    reserved_of,
)
from hegui.label.signature_keys import ALGORITHMS, NO_PINS, LabelKey, Pins, read_key

__all__ = [
    "ContentState",
    "Outcome",
    "Reason",
    "SecurityReport",
    "SideReport",
    "content_hash",
    "signed",
    "verify_security",
]

Outcome = Literal["trusted", "self_consistent", "invalid", "not_checked", "opaque", "absent"]
Reason = Literal[
    "",
    "algorithm",  # one that we do not check
    "content",  # the content is not the one that was bound
    "binding",  # the signature of the binding is wrong
    "label",  # the signature of the label is wrong
    "message",  # what this role signs is not known well enough to call it wrong
    "moved",  # the binding belongs to another label
    "no_key",  # no key beside it that can be read
    "no_signature",  # the object has none over the label
    "program",  # there is no openssl that does SM2
    "too_many",  # more entries than an honest object has
]
ContentState = Literal["holds", "differs", "not_checked", "not_bound"]
"""Of the content against a signed binding; `differs` alone makes a signature invalid only where we know the rule of the hash."""

MOST_CHECKS = 16
"""Times a key is tried for one reserved code; a process each, for SM2."""


@dataclass(frozen=True, slots=True)
class SideReport:
    """What one reserved code is worth.

    Attributes:
        outcome: see above.
        reason: why not, for invalid and not_checked.
        form: of an opaque code: "uuid", "hexadecimal", "base64", "object", "text".
        algorithm: OID of the signature that decided.
        fingerprint: of its key, SHA-256 in hexadecimal.
        content: what can be said of the content.
    """

    outcome: Outcome
    reason: Reason = ""
    form: str = ""
    algorithm: str = ""
    fingerprint: str = ""
    content: ContentState = "not_bound"


@dataclass(frozen=True, slots=True)
class SecurityReport:
    """Both sides of a label: who generated, in ReservedCode1; who spread, in ReservedCode2."""

    producer: SideReport
    propagator: SideReport

    @property
    def sides(self) -> tuple[tuple[Role, SideReport], ...]:
        """Role and report."""
        return ("producer", self.producer), ("propagator", self.propagator)


def content_hash(pieces: Iterable[bytes]) -> bytes:
    """SM3 over the bytes of a file before it was labelled, 32 bytes; `kernel.splice.pieces` with the codec's `bare` gives them.

    >>> content_hash([b"a", b"bc"]).hex()[:16]
    '66c7f0f462eeedd9'
    """
    digest = hashlib.new("sm3")
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def signed(label: AigcLabel, digest: bytes | None, signer: Sm2Signer, *, role: Role = "producer") -> AigcLabel:
    """The label with its reserved code filled: over its elements and, where there is a hash, over the content.

    Args:
        label: a propagator signs last, since its signature is over the producer's reserved code too.
        digest: SM3 of the file before labelling, 32 bytes; None binds no content.
        signer: whose key signs.
        role: whose reserved code is filled.
    Raises:
        Sm2Error: the key cannot be had, or does not sign.
    """
    signatures: list[tuple[Literal["Md", "Bnd"], bytes]] = [("Md", signer.sign(label_messages(label, role)[0]))]
    bindings = [binding_of(label, digest)] if digest is not None else []
    signatures += [("Bnd", signer.sign(binding.message)) for binding in bindings]
    text = reserved_of(signer.public.point, signatures, bindings)
    return replace(label, reserved_1=text) if role == "producer" else replace(label, reserved_2=text)


def verify_security(label: AigcLabel, digest: bytes | None = None, pins: Pins = NO_PINS) -> SecurityReport:
    """What both reserved codes are worth. Never raises for what stands in them.

    Args:
        label: as it stands in the file.
        digest: SM3 of the file without its label, 32 bytes; None where it cannot be had.
        pins: which keys are whose.
    """
    return SecurityReport(
        _Side(label, "producer", digest, pins).report(label.reserved_1, label.producer),
        _Side(label, "propagator", digest, pins).report(label.reserved_2, label.propagator),
    )


@dataclass
class _Side:
    """The check of one reserved code; it counts the times a key was tried."""

    label: AigcLabel
    role: Role
    digest: bytes | None
    pins: Pins
    checks: int = 0

    def report(self, text: str, provider: str) -> SideReport:
        if not text.strip():
            return SideReport("absent")
        data = read_security(text)
        if data is None:
            return SideReport("opaque", form=opaque_form(text))
        try:
            return self._judged(data, provider)
        except _EnoughError:
            return SideReport("not_checked", "too_many")
        except Sm2Error:
            return SideReport("not_checked", "program")

    def _judged(self, data: SecurityData, provider: str) -> SideReport:
        """One wrong signature over the label spoils all; one that nobody here can check spoils none that was checked."""
        messages = label_messages(self.label, self.role)
        checked = [self._accepted(data, entry, messages) for entry in data.signatures if entry.covers == "label"]
        refused = [one for one in checked if isinstance(one, SideReport)]
        keys = {one[0] for one in checked if not isinstance(one, SideReport)}
        for report in sorted(refused, key=lambda one: one.outcome != "invalid"):
            if report.outcome == "invalid" or not keys:
                return report
        if not keys:
            return SideReport("not_checked", "no_signature")
        trusted = [key for key in keys if self.pins.has(provider, key)]
        key = (trusted or sorted(keys, key=lambda one: one.fingerprint))[0]
        found = SideReport(
            "trusted" if trusted else "self_consistent", algorithm=key.algorithm, fingerprint=key.fingerprint
        )
        return self._with_content(data, found, {key})

    def _with_content(self, data: SecurityData, found: SideReport, keys: set[LabelKey]) -> SideReport:
        """What the signed bindings say of the content; a binding nobody signed says nothing."""
        messages = tuple(binding.message for binding in data.bindings)
        bound: list[Binding] = []
        for entry in data.signatures:
            if entry.covers == "binding":
                accepted = self._accepted(data, entry, messages)
                if isinstance(accepted, SideReport):
                    return replace(accepted, content="not_checked")
                if accepted[0] in keys:  # another key says nothing of who signed the label
                    bound.append(data.bindings[accepted[1]])
        if not bound:
            return found
        if not all(binding.is_of(self.label) for binding in bound):
            return replace(found, outcome="invalid", reason="moved")
        return self._compared(found, bound)

    def _compared(self, found: SideReport, bound: list[Binding]) -> SideReport:
        known = [binding for binding in bound if binding.algorithm == SM3 and binding.digest]
        if self.digest is None or not known:
            return replace(found, content="not_checked")
        if any(binding.digest == self.digest for binding in known):
            return replace(found, content="holds")
        if all(binding.rule == RULE for binding in known):
            return replace(found, outcome="invalid", reason="content", content="differs")
        return replace(found, content="differs")

    def _accepted(
        self, data: SecurityData, entry: SignatureEntry, messages: tuple[bytes, ...]
    ) -> tuple[LabelKey, int] | SideReport:
        """The key beside it that accepts a signature, and over which of the messages; or why none does."""
        beside = [key for key in data.keys if key.key_id == entry.key_id] or list(data.keys)
        keys = [key for one in beside if (key := read_key(one.algorithm or entry.algorithm, one.value)) is not None]
        keys = [key for key in dict.fromkeys(keys) if key.algorithm == entry.algorithm]
        if not keys:
            reason: Reason = "no_key" if entry.algorithm in ALGORITHMS else "algorithm"
            return SideReport("not_checked", reason, algorithm=entry.algorithm)
        for key in keys:
            for at, message in enumerate(messages):
                self.checks += 1
                if self.checks > MOST_CHECKS:
                    raise _EnoughError
                if key.accepts(message, entry.value):
                    return key, at
        reason = "binding" if entry.covers == "binding" else "label"
        if self.role == "propagator" and reason == "label":
            return SideReport("not_checked", "message", algorithm=entry.algorithm)
        return SideReport("invalid", reason, algorithm=entry.algorithm, fingerprint=keys[0].fingerprint)


class _EnoughError(Exception):
    """A reserved code asks for more checks than an honest one."""
