"""Characters that no record, no table or no encoding can hold are refused where a list is read, with place and remedy."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.lexicon_files import read_lexicon
from hegui.errors import FileFaults


def faults_of(content: bytes) -> list[tuple[str, str]]:
    with pytest.raises(FileFaults, match="LEX001") as caught:
        read_lexicon(content, "words")
    assert "hegui lexicon check" in caught.value.remedy
    return list(caught.value.faults)


def row(**changes: object) -> str:
    return json.dumps({"term": "冰毒", "risk": "A.1.h", **changes})


@pytest.mark.parametrize("character", ["\0", "\x1b", "\n", "\x7f", "\x85", "\ud800"])
def test_an_id_holds_no_control_and_no_half_character(character: str) -> None:
    lines = "\n".join([row(term="怪东西"), row(id=f"t{character}1")]).encode()
    ((place, problem),) = faults_of(lines)
    assert place == "line 2"
    assert f"U+{ord(character):04X} as character 2" in problem
    assert "take it out" in problem
    assert problem.isprintable()


@pytest.mark.parametrize("changes", [{"term": "冰\0毒"}, {"term": "冰\ud800毒"}, {"exceptions": ["冰毒\0危害"]}])
def test_a_term_and_its_exceptions_hold_no_nul_and_no_half_character(changes: dict[str, object]) -> None:
    ((place, problem),) = faults_of(row(**changes).encode())
    assert place == "line 1"
    assert problem.startswith(next(iter(changes)))


def test_in_csv_too() -> None:
    assert faults_of(b"id,term,risk\nt\x001,xyzzyq,A.1.h\n") == [
        ("line 2", "id 't\\x001' holds U+0000 as character 2, which no record can hold; take it out")
    ]


@given(identity=st.text(min_size=1, max_size=20), text=st.text(min_size=1, max_size=20))
def test_what_is_taken_can_be_written_down(identity: str, text: str) -> None:
    try:
        (term,) = read_lexicon(row(id=identity, term=text).encode(), "words").terms
    except FileFaults:
        return
    for written in (term.id, term.text):
        assert "\0" not in written
        written.encode()
