"""Small files as other services make them, out of one line each of a table: what is wrong with them is the point.

Knows how a text gets into a container at a place, and builds with code of the tests, not with our writers. Marks such as «inner»
in any text stand for the label of the table in one of its notations.
"""

from __future__ import annotations

import html
import json
import re
import struct
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from urllib.parse import quote
from zlib import compress

from hegui.kernel.jpeg import segment_bytes
from hegui.kernel.png import chunk_bytes
from hegui.label.aigc import AigcLabel
from tests.label import bmff_builder as boxes
from tests.label import pdfs
from tests.label.archives import parts, with_parts
from tests.label.contract import CARRIERS
from tests.support import id3_tags
from tests.support.ogg_pages import opus, vorbis

__all__ = ["OTHER", "PLAIN", "built", "filled"]

PLAIN = AigcLabel.first("001191990000HEGUTEXT0R10007", "wild-0001")
"""The label of the table; the organisation behind its code does not exist, its check character is right."""
OTHER = PLAIN.propagated("001191990000HEGUTEXT0R20008", "spread-0002")

_KEYS = PLAIN.keys()
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TC260 = "http://www.tc260.org.cn/ns/AIGC/1.0/"


def _yaml(indent: int, quotes: str = "'") -> str:
    return "\n".join(f"{' ' * indent}{key}: {quotes}{value}{quotes}" for key, value in _KEYS.items())


def _xmp(inside: str, attributes: str = "") -> str:
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description rdf:about="" '
        f'xmlns:TC260="{_TC260}" {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


_MARKS = {
    "inner": PLAIN.text(),
    "wrapped": PLAIN.wrapped(),
    "other": OTHER.text(),
    "members": PLAIN.text()[1:-1],
    "yaml": "AIGC:\n" + _yaml(2),
    "yaml4": "AIGC:\n" + _yaml(4, '"'),
    "yaml0": "AIGC:\n" + _yaml(0, ""),
    "entities": html.escape(PLAIN.text()),
    "entities2": html.escape(html.escape(PLAIN.text())),
    "escaped": json.dumps(PLAIN.text())[1:-1],
    "pretty": json.dumps(_KEYS, indent=2),
    "repr": repr(_KEYS),
    "url": quote(PLAIN.text()),
    "base64": b64encode(PLAIN.text().encode()).decode(),
    "attributes": " ".join(f'{key}="{value}"' for key, value in _KEYS.items()),
    "elements": "".join(f"<{key}>{value}</{key}>" for key, value in _KEYS.items()),
    "TC260": _TC260,
    "RDF": _RDF,
    "xmp": _xmp(f"<TC260:AIGC>{html.escape(PLAIN.text())}</TC260:AIGC>"),
}


def filled(text: str) -> str:
    """The text with its marks replaced: «name», and «name:pattern» for every key with that pattern.

    In a pattern K stands for the key and V for the value.
    """
    return re.sub("«([^»]+)»", lambda found: _mark(found[1]), text)


def _mark(name: str) -> str:
    kind, _, rest = name.partition(":")
    if kind == "each":
        return "".join(
            re.sub("[KV]", lambda one, k=key, v=value: k if one[0] == "K" else v, rest) for key, value in _KEYS.items()
        )
    if kind == "xmp" and rest:
        return _xmp(filled(rest.replace("‹", "«").replace("›", "»")))
    return _MARKS[kind]


@cache
def _carrier(name: str) -> bytes:
    return (CARRIERS / name).read_bytes()


# --- pictures ---------------------------------------------------------------------------------------------------------

_UNICODE = {"utf-16-le": b"UNICODE\0", "utf-16-be": b"UNICODE\0"}


def _png(chunk: bytes, *, last: bool = False) -> bytes:
    plain = _carrier("photo.png")
    at = plain.rindex(b"IEND") - 4 if last else plain.index(b"IHDR") + 4 + 13 + 4
    return plain[:at] + chunk + plain[at:]


def _png_text(
    text: str, keyword: str = "AIGC", kind: str = "tEXt", encoding: str = "utf-8", *, last: bool = False
) -> bytes:
    body, head = text.encode(encoding), keyword.encode() + b"\0"
    if kind == "zTXt":
        head, body = head + b"\0", compress(body)
    elif kind == "iTXt":
        head += b"\0\0\0\0"
    elif kind == "iTXt compressed":
        kind, head, body = "iTXt", head + b"\1\0\0\0", compress(body)
    return _png(chunk_bytes(kind.encode(), head + body), last=last)


def _png_twice(text: str, packet: str) -> bytes:
    """A text chunk AIGC, and a packet of XMP."""
    chunk = chunk_bytes(b"tEXt", b"AIGC\0" + text.encode())
    return _png(chunk + chunk_bytes(b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + packet.encode()))


