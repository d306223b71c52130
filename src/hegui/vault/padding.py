"""How long sealed content is made, so that its length says little about what was written.

Knows lengths, no bytes. Works with Padmé: a length may only have as many significant bits as its own bit count has, so
between two powers of two there are few lengths. Below FLOOR all are alike.
Rules: docs/vault-format.md §3; Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with
PURBs" (2019), §4.
"""

from __future__ import annotations

__all__ = ["FLOOR", "padded"]

FLOOR = 512
"""Bytes: a short question and a one-word answer have the same size."""


def padded(length: int) -> int:
    """The length to fill up to, bytes.

    >>> padded(41), padded(512), padded(513), padded(100_000)
    (512, 512, 544, 100352)
    """
    if length <= FLOOR:
        return FLOOR
    exponent = length.bit_length() - 1
    free = (1 << exponent - exponent.bit_length()) - 1
    return length + free & ~free
