"""Carriers that are text."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import orjson
import yaml
from openai._streaming import SSEDecoder
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from hegui.label import html, markdown, svg
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


def xml_without(*names: str) -> Callable[[Path], str]:
    """The canonical XML without these elements."""

    def canonical(path: Path) -> str:
        return ElementTree.canonicalize(from_file=path, exclude_tags=names)

    return canonical


def ttml_payload(path: Path) -> object:
    """The cues, and whatever else is below the body."""
    body = ElementTree.XML(path.read_bytes()).find("{http://www.w3.org/ns/ttml}body")
    assert body is not None
    return ElementTree.tostring(body)


def cues(path: Path) -> bytes:
    """The cues as ffmpeg reads them; it says nothing else."""
    return output("ffmpeg", "-v", "warning", "-i", path, "-f", "srt", "-")


def answer(path: Path) -> object:
    """The answer without the label."""
    value = json.loads(path.read_bytes())
    value.pop("aigc", None)
    return value


def of_json(path: Path) -> str:
    """The object as it stands in the answer, as the standard library sees it."""
    return json.dumps(json.loads(path.read_bytes())["aigc"], separators=(",", ":"))


def of_completion(path: Path) -> str:
    """The answer as the client of OpenAI hands it on."""
    return json.dumps(
        (ChatCompletion.model_validate_json(path.read_bytes()).model_extra or {})["aigc"], separators=(",", ":")
    )


def chunks(path: Path) -> list[ChatCompletionChunk]:
    """The events as the client of OpenAI takes them apart."""
    data = [event.data for event in SSEDecoder().iter_bytes(iter([path.read_bytes()]))]
    assert data[-1] == "[DONE]"
    return [ChatCompletionChunk.model_validate_json(one) for one in data[:-1]]


def rebuilt(path: Path) -> object:
    """The text as the client puts it together, and everything else of the events but the label."""
    found = chunks(path)
    text = "".join(choice.delta.content or "" for one in found for choice in one.choices)
    return text, [one.model_dump(exclude={"aigc"}) for one in found]


def of_chunks(path: Path) -> str:
    """The object of the first and the last event, which are equal; no other event has one."""
    extras = [(one.model_extra or {}).get("aigc") for one in chunks(path)]
    assert extras[0] == extras[-1]
    assert not any(extras[1:-1])
    return json.dumps(extras[0], separators=(",", ":"))


def of_xpath(path: Path) -> str:
    return output("xmllint", "--xpath", "string(//*[local-name()='AIGC'])", path).decode().removesuffix("\n")


def of_exiftool_xmp(path: Path) -> str:
    return output("exiftool", "-s3", "-XMP:AIGC", path).decode().removesuffix("\n")


def well_formed(path: Path) -> None:
    output("xmllint", "--noout", path)


SVG = "{http://www.w3.org/2000/svg}"
ROWS: tuple[Row, ...] = (
    Row("doc.md", markdown, markdown_payload, {"PyYAML": front_matter}),
    Row("doc-frontmatter.md", markdown, markdown_payload, {"PyYAML": front_matter}),
    Row("page.html", html, lambda path: Page(path).events, {"html.parser": of_parser, "exiftool": of_exiftool}),
    Row("fragment.html", html, lambda path: Page(path).events, {"html.parser": of_parser}),
    Row(
        "drawing.svg",
        svg,
        xml_without(f"{SVG}metadata"),
        {"xmllint": of_xpath, "exiftool": of_exiftool_xmp},
        (well_formed,),
    ),
)
