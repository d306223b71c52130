"""What all CISO Assistant libraries of hegui share: URNs, the head of a library, and how two languages are carried.

Knows the file format of that project as its user documentation publishes it (pages "Library metadata", "Framework",
"Implementation groups", "Mappings") and as its own libraries use it. The program is under the AGPL: nothing of its code is here,
only the names of the members of a file.

The libraries are Chinese (`locale: zh`), because the Chinese wording binds; English stands in `translations` beside every text.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hegui.errors import InputError
from hegui.law.instruments import Jurisdiction
from hegui.law.words import Words

__all__ = ["Node", "both", "framework_name", "framework_urn", "given", "head", "library_urn", "node_urn", "set_urn"]

Node = dict[str, Any]

PACKAGER = "hegui"

COPYRIGHT = "Wording: the hegui authors, Apache-2.0. 条文表述为自拟，以各文件的中文文本为准。"

_NAMES: Mapping[Jurisdiction, tuple[str, Words]] = {
    "CN": ("cn-genai", Words("中国生成式人工智能服务法律义务", "Chinese law on generative-AI services")),
    "EU": ("eu-ai", Words("欧盟人工智能法（对照）", "EU AI Act (for comparison)")),
    "UK": ("uk-ai", Words("英国人工智能原则与法律（对照）", "UK principles and law on AI (for comparison)")),
    "US": ("us-ai", Words("美国联邦与州人工智能法（对照）", "US federal and state law on AI (for comparison)")),
}


def framework_name(jurisdiction: Jurisdiction) -> tuple[str, Words]:
    """The identifier and the name of the framework that holds a jurisdiction's law."""
    return _NAMES[jurisdiction]


def library_urn(identifier: str) -> str:
    return f"urn:{PACKAGER}:risk:library:{identifier}"


def framework_urn(jurisdiction: Jurisdiction) -> str:
    return f"urn:{PACKAGER}:risk:framework:{_NAMES[jurisdiction][0]}"


def node_urn(jurisdiction: Jurisdiction, reference: str) -> str:
    """The URN of an instrument, article or provision; lower case, as the format asks."""
    return f"urn:{PACKAGER}:risk:req_node:{_NAMES[jurisdiction][0]}:{reference.lower()}"


def set_urn(identifier: str) -> str:
    return f"urn:{PACKAGER}:risk:req_mapping_set:{identifier}"


def head(identifier: str, name: Words, description: Words, version: int, published: date) -> Node:
    """The members that say what a library is. Raises InputError (LAW090) for a version below 1.

    Args:
        version: counts the editions of the library; the program takes an update only if it is higher than what it has.
    """
    if version < 1:
        raise InputError("LAW090", "version", f"{version} is not a version of a library", "Count editions from 1.")
    return {
        "urn": library_urn(identifier),
        "locale": "zh",
        "ref_id": identifier,
        **both(name=name, description=description),
        "copyright": COPYRIGHT,
        "version": version,
        "publication_date": published.isoformat(),
        "provider": PACKAGER,
        "packager": PACKAGER,
    }


def both(**texts: Words | None) -> Node:
    """Each text in Chinese, and in English under `translations`; a text that is None is left out."""
    present = {name: words for name, words in texts.items() if words}
    english = {name: words.text("en") for name, words in present.items()}
    return given(
        {
            **{name: words.text("zh") for name, words in present.items()},
            "translations": {"en": english} if english else {},
        }
    )


def given(members: Node) -> Node:
    """The members that say something."""
    return {name: value for name, value in members.items() if value not in (None, [], "", {})}
