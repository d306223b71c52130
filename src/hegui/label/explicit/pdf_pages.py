"""The pages of a PDF that are being marked: how each is shown, what it draws, and the object that holds its resources.

Knows the page tree and what pages take over from the nodes above; draws nothing. Objects that change are copied once, with
the strings in them as they lie, and each is written again under its own number.
Rules: ISO 32000-1 7.7.3 (page tree), 7.8.3 (resources), 14.11.2 (boxes).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import NamedTuple

from hegui.kernel.source import MalformedError, TooMuchError
from hegui.label.pdf_document import Document
from hegui.label.pdf_indirect import Found
from hegui.label.pdf_objects import Dictionary, Raw, Ref, Value, written
from hegui.label.pdf_update import Change

__all__ = ["Pages", "Shape"]

_MOST_PAGES = 100_000
_MOST_LEVELS = 60
_MOST_STEPS = 16
_LETTER = (0.0, 0.0, 612.0, 792.0)


class Shape(NamedTuple):
    """How a page is shown: the visible box in its own units, how it is turned, and how many points a unit is."""

    left: float
    bottom: float
    right: float
    top: float
    turned: int
    unit: float


@dataclass
class _Copied:
    """An object that changes."""

    found: Found
    value: Dictionary


@dataclass
class Pages:
    """The pages of one document, and the objects that have changed."""

    document: Document
    copied: dict[Ref, _Copied] = field(default_factory=dict)
    _known: dict[Ref, Found | None] = field(default_factory=dict)

    def pages(self) -> list[Ref]:
        """All pages in order. Raises MalformedError, TooMuchError."""
        root = self.document.dictionary(self.document.trailer.get("Root"))
        todo: list[Value] = [root.get("Pages")]
        found: list[Ref] = []
        seen: set[Ref] = set()
        while todo:
            ref = todo.pop()
            if not isinstance(ref, Ref) or ref in seen:
                continue
            seen.add(ref)
            node = self.value(ref)
            kids = self.resolved(node.get("Kids"))
            if isinstance(kids, list):
                todo += reversed(kids)
            elif node.get("Type") == "Page" or "Contents" in node or "MediaBox" in node:
                found.append(ref)
            if len(seen) > _MOST_PAGES:
                raise TooMuchError("the file has more pages than are looked at", 0)
        return found

    def found(self, ref: Ref) -> Found | None:
        """An object as it lies in the file, looked up once, since a document allows so many look-ups only."""
        if ref not in self._known:
            self._known[ref] = self.document.found(ref)
        return self._known[ref]

    def resolved(self, value: Value) -> Value:
        """The value, references followed."""
        for _ in range(_MOST_STEPS):
            if not isinstance(value, Ref):
                return value
            found = self.found(value)
            value = found.value if found is not None else None
        raise MalformedError("references of the PDF lead in a circle", 0)

    def value(self, ref: Ref) -> Dictionary:
        """What an object says, changes included; an empty dictionary where it is none."""
        if ref in self.copied:
            return self.copied[ref].value
        found = self.found(ref)
        return found.value if found is not None and isinstance(found.value, Dictionary) else Dictionary()

    def changing(self, ref: Ref) -> Dictionary:
        """The copy of an object that is to be written again. Raises MalformedError where it is no dictionary."""
        if ref not in self.copied:
            found = self.found(ref)
            if found is None or not isinstance(found.value, Dictionary) or found.stream is not None:
                raise MalformedError("an object of a page is no dictionary", found.offset if found else 0)
            self.copied[ref] = _Copied(found, deepcopy(found.value))
        return self.copied[ref].value

    def shape(self, page: Ref) -> Shape:
        """How a page is shown."""
        box = self._box(page, "CropBox") or self._box(page, "MediaBox") or _LETTER
        turned = self.resolved(self._inherited(page, "Rotate")[1])
        unit = _number(self.resolved(self.value(page).get("UserUnit")))
        return Shape(*box, turned % 360 if isinstance(turned, int) else 0, unit if unit and 0 < unit < 1000 else 1.0)

    def contents(self, page: Ref) -> list[Value]:
        """The streams that a page draws, in order."""
        value = self.value(page).get("Contents")
        found = self.resolved(value)
        if isinstance(found, list):
            return list(found)
        return [value] if isinstance(value, Ref) and found is not None else []

    def drawables(self, page: Ref) -> Dictionary:
        """The forms and pictures a page may draw, to be added to, wherever their names are kept."""
        owner, value = self._inherited(page, "Resources")
        resources = self._mutable(owner, "Resources", value) if value is not None else None
        if resources is None:
            resources = self.changing(page)["Resources"] = Dictionary()
            holder = page
        else:
            holder = value if isinstance(value, Ref) else owner
        inner = resources.get("XObject")
        if isinstance(inner, Ref) and isinstance(self.resolved(inner), Dictionary):
            return self.changing(inner)
        assert holder in self.copied
        if not isinstance(inner, Dictionary):
            inner = resources["XObject"] = Dictionary()
        return inner

    def named(self, page: Ref) -> Dictionary:
        """The forms and pictures a page may draw, to be looked at."""
        resources = self.resolved(self._inherited(page, "Resources")[1])
        found = self.resolved(resources.get("XObject")) if isinstance(resources, Dictionary) else None
        return found if isinstance(found, Dictionary) else Dictionary()

    def changes(self) -> Iterator[Change]:
        """The objects to write again. Strings of one that lay in an object stream were not encrypted by themselves, and now are."""
        cipher = self.document.cipher
        for ref, one in self.copied.items():
            is_plain = one.found.within is not None

            def sealed(string: bytes, own: Ref = ref) -> bytes:
                return cipher.sealed_string(string, *own) if cipher is not None else string

            yield Change(ref, written(one.value, sealed if is_plain else bytes))

    def _mutable(self, owner: Ref, key: str, value: Value) -> Dictionary | None:
        """The dictionary under a key of `owner`, to be changed; None where it is none."""
        if isinstance(value, Ref):
            found = self.found(value)
            return self.changing(value) if found is not None and isinstance(found.value, Dictionary) else None
        inner = self.changing(owner).get(key) if isinstance(value, Dictionary) else None
        return inner if isinstance(inner, Dictionary) else None

    def _inherited(self, page: Ref, key: str) -> tuple[Ref, Value]:
        """The value of a key in the page or in the nearest node above that has it, and that node."""
        ref = page
        for _ in range(_MOST_LEVELS):
            node = self.value(ref)
            if key in node:
                return ref, node[key]
            above = node.get("Parent")
            if not isinstance(above, Ref):
                break
            ref = above
        return page, None

    def _box(self, page: Ref, key: str) -> tuple[float, float, float, float] | None:
        value = self.resolved(self._inherited(page, key)[1])
        if not isinstance(value, list) or len(value) != 4:
            return None
        numbers = [_number(self.resolved(one)) for one in value]
        if any(one is None or abs(one) > 1e6 for one in numbers):
            return None
        left, bottom, right, top = (one or 0.0 for one in numbers)
        return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _number(value: Value) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return float(value)
    if isinstance(value, Raw):
        try:
            return float(value)
        except ValueError:
            return None
    return None
