"""What is wrong, or only unusual, about a label: a deviation with the clause it departs from.

Knows the closed list of deviations and how grave each may be; knows no file format. Codecs and checks name a kind, and hand in
what they saw; the sentences for people are made late, from the catalogues. A new kind is a line here and one in each of
locale/en.toml and locale/zh_CN.toml, under [label_finding]; a test holds the three lists together.
Rules: GB 45438-2025 6.1 and Annex E; TC260 practice guides of 2025-08-28, one per medium (PG-20257A video, PG-20258A text,
PG-20259A pictures, PG-202510A sound, PG-202511A signatures); the rules of provider codes (网安秘字〔2025〕29号).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hegui.locale import message

__all__ = ["Finding", "Grade", "Kind", "seen", "sentence"]

Grade = Literal["fault", "warning", "note"]
"""fault: a rule is broken; warning: a rule is probably broken, or sources differ; note: unusual, and allowed."""

Kind = Literal[
    # how the text is noted: label.notations
    "spelling.base64",
    "spelling.control",
    "spelling.encoded_twice",
    "spelling.entities",
    "spelling.glued_key",
    "spelling.json_in_text",
    "spelling.leading",
    "spelling.line_feeds",
    "spelling.list",
    "spelling.mended",
    "spelling.object_dump",
    "spelling.trailing",
    "spelling.url",
    "spelling.yaml",
    # which keys it has: label.spellings
    "key.extra",
    "key.misspelt",
    "key.missing",
    "key.order",
    "key.twice",
    "schema.other",
    "value.not_text",
    "value.yaml_number",
    # what the keys hold: label.checks
    "attribute.named",
    "attribute.unknown",
    "value.beyond_ascii",
    "value.broken",
    "value.control",
    "value.empty",
    "value.long",
    "value.quote",
    "value.space",
    "code.binding",
    "code.case",
    "code.check",
    "code.extension",
    "code.format",
    "code.length",
    "code.role",
    "code.subject",
    "producer.name",
    "propagator.empty",
    "propagator.first_write",
    "propagator.name",
    "propagator.number",
    "number.dump",
    "number.path",
    "number.placeholder",
    "number.zero",
    "reserved.copied",
    # where it stands, and how often: label.verdict
    "label.conflict",
    "label.duplicate",
    "label.unreadable",
    "place.nonstandard",
    # what single formats have: the codecs
    "encoding.broken",
    "encoding.gb18030",
    "epub.property",
    "exif.charset",
    "gif.sub_blocks",
    "jpeg.glued",
    "key.other_name",
    "ooxml.fmtid",
    "ooxml.kind",
    "ooxml.property",
    "ooxml.unregistered",
    "place.attribute",
    "place.code_fence",
    "place.comment",
    "place.flat",
    "place.nested",
    "place.not_first",
    "place.one_event",
    "place.other",
    "place.scattered",
    "place.script",
    "place.stacked",
    "place.toml",
    "pdf.xref",
    "png.crc",
    "tiff.type",
    "place.cue",
    "place.event",
    "place.first_lines",
    "place.header",
    "place.inner_member",
    "place.last_lines",
    "place.middle_event",
    "xmp.damaged",
    "xmp.doctype",
    "xmp.namespace",
    "xmp.property",
    "xmp.structure",
    # the reserved codes: label.verdict
    "signature.content_differs",
    "signature.invalid",
    "signature.not_checked",
    "signature.opaque",
    "signature.self_consistent",
]
"""What can be odd about a label; `locale` has a sentence for each, in every language."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One deviation.

    Attributes:
        kind: what it is, such as "key.misspelt"; the catalogues have a sentence for each.
        grade: how grave.
        clause: the rule, such as "GB 45438-2025 Annex E a)"; "" where none is broken.
        detail: what was seen, short, and no words of ours: a key, a length, a place; never more than 120 characters of the file.
    """

    kind: Kind
    grade: Grade
    clause: str
    detail: str = ""


def sentence(finding: Finding, lang: str) -> str:
    """The finding for people, what was seen in brackets behind it.

    >>> sentence(Finding("key.twice", "fault", "", "Label"), "en")
    'A key stands more than once. (Label)'
    """
    said = message(f"label_finding.{finding.kind}", lang)
    if not finding.detail:
        return said
    return f"{said}（{finding.detail}）" if lang == "zh" else f"{said} ({finding.detail})"


def seen(text: str, longest: int = 60) -> str:
    """A piece of a file that can be shown: short, without control characters.

    >>> seen("a\\nb" * 30, 6)
    'a?ba?b…'
    """
    plain = "".join(character if character.isprintable() else "?" for character in text[:longest])
    return plain + "…" if len(text) > longest else plain
