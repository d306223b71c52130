"""The families of harm the small model knows, and the risks of the annex each of them can stand for.

Knows names and risk ids; knows no text and no weight. The order is that of the fields in a model file: a new label goes to
the end, and the number is bounded by what one row of the table can hold.
Source of the risk ids: TC260-003 Annex A, as in detect/data/risks.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LABELS", "NAMES", "HarmLabel"]


@dataclass(frozen=True, slots=True)
class HarmLabel:
    """A family of harm.

    Attributes:
        name: as in labelled rows and verdicts.
        risks: ids of the risks it may stand for, the likeliest first; empty where the annex has no item of its own.
        zh, en: what to call it.
    """

    name: str
    risks: tuple[str, ...]
    zh: str
    en: str


LABELS: tuple[HarmLabel, ...] = (
    HarmLabel(
        "offence",
        ("A.2.i", "A.2.a", "A.2.b", "A.2.c", "A.2.d", "A.2.e", "A.2.f", "A.2.g", "A.2.h", "A.1.e", "A.4.c"),
        "侮辱与歧视",
        "offensive and discriminatory speech",
    ),
    HarmLabel("violence", ("A.1.f", "A.1.d", "A.4.a"), "暴力", "violence, weapons and terror"),
    HarmLabel("obscenity", ("A.1.f",), "淫秽色情", "obscenity"),
    HarmLabel("self_harm", ("A.4.a",), "自伤自杀", "self-harm and suicide"),
    HarmLabel("illegal_trade", ("A.1.h", "A.3.e"), "欺诈与违法交易", "fraud and illegal trade"),
    HarmLabel("cybercrime", ("A.1.h",), "网络犯罪", "cybercrime"),
    HarmLabel("privacy", ("A.4.e", "A.4.f"), "侵犯隐私与个人信息", "violation of privacy and personal information"),
    HarmLabel("jailbreak", (), "提示注入与越狱", "prompt injection and jailbreak"),
    HarmLabel("harmful_request", ("A.1.h", "A.4.g"), "有害请求", "request for help with something harmful"),
)
"""`harmful_request` is the general label: it also learns from requests whose family nobody wrote down."""

NAMES: tuple[str, ...] = tuple(label.name for label in LABELS)
