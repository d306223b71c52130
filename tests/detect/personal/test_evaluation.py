"""The figures of personal information on labelled sets, and how they are counted."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hegui.detect.personal.evaluation import LABELS, evaluate
from hegui.detect.personal.labelled import read_rows, read_text
from hegui.errors import InputError
from tests.conftest import shared_rows

CLEAN = (
    "corpus_d2l_zh", "corpus_oi_wiki_zh", "corpus_owasp_en", "corpus_prc_laws_zh", "corpus_tech_docs_zh", "corpus_wikipedia_en",
)  # fmt: skip


def test_part(name: str) -> Iterator[dict[str, Any]]:
    """The half of a set that nothing was tuned on, by hash of the id."""
    return (row for row in shared_rows(name) if hashlib.sha256(row["id"].encode()).digest()[0] % 2)


test_part.__test__ = False  # type: ignore[attr-defined]


def test_a_span_counts_only_where_all_agrees() -> None:
    spans = [{"start": 2, "end": 13, "type": "MOBILE"}, {"start": 0, "end": 1, "type": "SHOE_SIZE"}]
    report = evaluate([{"text": "电话13800000000，123-45-6789", "spans": spans, "lang": "zh"}])
    assert (report.score("mobile_number").right, report.score("us_ssn").wrong) == (1, 1)
    assert dict(report.skipped) == {"SHOE_SIZE": 1}
    assert report.as_dict()["all"]["f1"] == pytest.approx(2 / 3, abs=1e-6)


def test_wrong_check_digits_are_reported_beside() -> None:
    report = evaluate([{"text": "身份证号110101190003071231", "lang": "zh"}])
    assert report.score().wrong == 0
    assert dict(report.check_wrong) == {"resident_id": 1}


def test_chinese_spans() -> None:
    report = evaluate(test_part("pii_zh_synthetic"))
    assert report.score().f1 >= 0.97
    assert {kind: report.score(kind).f1 for kind in report.kinds() if report.score(kind).f1 < 0.97} == {}
    assert report.check_wrong["resident_id"] > 0


def test_english_spans_of_the_kinds_we_claim() -> None:
    report = evaluate(test_part("pii_en"))
    claimed = set(LABELS["en"].values())
    assert {kind: report.score(kind).f1 for kind in claimed if report.score(kind).f1 < 0.90} == {}


@pytest.mark.parametrize("name", CLEAN)
def test_clean_documents_hold_nearly_nothing(name: str) -> None:
    report = evaluate(test_part(name))
    assert report.hit_rows <= 0.03 * report.rows


def test_plain_and_packed_rows_read_alike(tmp_path: Path) -> None:
    line = json.dumps({"text": "13800000000"}).encode() + b"\n\n"
    (tmp_path / "rows.jsonl").write_bytes(line)
    (tmp_path / "data.jsonl.gz").write_bytes(gzip.compress(line))
    assert list(read_rows(tmp_path)) == list(read_rows(tmp_path / "rows.jsonl")) == [{"text": "13800000000"}]


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b'{"text": 1}', b'{"text": "a", "lang": "fr"}', b'{"text": "a", "spans": 3}',
     b'{"text": "a", "spans": [{"start": 0}]}',
     b'{"text": "a", "spans": [{"start": 0, "end": 9, "type": "X"}]}', b"\xff\xfe", b"[" * 100_000],
)  # fmt: skip
def test_faulty_rows_are_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        list(read_rows(file))
    assert caught.value.code in ("PER002", "DET402")
    assert str(file) in str(caught.value.where)


def test_cut_archives_missing_files_and_other_encodings_are_named(tmp_path: Path) -> None:
    packed = tmp_path / "data.jsonl.gz"
    packed.write_bytes(gzip.compress(b'{"text": "a"}\n' * 1000)[:30])
    for path in (tmp_path, tmp_path / "none.jsonl"):
        with pytest.raises(InputError, match="DET402"):
            list(read_rows(path))
    packed.write_bytes("文".encode("gb18030"))
    with pytest.raises(InputError, match="PER001"):
        read_text(packed)
