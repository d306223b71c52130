"""The files of an answer, pictures, sound and films, on their way to their labels and to the client.

Knows what becomes of a file in an answer; where files stand is known in `moderate.answer_files`. Knows no codec and no socket. A
file leaves the answer before its texts are screened and comes back labelled after; a file that cannot be labelled does not go
out. A file that is only named by its address is fetched from hosts the operator trusts, and handed on under an address of this
gateway.
Rules: Interim Measures article 12; Labelling Measures articles 4 and 5.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from hegui.errors import InputError
from hegui.faces.gateway.http import ApiError
from hegui.faces.gateway.upstream.target import target_of
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.moderate.answer_files import FilePlace, files_in

if TYPE_CHECKING:
    from hegui.usecases.label_output import LabelledOutput
    from hegui.usecases.label_receipts import Receipt

__all__ = ["SPEECH_TYPES", "AnswerFiles", "is_trusted", "media_type_of", "refuse_unsupported", "with_label"]

Fetch = Callable[[str], Awaitable[bytes]]
"""Fetches a file by its address. Raises ApiError."""

Mark = Callable[[bytes, str], bytes]
"""Puts the mark that people see or hear on a file, whose format a name tells. Raises LabelError."""

Keep = Callable[[str, bytes], str]
"""Keeps a labelled file for the client; the address it can be fetched by. Takes the ending of its name."""

Beside = Callable[..., Awaitable[Any]]
"""Runs a function with its arguments beside the event loop."""

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
    ".mkv": "video/x-matroska",
    ".avi": "video/x-msvideo",
    ".flv": "video/x-flv",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".aac": "audio/aac",
}
"""Endings of files that are kept for the client; a table of our own, since the system's costs a megabyte."""

MOST_FILES = 16
"""Files of one answer, count; the protocol's own limit is 10."""


@dataclass(slots=True)
class AnswerFiles:
    """The files of one answer.

    Attributes:
        label: the label of the file of this position.
        mark: the mark that is seen or heard; None where the application's own pages show it.
        receipts: of the files that were labelled, in order.
    """

    label: Callable[[int], AigcLabel]
    mark: Mark | None = None
    receipts: list[Receipt] = field(default_factory=list)
    _files: list[FilePlace] = field(default_factory=list)

    def take_out(self, answer: dict[str, Any], every_url: bool) -> None:
        """Take the files out of an answer, as `files_in` finds them. Raises TooDeepError; ApiError where there are too many."""
        for place in files_in(answer, every_url=every_url):
            if len(self._files) == MOST_FILES:
                raise _malformed("The model server's answer has too many files.")
            self._files.append(place)
        for place in self._files:
            place.container[place.key] = ""

    @property
    def is_empty(self) -> bool:
        """Whether the answer has none."""
        return not self._files

    async def put_back(self, fetch: Fetch, keep: Keep, beside: Beside) -> None:
        """Put the files back, labelled, one after the other; none is held longer than it must be.

        Args:
            fetch: gets a file that is only named.
            keep: keeps a file that was only named, for the client to fetch.
            beside: runs work that takes a while beside the event loop, in its turn.
        Raises:
            ApiError: 502 when a file cannot be had or labelled.
        """
        while self._files:
            place = self._files.pop(0)
            if place.text[:8].lower().startswith(("http://", "https://")):
                there = await beside(self._labelled_and_kept, await fetch(place.text), keep)
            else:
                there = await beside(self._labelled_text, place.text)
            place.container[place.key] = there

    def _labelled_and_kept(self, data: bytes, keep: Keep) -> str:
        found = self.labelled(data, "")
        return keep(found.extension, found.data)

    def _labelled_text(self, text: str) -> str:
        """A text of Base64 or a data URL with its file labelled."""
        head, body = _parts(text)
        return head + b64encode(self.labelled(_decoded(body), "").data).decode("ascii")

    def labelled(self, data: bytes, name: str) -> LabelledOutput:
        """One file with its marks. Raises ApiError 502."""
        # The codecs come with the first file: a gateway for text alone does not pay their memory.
        from hegui.usecases.label_output import label_output

        try:
            marked = self.mark(data, name) if self.mark is not None else data
            found = label_output(marked, name, self.label(len(self.receipts)))
        except LabelError as error:
            problem = f"A file of the answer could not be labelled ({error.code}), so it is not handed out."
            raise ApiError(502, "api_error", "label_failed", problem) from None
        if found.media_type.partition("/")[0] not in ("image", "audio", "video"):
            raise _malformed("A file of the model server's answer is no picture, sound or film.")
        self.receipts.append(found.receipt)
        return found

    def record(self) -> str:
        """The receipts as the record has them; "" for none."""
        if not self.receipts:
            return ""
        return orjson.dumps([receipt.document() for receipt in self.receipts], option=orjson.OPT_SORT_KEYS).decode()


