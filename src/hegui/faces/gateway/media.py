"""The files of an answer, pictures and speech, on their way to their labels and to the client.

Knows where files stand in an answer of the OpenAI protocol; knows no codec and no socket. A file leaves the answer before its
texts are screened and comes back labelled after; a file that cannot be labelled does not go out. A picture that is only named
by its address is fetched from hosts the operator trusts, and handed on under an address of this gateway.
Rules: Interim Measures article 12; Labelling Measures articles 4 and 5.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from hegui.faces.gateway.http import ApiError
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError

if TYPE_CHECKING:
    from hegui.usecases.label_output import LabelledOutput
    from hegui.usecases.label_receipts import Receipt

__all__ = ["SPEECH_TYPES", "AnswerFiles", "extension_of", "is_trusted", "media_type_of", "refuse_unsupported"]

Fetch = Callable[[str], Awaitable[bytes]]
"""Fetches a file by its address. Raises ApiError."""

Mark = Callable[[bytes], bytes]
"""Puts the visible mark on a file. Raises LabelError."""

Keep = Callable[[str, bytes], str]
"""Keeps a labelled file for the client; the address it can be fetched by. Takes the ending of its name."""

SPEECH_TYPES = {
    b"audio/mpeg": "speech.mp3",
    b"audio/mp3": "speech.mp3",
    b"audio/wav": "speech.wav",
    b"audio/x-wav": "speech.wav",
    b"audio/wave": "speech.wav",
    b"audio/flac": "speech.flac",
    b"audio/x-flac": "speech.flac",
    b"audio/ogg": "speech.ogg",
    b"audio/opus": "speech.opus",
    b"audio/aac": "speech.aac",
    b"audio/pcm": "",
    b"audio/l16": "",
}
"""Media types of /v1/audio/speech, each with a name for its format; "" for samples without a container, which hold no label."""

_ENDINGS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".tif": "image/tiff",
    ".svg": "image/svg+xml",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
}
"""Endings of files that are kept for the client; a table of our own, since the system's costs a megabyte."""

MOST_FILES = 16
"""Files of one answer, count; the protocol's own limit is 10."""


@dataclass(slots=True)
class _File:
    holder: dict[str, Any]
    key: str
    value: str


@dataclass(slots=True)
class AnswerFiles:
    """The files of one answer.

    Attributes:
        label: the label of the file of this position.
        mark: the visible mark; None where the application's own pages show it.
        receipts: of the files that were labelled, in order.
    """

    label: Callable[[int], AigcLabel]
    mark: Mark | None = None
    receipts: list[Receipt] = field(default_factory=list)
    _files: list[_File] = field(default_factory=list)

    def take_out(self, answer: dict[str, Any]) -> None:
        """Take the files out of an answer of /v1/images/generations. Raises ApiError where there are too many."""
        rows = answer.get("data")
        for row in rows if type(rows) is list else ():
            for key in ("b64_json", "url"):
                if type(row) is dict and type(row.get(key)) is str and row[key]:
                    self._files.append(_File(row, key, row[key]))
                    row[key] = ""
        if len(self._files) > MOST_FILES:
            raise _malformed("The model server's answer has too many files.")

    @property
    def is_empty(self) -> bool:
        """Whether the answer has none."""
        return not self._files

    async def put_back(self, fetch: Fetch, keep: Keep, beside: Callable[..., Awaitable[Any]]) -> None:
        """Put the files back, labelled.

        Args:
            fetch: gets a file that is only named.
            keep: keeps a file that was only named, for the client to fetch.
            beside: runs work that takes a while beside the event loop.
        Raises:
            ApiError: 502 when a file cannot be had or labelled.
        """
        for one in self._files:
            if one.key == "url" and not one.value.startswith("data:"):
                data = await fetch(one.value)
            else:
                data = await beside(_decoded, one.value)
            found = await beside(self.labelled, data, "")
            if one.key == "b64_json":
                one.holder[one.key] = (await beside(b64encode, found.data)).decode("ascii")
            else:
                one.holder[one.key] = await beside(keep, extension_of(found.media_type), found.data)

    def labelled(self, data: bytes, name: str) -> LabelledOutput:
        """One file with its marks. Raises ApiError 502."""
        # The codecs come with the first file: a gateway for text alone does not pay their memory.
        from hegui.usecases.label_output import label_output

        try:
            marked = self.mark(data) if self.mark is not None and not name else data
            found = label_output(marked, name, self.label(len(self.receipts)))
        except LabelError as error:
            problem = f"A file of the answer could not be labelled ({error.code}), so it is not handed out."
            raise ApiError(502, "api_error", "label_failed", problem) from None
        self.receipts.append(found.receipt)
        return found

    def record(self) -> str:
        """The receipts as the record has them; "" for none."""
        if not self.receipts:
            return ""
        return orjson.dumps([receipt.document() for receipt in self.receipts], option=orjson.OPT_SORT_KEYS).decode()


def refuse_unsupported(kind: str, value: dict[str, Any]) -> None:
    """Raises ApiError 400 for forms of answers in which files could not be labelled before they leave."""
    if kind == "images" and value.get("stream"):
        problem = "Pictures are labelled whole; ask without stream."
        raise ApiError(400, "invalid_request_error", "unsupported_value", problem, param="stream")
    if kind == "speech" and value.get("stream_format") not in (None, "audio"):
        problem = "Speech is labelled as a file; ask with stream_format audio, or without it."
        raise ApiError(400, "invalid_request_error", "unsupported_value", problem, param="stream_format")


def is_trusted(url: str, upstream: str, hosts: tuple[str, ...]) -> bool:
    """Whether a file may be fetched from there: from the model server itself, or a host the operator named."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host in (urlsplit(upstream).hostname, *hosts)


def extension_of(media_type: str) -> str:
    """The ending of a file's name for its media type.

    >>> extension_of("image/jpeg")
    '.jpg'
    """
    return next((ending for ending, kind in _ENDINGS.items() if kind == media_type), ".bin")


def media_type_of(name: str) -> str:
    """The media type of a file that was kept for the client, by the ending of its name."""
    return _ENDINGS.get(name[name.rfind(".") :], "application/octet-stream")


def _decoded(text: str) -> bytes:
    _, comma, body = text.partition(",")
    try:
        return b64decode(body if comma and text.startswith("data:") else text, validate=True)
    except (Base64Error, ValueError):
        raise _malformed("A file of the model server's answer is not Base64.") from None


def _malformed(problem: str) -> ApiError:
    return ApiError(502, "api_error", "upstream_malformed", problem)
