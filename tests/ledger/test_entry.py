"""Entries: any of them can be written and read, and nothing else is taken for one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.errors import HeguiError
from hegui.ledger import canonical
from hegui.ledger.entry import MAX_ENTRY_BYTES, Commitment, Entry, EntryError, InForce, commit
from tests.ledger.logs import ENTRIES, START

SALT = bytes(range(32))
IDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
INSTANTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
COMMITMENTS = st.builds(commit, IDS, st.binary(max_size=20), st.binary(min_size=32, max_size=32))
ANY_ENTRIES = st.builds(
    Entry,
    st.from_regex(r"[a-z][a-z0-9_]{0,9}\.[a-z][a-z0-9_]{0,9}", fullmatch=True),
    IDS,
    IDS,
    INSTANTS,
    st.lists(COMMITMENTS, max_size=3, unique_by=lambda item: item.name).map(tuple),
    st.builds(InForce, *[st.none() | IDS] * 4),
    st.sets(st.integers(0, 2**53 - 1), max_size=4).map(lambda refs: tuple(sorted(refs))),
)
ONE = Entry("key.rotated", "key_1", "system", START, (commit("old", b"x", SALT),), InForce(law="prc@1"), (3, 4))


@given(ANY_ENTRIES)
def test_reading_what_was_written_gives_the_entry(entry: Entry) -> None:
    data = entry.encode()
    assert Entry.decode(data) == entry
    assert Entry.decode(data).encode() == data


@given(st.binary(max_size=100) | st.integers(0, 400).map(lambda at: ENTRIES[0][:at]))
def test_other_bytes_are_refused(data: bytes) -> None:
    if data != ENTRIES[0]:
        with pytest.raises(HeguiError):
            Entry.decode(data)


def without(name: str) -> Any:
    return lambda members: members.pop(name)


def having(**changed: Any) -> Any:
    return lambda members: members.update(changed)


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (without("v"), "LED020", "entry"),
        (without("under"), "LED020", "entry"),
        (having(v=True), "LED020", "entry"),
        (having(v="1"), "LED020", "entry"),
        (having(v=2, more=1), "LED022", "entry.v"),
        (having(more=1), "LED020", "entry"),
        (having(type="Key.rotated"), "LED020", "entry.type"),
        (having(type="rotated"), "LED020", "entry.type"),
        (having(subject=""), "LED020", "entry.subject"),
        (having(actor=7), "LED020", "entry.actor"),
        (having(actor="a\nb"), "LED020", "entry.actor"),
        (having(subject="x" * 257), "LED020", "entry.subject"),
        (having(at="2026-01-15T08:30:00Z"), "LED020", "entry.at"),
        (having(at="2026-02-30T08:30:00.000Z"), "LED020", "entry.at"),
        (having(at="2026-01-15T24:00:00.000Z"), "LED020", "entry.at"),
        (having(at="2026-01-15T08:30:60.000Z"), "LED020", "entry.at"),
        (having(at="2026-01-15T08:30:00.000+08:00"), "LED020", "entry.at"),
        (having(payloads={}), "LED020", "entry.payloads"),
        (having(payloads=[{"name": "a", "sha256": "00" * 32}]), "LED020", "entry.payloads"),
        (having(payloads=[{"name": "a", "sha256": "00" * 31, "sm3": "00" * 32}]), "LED020", "entry.payloads"),
        (having(payloads=[{"name": "a", "sha256": "AA" * 32, "sm3": "00" * 32}]), "LED020", "entry.payloads"),
        (having(payloads=[{"name": "a", "sha256": "00" * 32, "sm3": "00" * 32}] * 2), "LED020", "entry.payloads"),
        (having(under={"policy": None}), "LED020", "entry.under.policy"),
        (having(under={"weather": "fine"}), "LED020", "entry.under"),
        (having(under=[]), "LED020", "entry.under"),
        (having(refs=[]), "LED020", "entry.refs"),
        (having(refs=[4, 3]), "LED020", "entry.refs"),
        (having(refs=[3, 3]), "LED020", "entry.refs"),
        (having(refs=[-1]), "LED020", "entry.refs"),
        (having(refs=[True]), "LED020", "entry.refs"),
        (having(refs=["3"]), "LED020", "entry.refs"),
    ],
)
def test_canonical_json_that_is_no_entry_is_refused_with_its_place(change: Any, code: str, where: str) -> None:
    members = json.loads(ONE.encode())
    change(members)
    with pytest.raises(EntryError) as caught:
        Entry.decode(canonical.encode(members))
    assert (caught.value.code, caught.value.where) == (code, where)
    assert caught.value.remedy


@pytest.mark.parametrize("data", [b"", b"1", b"[]", b"null"])
def test_what_is_no_object_is_no_entry(data: bytes) -> None:
    with pytest.raises(EntryError):
        Entry.decode(data)


@pytest.mark.parametrize(
    "at",
    [
        START.replace(tzinfo=None),
        START.replace(microsecond=1),
        START.astimezone(timezone(timedelta(hours=8))),
    ],
)
def test_an_instant_that_could_not_be_read_back_is_refused(at: datetime) -> None:
    with pytest.raises(EntryError, match="whole millisecond"):
        replace(ONE, at=at)


def test_an_entry_fits_the_length_field_of_a_bundle() -> None:
    payloads = tuple(commit(f"{number:0256d}", b"", SALT) for number in range(200))
    with pytest.raises(EntryError) as caught:
        replace(ONE, payloads=payloads).encode()
    assert caught.value.code == "LED021"
    with pytest.raises(EntryError):
        Entry.decode(b" " * (MAX_ENTRY_BYTES + 1))


@given(st.binary(max_size=40), st.binary(min_size=32, max_size=32))
def test_a_commitment_holds_for_its_payload_and_salt_only(payload: bytes, salt: bytes) -> None:
    made = commit("answer", payload, salt)
    assert made.holds_for(payload, salt)
    assert not made.holds_for(payload + b"\0", salt)
    assert not made.holds_for(payload, bytes(255 - byte for byte in salt))
    assert not Commitment("answer", made.sha256, bytes(32)).holds_for(payload, salt)
    assert not Commitment("answer", bytes(32), made.sm3).holds_for(payload, salt)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_salt_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(EntryError) as caught:
        commit("answer", b"x", bytes(size))
    assert caught.value.code == "LED023"
