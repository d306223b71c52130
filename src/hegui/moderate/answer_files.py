"""Find every file in an answer of the OpenAI protocol: pictures, sound and films, in Base64 or by their address.

Knows the members that carry files, and how a file begins in Base64, so that one in a member nobody has heard of is found too. Texts
that a person reads are texts, whatever they hold. Knows no codec, no label and no socket.
Rules: Interim Measures article 12 (what is generated is labelled, whichever way it leaves).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from hegui.moderate.fields import MAX_DEPTH, TooDeepError

__all__ = ["FilePlace", "files_in"]

_FILES = frozenset(["b64_json", "partial_image_b64"])
_ADDRESSES = frozenset(["image_url", "audio_url", "video_url"])
_HOLDERS = _ADDRESSES | {"data", "images"}
"""Members below which `url` is the address of a file, and not of a page that is cited."""
_TEXTS = frozenset(
    [
        "content",
        "text",
        "reasoning",
        "reasoning_content",
        "refusal",
        "arguments",
        "transcript",
        "delta",
        "revised_prompt",
    ]
)
_URL = re.compile(r"data:(?:image|audio|video)/", re.IGNORECASE)
_BEGINNINGS = re.compile(r"iVBORw0KGgo|/9j/|R0lGOD|UklGR|SUkqA|TU0AK|SUQz|T2dnUw|ZkxhQw|GkXfo|AAAA..Z0eX")
"""PNG, JPEG, GIF, RIFF (WebP, WAV, AVI), TIFF twice, MP3 with tags, Ogg, FLAC, Matroska, MP4 and HEIF."""
LEAST = 128
"""Characters of a Base64 text that may be a file by its beginning; no file is shorter."""


class FilePlace(NamedTuple):
    """A file and where it stands.

    Attributes:
        container, key: `container[key]` is the text.
        text: Base64, a data URL, or an address.
    """

    container: Any
    key: str | int
    text: str


def files_in(value: Any, *, every_url: bool = False) -> Iterator[FilePlace]:
    """Every file of an answer, in document order.

    Args:
        every_url: whether any member `url` is the address of a file, as in an answer that is nothing but pictures.
    Raises:
        TooDeepError: nested beyond the limit.

    >>> [place.key for place in files_in({"data": [{"b64_json": "AAAA"}, {"url": "http://a/1"}], "error": {"url": "http://b"}})]
    ['b64_json', 'url']
    """
    return _below(value, "", every_url, 0)


def _below(value: Any, name: str, every_url: bool, depth: int) -> Iterator[FilePlace]:
    if depth > MAX_DEPTH:
        raise TooDeepError(name)
    members = value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()
    for key, member in members:
        inner = key if type(key) is str else name
        if type(member) is str:
            if member and _is_file(value, name, inner, member, every_url):
                yield FilePlace(value, key, member)
        elif type(member) is dict or type(member) is list:
            yield from _below(member, inner, every_url, depth + 1)


def _is_file(container: Any, above: str, name: str, text: str, every_url: bool) -> bool:
    """Whether a text is a file, by its name, by the member above it, or by how it begins."""
    kind = str(container.get("type", "")) if type(container) is dict else ""
    if name in _FILES or name in _ADDRESSES or (name == "url" and (every_url or above in _HOLDERS)):
        return True
    if (above, name) == ("audio", "data") or (name == "result" and kind == "image_generation_call"):
        return True
    if name == "delta" and kind.endswith("audio.delta"):
        return True
    if name in _TEXTS:
        return False
    return _URL.match(text) is not None or (len(text) >= LEAST and _BEGINNINGS.match(text) is not None)
