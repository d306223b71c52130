"""Put what is heard in front of samples that come without a container, as `/v1/audio/speech` gives them on request.

Knows 16-bit samples and the media types that name them; knows no HTTP. What the type does not say is taken to be as the protocol
has it: 24,000 samples a second, one channel, the low byte first; `audio/L16` has the high byte first.
Rules: GB 45438-2025 5.3; RFC 2586 (audio/L16: rate and channels are parameters).
"""

from __future__ import annotations

from array import array

from hegui.label.explicit.pcm import Samples
from hegui.label.explicit.prefix import wave_of
from hegui.label.explicit.rhythm import padded
from hegui.label.explicit.sound_mark import SoundMark

__all__ = ["form_of", "put"]

_RATE = 24_000
_RATES = range(4_000, 384_001)
_CHANNELS = range(1, 9)


def form_of(media_type: str) -> tuple[Samples, bool]:
    """How the samples of a media type lie, and whether the high byte comes first.

    >>> form_of("audio/L16; rate=16000; channels=2")
    (Samples(kind='integer', width=2, bits=16, channels=2, rate=16000), True)
    """
    kind, *rest = (part.strip().lower() for part in media_type.split(";"))
    given = dict(part.split("=", 1) for part in rest if "=" in part)
    rate = _number(given.get("rate", ""), _RATES, _RATE)
    return Samples("integer", 2, 16, _number(given.get("channels", ""), _CHANNELS, 1), rate), kind == "audio/l16"


def put(data: bytes, media_type: str, mark: SoundMark) -> bytes:
    """The samples with the mark in front or behind. Raises LabelError (LBL138) for a clip that will not do."""
    form, is_high_first = form_of(media_type)
    made = form.packed(padded(wave_of(mark, form.rate), form.rate, in_front=mark.place == "head"))
    if is_high_first:
        turned = array("H", made)
        turned.byteswap()
        made = turned.tobytes()
    return made + data if mark.place == "head" else data[: len(data) // form.frame * form.frame] + made


def _number(text: str, usual: range, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 and int(text) in usual else default
