"""The sanctions, chains and rules that come with hegui, read as the law book reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

from hegui.law.data_files import DataFiles, law_folder
from hegui.law.entries import Entry, Faults
from hegui.law.sanction_data import Chain, PenaltyRule, Sanction
from hegui.law.sanction_files import check_sanctions, read_chain, read_penalty_rule, read_sanction
from hegui.law.yaml_lines import parse_yaml

T = TypeVar("T")


@cache
def parsed() -> Mapping[str, Any]:
    folders = ("sanctions/", "sanction_chains/", "penalty_rules/")
    contents = DataFiles(law_folder()).contents
    return {name: parse_yaml(text.decode()) for name, text in contents.items() if name.startswith(folders)}


def shelf(prefix: str, read: Callable[[Entry], T], faults: Faults) -> Iterator[T]:
    for name, raw in parsed().items():
        if name.startswith(prefix):
            entry = Entry(raw, name, 1, faults)
            yield read(entry)
            entry.done()


@cache
def faults() -> Faults:
    found = Faults()
    read_all(found)
    return found


def read_all(found: Faults) -> tuple[Mapping[str, Sanction], Mapping[str, Chain], tuple[PenaltyRule, ...]]:
    sanctions = {one.id: one for one in shelf("sanctions/", read_sanction, found)}
    chains = {one.id: one for one in shelf("sanction_chains/", read_chain, found)}
    rules = tuple(shelf("penalty_rules/", read_penalty_rule, found))
    check_sanctions(sanctions, chains.values(), found)
    return sanctions, chains, rules


SANCTIONS, CHAINS, RULES = read_all(Faults())
