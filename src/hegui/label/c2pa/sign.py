"""Put a C2PA manifest into a file, as the last of its marks.

Knows the order: visible mark, watermark, implicit label, and then this; a file without its label is refused, since the label
would break the manifest later. A file that has a manifest keeps it as the ingredient of the new one. What was written is read back,
label and manifest, before anybody believes in it; the container is the library's work, the media data are not touched.
Rules: C2PA 2.2 10 (creating manifests), 18.16 (ingredients); GB 45438-2025 6.1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, BinaryIO

from hegui.errors import HeguiError
from hegui.kernel.source import MalformedError, Source
from hegui.label.aigc import AigcLabel
from hegui.label.c2pa.credentials import Credential
from hegui.label.c2pa.faults import not_labelled, not_signed, unsupported
from hegui.label.c2pa.formats import media_type, obstacle
from hegui.label.c2pa.library import context, library
from hegui.label.c2pa.manifest import Statement, definition, ingredient
from hegui.label.c2pa.offsets import FAMILY, set_right
from hegui.label.c2pa.verify import Verified, verify
from hegui.label.faults import malformed
from hegui.label.findings import seen
from hegui.label.formats import codec_of, open_label
from hegui.label.security_data import binds_content
from hegui.label.standing import labels, standing

__all__ = ["Signed", "sign"]


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed.

    Attributes:
        label: the implicit label that stands in the file, and is sealed with it.
        format: NAME of its codec.
        media_type: what the file is.
        has_parent: whether an older file is the new manifest's ingredient.
        verified: the manifest as it reads back; "valid", since no anchor is asked here.
    """

    label: AigcLabel
    format: str
    media_type: str
    has_parent: bool
    verified: Verified


def sign(
    file: BinaryIO, out: BinaryIO, name: str, who: Credential, said: Statement, *, parent: BinaryIO | None = None
) -> Signed:
    """Write the file with its manifest to `out`.

    Args:
        file: the labelled file, seekable.
        out: where the signed one goes; seekable, readable and empty.
        name: the file's name, for formats without a signature and for messages.
        who: whose key signs.
        said: what is stated.
        parent: the file as it was before this service labelled it, where it had a manifest then: labelling has broken the one in
            `file`, and only the older file shows that it was sound.
    Raises:
        LabelError: LBL002 damaged; LBL005 several labels; LBL140 no library; LBL141 the file takes no manifest; LBL142 no label
            stands; LBL143, LBL144 the key; LBL145 the library refused, or it did not read back.
    """
    library()
    source = Source(file)
    try:
        codec = codec_of(source, name)
        against = obstacle(source, name)
        kind = media_type(source, name)
    except MalformedError as error:
        raise malformed(name, error.problem, error.at) from None
    if against or codec is None:
        raise unsupported(name, against)
    label = _label(source, name)
    if binds_content(label.reserved_1) or binds_content(label.reserved_2):
        raise unsupported(name, "its label binds the content by a signature, which the manifest would break")
    older = parent if parent is not None else _opened(file, name, said)
    _write(file, out, kind, who, said, older, name)
    try:
        was_wrong = kind in FAMILY and set_right(source, out, name)
    except MalformedError as error:
        raise malformed(name, error.problem, error.at) from None
    return Signed(label, codec.NAME, kind, older is not None, _read_back(out, name, label, was_wrong=was_wrong))


def _label(source: Source, name: str) -> AigcLabel:
    one = standing(open_label(source, name).reading, name)
    if one is None:
        raise not_labelled(name)
    return one.spelt.label


def _opened(file: BinaryIO, name: str, said: Statement) -> BinaryIO | None:
    """The file itself, where it has a manifest or was not made here; None where it is created now."""
    file.seek(0)
    return file if said.origin is None or verify(file, name).state != "none" else None


def _write(
    file: BinaryIO, out: BinaryIO, kind: str, who: Credential, said: Statement, older: BinaryIO | None, name: str
) -> None:
    failed: list[HeguiError] = []

    def signed(message: bytes) -> bytes:
        try:
            return who.sign(message)
        except HeguiError as error:  # the library keeps no cause
            failed.append(error)
            return b""

    module = library()
    manifest = definition(said, has_parent=older is not None)
    try:
        with (
            context() as given,
            module.Signer.from_callback(signed, module.C2paSigningAlg.ES256, who.chain, who.tsa_url) as signer,
            module.Builder(manifest, given) as builder,
        ):
            if older is not None:
                _add(builder, older, name, kind)
            file.seek(0)
            builder.sign(signer, kind, file, out)
    except module.C2paError as error:
        raise (failed[0] if failed else not_signed(name, seen(str(error), 200))) from None


def _add(builder: Any, older: BinaryIO, name: str, kind: str) -> None:
    older.seek(0)
    found = media_type(Source(older), name) or kind
    older.seek(0)
    builder.add_ingredient(json.dumps(ingredient()), found, older)


def _read_back(out: BinaryIO, name: str, label: AigcLabel, *, was_wrong: bool) -> Verified:
    out.seek(0)
    if [one.spelt.label for one in labels(open_label(Source(out), name).reading)] != [label]:
        raise not_signed(name, "the label did not read back")
    out.seek(0)
    found = verify(out, name)
    if found.state in ("valid", "trusted"):
        return found
    if was_wrong:
        raise not_signed(name, "c2pa-python moves its items wrongly")
    raise not_signed(name, f"it did not read back: {', '.join(found.failures) or found.state}")
