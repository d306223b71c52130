"""The label in a Vorbis comment: `AIGC=` and the inner object, for FLAC and the streams of Ogg.

Knows which comments are labels or other traces; knows no container. Names of comments have no case, so every spelling of AIGC
is the same name, and every one that stands there is reported; a label under another name is found by its text.
Rules: PG-202510A (FLAC and Ogg: Vorbis comment AIGC, the inner object); Vorbis I specification, 5.2.2 (names).
"""

from __future__ import annotations

from collections.abc import Callable

from hegui.kernel.vorbis_comment import Comment, Comments, entry
from hegui.label.hints import is_named, is_spelt, sign_in
from hegui.label.reading import Candidate, Trace
from hegui.label.scattered_tags import scattered
from hegui.label.spellings import MAX_TEXT

__all__ = ["NAME", "is_own", "put", "read"]

NAME = "AIGC"
_PROGRAMS = ("ENCODER", "ENCODED-BY", "ENCODED_BY", "ENCODEDBY")


def put(text: str) -> bytes:
    """The comment that holds the label."""
    return entry(NAME, text)


def is_own(comment: Comment) -> bool:
    """Whether the comment is in a place that is written."""
    return is_named(comment.name)


def read(comments: Comments, place: str, offset: Callable[[int], int]) -> tuple[list[Candidate], list[Trace]]:
    """The labels and traces among the comments.

    Args:
        comments: the list.
        place: which list, for people.
        offset: where in the file a byte of the list's data stands.
    """
    candidates, traces = list[Candidate](), list[Trace]()
    for comment in comments.comments:
        text = comment.value[: 4 * MAX_TEXT].decode("utf-8", "replace")
        name = comment.name[:40]
        if is_named(name) or is_spelt(text):
            at = offset(comment.at)
            size = offset(comment.at + comment.size - 1) + 1 - at
            candidates.append(Candidate(f"{place} {name}", at, size, text, name.upper() == NAME))
        elif name.upper() in _PROGRAMS:
            traces.append(Trace("generator", f"{place} {name}", text[:200]))
        elif (kind := sign_in(text)) is not None:
            traces.append(Trace(kind, f"{place} {name}", text[:200]))
    tags = ((one.name, one.value[:MAX_TEXT].decode("utf-8", "replace")) for one in comments.comments)
    start = offset(comments.count_at)
    candidates += scattered(tags, f"{place} comments", start, offset(comments.end - 1) + 1 - start)
    return candidates, traces
