"""Write a label's JSON where a text gives some characters a meaning of their own: attributes and comments.

Knows the escapes of HTML attributes and those of JSON strings; knows no format. Each result reads back as the same object.
Rules: WHATWG HTML 13.1.2.3 and 13.1.6, XML 1.0 2.4 and 2.5; RFC 8259 section 7.
"""

from __future__ import annotations

__all__ = ["attribute_value", "comment_json"]


def attribute_value(text: str, quote: str = '"') -> str:
    """The text as the value of an attribute between these quotes.

    >>> attribute_value('{"a":"<&>"}')
    '{&quot;a&quot;:&quot;&lt;&amp;&gt;&quot;}'
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;") if quote == '"' else text.replace("'", "&#39;")


def comment_json(text: str) -> str:
    r"""Compact JSON without two hyphens in a row and without `<` and `>`, so that it ends no comment and no cue block.

    Words before and behind the object stay as they are: they stood in that place before.

    >>> comment_json('{"a":"-->"}')
    '{"a":"-\\u002d\\u003e"}'
    """
    start, end = text.find("{"), text.rfind("}") + 1
    json = text[start:end].replace("--", "-\\u002d").replace("<", "\\u003c").replace(">", "\\u003e")
    return text[:start] + json + text[end:]
