"""docs/labels.md: every format and command is on the page, and its Python does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from hegui.faces.cli.label import label
from hegui.label.formats import CODECS

PAGE = (Path(__file__).parents[2] / "docs" / "labels.md").read_text(encoding="utf-8")
WORDS = {
    "jpeg": "JPEG", "webp": "WebP", "heif": "HEIC", "mp4": "MP4", "matroska": "MKV", "ogg": "Ogg", "ooxml": "DOCX", "html": "HTML",
    "markdown": "Markdown", "vtt": "WebVTT", "json": "JSON answer", "sse": "event stream", "text": "TXT", "icon": "ICO",
}  # fmt: skip


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.NAME)
def test_every_format_has_a_row(codec: object) -> None:
    name = str(codec.NAME)  # type: ignore[attr-defined]
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    word = next((word for key, word in WORDS.items() if name.startswith(key)), name.upper())
    assert any(word in row.split("|")[1] for row in rows), word


def test_every_command_is_on_the_page() -> None:
    assert isinstance(label, click.Group)
    missing = [
        name for name in label.commands if f"label {name}" not in PAGE and not name.startswith(("c2pa", "watermark"))
    ]
    assert missing == []


def test_its_python_runs() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(block, "docs/labels.md", "exec"), {})  # noqa: S102
