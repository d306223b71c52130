"""Sign files on disk with a C2PA manifest, and ask of a file what its manifest says.

Knows paths, and the order in which a crash loses nothing; knows no manifest. The signed file is written beside the other, read
back, stated in a receipt, and only then takes its place. What a platform takes for confirmed is a manifest under a root that it
trusts: anybody can sign with a root of their own.
Rules: Labelling Measures article 6; C2PA 2.2 15.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from hegui.kernel.source import Source
from hegui.label.c2pa.credentials import Credential
from hegui.label.c2pa.faults import unusable_anchors
from hegui.label.c2pa.manifest import Statement
from hegui.label.c2pa.sign import Signed, sign
from hegui.label.c2pa.verify import Verified, generated_type, verify
from hegui.label.faults import LabelError
from hegui.usecases.label_copy import digests
from hegui.usecases.label_disk import beside, opened, take_place
from hegui.usecases.label_files import State
from hegui.usecases.label_receipts import Receipt

__all__ = ["PLACE", "SignedFile", "read_anchors", "sign_file", "valid_c2pa", "verify_file"]

PLACE = "C2PA manifest"
"""What receipts of signing call the place."""
_MOST_ANCHORS = 8 << 20


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A signed file and its receipt."""

    path: Path
    signed: Signed
    receipt: Receipt


def sign_file(
    path: Path, who: Credential, said: Statement, state: State, *, out: Path | None = None, parent: Path | None = None
) -> SignedFile:
    """Give a labelled file its manifest.

    Args:
        path: the file.
        who: whose key signs.
        said: what is stated.
        state: where the receipt goes.
        out: the signed file, a new one; None puts it in the place of `path`.
        parent: the file as it came, before this service labelled it.
    Raises:
        LabelError: as `label.c2pa.sign.sign`; LBL120, LBL121 the files; LBL123 `out` exists.
    """
    target = path.resolve() if out is None else out
    with opened(path) as file, _opened(parent) as older:
        try:
            with beside(target, like=path) as (new, temporary):
                before = digests(Source(file))
                signed = sign(file, new, path.name, who, said, parent=older)
                os.fsync(new.fileno())
                receipt = Receipt(signed.format, PLACE, signed.label, before, digests(Source(new)), "signed")
                receipt = replace(receipt, id=state(receipt))
                take_place(temporary, target, overwrite=out is None)
        except LabelError as error:
            error.where = str(path) if error.where == path.name else error.where
            raise
    return SignedFile(target, signed, receipt)


def verify_file(path: Path, *, anchors: str = "") -> Verified:
    """What the manifest of a file is. Raises LabelError LBL120, LBL121, LBL140, LBL146."""
    with opened(path) as file:
        return verify(file, path.name, anchors=anchors)


def valid_c2pa(path: Path, *, anchors: str, accept_untrusted: bool = False) -> str | None:
    """The digital source type of a validated manifest, as `label.upload.decide` takes it; None where none was validated.

    Args:
        path: the file as it was uploaded, before a label is written into it.
        anchors: certificates that the platform trusts, PEM.
        accept_untrusted: whether a sound manifest under any root counts too; who signed it is then anybody's guess.
    Raises:
        LabelError: as `verify_file`.
    """
    found = verify_file(path, anchors=anchors)
    counts = found.state == "trusted" or (accept_untrusted and found.state == "valid")
    return generated_type(found) if counts else None


def read_anchors(path: Path | None) -> str:
    """The certificates in a PEM file; "" without one. Raises LabelError LBL120, LBL121, LBL146."""
    if path is None:
        return ""
    with opened(path) as file:
        text = file.read(_MOST_ANCHORS).decode("ascii", "replace")
    if "BEGIN CERTIFICATE" not in text:
        raise unusable_anchors(str(path))
    return text


@contextmanager
def _opened(path: Path | None) -> Iterator[BinaryIO | None]:
    if path is None:
        yield None
        return
    with opened(path) as file:
        yield file
