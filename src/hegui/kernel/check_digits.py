"""Check digits of the numbers that persons, organisations, cards and accounts have.

Knows digits and weights; knows no text around a number and judges none. Each function gives the check character, or says
whether the one there is right.
Rules: ISO/IEC 7064 MOD 11-2 (GB 11643-1999), MOD 31-3 over 31 characters (GB 32100-2015), MOD 11 over 36 (GB 11714-1997),
Luhn (ISO/IEC 7812-1 annex B), MOD 97-10 (ISO 13616-1).
"""

from __future__ import annotations

__all__ = ["iban_is_right", "luhn_is_right", "organisation_check", "resident_id_check", "social_credit_check"]

_RESIDENT_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_VALUE = {character: value for value, character in enumerate(_CREDIT_CHARACTERS)}
_CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def resident_id_check(first17: str) -> str:
    """The eighteenth character of a resident identity number.

    >>> resident_id_check("11010119000307123")
    '2'
    """
    total = sum(int(digit) * weight for digit, weight in zip(first17, _RESIDENT_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def social_credit_check(first17: str) -> str | None:
    """The eighteenth character of a unified social credit code; None where a character does not belong there."""
    values = [_CREDIT_VALUE.get(character) for character in first17]
    if None in values:
        return None
    total = sum(value * weight for value, weight in zip(values, _CREDIT_WEIGHTS, strict=True) if value is not None)
    return _CREDIT_CHARACTERS[-total % 31]


def organisation_check(first8: str) -> str:
    """The ninth character of an organisation code (组织机构代码), which is positions 9 to 17 of a social credit code.

    >>> organisation_check("08867405")
    'X'
    """
    total = sum(int(character, 36) * weight for character, weight in zip(first8, _ORGANISATION_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


def luhn_is_right(number: str) -> bool:
    """Whether a number of digits passes Luhn.

    >>> luhn_is_right("4111111111111111"), luhn_is_right("4111111111111112")
    (True, False)
    """
    values = [int(digit) for digit in reversed(number)]
    return (sum(values[0::2]) + sum(_DOUBLED[value] for value in values[1::2])) % 10 == 0


def iban_is_right(number: str) -> bool:
    """Whether an IBAN in capitals and digits has the right check digits.

    >>> iban_is_right("GB82WEST12345698765432")
    True
    """
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 == 1
