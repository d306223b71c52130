"""Whether a tag's name or its text hints at a label: what the readers of comments and tags ask of each.

Knows how names and texts look that may be labels; knows no format. A name with AIGC in it is one, of any case, and so is the name
that the interface of one cloud has for the label in Base64; another text is one when it spells a label; a short one is a sign
when it has both elements of the explicit mark, or names a generator.
Rules: GB 45438-2025 Annex E a) (the name contains AIGC) and 5.1 (the two elements of a text); Labelling Measures, article 6 (3).
"""

from __future__ import annotations

import re
from typing import Literal

from hegui.label.generators import says_who_made_it
from hegui.label.spellings import MAX_TEXT, parse
from hegui.label.wording import explain_wording

__all__ = ["is_named", "is_spelt", "shows_text", "sign_in"]

SHORT = 200
"""Characters of a tag's text that may be such a sign; a longer one is prose about something."""
_KEYS = re.compile(r"produc|propagat|serviceprovider|生成合成服务|eyJBSUdD|eyJMYWJl|ewogIC|7b2241494743", re.IGNORECASE)


def is_named(name: str) -> bool:
    """Whether the name contains AIGC, of any case, or is that of the cloud."""
    return "aigc" in name.lower() or name.lower() == "xmpkvbase64"


def is_spelt(text: str) -> bool:
    """Whether the text spells a label, whatever its name is."""
    return len(text) <= MAX_TEXT and _KEYS.search(text) is not None and parse(text) is not None


def sign_in(text: str) -> Literal["explicit_text", "generator"] | None:
    """What a short text says of generation: that it was, or by which product.

    >>> sign_in("voice by ElevenLabs"), sign_in("AI generated"), sign_in("Side A")
    ('generator', 'explicit_text', None)
    """
    if len(text) > SHORT:
        return None
    if explain_wording(text).is_complete:
        return "explicit_text"
    return "generator" if says_who_made_it(text) else None


def shows_text(text: str) -> bool:
    """Whether the text is an explicit mark."""
    return len(text) <= SHORT and explain_wording(text).is_complete
