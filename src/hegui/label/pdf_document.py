"""The objects of a PDF file by their numbers, wherever they lie: plainly, in object streams, encrypted, or in a damaged file.

Knows how a number is found and how a stream is opened; knows no label, no page and no font.
Goes by the cross-reference tables; where they cannot be used it looks through the file once, and says so in `fault`. References are
followed a few steps, object streams are kept open a few at a time, and nothing recurses on what the file says.
Rules: ISO 32000-1 7.5 and 7.6.
"""

from __future__ import annotations

import re

from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.label.pdf_crypt import Cipherer, LockedError, cipherer
from hegui.label.pdf_filters import filters
from hegui.label.pdf_indirect import File, Found
from hegui.label.pdf_objects import Dictionary, Ref, Value, integer, parse
from hegui.label.pdf_rescue import Rescue, rescued
from hegui.label.pdf_xref import Entry, Section, chain

__all__ = ["Document"]

_HEADER = re.compile(rb"%PDF-")
_MAX_STEPS = 16
_MAX_OPEN = 8
_MAX_LOOKUPS = 4_000
_MAX_WITHIN = 100_000


class Document:
    """One PDF file, up to `end`.

    Attributes:
        file: its bytes.
        sections: of the cross-reference, the newest first; empty where they cannot be used.
        trailer: the newest.
        fault: why the cross-reference could not be used, None where it could.
        cipher: how it is encrypted, None where it is not.
        locked: why an encrypted file cannot be read, None where it can.
    """

    def __init__(self, source: Source, end: int | None = None) -> None:
        self._source = source
        self.file = File(source, source.size if end is None else end)
        self.sections: tuple[Section, ...] = ()
        self.trailer = Dictionary()
        self.fault: MalformedError | None = None
        self.cipher: Cipherer | None = None
        self.locked: LockedError | None = None
        self._rescue: Rescue | None = None
        self._open: dict[int, tuple[bytes, dict[int, int], Found]] = {}
        self._depth = self._lookups = 0
        self._begin()

    def _begin(self) -> None:
        match = _HEADER.search(self.file.up_to(0, 1024))
        if match is None:
            raise MalformedError("this is no PDF file", 0)
        fault: MalformedError | None = None
        for base in dict.fromkeys((0, match.start())):
            self.file.base = base
            try:
                self.sections = chain(self.file)
                break
            except MalformedError as error:
                fault = fault or error
        if self.sections:
            self.trailer = self.sections[0].trailer
            self._unlock()
            self._look_at_root()
        else:
            self._look_through(fault or MalformedError("there is no cross-reference table", 0))

    def _look_at_root(self) -> None:
        """A table that is sound leads to the catalogue."""
        try:
            is_found = isinstance(self.resolved(self.trailer.get("Root")), Dictionary)
        except TooMuchError:
            raise
        except MalformedError as error:
            if self._rescue is None:
                self._look_through(error)
            return
        if not is_found and self._rescue is None:
            self._look_through(MalformedError("the trailer does not lead to a catalogue", self.sections[0].offset))

    def _look_through(self, fault: MalformedError) -> None:
        self.fault, self.sections = fault, ()
        self._rescue = found = rescued(self._source, self.file)
        self._open.clear()
        self.trailer = found.trailer or self.trailer
        self._unlock()
        for number in found.object_streams:
            try:
                _, numbers, held = self._opened(number)
            except MalformedError:
                continue
            for index, inner in enumerate(numbers):
                old = found.entries.get(inner)
                if old is None or old.kind == "within" or old.place < held.offset:
                    found.entries[inner] = Entry("within", number, index)

    def _unlock(self) -> None:
        encryption = self.trailer.get("Encrypt")
        self.cipher = self.locked = None
        if encryption is None:
            return
        identity = self.trailer.get("ID")
        first = identity[0] if isinstance(identity, list) and identity else b""
        try:
            value = self.resolved(encryption)
            if not isinstance(value, Dictionary):
                raise LockedError("its encryption is damaged", 0)
            value = Dictionary((key, self.resolved(inner)) for key, inner in value.items())
            if isinstance(filters_ := value.get("CF"), Dictionary):
                value["CF"] = Dictionary((key, self.resolved(inner)) for key, inner in filters_.items())
            self.cipher = cipherer(value, first if isinstance(first, bytes) else b"")
        except LockedError as error:
            self.locked = error
        except TooMuchError:
            raise
        except MalformedError:
            self.locked = LockedError("its encryption is damaged", 0)

    def entry(self, number: int) -> Entry | None:
        """Where an object lies. Raises MalformedError."""
        self._lookups += 1
        if self._lookups > _MAX_LOOKUPS:
            raise TooMuchError("too many objects are needed to read the file", 0)
        if self._rescue is not None:
            return self._rescue.entries.get(number)
        for section in self.sections:
            if (found := section.entry(self.file, number)) is not None:
                return found
        return None

    def found(self, ref: Ref) -> Found | None:
        """The object of a reference, its strings as they lie; None where there is none. Raises MalformedError."""
        try:
            return self._found(ref)
        except TooMuchError:
            raise
        except MalformedError as error:
            if self._rescue is not None or not self.sections:
                raise
            self._look_through(error)
            return self._found(ref)

    def _found(self, ref: Ref) -> Found | None:
        entry = self.entry(ref.number)
        if entry is None or entry.kind == "free":
            return None
        if entry.kind == "within":
            return self._within(entry, ref.number)
        number, found = self.file.object(entry.place)
        if number != ref.number:
            raise MalformedError("there is another object where one should be", entry.place)
        return found if found.generation == ref.generation else None

    def resolved(self, value: Value) -> Value:
        """The value, references followed. Raises MalformedError."""
        for _ in range(_MAX_STEPS):
            if not isinstance(value, Ref):
                return value
            found = self.found(value)
            value = found.value if found is not None else None
        raise MalformedError("references of the PDF lead in a circle", 0)

    def dictionary(self, value: Value) -> Dictionary:
        """The value where it is a dictionary, references followed; else an empty one. Raises MalformedError."""
        value = self.resolved(value)
        return value if isinstance(value, Dictionary) else Dictionary()

    def stream(self, ref: Ref, found: Found) -> bytes:
        """What a stream says, decrypted and unpacked. Raises MalformedError."""
        header = found.value
        if not isinstance(header, Dictionary) or found.stream is None:
            raise MalformedError("an object is no stream", found.offset)
        self._depth += 1
        try:
            if self._depth > _MAX_STEPS:  # a length that lies in a stream whose length lies …
                raise MalformedError("streams of the PDF need each other", found.offset)
            raw = self.file.raw_stream(found, self.resolved(header.get("Length")))
        finally:
            self._depth -= 1
        header = self._with_filters(header)
        if (sealed := self.seals(header)) is not None:
            raw = sealed.stream(raw, ref.number, found.generation)
        return self.file.unpacked(raw, header)

    def _with_filters(self, header: Dictionary) -> Dictionary:
        """The dictionary of a stream, with no reference among its filters."""
        plain = Dictionary(header.items())
        for key in ("Filter", "DecodeParms"):
            value = self.resolved(plain.get(key))
            plain[key] = [self.resolved(one) for one in value[:8]] if isinstance(value, list) else value
        return plain

    def seals(self, header: Dictionary) -> Cipherer | None:
        """How a stream with this dictionary is encrypted; None where it is not."""
        if header.get("Type") == "XRef":
            return None
        for name, parameters in filters(header):
            if name == "Crypt" and parameters.get("Name", "Identity") == "Identity":
                return None
        if self.locked is not None:
            if header.get("Type") == "Metadata" and not self._hides_metadata():
                return None
            raise self.locked
        if self.cipher is None or (header.get("Type") == "Metadata" and not self.cipher.metadata):
            return None
        return self.cipher

    def _hides_metadata(self) -> bool:
        return self.dictionary(self.trailer.get("Encrypt")).get("EncryptMetadata") is not False

    def _within(self, entry: Entry, number: int) -> Found | None:
        data, numbers, held = self._opened(entry.place)
        if number not in numbers:
            raise MalformedError("an object is not in the object stream that should hold it", held.offset)
        try:
            value, end = parse(data, numbers[number])
        except MalformedError as error:
            raise type(error)(error.problem, held.offset) from None
        self.file.parses(end - numbers[number])
        return Found(value, 0, held.offset, held.size, within=entry.place)

    def _opened(self, number: int) -> tuple[bytes, dict[int, int], Found]:
        """An object stream: its bytes, and the number and place of each object in it."""
        if number in self._open:
            return self._open[number]
        entry = self.entry(number)
        if entry is None or entry.kind != "offset":
            raise MalformedError("an object stream is not where it should be", 0)
        own, found = self.file.object(entry.place)
        header = found.value
        if own != number or not isinstance(header, Dictionary) or header.get("Type") != "ObjStm":
            raise MalformedError("there is no object stream where one should be", entry.place)
        data = self.stream(Ref(number, found.generation), found)
        count, first = integer(header.get("N")), integer(header.get("First"))
        if count is None or first is None or not 0 <= count <= _MAX_WITHIN or not 0 <= first <= len(data):
            raise MalformedError("an object stream is damaged", entry.place)
        digits = data[:first].split(None, 2 * count)[: 2 * count]
        if len(digits) < 2 * count or not all(one.isdigit() and len(one) < 12 for one in digits):
            raise MalformedError("an object stream is damaged", entry.place)
        numbers = {int(one): first + int(place) for one, place in zip(digits[::2], digits[1::2], strict=True)}
        while len(self._open) >= _MAX_OPEN:
            del self._open[next(iter(self._open))]
        size = (found.stream or found.offset) - found.offset + len(data)
        self._open[number] = data, numbers, found._replace(size=min(size, self.file.size - found.offset))
        return self._open[number]
