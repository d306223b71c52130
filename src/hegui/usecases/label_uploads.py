"""Check a file that a user uploads (平台核验), and write the platform's own elements into it.

Knows the order: read, decide, then label what article 6 wants labelled; knows no format. The producer's elements stay as they
are. A C2PA manifest becomes invalid by any later edit, which the answer says, so that the platform can sign again.
Rules: Labelling Measures article 6; GB 45438-2025 6.1 and Annex E.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.formats import Opened
from hegui.label.standing import labels
from hegui.label.upload import Upload, decide, platform_label
from hegui.usecases.label_content import LabellingHome
from hegui.usecases.label_files import Written, label_file
from hegui.usecases.label_receipts import Digests
from hegui.usecases.label_traces import look_at

__all__ = ["Checked", "check_upload", "label_upload", "upload_document"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A file and the answer for it.

    Attributes:
        format: NAME of the codec; "" when the format is not known.
        upload: the answer.
        breaks_c2pa: whether writing a label would invalidate a C2PA manifest that is there.
    """

    format: str
    upload: Upload
    breaks_c2pa: bool


def check_upload(path: Path, *, declared: bool | None = None, valid_c2pa: str | None = None) -> Checked:
    """The answer for one file. Raises LabelError LBL120, LBL121."""
    return _checked(look_at(path), declared, valid_c2pa)


def label_upload(
    home: LabellingHome, path: Path, propagator: str, *, declared: bool | None = None, valid_c2pa: str | None = None,
    out: Path | None = None, in_place: bool = False,
) -> tuple[Checked, Written | None]:  # fmt: skip
    """Check one file, and write what article 6 wants written; None where it wants nothing.

    Raises LabelError as `label_file`.
    """
    checked = check_upload(path, declared=declared, valid_c2pa=valid_c2pa)
    if checked.upload.attribute is None:
        return checked, None
    number = home.number()

    def choose(opened: Opened, before: Callable[[], Digests]) -> AigcLabel:
        found = labels(opened.reading)
        stands = found[0].spelt.label if len(found) == 1 else None
        label = platform_label(checked.upload, propagator, number)
        if label is None or stands != checked.upload.label:
            raise LabelError("LBL121", path.name, "the file changed while it was checked", "Check it again.")
        if stands is not None and propagator in (stands.propagator, stands.producer):
            return stands  # the platform's elements are there, or it is the platform's own content
        return label

    return checked, label_file(path, choose, home.state(), out=out, in_place=in_place, reason="uploaded")


def _checked(opened: Opened, declared: bool | None, valid_c2pa: str | None) -> Checked:
    upload = decide(opened.reading, declared=declared, valid_c2pa=valid_c2pa)
    has_c2pa = any(trace.kind == "c2pa" for trace in opened.reading.traces)
    return Checked(opened.codec.NAME if opened.codec else "", upload, has_c2pa and upload.attribute is not None)


def upload_document(checked: Checked) -> dict[str, Any]:
    """The answer for programs, without words in any language."""
    upload = checked.upload
    return {
        "format": checked.format,
        "category": upload.category,
        "attribute": upload.attribute,
        "evidence": [asdict(piece) for piece in upload.evidence],
        "label": None if upload.label is None else upload.label.keys(),
        "breaks_c2pa": checked.breaks_c2pa,
    }
