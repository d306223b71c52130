"""Whether a tag's name or its text hints at a label: what the readers of comments and tags ask of each.

Knows how names and texts look that may be labels; knows no format. A name with AIGC in it is one, of any case; another text
is one when it spells a label, and shows the explicit mark when it is short and has both its elements.
Rules: GB 45438-2025 Annex E a) (the name contains AIGC) and 5.1 (the two elements of a text).
"""

from __future__ import annotations

import re

from hegui.label.spellings import MAX_TEXT, parse
from hegui.label.wording import explain_wording

__all__ = ["is_named", "is_spelt", "shows_text"]

SHORT = 200
"""Characters of a tag's text that may be an explicit mark; a longer one is prose about something."""
_KEYS = re.compile(r"produce|propagat|serviceprovider", re.IGNORECASE)


def is_named(name: str) -> bool:
    """Whether the name contains AIGC, of any case."""
    return "aigc" in name.lower()


def is_spelt(text: str) -> bool:
    """Whether the text spells a label, whatever its name is."""
    return len(text) <= MAX_TEXT and _KEYS.search(text) is not None and parse(text) is not None


def shows_text(text: str) -> bool:
    """Whether the text is an explicit mark."""
    return len(text) <= SHORT and explain_wording(text).is_complete
