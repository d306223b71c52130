"""The system as settings describe it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hegui.compose import compose, ledger_home
from hegui.settings import Settings
from hegui.store import pseudonym_secret
from hegui.usecases.ledger_log import read_log
from hegui.usecases.ports import ExchangeFilter
from tests.store.samples import NOON, an_exchange


def test_a_system_records_and_finds_again(tmp_path: Path) -> None:
    settings = Settings.read({"HEGUI_STATE_DIR": str(tmp_path / "state")}, None)
    system = compose(settings, clock=lambda: NOON)
    assert system.clock() == NOON
    assert not (tmp_path / "state" / "pseudonym.key").exists()
    assert system.pseudonym_secret == pseudonym_secret(tmp_path / "state")
    assert system.lexicons.active() is None

    async def main() -> None:
        recorder = system.open_recorder()
        await recorder.record(an_exchange())
        assert recorder.spooled() == 1
        recorder.close()

    asyncio.run(main())
    assert list(system.exchanges.list(ExchangeFilter())) == []
    evidence = system.open_evidence()
    evidence.stop()
    evidence.run()
    assert evidence.last_error is None
    assert read_log(ledger_home(settings)).checkpoint.size == 1
    assert list(system.exchanges.list(ExchangeFilter())) == [an_exchange()]
    system.close()
