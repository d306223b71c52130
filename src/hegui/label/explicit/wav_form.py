"""What a WAV file is made of, as far as its samples go: their kind, and the chunk that holds them.

Knows the chunk `fmt ` in its plain and its extensible form; reads no sample. A compressed form, and samples spread over a list
of chunks, are refused with a reason.
Rules: Multimedia Programming Interface (WAVE); WAVEFORMATEXTENSIBLE of Microsoft; EBU Tech 3306 (RF64).
"""

from __future__ import annotations

from typing import NamedTuple

from hegui.kernel import riff
from hegui.kernel.riff import Chunk
from hegui.kernel.source import MalformedError, Source
from hegui.label.explicit.media_faults import cannot_sound
from hegui.label.explicit.pcm import Kind, Samples

__all__ = ["Form", "form_of"]

_KINDS: dict[int, Kind] = {1: "integer", 3: "float", 6: "alaw", 7: "ulaw"}
_EXTENSIBLE = 0xFFFE
_GUID = bytes.fromhex("000000001000800000aa00389b71")
"""What follows the two bytes of the kind in an identifier of the extensible form."""
MOST_RATE, MOST_CHANNELS = 768_000, 64


class Form(NamedTuple):
    """A WAV file.

    Attributes:
        samples: how they lie.
        chunks: those directly in the form, in file order.
        data: the one that holds the samples.
    """

    samples: Samples
    chunks: tuple[Chunk, ...]
    data: Chunk

    def named(self, name: bytes) -> tuple[Chunk, ...]:
        """The chunks of this name."""
        return tuple(chunk for chunk in self.chunks if chunk.name == name)


def form_of(source: Source, where: str) -> Form:
    """The form. Raises MalformedError; LabelError (LBL132) for samples of another kind."""
    chunks = list(riff.walk(source))
    if chunks[0].kind != b"WAVE":
        raise MalformedError("the RIFF form is not WAVE", 8)
    top = tuple(chunk for chunk in chunks if chunk.parents == (chunks[0],))
    formats = [chunk for chunk in top if chunk.name == b"fmt "]
    data = [chunk for chunk in top if chunk.name == b"data"]
    if len(formats) != 1 or len(data) != 1 or not 16 <= formats[0].size <= 4096:
        raise cannot_sound(where, "it has no samples, or they are spread over several chunks")
    samples = _samples(source.at(formats[0].body, formats[0].size), where)
    return Form(samples, top, data[0])


def _samples(head: bytes, where: str) -> Samples:
    tag, channels, rate, _, frame, bits = (
        int.from_bytes(head[at : at + size], "little")
        for at, size in ((0, 2), (2, 2), (4, 4), (8, 4), (12, 2), (14, 2))
    )
    valid = bits
    if tag == _EXTENSIBLE and len(head) >= 40 and head[26:40] == _GUID:
        tag = int.from_bytes(head[24:26], "little")
        valid = int.from_bytes(head[18:20], "little") or bits
    if tag not in _KINDS or not 0 < channels <= MOST_CHANNELS or not 1000 <= rate <= MOST_RATE:
        raise cannot_sound(where, "its samples are of a kind that is not handled")
    found = Samples(_KINDS[tag], frame // channels, min(valid, bits), channels, rate)
    if found.frame != frame or not found.is_known or bits > 8 * found.width:
        raise cannot_sound(where, "its samples are of a kind that is not handled")
    return found
