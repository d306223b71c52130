"""A lexicon made ready to screen with.

Knows the views its terms are looked for in; knows no text. Immutable, so that every stream may share it.
"""

from __future__ import annotations

from hegui.detect.families import Folding
from hegui.detect.glance import Glance
from hegui.detect.lexicon import Lexicon, Term
from hegui.detect.views import View, compile_views
from hegui.kernel.fold import fold

__all__ = ["CompiledLexicon"]


class CompiledLexicon:
    """A lexicon ready to screen with; immutable, shared by all streams that began under it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.terms: tuple[Term, ...] = lexicon.terms
        self.views: tuple[View, ...] = compile_views(lexicon.terms)
        self.glance = Glance(self.views)
        self.exceptions: dict[int, tuple[str, ...]] = {
            number: tuple(map(fold, term.exceptions)) for number, term in enumerate(lexicon.terms) if term.exceptions
        }
        self.without: dict[int, frozenset[Folding]] = {
            number: frozenset(term.without) for number, term in enumerate(lexicon.terms) if term.without
        }

    @property
    def digest(self) -> str:
        """Digest of the list; computed when first asked for."""
        return self._lexicon.digest
