"""What the ledger enters into itself, beside the database, is what the sequencer takes over."""

from __future__ import annotations

from hegui.ledger import rotation, second
from hegui.store.sequencer import OWN


def test_the_sequencer_knows_every_type_that_the_ledger_writes_by_itself() -> None:
    assert {rotation.MARK, second.MARK} == OWN
