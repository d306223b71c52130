"""The box meta with tags, as MP4 and QuickTime have it: a handler, perhaps keys, and a list of items with their data.

Knows the handlers mdta (items by number of a key) and mdir (items by four letters), values of several data boxes, and the box
meta that hegui writes. The name in the handler of our own box says what stood there before, so that it can be taken back; a
box that differs from what we would write in a single byte is not ours.
Rules: QuickTime File Format, Metadata (mdta); TC260-PG-20257A names the key AIGC in `keys` and its JSON in `ilst`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Literal, NamedTuple

from hegui.kernel.isobmff import Box, Path, Walker, box
from hegui.kernel.source import MalformedError, TooMuchError

__all__ = ["UTF8", "Instead", "Item", "Key", "Meta", "Own", "encoder_of", "item", "key_entry", "read_meta"]

MAX_KEYS = 1 << 20
"""Bytes of the box keys."""

UTF8 = bytes((0, 0, 0, 1, 0, 0, 0, 0))
"""Type UTF-8 and no locale: what stands before the text of a value."""


class Key(NamedTuple):
    """An entry of the box keys."""

    start: int
    end: int
    name: bytes


class Item(NamedTuple):
    """An item of the list.

    Attributes:
        path: the item with the boxes around it.
        name: of its key; for `----` the name it gives; else its four letters; empty where its key is missing.
        number: of its key, from 1; 0 for letters.
        values: its boxes `data`.
    """

    path: Path
    name: bytes
    number: int
    values: tuple[Box, ...]


class Meta(NamedTuple):
    """A box meta.

    Attributes:
        path: it and the boxes around it.
        handler: four letters.
        keys: the box keys.
        entries: what it holds.
        is_whole: whether keys and list are there, once, and the keys are as many as they say.
        lists: the boxes ilst.
    """

    path: Path
    handler: bytes
    keys: Box | None
    entries: tuple[Key, ...]
    is_whole: bool
    lists: tuple[Box, ...]

    @property
    def is_sound(self) -> bool:
        """Whether it is what the guide wants: in the user data of the film, with keys, and whole."""
        return self.is_whole and self.handler == b"mdta" and self.is_in_user_data

    @property
    def is_in_user_data(self) -> bool:
        """Whether it stands in the user data of the film."""
        return tuple(box.kind for box in self.path) == (b"moov", b"udta", b"meta")

    def items(self, walker: Walker) -> Iterator[Item]:
        """Every item with its name. Raises MalformedError."""
        for ilst in self.lists:
            for one in walker.within(ilst):
                yield self._item(walker, (*self.path, ilst, one))

    def _item(self, walker: Walker, path: Path) -> Item:
        one = path[-1]
        parts = tuple(walker.within(one)) if one.size >= 24 else ()
        values = tuple(part for part in parts if part.kind == b"data" and part.end - part.body >= 8)
        number = int.from_bytes(one.kind)
        if 0 < number <= len(self.entries):
            return Item(path, self.entries[number - 1].name, number, values)
        if one.kind == b"----":
            named = (part for part in parts if part.kind == b"name" and 4 <= part.end - part.body <= 260)
            name = next((walker.source.at(part.body + 4, part.end - part.body - 4) for part in named), b"")
            return Item(path, name, 0, values)
        return Item(path, one.kind if number > 0xFFFF else b"", 0, values)


def read_meta(walker: Walker, path: Path) -> Meta:
    """What a box meta holds. Raises MalformedError."""
    children = tuple(walker.within(path[-1]))
    handlers = [child for child in children if child.kind == b"hdlr" and child.end - child.body >= 12]
    handler = walker.source.at(handlers[0].body + 8, 4) if handlers else b""
    keys = [child for child in children if child.kind == b"keys"]
    lists = tuple(child for child in children if child.kind == b"ilst")
    entries, is_whole = _entries(walker, keys[0]) if keys else ((), False)
    is_whole = is_whole and len(handlers) <= 1 and len(keys) == len(lists) == 1
    return Meta(path, handler, keys[0] if keys else None, entries, is_whole, lists)


def _entries(walker: Walker, keys: Box) -> tuple[tuple[Key, ...], bool]:
    """The keys in their box, and whether the box holds as many as it says and nothing else."""
    if keys.size > MAX_KEYS:
        raise TooMuchError("the box keys is too large", keys.start)
    data = walker.source.at(keys.body, keys.end - keys.body)
    count, at = int.from_bytes(data[4:8]), 8
    entries: list[Key] = []
    while len(entries) < count and at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        if not 8 <= size <= len(data) - at:
            break
        entries.append(Key(keys.body + at, keys.body + at + size, data[at + 8 : at + size]))
        at += size
    return tuple(entries), len(data) >= 8 and len(entries) == count and at == len(data)


def key_entry(name: bytes) -> bytes:
    """An entry for the box keys."""
    return box(b"mdta", name)


def item(kind: bytes, text: bytes) -> bytes:
    """An item with one value in UTF-8."""
    return box(kind, box(b"data", UTF8, text))


def encoder_of(walker: Walker, meta: Meta) -> bytes | None:
    """The encoder's tag, where that is all the box holds, as ffmpeg writes it into every MP4; else None."""
    if meta.handler != b"mdir" or meta.path[-1].size > 1024:
        return None
    items = list(meta.items(walker))
    encoder = _value(walker, items[0]) if len(items) == 1 else b""
    data = walker.source.at(meta.path[-1].start, meta.path[-1].size)
    return encoder if data == _mdir_with_encoder(encoder) else None


