"""Say a figure of the law in words (数值的表述).

Knows how each language binds a number, its unit and its sense: 不满100,000人; below 100,000 persons; 不低于96%. Knows no day, and
not what a parameter means. A share of 0.05 is said as 5%; the raw number stays what the JSON shows.
"""

from __future__ import annotations

from decimal import Decimal

from hegui.law.parameters import Figure, Sense
from hegui.locale import message

__all__ = ["figure_text", "quantity_text"]

_OF_ITS_OWN = {
    ("minimum", "share"): "minimum_level",
    ("minimum", "years_of_age"): "minimum_level",
    ("below", "years_of_age"): "below_age",
}
"""Where Chinese has another word for the sense: 不低于 of a height, 不少于 of a count; 未满 of an age, 不满 of a number."""


def figure_text(value: Figure, unit: str, sense: Sense, lang: str) -> str:
    """The figure with its unit and what it bounds.

    >>> figure_text(0.05, "share", "maximum", "en"), figure_text(14, "years_of_age", "below", "zh")
    ('at most 5%', '未满14周岁')
    """
    key = _OF_ITS_OWN.get((sense, unit), sense)
    return message(f"law.figure.{key}", lang, figure=quantity_text(value, unit, lang))


def quantity_text(value: Figure, unit: str, lang: str) -> str:
    """The number with its unit.

    >>> quantity_text(1, "hour", "en"), quantity_text(0.96, "share", "zh"), quantity_text(("22:00", "06:00"), "local_time", "en")
    ('1 hour', '96%', '22:00–06:00 Beijing time')
    """
    number = "–".join(map(str, value)) if isinstance(value, tuple) else _number(value, unit)
    form = "one" if value == 1 and unit != "share" else "many"
    return message(f"law.unit.{unit}.{form}", lang, number=number)


def _number(value: float, unit: str) -> str:
    """With commas for thousands; a share in hundredths, exactly: 0.07 is 7 and not 7.000000000000001."""
    exact = Decimal(str(value)) * (100 if unit == "share" else 1)
    return f"{exact.normalize():,f}"
