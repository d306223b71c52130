"""A certificate authority for the tests of C2PA: a root, a signer under it, and both as files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hegui.label.c2pa.credentials import Credential, open_credential

__all__ = ["Authority", "need_c2pa"]

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


def need_c2pa() -> None:
    """Skips, and says so, where the extra is not installed."""
    pytest.importorskip("c2pa", reason='c2pa-python is not installed; pip install "hegui[c2pa]"')


@dataclass(frozen=True)
class Authority:
    """Files of one authority.

    Attributes:
        folder: holds chain.pem, key.pem and root.pem.
    """

    folder: Path

    @classmethod
    def made(
        cls, folder: Path, *, ends: timedelta = DAY * 20, purpose: bool = True, curve: ec.EllipticCurve | None = None
    ) -> Authority:
        folder.mkdir(parents=True, exist_ok=True)
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(curve or ec.SECP256R1())
        root = _root(root_key)
        leaf = _leaf(root, root_key, key, NOW + ends, purpose=purpose)
        chain = b"".join(one.public_bytes(Encoding.PEM) for one in (leaf, root))
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for name, data in (("chain", chain), ("root", root.public_bytes(Encoding.PEM)), ("key", private)):
            (folder / f"{name}.pem").write_bytes(data)
            (folder / f"{name}.pem").chmod(0o600)
        return cls(folder)

    @property
    def chain(self) -> Path:
        return self.folder / "chain.pem"

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    @property
    def anchors(self) -> str:
        return self.root.read_text()

    def credential(self, tsa_url: str | None = None) -> Credential:
        return open_credential(self.chain, str(self.key), now=datetime.now(UTC), tsa_url=tsa_url)


def _name(name: str) -> x509.Name:
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "hegui tests")
    return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(signs, False, False, False, False, not signs, not signs, False, False)


def _root(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return (
        x509.CertificateBuilder().subject_name(_name("Root")).issuer_name(_name("Root")).public_key(key.public_key())
        .serial_number(1).not_valid_before(NOW - DAY).not_valid_after(NOW + DAY * 30)
        .add_extension(x509.BasicConstraints(True, None), True).add_extension(_usage(signs=False), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip


def _leaf(
    root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey, key: ec.EllipticCurvePrivateKey, ends: datetime,
    *, purpose: bool,
) -> x509.Certificate:  # fmt: skip
    builder = (
        x509.CertificateBuilder().subject_name(_name("Signer")).issuer_name(root.subject).public_key(key.public_key())
        .serial_number(2).not_valid_before(NOW - DAY).not_valid_after(ends)
        .add_extension(x509.BasicConstraints(False, None), True).add_extension(_usage(signs=True), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False)
    )  # fmt: skip
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    return builder.sign(root_key, hashes.SHA256())
