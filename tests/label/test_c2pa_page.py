"""docs/label-c2pa.md and docs/label-watermark.md: their Python and commands are as they say."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import click
import pytest

from hegui.faces.cli.label_c2pa import c2pa_sign, c2pa_verify
from hegui.faces.cli.label_watermark import watermark

DOCS = Path(__file__).parents[2] / "docs"
GROUPS = {
    "c2pa-sign": c2pa_sign,
    "c2pa-verify": c2pa_verify,
    **{f"watermark {n}": c for n, c in watermark.commands.items()},
}


def test_the_python_of_the_page_says_what_it_shows() -> None:
    assert not doctest.testfile(str(DOCS / "label-c2pa.md"), module_relative=False).failed


@pytest.mark.parametrize("page", ["label-c2pa.md", "label-watermark.md"])
def test_every_option_on_the_page_exists(page: str) -> None:
    lines = re.findall(r"^\$ hegui label (.+)$", (DOCS / page).read_text("utf-8"), re.MULTILINE)
    for line in lines:
        for name, command in GROUPS.items():
            if line.startswith(name):
                known = {word for option in command.params if isinstance(option, click.Option) for word in option.opts}
                assert set(re.findall(r"--[a-z-]+", line)) <= known, line


def test_every_option_of_signing_is_on_the_page() -> None:
    text = (DOCS / "label-c2pa.md").read_text("utf-8")
    options = {word for option in c2pa_sign.params if isinstance(option, click.Option) for word in option.opts}
    assert {word for word in options if word not in text} <= {"--out"}
