"""epubcheck has no complaint about a labelled book of either version; it takes seconds, so both are checked at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hegui.label import epub
from tests.label.archives import written
from tests.label.contract import output
from tests.label.test_epub import BOOK, book_2

CHECKER = Path("/usr/share/java/epubcheck.jar")


def test_epubcheck_has_no_complaint_about_either_version(tmp_path: Path) -> None:
    if not CHECKER.exists():
        pytest.skip("epubcheck is not installed; tools/system-programs.sh installs it")
    books = {"3.epub": BOOK, "2.epub": book_2()}
    for name, data in books.items():
        (tmp_path / name).write_bytes(written(epub, data))
    java = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", CHECKER]
    with ThreadPoolExecutor(2) as pool:
        for said in pool.map(lambda name: output(*java, tmp_path / name), books):
            assert b"0 fatals / 0 errors / 0 warnings" in said
