"""What the seven keys of Annex E are called in real files, rightly or not.

Knows the keys, the misspellings of them that were seen, and how near a word must be to count as another one; knows no notation and
no value. Case, blanks and marks in a key do not matter; a word that is only near tells nothing by itself.
Rules: GB 45438-2025 Annex E for the keys; the nearness is ours.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from hegui.label.aigc import KEYS

__all__ = ["ELEMENTS", "meant_key", "tells"]

_LONGEST_KEY = 80
_NEAR = 0.84
"""How alike a word must be to one of the keys; below it stand words such as "product"."""

ELEMENTS = {
    "生成合成标签": "Label",
    "生成合成标签要素": "Label",
    "生成合成服务提供者": "ContentProducer",
    "内容制作编号": "ProduceID",
    "内容传播服务提供者": "ContentPropagator",
    "内容传播编号": "PropagateID",
    "预留字段1": "ReservedCode1",
    "预留字段2": "ReservedCode2",
}
"""The names of the elements in the standard."""


def _folded(key: str) -> str:
    """The letters and digits of a key, without the name of the label before them."""
    plain = re.sub(r"[\W_]", "", key.lower())
    return re.sub("^(?:tc260)?(?:aigc)?(?=.)", "", plain)


_NAMES = {_folded(key): key for key in KEYS}
_SPELLINGS = {
    **_NAMES,
    **ELEMENTS,
    "reservedcode": "ReservedCode1",
    "contentproduce": "ContentProducer",
    "contentproduceid": "ProduceID",
    "contentpropagate": "ContentPropagator",
    "contentpropagateid": "PropagateID",
    "propagator": "ContentPropagator",
    "producer": "ContentProducer",
    "producerid": "ProduceID",
    "propagatorid": "PropagateID",
    "propatorid": "PropagateID",
    "lable": "Label",
    "labels": "Label",
}
"""What else the keys are called; an early draft of them had Propagator and PropatorID."""
_WEAK = {"propagator", "producer", "producerid"}
"""Spellings that are also words of their own, and tell nothing without the key AIGC around them."""
_TELLING = ("ContentProducer", "ProduceID", "ContentPropagator", "PropagateID")
"""Keys of which one must be there: the others are words that anything may have."""


@lru_cache(maxsize=4096)
def meant_key(key: str) -> str | None:
    """The key of Annex E that `key` stands for, in any spelling; None where it stands for none.

    >>> [meant_key(key) for key in ("ReserveCode1", "Conent Producer", "Product")]
    ['ReservedCode1', 'ContentProducer', None]
    """
    if key in KEYS:
        return key
    if len(key) > _LONGEST_KEY:
        return None
    plain = _folded(key)
    near = plain if plain in _SPELLINGS else next(iter(get_close_matches(plain, _NAMES, 1, _NEAR)), None)
    return _SPELLINGS[near] if near is not None and near[:1] == plain[:1] else None


def tells(key: str, *, is_wrapped: bool) -> bool:
    """Whether this key says that a label is meant; below a key AIGC also where it is a word of its own, or only near one."""
    plain = _folded(key)
    is_sure = plain in _SPELLINGS and plain not in _WEAK
    return (is_sure or is_wrapped) and meant_key(key) in _TELLING
