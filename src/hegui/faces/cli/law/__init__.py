"""`hegui law`: which duties apply to a service, why, since when, and what follows (法律适用)."""

from hegui.faces.cli.law.group import law

__all__ = ["law"]