def _png_chunk(text: str, kind: str) -> bytes:
    return _png(chunk_bytes(kind.encode(), text.encode()))


def _png_tail(text: str, padding: int = 0) -> bytes:
    return _carrier("photo.png") + bytes(padding) + text.encode()


def _jpeg(marker: int, body: bytes) -> bytes:
    plain = _carrier("photo.jpg")
    at = 4 + int.from_bytes(plain[4:6], "big")
    return plain[:at] + segment_bytes(marker, body) + plain[at:]


def _jpeg_segment(text: str, app: int, head: str = "") -> bytes:
    return _jpeg(0xE0 + app, head.encode().decode("unicode_escape").encode("latin-1") + text.encode())


def _jpeg_comment(text: str, encoding: str = "utf-8") -> bytes:
    return _jpeg(0xFE, text.encode(encoding))


def _jpeg_xmp(text: str) -> bytes:
    return _jpeg(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + text.encode())


def _jpeg_exif(text: str, tag: int = 0x9286, prefix: str = "ASCII", encoding: str = "utf-8") -> bytes:
    """One field with a text; `prefix` names the eight bytes before it, "" for none."""
    body = prefix.ljust(8, "\0").encode() * bool(prefix) + text.encode(encoding)
    kind = {0x9286: 7, 0x9C9C: 1, 0x9C9B: 1, 0x9C9E: 1, 0x9C9F: 1}.get(tag, 2)
    if tag == 0x9286:
        ifds = struct.pack("<HHHIII", 1, 0x8769, 4, 1, 26, 0) + struct.pack("<HHHIII", 1, tag, kind, len(body), 44, 0)
    else:
        ifds = struct.pack("<HHHIII", 1, tag, kind, len(body), 26, 0)
    return _jpeg(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + ifds + body)


def _jpeg_tail(text: str, padding: int = 0) -> bytes:
    return _carrier("photo.jpg") + bytes(padding) + text.encode()


def _riff(carrier: str, kind: str, text: str, encoding: str = "utf-8") -> bytes:
    body = text.encode(encoding)
    plain = _carrier(carrier) + kind.encode() + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    return plain[:4] + struct.pack("<I", len(plain) - 8) + plain[8:]


# --- sound and video --------------------------------------------------------------------------------------------------


def _mp3(text: str, name: str = "AIGC", frame: str = "TXXX", encoding: int = 0, version: int = 4) -> bytes:
    head = bytes((encoding,))
    if frame == "TXXX":
        made = id3_tags.txxx(name, text, version, encoding)
    elif frame == "COMM":
        made = id3_tags.frame(frame, head + b"eng" + name.encode() + b"\0" + text.encode(), version)
    else:
        made = id3_tags.frame(frame, name.encode() + b"\0" + text.encode(), version)
    return id3_tags.tag(made, version=version) + _carrier("speech.mp3")


def _mp4(moov: bytes = b"", udta: bytes = b"", after: bytes = b"") -> bytes:
    clip = _carrier("clip.mp4")
    at = next(node for node in boxes.nodes(clip) if node.path == (b"moov",))
    old = next(node for node in boxes.nodes(clip) if node.path == (b"moov", b"udta"))
    body = clip[at.body : old.start] + (boxes.box(b"udta", udta) if udta else b"") + moov
    return clip[: at.start] + boxes.box(b"moov", body) + after


def _mp4_place(text: str, place: str, name: str = "AIGC") -> bytes:
    match place:
        case "moov.udta.meta":
            return _mp4(udta=boxes.keyed([(name, text)]))
        case "moov.meta":
            return _mp4(moov=boxes.keyed([(name, text)], version=False))
        case "moov.meta without keys":
            return _mp4(moov=boxes.keyless(text))
        case "moov.meta without a handler":
            return _mp4(moov=boxes.keyed([(name, text)], with_handler=False))
        case "iTunes comment":
            return _mp4(udta=boxes.tagged(boxes.tag(b"\xa9cmt", text)))
        case "iTunes free form":
            return _mp4(udta=boxes.tagged(boxes.freeform(name, text)))
        case "box in udta":
            return _mp4(udta=boxes.box(name.encode("latin-1"), text.encode()))
        case "full box in udta":
            return _mp4(udta=boxes.full(name.encode("latin-1"), text.encode()))
        case "spoken in udta":
            return _mp4(udta=boxes.spoken(name.encode("latin-1"), text))
        case "box in moov":
            return _mp4(moov=boxes.box(name.encode("latin-1"), text.encode()))
        case "uuid":
            return _mp4(after=boxes.xmp_box(text.encode()))
        case "XMP_ in udta":
            return _mp4(udta=boxes.box(b"XMP_", text.encode()))
        case "box at the end":
            return _mp4(after=boxes.box(name.encode("latin-1"), text.encode()))
    raise KeyError(place)


