"""What the files of one answer need of the gateway: labels with numbers, files by address, and a place to be fetched from.

Knows the settings, the upstream's pool and the store of labelled files; knows no codec. Files come from the model server itself
or from hosts that the operator named, so that an answer cannot make the gateway fetch from wherever it likes.
Rules: GB 45438-2025 Annex E (ProduceID is unique within the producer).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from hegui.faces.gateway.account import Account
from hegui.faces.gateway.http import ApiError
from hegui.faces.gateway.media import AnswerFiles, is_trusted
from hegui.faces.gateway.runtime import Runtime
from hegui.faces.gateway.upstream import UpstreamPool, UpstreamResponse
from hegui.kernel.source import Source
from hegui.label.aigc import AigcLabel
from hegui.label.content_number import ContentNumber
from hegui.label.policy import LabelPolicy
from hegui.usecases.ports import Application

if TYPE_CHECKING:
    from hegui.label.explicit.sound_mark import SoundKind
    from hegui.usecases.mark_order import MarkOrder

__all__ = ["FileDesk"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileDesk:
    """The desk of one exchange.

    Attributes:
        host: the address the request was sent to, scheme and host.
    """

    runtime: Runtime
    pool: UpstreamPool
    account: Account
    application: Application
    host: str

    def files(self) -> AnswerFiles:
        """The files of this answer: each has a number of its own, which begins with the exchange's."""
        producer, key = self.runtime.settings.label.content_producer, self.runtime.number_key
        number = self.account.exchange_id
        mark = partial(_marked, self.application.label, self.runtime.settings.label.sound)
        return AnswerFiles(
            lambda at: AigcLabel.first(producer, ContentNumber(number, at + 1).spelt(key)),
            mark if self._shows else None,
        )

    @property
    def _shows(self) -> bool:
        """Whether files bear the mark that is seen or heard."""
        return self.application.label.explicit != "interface" and not self.account.unmarked_terms

    async def samples(self, data: bytes, media_type: str) -> bytes:
        """Speech that comes without a container, with what is heard in front of it."""
        sound = self.runtime.settings.label.sound
        if not self._shows or sound == "interface" or not data:
            return data
        return await self.beside(_heard, self.application.label, sound, data, media_type)

    async def fetch(self, url: str) -> bytes:
        """A file that the answer only names. Raises ApiError 502."""
        if not is_trusted(url, self.application.upstream, self.runtime.settings.label.fetch_hosts):
            problem = "A file of the answer lies on a host this gateway does not fetch from (label.fetch_hosts)."
            raise ApiError(502, "api_error", "label_failed", problem)
        found = await self.pool.send("GET", url, [(b"accept", b"*/*")], b"")
        try:
            if found.status != 200:
                raise ApiError(502, "api_error", "upstream_malformed", "A file of the answer could not be fetched.")
            return await self.read_whole(found)
        finally:
            found.abort()  # nothing, unless the client has left or the file is too large

    async def beside(self, work: Callable[..., T], *given: Any) -> T:
        """Work on a file beside the event loop, when it is this file's turn."""
        async with self.runtime.file_turns:
            return await asyncio.to_thread(work, *given)

    def keep(self, extension: str, data: bytes) -> str:
        """Keep a labelled file for the client; its address. Raises InternalError LBL129."""
        base = self.runtime.settings.label.media_url or self.host
        return f"{base}/media/{self.runtime.media.put(extension, data)}"

    async def read_whole(self, upstream: UpstreamResponse) -> bytes:
        """A whole body from the upstream. Raises ApiError 502 beyond the limit."""
        limit, size = self.runtime.settings.upstream.max_body_bytes, 0
        pieces: list[bytes] = []
        while piece := await upstream.read():
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                upstream.abort()
                raise ApiError(502, "api_error", "upstream_oversized_body", "The model server's answer is too large.")
        return b"".join(pieces)


def _marked(policy: LabelPolicy, sound: str, data: bytes, name: str) -> bytes:
    """A picture with its plate, sound with what is heard. Raises LabelError LBL100 to LBL112, LBL130 to LBL138."""
    # Pillow and the marks come with the first file: a gateway for text alone does not pay their memory.
    from hegui.label.formats import codec_of
    from hegui.usecases.label_marks import mark_bytes

    codec = codec_of(Source.of(data), name)
    if sound == "interface" and codec is not None and codec.MEDIA_TYPES[0].startswith("audio/"):
        return data
    return mark_bytes(data, name, _order(policy, sound)).data


def _heard(policy: LabelPolicy, sound: str, data: bytes, media_type: str) -> bytes:
    from hegui.label.explicit.bare_samples import put  # as in `_marked`

    return put(data, media_type, _order(policy, sound).of_sound())


def _order(policy: LabelPolicy, sound: str) -> MarkOrder:
    from hegui.usecases.mark_order import MarkOrder  # as in `_marked`

    heard: SoundKind = "spoken" if sound == "spoken" else "rhythm"
    return MarkOrder("en" if policy.language == "en" else "zh", policy.text, may_reencode=True, sound=heard)
