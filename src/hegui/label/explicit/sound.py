"""Put a mark that is heard into sound, in front or at the end: the rhythm 短长 短短, or words.

Knows which format goes which way; knows no samples. The bytes decide what the format is, not the name. The sound itself stays as it
is, frame by frame or sample by sample; a format for which that cannot be had is refused, with what to convert it to. Where the
mark stands already nothing is changed.
Rules: GB 45438-2025 5.3; Labelling Measures article 4 (files to download hold the mark).
"""

from __future__ import annotations

from pathlib import Path

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label.explicit import flac_sound, frame_sound, m4a_sound, ogg_sound, wav_sound
from hegui.label.explicit.ffmpeg import need_ffmpeg, probed
from hegui.label.explicit.media_faults import cannot_sound
from hegui.label.explicit.media_notes import notes_of
from hegui.label.explicit.prefix import wave_of
from hegui.label.explicit.rules import number
from hegui.label.explicit.sound_check import DEMUXERS, heard_at
from hegui.label.explicit.sound_mark import MarkedSound, SoundMark
from hegui.label.explicit.wav_form import form_of
from hegui.label.faults import malformed
from hegui.label.formats import codec_of

__all__ = ["mark_sound"]

_BUDGET = 1 << 30
_RATE = 8000


def mark_sound(path: Path, mark: SoundMark | None = None, name: str = "") -> MarkedSound:
    """How a file must change to bear the mark.

    Args:
        path: the file.
        mark: what to put in; the rhythm in front where it is None.
        name: what to call it in messages; its own name where it is empty.
    Raises:
        LabelError: LBL002 damaged; LBL130 to LBL133, LBL136 to LBL138; of M4A also LBL030, LBL031.
    """
    mark, where = mark or SoundMark(), name or path.name
    with path.open("rb") as file:
        source = Source(file, budget=_BUDGET)
        codec = codec_of(source, path.name)
        kind = codec.NAME if codec is not None else ""
        if kind not in DEMUXERS or kind == "matroska":
            raise cannot_sound(where, "its format is not known")
        try:
            seconds = len(wave_of(mark, _RATE)) / _RATE + number("sound.pause") * 4 / 3
            found, stands = heard_at(source, path, kind, mark.place, where, mark)
            is_it = found is not None and found.kind == mark.kind and found.language in ("", _spoken(mark))
            if found is not None and is_it and stands == mark.place:
                return MarkedSound((), kind, round(found.seconds, 3))
            splices = _splices(source, path, kind, mark, where)
        except MalformedError as error:
            raise malformed(where, error.problem, error.at) from None
        return MarkedSound(splices, kind, round(seconds, 3), notes=notes_of(source, path.name))


def _spoken(mark: SoundMark) -> str:
    """What the clip of a mark is called where it is heard."""
    return mark.language if mark.clip is None else "own"


def _splices(source: Source, path: Path, kind: str, mark: SoundMark, where: str) -> tuple[Splice, ...]:
    if kind == "wav":
        form = form_of(source, where)
        return wav_sound.put(source, form, wave_of(mark, form.samples.rate), mark.place, where)
    need_ffmpeg()
    match kind:
        case "mp3":
            return frame_sound.put_mpeg(source, mark, where)
        case "aac":
            _require_lc(path, kind, where)
            return frame_sound.put_adts(source, mark, where)
        case "ogg":
            return ogg_sound.put(source, mark, where)
        case "flac":
            return flac_sound.put(source, path, mark, where)
    _require_lc(path, kind, where)
    return m4a_sound.put(source, mark, where)


def _require_lc(path: Path, kind: str, where: str) -> None:
    """Raises LabelError (LBL132) for AAC that is more than LC, which its frames alone do not tell."""
    streams = [
        one for one in probed(path, DEMUXERS[kind], where).get("streams", []) if one.get("codec_type") == "audio"
    ]
    if len(streams) != 1 or streams[0].get("codec_name") != "aac" or streams[0].get("profile") != "LC":
        raise cannot_sound(where, "it is not one track of AAC LC")
