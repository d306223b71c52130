"""Whether the first box of a file says that it is a still picture of the HEIF family, HEIC or AVIF.

Knows brands; knows no other box. The first brand decides; where it is one of neither family, the brands it is compatible
with do.
Rules: ISO/IEC 23008-12 10.2 and Annex B (mif1, msf1, heic …); AV1 Image File Format 1.1 (avif, avis); MIAF, ISO/IEC 23000-22.
"""

from __future__ import annotations

__all__ = ["is_heif"]

_BRANDS = frozenset(
    (
        b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs",
        b"avif", b"avis", b"avci", b"avcs", b"jpeg", b"jpgs", b"j2ki", b"vvic", b"vvis", b"evbi", b"unif",
    )
)  # fmt: skip
_FILMS = frozenset((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"qt  ", b"M4A ", b"M4V ", b"dash"))


def is_heif(head: bytes) -> bool:
    """Whether the file is a picture, by its first bytes.

    >>> is_heif(bytes.fromhex("00000010") + b"ftypheic" + bytes(4))
    True
    """
    if head[4:8] != b"ftyp":
        return False
    size = min(int.from_bytes(head[:4]), len(head), 512)
    major = head[8:12]
    if major in _BRANDS or major in _FILMS:
        return major in _BRANDS
    return any(head[at : at + 4] in _BRANDS for at in range(16, size - 3, 4))
