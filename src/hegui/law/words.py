"""A wording in two languages.

Knows that Chinese binds and English explains: where one is missing, the other is shown rather than nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Words"]


@dataclass(frozen=True)
class Words:
    """The same notion in Chinese and in English."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        """In `lang`, "zh" or "en"; what has no wording there is given in the other language."""
        first, second = (self.zh, self.en) if lang == "zh" else (self.en, self.zh)
        return first or second

    def plain(self) -> dict[str, str]:
        """Both, for JSON."""
        return {"zh": self.zh, "en": self.en}

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)
