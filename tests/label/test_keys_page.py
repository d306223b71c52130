"""docs/label-keys.md, read as a program: its Python says what the page says it does, and openssl accepts what it signs."""

from __future__ import annotations

import doctest
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "label-keys.md"
BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_page_runs_from_its_top_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    assert {language for language, _ in blocks} == {"python", "sh"}
    for at, (language, text) in enumerate(blocks):
        if language == "sh":
            done = subprocess.run(["sh", "-ec", text], capture_output=True, check=False, timeout=60)
            assert done.returncode == 0, done.stderr.decode()
            continue
        example = doctest.DocTestParser().get_doctest(text, names, f"block {at}", str(PAGE), 0)
        said: list[str] = []
        failed = doctest.DocTestRunner().run(example, out=said.append, clear_globs=False).failed
        assert not failed, "".join(said)
        names |= example.globs
