"""Carriers that are text."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import orjson
import yaml

from hegui.label import html, markdown
from tests.label.contract import Row, output

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


class Page(HTMLParser):
    """What the parser of the standard library tells of a page, and the label apart."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[object] = []
        self.labels: list[str] = []
        self.feed(path.read_text("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "meta" and found.get("name") == "AIGC":
            self.labels.append(found["content"] or "")
        else:
            self.events.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.events.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.events.append(data)

    def handle_comment(self, data: str) -> None:
        self.labels.append(json.dumps(json.loads(data.partition(":")[2]), separators=(",", ":")))


def of_parser(path: Path) -> str:
    (label,) = Page(path).labels
    return label


def of_exiftool(path: Path) -> str:
    return output("exiftool", "-s3", "-HTML:AIGC", path).decode().rstrip("\n")


ROWS: tuple[Row, ...] = (
    Row("doc.md", markdown, markdown_payload, {"PyYAML": front_matter}),
    Row("doc-frontmatter.md", markdown, markdown_payload, {"PyYAML": front_matter}),
    Row("page.html", html, lambda path: Page(path).events, {"html.parser": of_parser, "exiftool": of_exiftool}),
    Row("fragment.html", html, lambda path: Page(path).events, {"html.parser": of_parser}),
)
