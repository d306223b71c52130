"""Read a policy that is named on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hegui.errors import InputError

if TYPE_CHECKING:
    from hegui.moderate.policy import Policy

__all__ = ["read_policy_file"]


def read_policy_file(file: Path) -> tuple[Policy, str]:
    """The policy and its text. Raises InputError POL002, FileFaults POL001."""
    from hegui.moderate.policy_files import read_policy

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = f"the file cannot be read: {error.__class__.__name__}"
        raise InputError("POL002", str(file), problem, "Name a readable YAML file in UTF-8.") from None
    return read_policy(text, str(file)), text
