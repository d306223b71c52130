"""The examples of docs/law.md, run: a line that stands there is printed; `…` stands for anything."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Hegui

PAGE = Path(__file__).parents[2] / "docs" / "law.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
PROFILES = ("shop.yaml", "api.yaml")
"""The profiles of the page, in its order."""


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCK.findall(PAGE.read_text("utf-8")) if found == kind]


@pytest.mark.parametrize("example", blocks("console"))
def test_an_example_prints_what_the_page_says(hegui: Hegui, tmp_path: Path, example: str) -> None:
    for name, text in zip(PROFILES, blocks("yaml"), strict=True):
        (tmp_path / name).write_text(text, "utf-8")
    command, *expected = example.splitlines()
    assert command.startswith("$ hegui ")
    result = hegui(
        *shlex.split(command)[2:], LANG="zh_CN.UTF-8" if re.search("[一-鿿]", "".join(expected)) else "C.UTF-8"
    )
    assert result.returncode == 0, result.stderr
    pattern = "\n".join(expected).split("…")
    assert re.search(".*?".join(map(re.escape, pattern)), result.stdout, re.DOTALL), result.stdout
