"""Why a file gets no C2PA manifest, or why one cannot be checked: LBL140 to LBL146, each with its remedy.

Knows what can go wrong; raises nothing itself.
Works as small functions that return the error, so that a `raise` shows at the place.
Rules: C2PA 2.2 14 and 15; the order of marks, explicit, watermark, label, C2PA, is our own, since any later change breaks the seal.
"""

from __future__ import annotations

from hegui.label.faults import LabelError

__all__ = ["command_failed", "needs_c2pa", "not_labelled", "not_signed", "unsupported", "unusable", "unusable_anchors"]


def needs_c2pa() -> LabelError:
    """The library is not installed."""
    return LabelError("LBL140", "c2pa-python", "C2PA manifests need c2pa-python.",
                      'Install it with: pip install "hegui[c2pa]"')  # fmt: skip


def unsupported(where: str, reason: str) -> LabelError:
    """The format, or this file, cannot take a manifest."""
    return LabelError("LBL141", where, f"this file cannot take a C2PA manifest: {reason}",
                      "Its label stays as it is; docs/label-c2pa.md says what can be done.")  # fmt: skip


def not_labelled(where: str) -> LabelError:
    """No implicit label stands, and one that came later would break the manifest."""
    return LabelError("LBL142", where, "it holds no implicit label yet, and one written later would break the manifest",
                      "Label it first: hegui label write FILE.")  # fmt: skip


def unusable(where: str, problem: str) -> LabelError:
    """The key or the certificates."""
    return LabelError("LBL143", where, f"it cannot be signed with: {problem}",
                      "docs/label-c2pa.md, Keys, says what key and chain must be.")  # fmt: skip


def command_failed(where: str, problem: str) -> LabelError:
    """The program that signs."""
    return LabelError("LBL144", where, f"the program gave no signature: {problem}",
                      "Run it by hand as the user who runs hegui; docs/label-c2pa.md says what it reads and writes.")  # fmt: skip


def not_signed(where: str, problem: str) -> LabelError:
    """The library refused, or what it wrote did not read back."""
    return LabelError("LBL145", where, f"no manifest was written: {problem}",
                      "The file is as it was. Check it with: hegui label read FILE.")  # fmt: skip


def unusable_anchors(where: str) -> LabelError:
    """The certificates that are trusted."""
    return LabelError("LBL146", where, "there are no certificates in it",
                      "Name a PEM file with the roots that are trusted, such as a C2PA trust list.")  # fmt: skip
