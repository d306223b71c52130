"""Put a visible mark on a picture, whatever its format.

Knows which module draws on which format, and how a picture is turned before it is shown; knows no samples. The bytes decide
what the format is, not the name. Where a format allows it no pixel beside the plate changes; where it does not, the answer
says so.
Rules: GB 45438-2025 5.2; Labelling Measures article 4 (files to download hold the mark).
"""

from __future__ import annotations

from hegui.label.explicit.faults import cannot_mark
from hegui.label.explicit.mark import PictureMark, Stamped
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
    from hegui.label.explicit import avif, bmp, gif, jpeg, png, shown, tiff, webp  # Pillow is an optional extra

    mark = mark or PictureMark()
    kind = format_of(data)
    with decoding(name):
        match kind:
            case "png":
                return png.stamp(data, mark, name, shown.orientation(data, "PNG"))
            case "gif":
                return gif.stamp(data, mark, name)
            case "webp":
                return webp.stamp(data, mark, name, shown.orientation(data, "WEBP"))
            case "tiff":
                return tiff.stamp(data, mark, name)
            case "bmp":
                return bmp.stamp(data, mark, name)
            case "avif":
                return avif.stamp(data, mark, name, shown.orientation(data, "AVIF"))
            case "heic":
                raise cannot_mark(name, "HEIC cannot be written here")
            case "jpeg":
                return jpeg.stamp(data, mark, name, shown.orientation(data, "JPEG"))
    raise cannot_mark(name, "its format is not known")
