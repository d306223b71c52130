"""Verify the label of a file (标识核验): its place, its keys, their number, and what its signatures are worth.

Knows how a file and the pinned keys come together; the verdict is made by `label.verdict`. The content hash is taken over the
file as it was before labelling, streamed, and only where a label binds content.
Rules: GB 45438-2025 6.1 and Annex E; TC260-PG-202511A for signatures.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import pieces
from hegui.label.aigc import AigcLabel
from hegui.label.codec import Codec
from hegui.label.faults import LabelError
from hegui.label.formats import Opened, open_label
from hegui.label.security_data import read_security
from hegui.label.signature_keys import NO_PINS, Pins
from hegui.label.signatures import SecurityReport, content_hash, verify_security
from hegui.label.standing import labels
from hegui.label.verdict import Verdict, judge
from hegui.strict_yaml import read_yaml
from hegui.usecases.label_files import open_file

__all__ = ["Verified", "read_pins", "verify_file", "verify_source"]


@dataclass(frozen=True, slots=True)
class Verified:
    """A file, what stands in it, and the verdict."""

    opened: Opened
    verdict: Verdict


def verify_file(path: Path, pins: Pins = NO_PINS, *, strict: bool = False) -> Verified:
    """The verdict on one file. Raises LabelError LBL120, LBL121."""
    with open_file(path) as source:
        return verify_source(source, path.name, pins, strict=strict)


def verify_source(source: Source, name: str, pins: Pins = NO_PINS, *, strict: bool = False) -> Verified:
    """The verdict on bytes that are at hand. Never raises for what is in them."""
    opened = open_label(source, name)
    security = {}
    for one in labels(opened.reading):
        label = one.spelt.label
        digest = _content(source, opened.codec, label) if opened.codec is not None else None
        security[label] = verify_security(label, digest, pins)
    return Verified(opened, _judged(opened, security, strict=strict))


def _judged(opened: Opened, security: dict[AigcLabel, SecurityReport], *, strict: bool) -> Verdict:
    clause = opened.codec.CLAUSE if opened.codec is not None else ""
    return judge(opened.reading, clause=clause, security=security, strict=strict)


def _content(source: Source, codec: Codec, label: AigcLabel) -> bytes | None:
    """SM3 of the file before labelling, where one of the reserved codes binds content and the codec can go back."""
    if not codec.IS_REVERSIBLE:
        return None
    data = (read_security(text) for text in (label.reserved_1, label.reserved_2) if text)
    if not any(found is not None and found.bindings for found in data):
        return None
    try:
        return content_hash(pieces(source, codec.bare(source)))
    except (LabelError, MalformedError):
        return None


def read_pins(file: Path) -> Pins:
    """The keys that producers are known by.

    The file is YAML: each provider's code, then a list of keys in PEM or hexadecimal, or of files that hold them, by a path
    beside the file.
    Raises:
        LabelError: LBL093 what is no key; LBL094 a file that is not of this form or cannot be read.
    """
    try:
        table = read_yaml(file.read_text(encoding="utf-8"), aliases=False)
        if not isinstance(table, dict):
            raise TypeError
        named = {str(provider): [_key(file, text) for text in keys] for provider, keys in table.items()}
    except (OSError, ValueError, TypeError):
        raise LabelError("LBL094", str(file), "this is no file of pinned keys",
                         "Write YAML: CODE: [key.pem], with each file beside it; docs/label-keys.md.") from None  # fmt: skip
    return Pins.read(named)


def _key(file: Path, text: object) -> str:
    if not isinstance(text, str):
        raise TypeError
    beside = file.parent / text if len(text) < 256 and "\n" not in text else None
    return beside.read_text(encoding="utf-8") if beside is not None and beside.is_file() else text
