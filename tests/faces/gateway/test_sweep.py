"""One timer for many: who is reminded, and when."""

from __future__ import annotations

import asyncio

from hegui.faces.gateway.sweep import Sweep


class Waiting:
    def __init__(self) -> None:
        self.reminded: list[float] = []

    def overdue(self) -> None:
        self.reminded.append(asyncio.get_running_loop().time())


def test_who_is_not_discarded_is_reminded_once_between_one_and_two_spans_later() -> None:
    async def main() -> None:
        sweep, begun = Sweep(0.05), asyncio.get_running_loop().time()
        patient, gone, late = Waiting(), Waiting(), Waiting()
        for one in (patient, gone):
            sweep.add(one)
        sweep.discard(gone)
        await asyncio.sleep(0.06)
        sweep.add(late)
        assert not patient.reminded
        while not late.reminded:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.15)
        assert len(patient.reminded) == len(late.reminded) == 1
        assert not gone.reminded
        assert patient.reminded[0] - begun >= 0.05
        assert patient.reminded[0] < late.reminded[0]

    asyncio.run(main())


def test_whoever_is_added_again_begins_anew() -> None:
    async def main() -> None:
        sweep, patient = Sweep(0.2), Waiting()
        for _ in range(10):
            sweep.add(patient)
            await asyncio.sleep(0.05)
        assert not patient.reminded
        sweep.discard(patient)
        await asyncio.sleep(0.5)
        assert not patient.reminded

    asyncio.run(main())
