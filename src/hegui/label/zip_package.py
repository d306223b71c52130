"""A document that is a zip archive of XML parts: office files and electronic books.

Knows how a part is read for both, and what of the archive was not examined; knows no vocabulary of a document, and unpacks no part
that it is not asked for. Reading goes on where a part is damaged and says so; writing asks for a part and gets the error.
Rules: ISO/IEC 29500-2 (packages), EPUB OCF 3.3, C2PA 2.1 A.6 (archives); the bounds are those of the kernel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError
from hegui.kernel.xml_scan import Element, Encoded, encoded, scan
from hegui.kernel.zip_members import Archive, Member, archive, content, extent
from hegui.label.reading import Gap, Trace

__all__ = ["Package", "Part", "appended", "elements", "reason"]

_MAX_ODDITIES = 8
_C2PA = "META-INF/content_credential.c2pa"
_ODDITIES = {"twice": "stands twice", "leaves the archive": "path leaves the archive", "encrypted": "encrypted"}


class Part(NamedTuple):
    """A part as it was read: its member and its text."""

    member: Member
    text: Encoded
    elements: tuple[Element, ...]


class Package:
    """The parts of one document.

    Attributes:
        gaps: what could not be read.
        fault: the first reason of them; whoever writes raises it, since a label may stand there.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.archive: Archive = archive(source)
        self.gaps: list[Gap] = []
        self.fault: MalformedError | None = None

    def oddities(self) -> Iterator[Gap]:
        """What is unusual about the archive, the first few: tricks are reported, and never followed."""
        for count, odd in enumerate(self.archive.oddities()):
            if count == _MAX_ODDITIES:
                yield Gap("zip", "more oddities")
                return
            yield Gap(_shown(odd.name), _ODDITIES[odd.kind])

    def manifests(self) -> Iterator[Trace]:
        """The manifest of C2PA, where the archive has one."""
        if self.archive.named(_C2PA):
            yield Trace("c2pa", _C2PA, "C2PA manifest")

    def parts(self, name: str) -> Iterator[Part]:
        """The parts of this name that can be read; one that cannot is a gap."""
        for member in self.archive.named(name)[:4]:
            try:
                yield self._read(member)
            except MalformedError as error:
                self.fault = self.fault or error
                if not member.is_encrypted:  # which is among the oddities
                    self.gaps.append(Gap(_shown(name), reason(error)))

    def part(self, name: str) -> Part | None:
        """The part of this name, None where there is none. Raises MalformedError."""
        members = self.archive.named(name)
        if len(members) > 1:
            raise MalformedError("a part stands twice in the archive", members[1].offset)
        return self._read(members[0]) if members else None

    def place(self, member: Member) -> tuple[int, int]:
        """Offset and size of the block that holds the member."""
        begin, end = extent(self.source, member)
        return begin, end - begin

    def _read(self, member: Member) -> Part:
        text = encoded(content(self.source, member))
        return Part(member, text, elements(text.body))


def elements(body: bytes) -> tuple[Element, ...]:
    """Every element of a text, inner ones first. Raises MalformedError."""
    found: list[Element] = []
    scan(body, found.append)
    return tuple(found)


def appended(body: bytes, element: Element, addition: bytes) -> bytes:
    """The text with `addition` as the last thing in `element`."""
    tag = element.tag
    if not tag.is_empty:
        return body[: element.close] + addition + body[element.close :]
    name = body[tag.start + 1 : tag.end].split(None, 1)[0].removesuffix(b"/>")
    slash = body.rindex(b"/", tag.start, tag.end)
    return body[:slash] + b">" + addition + b"</" + name + b">" + body[tag.end :]


def reason(error: MalformedError) -> str:
    """Why a part was not examined."""
    if isinstance(error, TooMuchError):
        return "too large"
    return "truncated" if isinstance(error, TruncatedError) else "malformed"


def _shown(name: str) -> str:
    return name[:100].encode("utf-8", "replace").decode()
