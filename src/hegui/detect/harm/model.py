"""The model as a value and as a file: a table of packed weights, and what turns sums of them into probabilities.

Knows the file format and its check; knows no text. A file is believed only when its checksum, its sizes and its numbers
hold; everything else is an error of ours (HRM001, HRM002), never a wrong answer.

Format: MAGIC, the length of the head (4 bytes, little-endian), the head (JSON, sorted keys, UTF-8), the table (one unsigned
64-bit little-endian integer for each bucket), SHA-256 of all that stands before (32 bytes). A row of the table holds one field of 7
bits for each label, label 0 in the lowest; a field is the weight plus ZERO, in units of the label's `step`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from hegui.detect.harm.labels import NAMES
from hegui.errors import InputError, NotFoundError

__all__ = ["FIELD", "MAGIC", "MAX_BITS", "ZERO", "HarmModel", "LabelFit", "read_model", "write_model"]

MAGIC = b"HEGUI-HARM-1\n"
FIELD = 7
"""Bits of a field; nine fields fill 63 of a row's 64 bits."""
ZERO = 64
"""The field of a weight of zero; weights are -63 … 63 steps."""
MAX_BITS = 20
"""Largest logarithm of the number of buckets that a file may ask for: 8 MiB of table."""

_REMEDY = "Install hegui again, or train the file again with: hegui detect train"


@dataclass(frozen=True, slots=True)
class LabelFit:
    """What one label does with a sum.

    Attributes:
        bias, step: the score of a window of n atoms is bias + step × sum ÷ √n, in logits.
        slope, shift: the calibrated probability is the logistic of slope × score + shift.
        notice: probability from which a text is worth a look (at most 1 % of ordinary requests), 0 … 1.
        block: probability from which it is held to be harmful (at most 0.1 % of clean documents), notice … 1.
    """

    bias: float
    step: float
    slope: float
    shift: float
    notice: float
    block: float


@dataclass(frozen=True, slots=True)
class HarmModel:
    """A trained model; immutable, shared by all who screen with it.

    Attributes:
        bits: logarithm of the number of buckets.
        salt: 16 hexadecimal digits that the numbering of atoms is keyed with.
        fits: one for each label, in the order of `NAMES`.
        table: the rows, packed, little-endian.
        about: how it was trained: seed, rows by set, and the like; nothing of the rows themselves.
    """

    bits: int
    salt: str
    fits: tuple[LabelFit, ...]
    table: bytes
    about: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """The file; the same model gives the same bytes."""
        head = {
            "about": self.about,
            "bits": self.bits,
            "labels": {name: asdict(fit) for name, fit in zip(NAMES, self.fits, strict=True)},
            "salt": self.salt,
        }
        spelled = json.dumps(head, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
        body = MAGIC + len(spelled).to_bytes(4, "little") + spelled + self.table
        return body + sha256(body).digest()

    @property
    def digest(self) -> str:
        """SHA-256 of the file, 64 hexadecimal digits: what decisions name the model by."""
        return sha256(self.to_bytes()).hexdigest()


def read_model(path: Path, *, digest: str | None = None) -> HarmModel:
    """The model in a file.

    Args:
        digest: SHA-256 the file must have, hexadecimal; None to take any sound file.
    Raises:
        NotFoundError: HRM002, the file cannot be read.
        InputError: HRM001, it is no model, damaged, or another one than it should be.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NotFoundError("HRM002", str(path), f"the model cannot be read: {reason}.", _REMEDY) from None
    problem, model = _parse(content)
    if model is None:
        raise InputError("HRM001", str(path), problem, _REMEDY)
    if digest is not None and sha256(content).hexdigest() != digest:
        raise InputError("HRM001", str(path), "this is another model than the one recorded.", _REMEDY)
    return model


def write_model(path: Path, content: bytes) -> None:
    """Write a model file whole or not at all. Raises InputError (HRM004) where it cannot be written."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        problem = f"the model cannot be written: {error.strerror or type(error).__name__}."
        raise InputError("HRM004", str(path), problem, "Name a file in a folder you may write to.") from None


def _parse(content: bytes) -> tuple[str, HarmModel | None]:
    if not content.startswith(MAGIC):
        return "this is no harm model.", None
    if sha256(content[:-32]).digest() != content[-32:]:
        return "the file is damaged: its checksum does not hold.", None
    begin = len(MAGIC) + 4
    size = int.from_bytes(content[len(MAGIC) : begin], "little")
    try:
        head = json.loads(content[begin : begin + size])
        return "", _model(head, content[begin + size : -32])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "the head of the file is not as the format says.", None


def _model(head: Mapping[str, Any], table: bytes) -> HarmModel:
    bits, salt, labels = head["bits"], head["salt"], head["labels"]
    if type(bits) is not int or not 1 <= bits <= MAX_BITS or len(table) != 8 << bits:
        raise ValueError
    if len(bytes.fromhex(salt)) != 8 or tuple(sorted(labels)) != tuple(sorted(NAMES)):
        raise ValueError
    fits = tuple(LabelFit(**{key: float(value) for key, value in labels[name].items()}) for name in NAMES)
    _check(fits)
    return HarmModel(bits, salt, fits, table, dict(head["about"]))


def _check(fits: Sequence[LabelFit]) -> None:
    for fit in fits:
        if not all(map(math.isfinite, asdict(fit).values())):
            raise ValueError
        if fit.step <= 0 or fit.slope < 0 or not 0 <= fit.notice <= fit.block <= 1:
            raise ValueError