def _ogg(text: str, name: str = "AIGC", codec: str = "opus") -> bytes:
    return (opus if codec == "opus" else vorbis)(name.encode() + b"=" + text.encode())


# --- documents --------------------------------------------------------------------------------------------------------


def _docx(text: str, field: str) -> bytes:
    """A field of docProps/core.xml: keywords, description, subject or category."""
    plain, name, value = _carrier("report.docx"), "docProps/core.xml", html.escape(text, quote=False)
    core = parts(plain)[name].decode()
    prefix = "cp" if field in ("keywords", "category") else "dc"
    empty, full = f"<{prefix}:{field}/>", rf"<{prefix}:{field}>[^<]*</{prefix}:{field}>"
    changed = re.sub(full, "", core).replace(empty, "")
    put = f"<{prefix}:{field}>{value}</{prefix}:{field}>"
    return with_parts(plain, {name: changed.replace("</cp:coreProperties>", put + "</cp:coreProperties>").encode()})


def _docx_custom(properties: str) -> bytes:
    """A part with custom properties, registered as Office does it."""
    plain = _carrier("report.docx")
    old = parts(plain)
    body = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.openxmlformats.org/'
        'officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'docPropsVTypes">{properties}</Properties>'
    )
    kinds = old["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        b'custom-properties+xml"/></Types>',
    )
    links = old["_rels/.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rIdW" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        b'custom-properties" Target="docProps/custom.xml"/></Relationships>',
    )
    return with_parts(plain, {"[Content_Types].xml": kinds, "_rels/.rels": links, "docProps/custom.xml": body.encode()})


def _docx_part(text: str, name: str) -> bytes:
    return with_parts(_carrier("report.docx"), {name: text.encode()})


def _pdf(text: str, key: str = "AIGC", encoding: str = "latin-1") -> bytes:
    value = ("\ufeff" + text).encode("utf-16-be") if encoding == "utf-16" else text.encode(encoding)
    body = re.sub(rb"([()\\])", rb"\\\1", value)
    return pdfs.pdf({**pdfs.OBJECTS, 4: b"<</Title(A title)/" + key.encode() + b"(" + body + b")>>"})


def _pdf_xmp(text: str) -> bytes:
    objects = {
        **pdfs.OBJECTS,
        1: b"<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>",
        5: pdfs.stream(text.encode(), b"/Type/Metadata/Subtype/XML"),
    }
    return pdfs.pdf(objects)


def _gif_xmp(text: str) -> bytes:
    plain = _carrier("anim.gif")
    at = 13 + (3 << ((plain[10] & 7) + 1) if plain[10] & 128 else 0)
    magic = b"\1" + bytes(range(255, -1, -1)) + b"\0"
    return plain[:at] + b"\x21\xff\x0bXMP DataXMP" + text.encode() + magic + plain[at:]


_BUILDERS: dict[str, Callable[..., bytes]] = {
    "png text": _png_text,
    "png chunk": _png_chunk,
    "png twice": _png_twice,
    "png tail": _png_tail,
    "jpeg segment": _jpeg_segment,
    "jpeg comment": _jpeg_comment,
    "jpeg xmp": _jpeg_xmp,
    "jpeg exif": _jpeg_exif,
    "jpeg tail": _jpeg_tail,
    "gif xmp": _gif_xmp,
    "webp": lambda text, kind="XMP ": _riff("anim.webp", kind, text),
    "wav": lambda text, kind="AIGC", encoding="utf-8": _riff("speech.wav", kind, text, encoding),
    "mp3": _mp3,
    "mp4": _mp4_place,
    "ogg": _ogg,
    "docx core": _docx,
    "docx custom": _docx_custom,
    "docx part": _docx_part,
    "pdf": _pdf,
    "pdf xmp": _pdf_xmp,
}


def built(given: Mapping[str, object]) -> bytes:
    """The file of a row: `text` in an encoding, `hex`, or what a builder named `as` makes of the other keys."""
    if "hex" in given:
        return bytes.fromhex(str(given["hex"]))
    plain = {key: filled(value) if isinstance(value, str) else value for key, value in given.items()}
    if "as" in plain:
        return _BUILDERS[str(plain.pop("as"))](**plain)
    text = str(plain["text"])
    repeated = plain.get("after", "")
    encoding = str(plain.get("encoding", "utf-8"))
    return (str(repeated) * int(str(plain.get("times", 1))) + text).encode(encoding)
