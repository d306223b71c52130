"""What the ledger says of an exchange: enough to bind its record, and nothing of the person."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.findings import Finding
from hegui.faces.gateway.account import Account
from hegui.ledger import canonical
from hegui.ledger.canonical import MAX_INTEGER, CanonicalError
from hegui.ledger.entry import MAX_ID, Entry
from hegui.moderate.policy import Ruling
from hegui.store.spool_records import decode_exchange, encode_exchange
from hegui.usecases.exchange_entry import RECORD, entry_of, record_of
from hegui.usecases.ports import ApiKey, Exchange, FindingRecord, TokenUsage
from tests.store.samples import NOON, a_finding, an_exchange

SALT = bytes(range(32))

whole = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
optional = st.none() | whole
instants = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
numbers = st.integers(0, MAX_INTEGER)
findings = st.builds(FindingRecord, whole, whole, numbers, numbers, whole, whole, whole, whole, whole)
exchanges = st.builds(
    an_exchange,
    user=optional,
    endpoint=whole,
    model=st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    streamed=st.booleans(),
    started_at=instants,
    first_token_at=st.none() | instants,
    finished_at=instants,
    status=st.integers(0, 999),
    policy=whole,
    lexicon=whole,
    prompt_characters=numbers,
    withheld_events=numbers,
    usage=st.none() | st.builds(TokenUsage, numbers, numbers, numbers),
    upstream_id=optional,
    error=optional,
    models=whole,
    needs_review=st.booleans(),
    shadow_policy=optional,
    shadow_decision=optional,
    files=whole,
    unmarked_terms=whole,
    findings=st.lists(findings, max_size=3).map(tuple),
)


def sm3(data: bytes) -> bytes:
    running = hashes.Hash(hashes.SM3())
    running.update(data)
    return running.finalize()


def test_the_entry_says_what_happened_to_what_by_whom_when_and_under_what() -> None:
    exchange = an_exchange(3)
    entry = entry_of(exchange, SALT)
    assert (entry.type, entry.subject, entry.actor) == ("exchange.recorded", exchange.id, exchange.application_id)
    assert entry.at == NOON + timedelta(seconds=3, milliseconds=22)  # the millisecond in which it ended
    assert dict(entry.under.items()) == {"policy": exchange.policy, "lexicon": exchange.lexicon, "model": "模型-1"}
    assert Entry.decode(entry.encode()) == entry


def test_the_record_is_canonical_json_of_every_attribute() -> None:
    exchange = an_exchange()
    record = json.loads(record_of(exchange))
    later = {
        "models",
        "needs_review",
        "shadow_policy",
        "shadow_decision",
        "files",
        "unmarked_terms",
    }  # left out where they say nothing
    assert record.keys() == {field.name for field in fields(Exchange)} - later
    said = {"shadow_policy": "p@1", "shadow_decision": "stop", "files": "[]", "unmarked_terms": "2026-1"}
    more = an_exchange(models="harm:1", needs_review=True, **said)
    assert json.loads(record_of(more)).keys() == {field.name for field in fields(Exchange)}
    assert record["started_at"] == 1_767_585_600_000_007
    assert record["usage"] == {"prompt": 5, "completion": 6, "total": 11}
    assert record["findings"][0].keys() == {field.name for field in fields(FindingRecord)}
    assert canonical.encode(record) == record_of(exchange)
    bare = an_exchange(user=None, first_token_at=None, usage=None, upstream_id=None, error=None, findings=())
    names = ("user", "first_token_at", "usage", "upstream_id", "error", "findings")
    assert [json.loads(record_of(bare))[name] for name in names] == [None] * 5 + [[]]


@given(exchanges)
def test_the_record_verifies_under_its_salt_with_both_digests(exchange: Exchange) -> None:
    record = record_of(exchange)
    (commitment,) = entry_of(exchange, SALT).payloads
    assert commitment.name == RECORD
    assert commitment.sha256 == hashlib.sha256(SALT + record).digest()
    assert commitment.sm3 == sm3(SALT + record)
    assert commitment.holds_for(record, SALT)
    assert not commitment.holds_for(record + b" ", SALT)
    assert not commitment.holds_for(record, bytes(32))


@given(exchanges)
def test_an_entry_is_made_of_every_exchange_and_survives_the_spool(exchange: Exchange) -> None:
    again = decode_exchange(encode_exchange(exchange))
    assert again == exchange
    assert record_of(again) == record_of(exchange)
    data = entry_of(exchange, SALT).encode()
    assert entry_of(again, SALT).encode() == data
    assert Entry.decode(data).encode() == data


@given(exchanges, st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26))
def test_the_entry_holds_no_pseudonym_and_tells_nothing_about_it(exchange: Exchange, name: str) -> None:
    somebody, nobody = replace(exchange, user=f"u-{name}"), replace(exchange, user=None)
    entry = entry_of(somebody, SALT).encode()
    assert f"u-{name}".encode() not in entry
    said, other = (json.loads(one) for one in (entry, entry_of(nobody, SALT).encode()))
    assert said.pop("payloads") != other.pop("payloads")  # digests of salt and record: without both they say nothing
    assert said == other


@pytest.mark.parametrize("attribute", [field.name for field in fields(Exchange)])
def test_every_attribute_is_bound(attribute: str) -> None:
    changes: dict[str, Any] = {
        "usage": TokenUsage(5, 6, 12),
        "findings": (a_finding(1), a_finding(0, action="stop")),
        "streamed": False,
        "started_at": NOON,
        "first_token_at": NOON,
        "finished_at": NOON,
    }
    value = getattr(an_exchange(), attribute)
    changed = changes.get(attribute, value + 1 if isinstance(value, int) else f"{value}x")
    (commitment,) = entry_of(an_exchange(), SALT).payloads
    assert not commitment.holds_for(record_of(an_exchange(**{attribute: changed})), SALT)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("gpt-4o", "gpt-4o"),
        ("模型 一号", "模型 一号"),
        ("m" * MAX_ID, "m" * MAX_ID),
        ("m" * (MAX_ID + 1), None),
        ("", None),
        ("a\nb", None),
        ("a\x7fb", None),
        ("a\0b", None),
        ("a\u2028b", None),
        ("a\u200bb", None),
        ("\u202egpj", None),
        ('"}],"under":{}', '"}],"under":{}'),
        ("😀", "😀"),
    ],
)
def test_an_odd_name_of_a_model_stands_in_the_record_if_not_in_the_entry(model: str, said: str | None) -> None:
    exchange = an_exchange(model=model)
    entry = Entry.decode(entry_of(exchange, SALT).encode())
    assert entry.under.model == said
    assert json.loads(record_of(exchange))["model"] == model


@pytest.mark.parametrize(
    "changes", [{"prompt_characters": 2**53}, {"usage": TokenUsage(2**53, 0, 0)}, {"model": "\ud800"}]
)
def test_what_other_readers_of_json_would_read_otherwise_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(CanonicalError):
        record_of(an_exchange(**changes))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
usages = st.none() | st.dictionaries(
    st.sampled_from(["prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens"]), anything
)


@given(st.text(max_size=300), st.none() | st.text(), usages, st.text(max_size=300))
def test_whatever_client_and_upstream_say_an_account_has_a_record_that_can_be_bound(
    model: str, upstream_id: str | None, usage: dict[str, Any] | None, path: str
) -> None:
    """No number beyond 2**53, no half character and no NUL reach a record, since the account lets none through."""
    account = Account("0" * 26, "/v1/chat/completions", NOON, ApiKey("key-1", "app-1", bytes(32), NOON, None))
    account.model, account.upstream_id, account.usage = model, upstream_id, usage
    account.prompt_rulings = ((path, a_ruling()),)
    exchange = account.record(policy="default@1", lexicon="f" * 64, models="", finished_at=NOON)
    record = record_of(exchange)
    assert entry_of(exchange, SALT).payloads[0].holds_for(record, SALT)
    assert decode_exchange(encode_exchange(exchange)) == exchange
    assert "\\u0000" not in record.decode()
    assert all(0 <= count < 2**53 for count in json.loads(record)["usage"].values()) if exchange.usage else True


def a_ruling() -> Ruling:
    return Ruling(Finding("t1", "A.1.h", "high", "exact", 0, 2), "flag")
