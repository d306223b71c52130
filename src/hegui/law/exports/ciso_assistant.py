"""The law as libraries for CISO Assistant: a framework for each jurisdiction, and the mappings between them.

Knows nothing itself: here stands what others call. Each function returns a library as plain values; `library_text` writes it.
"""

from __future__ import annotations

from typing import Any

import yaml

from hegui.law.exports.ciso_framework import framework_library
from hegui.law.exports.ciso_mappings import ABROAD, mapping_library
from hegui.law.exports.ciso_terms import Node

__all__ = ["ABROAD", "framework_library", "library_text", "mapping_library"]

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_WIDTH = 120


def library_text(library: Node) -> str:
    """The library as YAML; the same library gives the same text."""
    return str(yaml.dump(library, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=_WIDTH))
