"""TTML subtitles: the label as the property AIGC in a `<metadata>` element at the start of `<head>`.

Knows head, metadata and the property in both; refuses files that use entities of their own. A head that stands gets a metadata
element more, a file without a head gets one. Cues stay as they were.
Rules: TTML 2 chapter 14 (metadata may hold elements of other namespaces); the property is that of TC260-PG-20259A; our proposal.
"""

from __future__ import annotations

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.reading import Reading
from hegui.label.standing import rewritten, standing
from hegui.label.xml_label import Form, bare_label, changed_label, fresh_property, read_labels, require_written
from hegui.label.xml_text import inserted, read_markup, root_name

__all__ = [
    "CLAUSE",
    "EXTENSIONS",
    "IS_REVERSIBLE",
    "MEDIA_TYPES",
    "NAME",
    "PLACE",
    "bare",
    "read",
    "score",
    "write",
]

NAME = "ttml"
EXTENSIONS = (".ttml", ".dfxp", ".itt")
MEDIA_TYPES = ("application/ttml+xml",)
PLACE = "the property AIGC in a metadata element at the start of head"
CLAUSE = "our proposal"
IS_REVERSIBLE = True

_NAMES = ("metadata", "head")


def score(name: str, head: bytes) -> int:
    """The root element is tt."""
    return 95 if root_name(head)[1] == "tt" else 0


def read(source: Source) -> Reading:
    """The property AIGC wherever it stands."""
    return Reading(*read_labels(read_markup(source, _NAMES), NAME))


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The property in the head. Raises LabelError (LBL005, LBL006, LBL083, LBL084), MalformedError."""
    markup = read_markup(source, _NAMES)
    root = markup.require_root(NAME)
    one = standing(Reading(read_labels(markup, NAME)[0]), NAME)
    text = rewritten(one, label)
    if text is None:
        return ()
    if one is not None:
        require_written(one, NAME)
        return (changed_label(markup, text),)
    prefix = f"{root.tag.prefix}:" if root.tag.prefix else ""
    put = f"<{prefix}metadata>".encode() + fresh_property(text) + f"</{prefix}metadata>".encode()
    head = next((one for one in markup.elements if one.tag.parent is root.tag and one.tag.local == "head"), None)
    if head is None:
        put = f"<{prefix}head>".encode() + put + f"</{prefix}head>".encode()
    return (markup.splice(inserted(markup.body, head or root, put)),)


def bare(source: Source) -> tuple[Splice, ...]:
    """Without the property, and without the elements that came with it."""
    markup = read_markup(source, _NAMES)
    markup.require_root(NAME)
    one = standing(Reading(read_labels(markup, NAME)[0]), NAME)
    if one is None:
        return ()
    require_written(one, NAME)
    return (bare_label(markup, (Form(fresh_property, ("metadata", "head")),)),)