def _mdir_with_encoder(encoder: bytes) -> bytes:
    handler = box(b"hdlr", bytes(8), b"mdirappl", bytes(9))
    return box(b"meta", bytes(4), handler, box(b"ilst", item(b"\xa9too", encoder)))


Instead = Literal["udta", "meta", "mdir"]
"""What was put in: a box udta, a box meta within one, or a meta in the place of one with an encoder's tag."""


_OURS: dict[tuple[bytes, ...], tuple[Instead, ...]] = {(b"AIGC",): ("udta", "meta"), (b"AIGC", b"encoder"): ("mdir",)}


class Own(NamedTuple):
    """A box that hegui has put in.

    Attributes:
        instead: which box.
        text: of the label.
        encoder: the tag of the box it replaced, carried over as key encoder.
        is_from_free: whether its room was taken from a box free after moov, so that no media data moved.
    """

    instead: Instead
    text: bytes
    encoder: bytes = b""
    is_from_free: bool = False

    def meta(self) -> bytes:
        """The box meta."""
        name = b"hegui %b %b\0" % (self.instead.encode(), b"free" if self.is_from_free else b"move")
        pairs = [(b"AIGC", self.text)] + ([(b"encoder", self.encoder)] if self.instead == "mdir" else [])
        keys = box(b"keys", bytes(4), len(pairs).to_bytes(4), *(key_entry(key) for key, _ in pairs))
        items = (item(number.to_bytes(4), value) for number, (_, value) in enumerate(pairs, 1))
        handler = box(b"hdlr", bytes(8), b"mdta", bytes(12), name)
        return box(b"meta", bytes(4), handler, keys, box(b"ilst", *items))

    def block(self) -> bytes:
        """The box that was put in, with all it holds."""
        return box(b"udta", self.meta()) if self.instead == "udta" else self.meta()

    def before(self) -> bytes:
        """What stood in its place."""
        return _mdir_with_encoder(self.encoder) if self.instead == "mdir" else b""

    @property
    def growth(self) -> int:
        """By how many bytes the file grew."""
        return len(self.block()) - len(self.before())

    @classmethod
    def of(cls, walker: Walker, meta: Meta) -> Own | None:
        """What we have put in, where `meta` is ours."""
        names = tuple(entry.name for entry in meta.entries)
        if not meta.is_sound or names not in _OURS or meta.path[-1].size > MAX_KEYS:
            return None
        try:
            values = [_value(walker, one) for one in meta.items(walker)]
        except MalformedError:
            return None
        box_itself, around = meta.path[-1], meta.path[-2]
        data = walker.source.at(box_itself.start, box_itself.size) if values else b""
        for instead, is_from_free in product(_OURS[names] if values else (), (False, True)):
            own = cls(instead, values[0], b"".join(values[1:2]), is_from_free)
            if own.meta() == data:
                is_alone = instead != "udta" or around.end - around.body == len(data)
                return own if is_alone else None
        return None


def _value(walker: Walker, one: Item) -> bytes:
    data = one.values[0] if one.values else None
    return walker.source.at(data.body + 8, data.end - data.body - 8) if data is not None else b""
