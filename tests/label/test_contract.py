"""Every codec keeps the same contract, on every carrier: a new format joins by a row."""

from __future__ import annotations

import importlib
import pkgutil
from io import BytesIO
from pathlib import Path

import pytest

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.aigc import AigcLabel
from hegui.label.standing import labels
from tests.label import rows as families
from tests.label.contract import CARRIERS, Row

ROWS: list[Row] = [
    row
    for family in pkgutil.iter_modules(families.__path__)
    for row in importlib.import_module(f"{families.__name__}.{family.name}").ROWS
]
LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
OTHER = LABEL.propagated("00119144030008867405X220001", "p<1>&'2'", reserved='{"k":"v & <w>"}')
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.carrier)


def carrier(row: Row) -> bytes:
    return (CARRIERS / row.carrier).read_bytes()


def written(row: Row, data: bytes, label: AigcLabel = LABEL) -> bytes:
    return apply(data, row.codec.write(Source.of(data), label))


def standing(row: Row, data: bytes) -> list[AigcLabel]:
    return [one.spelt.label for one in labels(row.codec.read(Source.of(data)))]


@pytest.fixture
def labelled(row: Row, tmp_path: Path) -> Path:
    path = tmp_path / row.carrier
    path.write_bytes(written(row, carrier(row)))
    return path


@every_row
def test_the_carrier_is_recognised_by_its_content_and_no_other_codec_is_surer(row: Row) -> None:
    head = carrier(row)[:4096]
    mine = row.codec.score(row.carrier, head)
    assert mine > 0
    others = {other.codec.NAME: other.codec.score(row.carrier, head) for other in ROWS if other.codec is not row.codec}
    assert all(score < mine for score in others.values()), others


@every_row
def test_an_unlabelled_carrier_has_no_label_and_no_gap(row: Row) -> None:
    reading = row.codec.read(Source.of(carrier(row)))
    assert labels(reading) == ()
    assert reading.gaps == ()


@every_row
def test_what_was_written_is_read_and_has_no_deviation(row: Row) -> None:
    data = written(row, carrier(row))
    (one,) = labels(row.codec.read(Source.of(data)))
    assert one.spelt.label == LABEL
    assert [finding for finding in (*one.candidate.findings, *one.spelt.findings) if finding.grade != "note"] == []
    assert one.candidate.is_standard


@every_row
def test_the_offset_of_the_label_lies_in_the_file(row: Row) -> None:
    data = written(row, carrier(row))
    (one,) = labels(row.codec.read(Source.of(data)))
    assert 0 <= one.candidate.offset < one.candidate.offset + one.candidate.size <= len(data)


@every_row
def test_writing_the_same_label_twice_is_writing_it_once(row: Row) -> None:
    data = written(row, carrier(row))
    assert list(row.codec.write(Source.of(data), LABEL)) == []


@every_row
def test_another_label_takes_the_place_of_the_first(row: Row) -> None:
    data = written(row, written(row, carrier(row)), OTHER)
    assert standing(row, data) == [OTHER]
    back = written(row, data)
    assert standing(row, back) == [LABEL]


@every_row
def test_a_label_of_another_producer_keeps_its_elements_when_a_propagator_adds_its_own(row: Row) -> None:
    theirs = AigcLabel.first("00119144030008867405X210001", "their-number", reserved="s1")
    data = written(row, carrier(row), theirs)
    (found,) = standing(row, data)
    (both,) = standing(row, written(row, data, found.propagated("001191110102MAD55U9H0F20001", "n2")))
    assert (both.producer, both.produce_id, both.reserved_1) == (theirs.producer, theirs.produce_id, "s1")
    assert (both.propagator, both.propagate_id) == ("001191110102MAD55U9H0F20001", "n2")


@every_row
def test_without_its_label_the_file_is_the_carrier_where_that_is_claimed(row: Row) -> None:
    if not row.codec.IS_REVERSIBLE:
        pytest.skip(f"{row.codec.NAME} does not claim to give back the bytes before labelling")
    data = written(row, carrier(row))
    assert apply(data, row.codec.bare(Source.of(data))) == carrier(row)
    again = written(row, data, OTHER)
    assert apply(again, row.codec.bare(Source.of(again))) == carrier(row)


@every_row
def test_the_payload_is_the_same(row: Row, labelled: Path) -> None:
    assert row.payload(labelled) == row.payload(CARRIERS / row.carrier)


@every_row
def test_independent_programs_return_the_exact_text(row: Row, labelled: Path) -> None:
    shown = {name: judge(labelled) for name, judge in row.judges.items()}
    assert shown == dict.fromkeys(row.judges, row.shown(LABEL.text()))


@every_row
def test_escapes_survive_independent_programs(row: Row, tmp_path: Path) -> None:
    path = tmp_path / row.carrier
    path.write_bytes(written(row, carrier(row), OTHER))
    shown = {name: judge(path) for name, judge in row.judges.items()}
    assert shown == dict.fromkeys(row.judges, row.shown(OTHER.text()))


@every_row
def test_structure_checkers_stay_quiet(row: Row, labelled: Path) -> None:
    for check in row.structure:
        check(labelled)


@every_row
def test_the_source_is_never_asked_for_more_than_the_metadata(row: Row) -> None:
    """A carrier is small; what a walk takes stays within twenty times its size, however often it looks again."""
    data = written(row, carrier(row))
    source = Source(BytesIO(data), budget=20 * len(data) + 65_536)
    assert len(labels(row.codec.read(source))) == 1
