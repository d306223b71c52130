"""A signed PDF file: poppler still finds its signature valid for what it signed, after the label is written behind it."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from hegui.label import pdf
from tests.label import pdfs
from tests.label.archives import without_label, written
from tests.label.contract import output
from tests.label.pdfs import OBJECTS

ROOM = 8_192


def signer() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A signer of tests")])
    day = datetime.timedelta(days=1)
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - day).not_valid_after(now + day).sign(key, hashes.SHA256())
    )  # fmt: skip
    return key, certificate


def signed() -> bytes:
    """A file with a detached signature over all of it but the signature itself."""
    value = (
        b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 %010d %010d %010d]/Contents<%b>>>"
    )
    objects = OBJECTS | {
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/SigFlags 3>>>>",
        5: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/V 6 0 R/Rect[0 0 0 0]/P 3 0 R>>",
        6: value % (0, 0, 0, b"0" * ROOM),
    }
    data = pdfs.pdf(objects)
    begin = data.index(b"/Contents<") + len(b"/Contents")
    end = begin + ROOM + 2
    data = data.replace(value.partition(b"/Contents")[0] % (0, 0, 0),
                        value.partition(b"/Contents")[0] % (begin, end, len(data) - end))  # fmt: skip
    key, certificate = signer()
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data[:begin] + data[end:])
    signature = builder.add_signer(certificate, key, hashes.SHA256()).sign(serialization.Encoding.DER, options)
    return data[: begin + 1] + signature.hex().encode().ljust(ROOM, b"0") + data[end - 1 :]


@pytest.fixture
def said(tmp_path: Path) -> dict[str, str]:
    """What pdfsig says about the file before and after."""
    data = signed()
    labelled = written(pdf, data)
    assert without_label(pdf, labelled) == data
    texts = {}
    for name, body in (("before", data), ("after", labelled), ("broken", data.replace(b"A title", b"B title"))):
        (tmp_path / name).write_bytes(body)
        texts[name] = output("pdfsig", "-nocert", tmp_path / name, codes=(0, 1)).decode()
    return texts


def test_a_signature_stays_valid_for_what_it_signed(said: dict[str, str]) -> None:
    valid = "Signature Validation: Signature is Valid."
    assert (valid in said["before"], valid in said["after"], valid in said["broken"]) == (True, True, False)
    assert "Total document signed" in said["before"]
    assert "Not total document signed" in said["after"]
