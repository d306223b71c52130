"""LibreOffice opens a labelled file of each kind without complaint, and its own save keeps the label."""

from __future__ import annotations

from pathlib import Path

import pytest

from hegui.kernel.source import Source
from hegui.label import ooxml
from hegui.label.standing import labels
from tests.label.archives import LABEL, written
from tests.label.contract import CARRIERS, output


@pytest.mark.parametrize("name", ["report.docx", "sheet.xlsx", "slides.pptx"])
def test_a_save_by_libreoffice_keeps_the_label(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(written(ooxml, (CARRIERS / name).read_bytes()))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    output("soffice", profile, "--headless", "--convert-to", path.suffix[1:], "--outdir", tmp_path / "out", path)
    saved = (tmp_path / "out" / name).read_bytes()
    assert [one.spelt.label for one in labels(ooxml.read(Source.of(saved)))] == [LABEL]
