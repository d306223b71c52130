"""Put a lexicon in force, and look at what it does to a text before it is.

Knows the port and the lexicon; knows no file and no screen of its own.
"""

from __future__ import annotations

from datetime import datetime

from hegui.detect.lexicon import Lexicon
from hegui.usecases.ports import Lexicons, LexiconVersion

__all__ = ["load_lexicon"]


def load_lexicon(lexicons: Lexicons, lexicon: Lexicon, *, source: str, now: datetime) -> LexiconVersion:
    """Store a version and put it in force; gateways take it up within their poll interval."""
    version = LexiconVersion(lexicon.digest, len(lexicon.terms), source, now, lexicon.lines())
    lexicons.activate(version)
    return version
