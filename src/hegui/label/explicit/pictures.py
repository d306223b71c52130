"""Put a visible mark on a picture, whatever its format.

Knows which module draws on which format, and how a picture is turned before it is shown; knows no samples. The bytes decide
what the format is, not the name. Where a format allows it no pixel beside the plate changes; where it does not, the answer
says so.
Rules: GB 45438-2025 5.2; Labelling Measures article 4 (files to download hold the mark).
"""

from __future__ import annotations

from hegui.label.explicit.faults import cannot_mark
from hegui.label.explicit.mark import PictureMark, Stamp, Stamped
from hegui.label.explicit.pillow import decoding, need_pillow

__all__ = ["format_of", "mark_picture"]


def format_of(data: bytes) -> str:
    """The picture format of these bytes; "" for none that is known."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if data[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return "tiff"
    if data[:2] == b"BM":
        return "bmp"
    if data[4:8] == b"ftyp":
        brands = {data[at : at + 4] for at in range(8, min(len(data), 64), 4)}
        if brands & {b"avif", b"avis"}:
            return "avif"
        if brands & {b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"}:
            return "heic"
    return ""


def mark_picture(data: bytes, mark: PictureMark | None = None, name: str = "") -> Stamped:
    """The picture with the mark on it, and on every frame or page.

    Args:
        data: the file.
        mark: what to put on; the default wording at the bottom right where it is None.
        name: the file's name, for messages.
    Raises:
        LabelError: LBL100, LBL102 to LBL110.
    """
    need_pillow()
    mark = mark or PictureMark()
    kind = format_of(data)
    if not kind:
        raise cannot_mark(name, "its format is not known")
    if kind == "heic":
        raise cannot_mark(name, "HEIC cannot be written here")
    with decoding(name):
        return _standing(data, kind, mark, name) or _marked(data, kind, mark, name)


def _standing(data: bytes, kind: str, mark: PictureMark, name: str) -> Stamped | None:
    """The picture as it is, where every frame bears the very mark already."""
    from hegui.label.explicit.recognise import standing  # Pillow is an optional extra
    from hegui.label.explicit.shown import frames, orientation

    turned = orientation(data, kind)
    stamps: list[Stamp] = []
    for picture in frames(data, kind, name):
        found = standing(picture, mark, turned)
        if found is None:
            return None
        stamps.append(found[0].stamp(len(stamps), found[1]))
    return Stamped(data, kind, tuple(stamps), is_changed=False)


def _marked(data: bytes, kind: str, mark: PictureMark, name: str) -> Stamped:
    from hegui.label.explicit import avif, bmp, gif, jpeg, png, tiff, webp  # Pillow is an optional extra
    from hegui.label.explicit.shown import orientation

    match kind:
        case "png":
            return png.stamp(data, mark, name, orientation(data, kind))
        case "webp":
            return webp.stamp(data, mark, name, orientation(data, kind))
        case "gif":
            return gif.stamp(data, mark, name)
        case "tiff":
            return tiff.stamp(data, mark, name)
        case "bmp":
            return bmp.stamp(data, mark, name)
        case "avif":
            return avif.stamp(data, mark, name, orientation(data, kind))
    return jpeg.stamp(data, mark, name, orientation(data, kind))
