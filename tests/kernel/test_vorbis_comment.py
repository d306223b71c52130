"""Lists of comments are read as the Vorbis specification says, and one is changed without the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel import vorbis_comment
from hegui.kernel.source import MalformedError, TooMuchError
from hegui.kernel.splice import apply
from hegui.kernel.vorbis_comment import MAX_COMMENTS, entry, inserted, parse, removed, replaced
from tests.support.ogg_pages import comments

texts = st.lists(st.text(max_size=20).map(str.encode) | st.binary(max_size=20), max_size=6)


@given(texts, st.binary(max_size=9), st.binary(max_size=9))
def test_every_comment_is_found_where_it_stands(entries: list[bytes], before: bytes, after: bytes) -> None:
    data = before + comments(*entries) + after
    found = parse(data, len(before))
    assert [data[one.at + 4 : one.at + one.size] for one in found.comments] == entries
    assert [one.value for one in found.comments] == [text.partition(b"=")[2] for text in entries]
    assert data[found.end :] == after


@given(texts, st.binary(max_size=9), st.text(max_size=50), st.text(max_size=90))
def test_a_comment_put_in_changed_and_taken_out_leaves_the_list_as_it_was(
    entries: list[bytes], after: bytes, one: str, other: str
) -> None:
    data = comments(*entries) + after
    made = apply(data, inserted(parse(data), entry("AIGC", one)))
    made = apply(made, replaced(parse(made).comments[-1], entry("AIGC", other)))
    assert made == comments(*entries, b"AIGC=" + other.encode()) + after
    found = parse(made)
    assert apply(made, removed(found, found.comments[-1])) == data


def test_a_list_is_made() -> None:
    assert vorbis_comment.block("hegui", entry("A", "标")) == comments("A=标".encode(), vendor=b"hegui")


@given(texts.filter(bool), st.data())
def test_a_list_that_is_cut_is_malformed(entries: list[bytes], draw: st.DataObject) -> None:
    data = comments(*entries)
    with pytest.raises(MalformedError):
        parse(data[: draw.draw(st.integers(0, len(data) - 1))])


@pytest.mark.parametrize("count", [MAX_COMMENTS + 1, 1 << 31, (1 << 32) - 1])
def test_a_count_that_cannot_be_is_not_believed(count: int) -> None:
    with pytest.raises(MalformedError):
        parse(bytes(4) + count.to_bytes(4, "little") + bytes(99))


def test_no_more_comments_are_read_than_the_bound() -> None:
    assert len(parse(comments(*[b""] * MAX_COMMENTS)).comments) == MAX_COMMENTS
    with pytest.raises(TooMuchError):
        parse(comments(*[b""] * (MAX_COMMENTS + 1)))
