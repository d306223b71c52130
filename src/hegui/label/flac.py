"""FLAC: the label in the VORBIS_COMMENT block.

Knows how that block gets room: from the last PADDING block where it is larger than the label, so that the sound does not move;
else the block grows, and an empty PADDING block behind it says so, by which the file can be had back as it was. ID3v2 tags in
front are read too. Pictures and every other block stay untouched.
Rules: PG-202510A (Vorbis comment AIGC, the inner object); RFC 9639, 8 (blocks of 16 MiB at the most, the last one flagged).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from hegui.kernel import vorbis_comment
from hegui.kernel.flac_blocks import APPLICATION, HEAD, MAX_SIZE, PADDING, VORBIS_COMMENT, Block, head, walk
from hegui.kernel.id3 import size_of_head
from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError
from hegui.kernel.splice import Splice
from hegui.kernel.vorbis_comment import Comment, Comments
from hegui.label import comment_labels, id3_labels
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError, cannot_edit
from hegui.label.id3_labels import Tags
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.standing import rewritten, standing

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "flac"
EXTENSIONS = (".flac",)
MEDIA_TYPES = ("audio/flac", "audio/x-flac")
PLACE = "VORBIS_COMMENT AIGC"
CLAUSE = "PG-202510A"
IS_REVERSIBLE = True

VENDOR = "hegui"
"""The vendor string of a comment block that was not there before."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """The blocks, and among them the comments and the room for more."""

    tags: Tags
    blocks: tuple[Block, ...]
    ends_early: bool
    has_manifest: bool
    block: Block | None
    comments: Comments | None
    problem: MalformedError | None

    @property
    def is_marked(self) -> bool:
        """Whether an empty PADDING block follows the comments: they grew, and no padding was used."""
        after = self.after
        return after is not None and (after.kind, after.size) == (PADDING, 0)

    @property
    def after(self) -> Block | None:
        """The block behind the comments."""
        following = (block for block in self.blocks if self.block is not None and block.at == self.block.end)
        return next(following, None)

    @property
    def padding(self) -> Block | None:
        """The block from which room is taken: the last one, wherever it stands."""
        return next((block for block in reversed(self.blocks) if block.kind == PADDING), None)


def score(name: str, head: bytes) -> int:
    at = 0
    while (size := size_of_head(head[at : at + 10])) is not None:
        at += size
    if head[at : at + 4] == b"fLaC":
        return 100
    is_named = PurePath(name.lower()).suffix in EXTENSIONS
    if at + 4 > len(head) and at:
        return 70 if is_named else 20
    return 8 if is_named else 0


def read(source: Source) -> Reading:
    return _read(_layout(source))


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    layout = _layout(source)
    reading = _read(layout)
    one = standing(reading, NAME)
    text = rewritten(one, label)
    if text is None:
        return ()
    _require_sound(layout)
    put = comment_labels.put(text)
    if one is None:
        return _inserted(source, layout, put)
    old = _comment_at(layout, one.candidate)
    if old is not None:
        return _replaced(source, layout, old, put)
    if _is_in_block(layout, one.candidate):
        raise cannot_edit(NAME, one.candidate.place)
    return id3_labels.write(source, layout.tags, reading, label, NAME)


def bare(source: Source) -> tuple[Splice, ...]:
    layout = _layout(source)
    reading = _read(layout)
    one = standing(reading, NAME)
    if one is None:
        return ()
    _require_sound(layout)
    old = _comment_at(layout, one.candidate)
    if old is not None:
        return _removed(layout, old)
    if _is_in_block(layout, one.candidate):
        raise cannot_edit(NAME, one.candidate.place)
    return id3_labels.bare(layout.tags, reading, NAME)


def _layout(source: Source) -> _Layout:
    tags = id3_labels.tags_of(source)
    blocks, ends_early = walk(source, tags.start)
    found = next((block for block in blocks if block.kind == VORBIS_COMMENT), None)
    comments, problem = None, None
    if found is not None:
        try:
            comments = vorbis_comment.parse(source.at(found.body, found.size))
        except MalformedError as error:
            problem = type(error)(error.problem, found.body + error.at)
    return _Layout(tags, blocks, ends_early, _has_manifest(source, blocks), found, comments, problem)


def _has_manifest(source: Source, blocks: tuple[Block, ...]) -> bool:
    """Whether an APPLICATION block is one of C2PA, as was written before C2PA 2.4 put the manifest into an ID3 tag."""
    return any(source.at(block.body, 4) == b"c2pa" for block in blocks if block.kind == APPLICATION and block.size > 4)


def _read(layout: _Layout) -> Reading:
    tagged = id3_labels.read(layout.tags, is_standard=False)
    candidates, traces, gaps = list(tagged.candidates), list(tagged.traces), list(tagged.gaps)
    if layout.has_manifest:
        traces.append(Trace("c2pa", "APPLICATION c2pa", ""))
    if layout.ends_early:
        gaps.append(Gap("FLAC metadata", "truncated"))
    if layout.problem is not None:
        reason = "too large" if isinstance(layout.problem, TooMuchError) else "malformed"
        gaps.append(Gap("VORBIS_COMMENT", reason))
    if sum(block.kind == VORBIS_COMMENT for block in layout.blocks) > 1:
        gaps.append(Gap("VORBIS_COMMENT, the second", "malformed"))
    if layout.comments is not None and layout.block is not None:
        body = layout.block.body
        more, signs = comment_labels.read(layout.comments, "VORBIS_COMMENT", lambda at: body + at)
        candidates += more
        traces += signs
    return Reading(tuple(candidates), tuple(traces), tuple(gaps))


def _require_sound(layout: _Layout) -> None:
    if layout.problem is not None:
        raise layout.problem
    if layout.ends_early:
        raise TruncatedError("the FLAC metadata end early", layout.blocks[-1].end if layout.blocks else 0)
    comments = [block.at for block in layout.blocks if block.kind == VORBIS_COMMENT]
    if len(comments) > 1:
        raise MalformedError("there is more than one VORBIS_COMMENT block", comments[1])


def _is_in_block(layout: _Layout, candidate: Candidate) -> bool:
    return layout.block is not None and layout.block.at < candidate.offset < layout.block.end


def _comment_at(layout: _Layout, candidate: Candidate) -> Comment | None:
    """The comment of a candidate, where it is one that is written."""
    if layout.block is None or layout.comments is None:
        return None
    at = candidate.offset - layout.block.body
    return next((one for one in layout.comments.comments if one.at == at and comment_labels.is_own(one)), None)


def _inserted(source: Source, layout: _Layout, put: bytes) -> tuple[Splice, ...]:
    if layout.block is None or layout.comments is None:
        return _block_added(layout, put)
    changes = vorbis_comment.inserted(layout.comments, put)
    if not layout.is_marked:
        padding = _padded(source, layout, -len(put))
        if padding is not None:
            return (*_changed(layout.block, changes, len(put)), *padding)
    return (*_changed(layout.block, changes, len(put), gets_mark=True), *_mark(layout.block))


def _replaced(source: Source, layout: _Layout, old: Comment, put: bytes) -> tuple[Splice, ...]:
    if layout.block is None:
        return ()
    changes, more = vorbis_comment.replaced(old, put), len(put) - old.size
    if layout.is_marked or layout.padding is None or _is_ours(layout):
        return _changed(layout.block, changes, more)
    padding = _padded(source, layout, -more)
    if padding is not None:
        return (*_changed(layout.block, changes, more), *padding)
    restored = _padded(source, layout, old.size) or ()
    return (*_changed(layout.block, changes, more, gets_mark=True), *_mark(layout.block), *restored)


def _removed(layout: _Layout, old: Comment) -> tuple[Splice, ...]:
    block, comments, after = layout.block, layout.comments, layout.after
    if block is None or comments is None:
        return ()
    if _is_ours(layout):
        flag = (_flagged(layout.blocks[0], is_last=True),) if block.is_last else ()
        return (*flag, Splice(block.at, block.end - block.at, b""))
    changes = vorbis_comment.removed(comments, old)
    if layout.is_marked and after is not None:
        kept = block._replace(is_last=after.is_last)
        return (*_changed(kept, changes, -old.size), Splice(after.at, HEAD, b""))
    if layout.padding is None or layout.padding.size + old.size > MAX_SIZE:
        return _changed(block, changes, -old.size)
    return (*_changed(block, changes, -old.size), *_given(layout.padding, old.size))


def _is_ours(layout: _Layout) -> bool:
    """Whether the comment block was added by `write`: behind STREAMINFO, by our name, with the label alone in it."""
    block, comments = layout.block, layout.comments
    if block is None or comments is None or block.at != layout.blocks[0].end:
        return False
    return comments.vendor == VENDOR and len(comments.comments) == 1


def _block_added(layout: _Layout, put: bytes) -> tuple[Splice, ...]:
    first = layout.blocks[0]
    body = vorbis_comment.block(VENDOR, put)
    flag = (_flagged(first, is_last=False),) if first.is_last else ()
    return (*flag, Splice(first.end, 0, head(VORBIS_COMMENT, len(body), is_last=first.is_last) + body))


def _changed(block: Block, changes: tuple[Splice, ...], more: int, *, gets_mark: bool = False) -> tuple[Splice, ...]:
    """The comments changed and the size of their block; where the mark follows it is not the last."""
    size = block.size + more
    if size > MAX_SIZE:
        raise LabelError("LBL052", NAME, "its comments would pass the 16 MiB that a FLAC block holds",
                         "Take a picture out of the comments; it belongs into a PICTURE block.")  # fmt: skip
    header = Splice(block.at, HEAD, head(block.kind, size, is_last=block.is_last and not gets_mark))
    return (header, *(Splice(block.body + at, drop, put) for at, drop, put in changes))


def _mark(block: Block) -> tuple[Splice, ...]:
    return (Splice(block.end, 0, head(PADDING, 0, is_last=block.is_last)),)


def _flagged(block: Block, *, is_last: bool) -> Splice:
    return Splice(block.at, 1, head(block.kind, 0, is_last=is_last)[:1])


def _padded(source: Source, layout: _Layout, more: int) -> tuple[Splice, ...] | None:
    """The padding block made larger or smaller; None where it is too small, too large or no zeros. One byte must stay."""
    padding = layout.padding
    if padding is None or not 0 < padding.size + more <= MAX_SIZE:
        return None
    if more < 0 and source.at(padding.body, -more).strip(b"\0"):
        return None
    return _given(padding, more)


def _given(padding: Block, more: int) -> tuple[Splice, ...]:
    header = Splice(padding.at, HEAD, head(PADDING, padding.size + more, is_last=padding.is_last))
    return (header, Splice(padding.body, max(-more, 0), bytes(max(more, 0))))
