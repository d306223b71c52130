"""The law and its answers as OSCAL documents: catalog, profile and assessment results.

Knows nothing itself: here stands what others call. Each function returns a document as plain values; `oscal_text` writes it.
How two languages are carried, and why there are observations and no findings, is said where it is done and in
docs/law-exports.md.
"""

from __future__ import annotations

import json

from hegui.law.exports.oscal_catalog import oscal_catalog
from hegui.law.exports.oscal_profile import oscal_profile
from hegui.law.exports.oscal_results import oscal_results
from hegui.law.exports.oscal_terms import Json

__all__ = ["oscal_catalog", "oscal_profile", "oscal_results", "oscal_text"]


def oscal_text(document: Json) -> str:
    """The document as JSON; the same document gives the same text."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
