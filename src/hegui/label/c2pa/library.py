"""The edge to c2pa-python: whether it is there, how it is told to stay offline, and which of its errors means what.

Knows the library's settings; knows no label. It is loaded from its own folder alone: its loader looks in the working directory
first, where an upload could lie. Nothing is fetched: no manifests, no revocation lists, no identity documents; no thumbnails.
Rules: C2PA 2.2 15 (validation), 15.11.4 (inaccessible manifests).
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

from cryptography.x509 import load_pem_x509_certificates

from hegui.label.c2pa.faults import needs_c2pa, unusable_anchors

__all__ = ["Refusal", "context", "library", "needs", "refusal"]

_VARIABLE = "C2PA_LIBRARY_NAME"
_NAMES = {"win32": "c2pa_c.dll", "darwin": "libc2pa_c.dylib"}

Refusal = Literal["none", "remote", "unsupported", "unreadable", "invalid"]
"""What an error while reading says of the file: no manifest; one elsewhere; a format the library does not know; a file it cannot
parse; a manifest that is broken."""


@cache
def library() -> Any:
    """The module. Raises LabelError (LBL140) where c2pa-python is not installed."""
    spec = importlib.util.find_spec("c2pa")
    if spec is None or spec.origin is None:
        raise needs_c2pa()
    with _loaded_from(Path(spec.origin).parent / "libs" / _NAMES.get(sys.platform, "libc2pa_c.so")):
        module = importlib.import_module("c2pa")
    if not hasattr(module, "Context"):  # another package of this name, or one before contexts
        raise needs_c2pa()
    return module


def needs() -> bool:
    """Whether c2pa-python is missing."""
    return importlib.util.find_spec("c2pa") is None


@contextmanager
def _loaded_from(path: Path) -> Iterator[None]:
    """The library's own variable names the file, unless the operator has set it."""
    is_ours = _VARIABLE not in os.environ and path.is_file()
    if is_ours:
        os.environ[_VARIABLE] = str(path)
    try:
        yield
    finally:
        if is_ours:
            del os.environ[_VARIABLE]


@contextmanager
def context(anchors: str = "") -> Iterator[Any]:
    """What readers and builders work in.

    Args:
        anchors: certificates that are trusted, PEM; "" trusts none, so that a sound manifest is valid and not trusted.
    Raises:
        LabelError: LBL140; LBL146 there are no certificates in `anchors`.
    """
    module = library()
    given: dict[str, Any] = {
        "version": 1,
        "verify": {
            "verify_after_reading": True,
            "verify_after_sign": True,
            "verify_trust": True,
            "verify_timestamp_trust": True,
            "ocsp_fetch": False,
            "remote_manifest_fetch": False,
        },
        "core": {"allowed_network_hosts": [], "decode_identity_assertions": False},
        "builder": {"thumbnail": {"enabled": False}},
    }
    if anchors:
        _require_certificates(anchors)
        given["trust"] = {"user_anchors": anchors}
    with module.Settings.from_dict(given) as settings, module.Context(settings) as found:
        yield found


def _require_certificates(anchors: str) -> None:
    try:
        load_pem_x509_certificates(anchors.encode())
    except ValueError:
        raise unusable_anchors("anchors") from None


def refusal(error: Exception) -> Refusal:
    """What an error of the reader says of the file."""
    errors = library().C2paError
    if isinstance(error, errors.ManifestNotFound):
        return "none"
    if isinstance(error, errors.NotSupported):
        return "unsupported"
    if str(error).startswith("Remote"):
        return "remote"
    return "unreadable" if isinstance(error, errors.Io | errors.Other) else "invalid"
