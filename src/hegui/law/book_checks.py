"""See that every name in the law resolves.

Knows what may refer to what: conditions to facts, levels and questions of law; provisions to instruments; exceptions to the
provisions they cite. Knows no files: faults are named by the places the entries carry.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from hegui.law.entries import Faults
from hegui.law.expression import Compare, Expression, Fact, Reading, atoms
from hegui.law.facts import FactDefinition, FactGroup, derivation_parts
from hegui.law.instruments import Instrument
from hegui.law.provisions import Provision
from hegui.law.uncertainties import Uncertainty

__all__ = ["check_bearers", "check_names", "condition_faults"]


def check_names(
    instruments: Mapping[str, Instrument],
    provisions: Mapping[str, Provision],
    groups: Sequence[FactGroup],
    uncertainties: Mapping[str, Uncertainty],
    faults: Faults,
) -> None:
    """Adds a fault for each name that leads nowhere, and for facts that are defined by themselves."""
    facts = _facts(groups, faults)
    for place, condition in _conditions(instruments, provisions, facts, uncertainties):
        for problem in condition_faults(condition, facts, uncertainties):
            faults.add(place, problem)
    for instrument in instruments.values():
        if instrument.superseded_by and instrument.superseded_by not in instruments:
            faults.add(
                f"{instrument.folder}/instrument.yaml", f"superseded_by — no instrument {instrument.superseded_by}"
            )
    _check_citations(provisions, uncertainties, faults)
    _check_circles(facts, faults)


def check_bearers(provisions: Mapping[str, Provision], bearers: Container[str], faults: Faults) -> None:
    """Adds a fault for each bearer that has no word."""
    for provision in provisions.values():
        for one in provision.bearers:
            if one not in bearers:
                faults.add(provision.place, f"there is no bearer {one}")


def condition_faults(
    condition: Expression, facts: Mapping[str, FactDefinition], uncertainties: Mapping[str, Uncertainty]
) -> Iterator[str]:
    """What is wrong with the names and types in a condition."""
    for atom in atoms(condition):
        if isinstance(atom, Reading):
            if atom.id not in uncertainties:
                yield f"there is no question {atom.id}"
        elif atom.name not in facts:
            yield f"there is no fact {atom.name}"
        elif problem := _type_problem(atom, facts[atom.name]):
            yield problem


def _type_problem(atom: Fact | Compare, fact: FactDefinition) -> str | None:
    if isinstance(atom, Fact):
        return None if fact.kind == "bool" else f"{atom.name} is a {fact.kind}; compare it with something"
    if fact.kind == "bool":
        return f"{atom.name} is true or false; it cannot be compared"
    if fact.kind == "level":
        known = [level.id for level in fact.levels]
        return None if atom.literal in known else f"{atom.literal!r} is no level of {atom.name}: {', '.join(known)}"
    if isinstance(atom.literal, str):
        return f"{atom.literal!r} is no number, and {atom.name} is a {fact.kind}"
    return (
        f"{atom.name} is counted in whole numbers" if fact.kind == "count" and isinstance(atom.literal, float) else None
    )


def _facts(groups: Sequence[FactGroup], faults: Faults) -> Mapping[str, FactDefinition]:
    found: dict[str, FactDefinition] = {}
    for group in groups:
        for fact in group.facts:
            if fact.name in found:
                faults.add(fact.place, f"{fact.name} already stands at {found[fact.name].place}")
            found[fact.name] = fact
    return found


def _conditions(
    instruments: Mapping[str, Instrument],
    provisions: Mapping[str, Provision],
    facts: Mapping[str, FactDefinition],
    uncertainties: Mapping[str, Uncertainty],
) -> Iterator[tuple[str, Expression]]:
    for instrument in instruments.values():
        if instrument.gate is not None:
            yield f"{instrument.folder}/instrument.yaml", instrument.gate
    for provision in provisions.values():
        yield provision.place, provision.when
        yield from ((provision.place, exemption.when) for exemption in provision.exemptions)
    for fact in facts.values():
        yield from ((fact.place, part) for part in derivation_parts(fact.derivation))
    for uncertainty in uncertainties.values():
        yield uncertainty.place, uncertainty.when


def _check_citations(
    provisions: Mapping[str, Provision], uncertainties: Mapping[str, Uncertainty], faults: Faults
) -> None:
    for provision in provisions.values():
        _check_ids(provision.place, (e.cites for e in provision.exemptions), provisions, faults)
        _check_ids(provision.place, provision.excludes, provisions, faults)
    for uncertainty in uncertainties.values():
        _check_ids(uncertainty.place, uncertainty.provisions, provisions, faults)


def _check_ids(place: str, cited: Iterable[str], provisions: Mapping[str, Provision], faults: Faults) -> None:
    for identifier in cited:
        if identifier not in provisions:
            faults.add(place, f"there is no provision {identifier}")


def _check_circles(facts: Mapping[str, FactDefinition], faults: Faults) -> None:
    """A fact must not be derived from itself, over however many steps."""
    clear: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        fact = facts.get(name)
        if fact is None or name in clear:
            return
        if name in above:
            faults.add(fact.place, f"{' → '.join((*above[above.index(name) :], name))}: derived from itself")
            return
        for part in derivation_parts(fact.derivation):
            for atom in atoms(part):
                if not isinstance(atom, Reading):
                    visit(atom.name, (*above, name))
        clear.add(name)

    for name in facts:
        visit(name, ())
