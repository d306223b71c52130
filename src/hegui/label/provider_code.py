"""Provider code (服务提供者编码): the 27 characters by which a label names who generated or spread a content.

Format definition, subject type, binding method, subject code of 18, service type, model code of four. Knows the parts and the
check characters within them (the whole has none of its own); knows no register, so a right code need not have been issued.
An organisation's subject code is its unified social credit code (GB 32100-2015). An individual's is the number of an identity
document, which one source alone says: it is personal information, and explanations mask it.
Rules: 网安秘字〔2025〕29号 of 2025-03-14; the lists of authorities and categories are those of GB 32100-2015 with amendment 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from hegui.kernel.check_digits import organisation_check, resident_id_check, social_credit_check
from hegui.label.faults import LabelError
from hegui.locale import catalogue, message
from hegui.locale.errors import worded

__all__ = ["Explanation", "Fault", "Part", "ProviderCode", "Service", "build", "compact", "explain", "is_valid", "parse",
           "resembles", "validate"]  # fmt: skip

Service = Literal["generation", "propagation", "unstated"]
Fault = Literal["length", "case", "character", "format", "binding", "subject", "check", "extension"]

SIZE = 27
FORMAT = "00"
_SERVICES = {"1": "generation", "2": "propagation"}
_SUBJECT = {
    "1": re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}"),
    "2": re.compile(r"[1-9][0-9]{16}[0-9X]"),
}
_WHOLE: frozenset[Fault] = frozenset({"length", "case", "character", "format"})
"""Faults after which the places of the parts say nothing."""
_EXTENSION = re.compile(r"00000|[12][0-9A-Z]{4}")
_PROBLEMS: dict[Fault, str] = {
    "length": "it has not 27 characters",
    "case": "it has lower-case letters",
    "character": "it has other characters than digits and capital letters",
    "format": "its format definition is not 00, the only one known",
    "binding": "its subject type or binding method is not known",
    "subject": "its subject code is not formed as its kind asks for",
    "check": "the check character of its subject code is wrong",
    "extension": "its service extension is neither 00000 nor 1 or 2 and four digits or capitals",
}


@dataclass(frozen=True, slots=True)
class ProviderCode:
    """A code without faults; `str()` is its 27 characters.

    Attributes:
        subject_type: "1" organisation, "2" individual.
        binding: "1": by social credit code or identity number.
        subject: 18 characters.
        extension: five characters: service type and model code, or 00000.
    """

    subject_type: str
    binding: str
    subject: str
    extension: str

    def __str__(self) -> str:
        return FORMAT + self.subject_type + self.binding + self.subject + self.extension

    @property
    def is_organisation(self) -> bool:
        """Whether an organisation stands behind it, not an individual."""
        return self.subject_type == "1"

    @property
    def service(self) -> Service:
        """What the provider does with the content."""
        return "generation" if self.extension[0] == "1" else "propagation" if self.extension[0] == "2" else "unstated"

    @property
    def model(self) -> str:
        """Four characters that the provider gave to the model or application; "" where the extension is not used."""
        return self.extension[1:] if self.service != "unstated" else ""


def compact(value: str) -> str:
    """As a person types it: without spaces and hyphens, in capitals.

    >>> compact("0011 91110102mad55u9h0f 1-0002")
    '001191110102MAD55U9H0F10002'
    """
    return re.sub(r"[\s-]", "", value).upper()


def validate(value: str) -> tuple[Fault, ...]:
    """What is wrong with a code exactly as it stands in a label; none for a right one.

    >>> validate("001191110102MAD55U9H0F10003"), validate("001191110102MAD55U9H0G10002")
    ((), ('check',))
    """
    faults: list[Fault] = ["length"] if len(value) != SIZE else []
    if not re.fullmatch(r"[0-9A-Za-z]*", value):
        faults.append("character")
    elif not re.fullmatch(r"[0-9A-Z]*", value):
        faults.append("case")
    return tuple(faults) if faults else _parts_faults(value)


def _parts_faults(value: str) -> tuple[Fault, ...]:
    if value[:2] != FORMAT:
        return ("format",)  # another definition: what follows cannot be judged
    if value[2] not in _SUBJECT or value[3] != "1":
        return ("binding",)
    faults: list[Fault] = []
    if not _is_formed(value[2], value[4:22]):
        faults.append("subject")
    elif _check(value[2], value[4:21]) != value[21]:
        faults.append("check")
    if not _EXTENSION.fullmatch(value[22:]):
        faults.append("extension")
    return tuple(faults)


def _is_formed(subject_type: str, subject: str) -> bool:
    if not _SUBJECT[subject_type].fullmatch(subject):
        return False
    if subject_type == "1":
        return True
    try:
        return bool(date.fromisoformat(subject[6:14]))
    except ValueError:
        return False


def _check(subject_type: str, first17: str) -> str | None:
    return social_credit_check(first17) if subject_type == "1" else resident_id_check(first17)


def is_valid(value: str) -> bool:
    """Whether nothing is wrong with it."""
    return not validate(value)


def resembles(value: str) -> bool:
    """Whether a text was meant for a code, be it a wrong one, and not for a name.

    >>> resembles("001191330101MA27WPYJ18xliu"), resembles("Minimax Agent AI")
    (True, False)
    """
    return re.fullmatch(r"[0-9A-Za-z]{18,40}", value) is not None and sum(map(str.isdigit, value)) >= 8


def parse(value: str) -> ProviderCode:
    """Read a code as it stands in a label. Raises LabelError (LBL090), which says what is wrong with it."""
    faults = validate(value)
    if faults:
        raise _no_code(faults[0])
    return ProviderCode(value[2], value[3], value[4:22], value[22:])


def build(
    subject: str, *, service: Service = "generation", model: str = "0000", individual: bool = False
) -> ProviderCode:
    """The code of a provider.

    Args:
        subject: unified social credit code, or an individual's identity number.
        service: what the provider does; "unstated" gives the extension 00000.
        model: four digits or capitals of the provider's own choice; not used with "unstated".
        individual: whether the provider is a person.
    Raises:
        LabelError: LBL090 for a subject with a wrong check character, or a model of another form.

    >>> str(build("91110102MAD55U9H0F", model="0002"))
    '001191110102MAD55U9H0F10002'
    """
    kind = "2" if individual else "1"
    extension = "00000" if service == "unstated" else ("1" if service == "generation" else "2") + compact(model)
    return parse(f"{FORMAT}{kind}1{compact(subject)}{extension}")


def _no_code(fault: Fault) -> LabelError:
    return LabelError("LBL090", "provider code", _PROBLEMS[fault],
                      "Take it from the notice of the coding; docs/label-keys.md explains its parts.")  # fmt: skip


# --- explanations -----------------------------------------------------------------------------------------------------

PartName = Literal["format", "subject_type", "binding", "authority", "category", "region", "organisation", "birth", "order",
                   "check", "service", "model"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a code.

    Attributes:
        name: which.
        first, last: positions, from 1.
        value: the characters; stars for a person's.
        meaning: key of the catalogue below `label_code.meaning`, "" where the value says all.
        is_single_source: whether only one source says that the part means this.
    """

    name: PartName
    first: int
    last: int
    value: str
    meaning: str = ""
    is_single_source: bool = False

    def text(self, lang: str) -> str:
        """One line: positions, name, value, meaning."""
        where = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        key = f"label_code.meaning.{self.meaning}"
        said = message(key, lang) if key in catalogue(lang) else ""
        doubt = message("label_code.single_source", lang) if self.is_single_source else ""
        words = (where, message(f"label_code.part.{self.name}", lang), self.value, said, doubt)
        return "  ".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A code taken apart, right or wrong.

    Attributes:
        parts: its parts in order; none where its length or its characters are wrong.
        faults: what is wrong.
    """

    parts: tuple[Part, ...]
    faults: tuple[Fault, ...]

    def lines(self, lang: str) -> tuple[str, ...]:
        """For people: the parts, then the faults."""
        faults = (worded("LBL090", _PROBLEMS[fault], lang) for fault in self.faults)
        return (*(part.text(lang) for part in self.parts), *faults)


def explain(value: str) -> Explanation:
    """The parts of a code and what they mean.

    >>> print(*explain("001191110102MAD55U9H0F10002").lines("en")[3:6], sep="\\n")
    5  registration authority  9  market regulation
    6  category of organisation  1  enterprise
    7-12  region of registration  110102
    """
    faults = validate(value)
    if set(faults) & _WHOLE:
        return Explanation((), faults)
    subject = _individual(value) if value[2] == "2" else _organisation(value)
    is_used = value[22:] != "00000"
    parts = (
        Part("format", 1, 2, value[:2], f"format.{value[:2]}"),
        Part("subject_type", 3, 3, value[2], f"subject_type.{value[2]}"),
        Part("binding", 4, 4, value[3], _binding(value), is_single_source=value[2] == "2"),
        *subject,
        Part("service", 23, 23, value[22], f"service.{value[22]}"),
        *((Part("model", 24, 27, value[23:]),) if is_used else ()),
    )
    return Explanation(parts, faults)


def _binding(value: str) -> str:
    kind = {"1": "organisation", "2": "individual"}.get(value[2], "")
    return f"binding.{kind}" if value[3] == "1" else ""


def _organisation(value: str) -> tuple[Part, ...]:
    """The parts of GB 32100-2015; the organisation code has a check character of its own (GB 11714)."""
    code = value[12:21]
    is_right = organisation_check(code[:8]) == code[8]
    return (
        Part("authority", 5, 5, value[4], f"authority.{value[4]}"),
        Part("category", 6, 6, value[5], f"category.{value[4:6]}"),
        Part("region", 7, 12, value[6:12]),
        Part("organisation", 13, 21, code, "check.right" if is_right else "check.wrong"),
        Part("check", 22, 22, value[21], _verdict(value)),
    )


def _individual(value: str) -> tuple[Part, ...]:
    return (
        Part("region", 5, 10, value[4:10]),
        Part("birth", 11, 18, "*" * 8),
        Part("order", 19, 21, "***"),
        Part("check", 22, 22, "*", _verdict(value)),
    )


def _verdict(value: str) -> str:
    is_formed = value[2] in _SUBJECT and _is_formed(value[2], value[4:22])
    return "check.right" if is_formed and _check(value[2], value[4:21]) == value[21] else "check.wrong"