def refuse_unsupported(kind: str, value: dict[str, Any]) -> None:
    """Raises ApiError 400 for forms of answers in which files could not be labelled before they leave."""
    if value.get("stream") and (kind in ("images", "speech") or _asks_for_files(value)):
        raise _unsupported("Pictures and sound are labelled whole; ask without stream.", "stream")
    if kind == "speech" and value.get("stream_format") not in (None, "audio"):
        problem = "Speech is labelled as a file; ask with stream_format audio, or without it."
        raise _unsupported(problem, "stream_format")
    sound = value.get("audio")
    if kind == "chat" and type(sound) is dict and sound.get("format") in ("pcm", "pcm16"):
        problem = "Samples without a container hold no label; ask for wav, mp3, flac, opus or aac."
        raise _unsupported(problem, "audio.format")


def _asks_for_files(value: dict[str, Any]) -> bool:
    """Whether a chat asks for pictures or sound, or an answer of the responses interface may draw."""
    modalities, tools = value.get("modalities"), value.get("tools")
    if type(modalities) is list and any(one in ("image", "audio", "video") for one in modalities):
        return True
    return type(tools) is list and any(type(tool) is dict and tool.get("type") == "image_generation" for tool in tools)


def with_label(label: AigcLabel, body: bytes) -> bytes:
    """A JSON answer or event with its label; where the model's maker has put one in, we are its propagator, as in a file."""
    if b'"aigc"' not in body:
        return label.splice(body)
    from hegui.usecases.label_output import label_output  # as in `labelled`

    try:
        return label_output(body, "answer.json", label).data
    except LabelError:
        return label.splice(body)


def is_trusted(url: str, upstream: str, hosts: tuple[str, ...]) -> bool:
    """Whether a file may be fetched from there: from the very server that answered, or from a host the operator named.

    >>> is_trusted("http://m:80/a.png", "http://m/v1", ()), is_trusted("http://m:8080/a.png", "http://m/v1", ())
    (True, False)
    """
    try:
        target = target_of(url)
    except InputError:
        return False
    return target.origin == target_of(upstream).origin or target.host in hosts


def _parts(text: str) -> tuple[str, str]:
    """What stands before the Base64, and the Base64; only a data URL has anything before it."""
    if text[:5].lower() != "data:":
        return "", text
    head, comma, data = text.rpartition(",")
    return head + comma, data if head.lower().endswith(";base64") else "?"


def media_type_of(name: str) -> str:
    """The media type of a file that was kept for the client, by the ending of its name."""
    return _ENDINGS.get(name[name.rfind(".") :], "application/octet-stream")


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise _malformed("A file of the model server's answer is not Base64.") from None


def _malformed(problem: str) -> ApiError:
    return ApiError(502, "api_error", "upstream_malformed", problem)


def _unsupported(problem: str, param: str) -> ApiError:
    return ApiError(400, "invalid_request_error", "unsupported_value", problem, param=param)
