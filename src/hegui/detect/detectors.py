"""The detectors at hand: a lexicon, personal information, the small model of harm; which of them look at a text is asked for.

Knows what there is and begins the watches; knows no policy and no text. Immutable, shared by all texts that began under it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hegui.detect.compiled import CompiledLexicon
from hegui.detect.findings import HARM, PERSONAL
from hegui.detect.harm.score import HarmScorer
from hegui.detect.watch import HarmWatch, PersonalWatch, Watch
from hegui.errors import InternalError

__all__ = ["Detectors"]


@dataclass(frozen=True)
class Detectors:
    """What looks at texts.

    Attributes:
        lexicon: always looks.
        harm: the model of harm; None where nobody asks for it, for it takes memory.
    """

    lexicon: CompiledLexicon
    harm: HarmScorer | None = None

    def watches(self, kinds: Collection[str], *, holds: bool = False) -> tuple[Watch, ...]:
        """Watches over a new text for these kinds, beside the lexicon; `holds` as in `HarmWatch`.

        Raises InternalError DET001: the model of harm is asked for and was not loaded.
        """
        found: list[Watch] = []
        if PERSONAL in kinds:
            found.append(PersonalWatch())
        if HARM in kinds:
            if self.harm is None:
                problem = "a policy asks for the model of harm, which was not loaded."
                raise InternalError(
                    "DET001", "detectors", problem, "Restart hegui; it loads what its policies ask for."
                )
            found.append(HarmWatch(self.harm, holds=holds))
        return tuple(found)

    @property
    def models(self) -> str:
        """What records name the models by: `harm:` and the first 12 digits of its digest; "" where there is none."""
        return "" if self.harm is None else f"harm:{self.harm.digest[:12]}"
