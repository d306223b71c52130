"""Say amounts of money and terms of custody in words.

Knows the manner of each language: 5万元以上50万元以下; RMB 50,000 to 500,000. Knows no law. What is open is said to be open, with
the reason.
"""

from __future__ import annotations

from decimal import Decimal

from hegui.law.sanction_amounts import Band, Bound
from hegui.law.sanction_data import Custody, Fine
from hegui.law.sanction_names import Currency
from hegui.locale import message

__all__ = ["band_text", "custody_text", "fine_text", "money"]

_UNITS_ZH = {"CNY": "元", "EUR": "欧元", "USD": "美元", "GBP": "英镑"}
_TEN_THOUSAND = 10_000
_HUNDRED_MILLION = 100_000_000
_CUSTODY = {
    (True, True): "range_bare",
    (True, False): "from_bare",
    (False, True): "upto_bare",
    (False, False): "unknown_bare",
}


def money(amount: int, currency: Currency, lang: str) -> str:
    """An amount in whole units.

    >>> money(500_000, "CNY", "zh"), money(500_000, "CNY", "en"), money(5_000, "EUR", "zh"), money(150_000_000, "CNY", "zh")
    ('50万元', 'RMB 500,000', '5000欧元', '1.5亿元')
    """
    if lang != "zh":
        return f"{'RMB' if currency == 'CNY' else currency} {amount:,}"
    if amount >= _HUNDRED_MILLION and amount % _TEN_THOUSAND == 0:
        return f"{(Decimal(amount) / _HUNDRED_MILLION).normalize():f}亿{_UNITS_ZH[currency]}"
    if amount and amount % _TEN_THOUSAND == 0:
        return f"{amount // _TEN_THOUSAND}万{_UNITS_ZH[currency]}"
    return f"{amount}{_UNITS_ZH[currency]}"


def band_text(band: Band, lang: str) -> str:
    """The bounds of a fine; why one is open stands in brackets."""
    return _ends(band.minimum.amount, band.maximum, band.currency, lang) + _why(band, lang)


def _ends(minimum: int | None, top: Bound, currency: Currency, lang: str) -> str:
    low, high, known = (
        None if amount is None else money(amount, currency, lang) for amount in (minimum, top.amount, top.at_least)
    )
    return message(f"sanction.fine.{_form(low, high, known)}", lang, low=low, high=high, least=known)


def _form(low: str | None, high: str | None, known: str | None) -> str:
    if high is not None:
        return "upto" if low is None else "exact" if low == high else "range"
    if low is None:
        return "open" if known is None else "open_known"
    return "from" if known is None else "from_known"


def _why(band: Band, lang: str) -> str:
    gaps = dict.fromkeys((*band.minimum.gaps, *band.maximum.gaps))
    told = [gap for gap in gaps if gap != "no_floor"]  # "up to" has said it
    texts = message("sanction.list_of_words", lang).join(message(f"sanction.gap.{gap}", lang) for gap in told)
    return message("sanction.fine.why", lang, gaps=texts) if told else ""


def fine_text(fine: Fine, lang: str) -> str:
    """The fine as its clause states it, with nothing reckoned."""
    per = "" if fine.per == "act" else message(f"sanction.per.{fine.per}", lang)
    return message(f"sanction.fine.{fine.imposes}", lang, amount=_amount(fine, lang), per=per)


def _amount(fine: Fine, lang: str) -> str:
    limbs = []
    if fine.minimum is not None or fine.maximum is not None:
        limbs.append(_ends(fine.minimum, Bound(fine.maximum), fine.currency, lang))
    if fine.gains:
        limbs.append(message("sanction.fine.gains", lang, low=fine.gains[0], high=fine.gains[1]))
    if fine.turnover_percent:
        limbs.append(message("sanction.fine.share", lang, percent=fine.turnover_percent))
    if not limbs:
        return message("sanction.fine.amount_unknown", lang)
    if len(limbs) == 1:
        return limbs[0]
    return message(
        f"sanction.fine.{'higher' if fine.between == 'higher' else 'either'}", lang, first=limbs[0], second=limbs[1]
    )


def custody_text(custody: Custody, lang: str) -> str:
    """Detention in days or imprisonment in months.

    >>> custody_text(Custody("months", None, 36), "en")
    'imprisonment up to 36 months'
    """
    low, high = custody.minimum, custody.maximum
    key = _CUSTODY[low is not None, high is not None]
    return message(
        f"sanction.fine.{custody.unit}", lang, range=message(f"sanction.fine.{key}", lang, low=low, high=high)
    )
