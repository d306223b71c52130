"""Carriers that are text."""

from __future__ import annotations

from pathlib import Path

import orjson
import yaml

from hegui.label import markdown
from tests.label.contract import Row

__all__ = ["ROWS"]


def front_matter(path: Path) -> str:
    """The label in the front matter, as PyYAML sees it."""
    _, block, _ = path.read_text("utf-8").split("---\n", 2)
    return orjson.dumps(yaml.safe_load(block)["AIGC"]).decode()


def markdown_payload(path: Path) -> object:
    """The text behind the front matter, and its other keys."""
    text = path.read_text("utf-8")
    if not text.startswith("---\n"):
        return text, {}
    _, block, body = text.split("---\n", 2)
    keys = yaml.safe_load(block)
    keys.pop("AIGC", None)
    return body, keys


ROWS: tuple[Row, ...] = (
    Row("doc.md", markdown, markdown_payload, {"PyYAML": front_matter}),
    Row("doc-frontmatter.md", markdown, markdown_payload, {"PyYAML": front_matter}),
)
