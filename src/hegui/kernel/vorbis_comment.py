"""Read a Vorbis comment header and change one comment in it: what FLAC, Vorbis, Opus, Speex and Theora share.

Knows the vendor string and the list of comments, with the place of each; knows no container, packet or label. What stands
before the list and behind it (a packet's type, a framing bit, padding) is the caller's and stays as it is.
Rules: Vorbis I specification, 5.2 (comment header); RFC 7845, 5.2 and RFC 9639, 8.6 take it over; the bound is ours.
"""

from __future__ import annotations

from typing import NamedTuple

from hegui.kernel.source import MalformedError, TooMuchError
from hegui.kernel.splice import Splice

__all__ = ["MAX_COMMENTS", "Comment", "Comments", "block", "entry", "inserted", "parse", "removed", "replaced"]

MAX_COMMENTS = 16_384


class Comment(NamedTuple):
    """One comment: its place in the data, with its length field, its name as it stands, and its value."""

    at: int
    size: int
    name: str
    value: bytes


class Comments(NamedTuple):
    """The list.

    Attributes:
        vendor: the program that made the stream, or its library.
        count_at: offset of the number of comments.
        end: offset behind the last comment.
        comments: all of them, in order.
    """

    vendor: str
    count_at: int
    end: int
    comments: tuple[Comment, ...]


def parse(data: bytes, at: int = 0) -> Comments:
    """The list that begins at `at`. Raises MalformedError, with an offset in the data, and TooMuchError."""
    size, count_at = _length(data, at)
    vendor = data[at + 4 : count_at].decode("utf-8", "replace")
    count, at = int.from_bytes(data[count_at : count_at + 4], "little"), count_at + 4
    if at + 4 * count > len(data):
        raise MalformedError("the list of comments ends early", count_at)
    if count > MAX_COMMENTS:
        raise TooMuchError("there are more comments than are read", count_at)
    comments = []
    for _ in range(count):
        size, end = _length(data, at)
        name, _, value = data[at + 4 : end].partition(b"=")
        comments.append(Comment(at, 4 + size, name[:80].decode("utf-8", "replace"), value))
        at = end
    return Comments(vendor, count_at, at, tuple(comments))


def entry(name: str, value: str) -> bytes:
    """A comment with its length.

    >>> entry("A", "b")
    b'\\x03\\x00\\x00\\x00A=b'
    """
    text = f"{name}={value}".encode()
    return len(text).to_bytes(4, "little") + text


def block(vendor: str, *entries: bytes) -> bytes:
    """A whole list."""
    name = vendor.encode()
    return b"".join((len(name).to_bytes(4, "little"), name, len(entries).to_bytes(4, "little"), *entries))


def inserted(comments: Comments, put: bytes) -> tuple[Splice, ...]:
    """A comment put behind the others; offsets in the data."""
    return (_counted(comments, 1), Splice(comments.end, 0, put))


def replaced(old: Comment, put: bytes) -> tuple[Splice, ...]:
    """A comment in the place of another."""
    return (Splice(old.at, old.size, put),)


def removed(comments: Comments, old: Comment) -> tuple[Splice, ...]:
    """A comment taken out."""
    return (_counted(comments, -1), Splice(old.at, old.size, b""))


def _counted(comments: Comments, more: int) -> Splice:
    return Splice(comments.count_at, 4, (len(comments.comments) + more).to_bytes(4, "little"))


def _length(data: bytes, at: int) -> tuple[int, int]:
    """The length that stands at `at`, and where what it measures ends."""
    size = int.from_bytes(data[at : at + 4], "little")
    if at + 4 + size > len(data):
        raise MalformedError("a comment ends early", at)
    return size, at + 4 + size
