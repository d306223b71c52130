"""The one tree of errors: what went wrong, where, and what to do about it.

Every error has a stable `code`, the `where`, the `problem` and the `remedy`. Blame is in the type: `InputError` is yours
to mend, `UpstreamError` is the model server's, `InternalError` is ours. Errors never print and never exit; faces render them.
Messages name ids, places and hashes, never the text of a user.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["FileFaults", "HeguiError", "InputError", "InternalError", "NotFoundError", "UpstreamError"]


class HeguiError(Exception):
    """Something went wrong; `code` is stable, `remedy` says what to do next."""

    def __init__(self, code: str, where: str, problem: str, remedy: str) -> None:
        super().__init__(code, where, problem, remedy)
        self.code = code
        self.where = where
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        place = f" {self.where} —" if self.where else ""
        return f"{self.code}{place} {self.problem}\n{self.remedy}"


class InputError(HeguiError, ValueError):
    """What was handed in cannot be used; the caller can mend it."""


class NotFoundError(HeguiError, LookupError):
    """The thing named does not exist."""


class UpstreamError(HeguiError):
    """The model server failed; `code` says how."""


class InternalError(HeguiError):
    """A fault of hegui itself."""


class FileFaults(InputError):
    """All the faults of one file at once, each with its place.

    Args:
        where: the file.
        faults: (place, problem) pairs in file order; a place is a line number or a path such as `rules[2].action`.
    """

    def __init__(self, code: str, where: str, faults: Sequence[tuple[str, str]], remedy: str) -> None:
        listed = "".join(f"\n  {place}: {problem}" for place, problem in faults)
        count = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"
        super().__init__(code, where, f"{count}:{listed}", remedy)
        self.faults = tuple(faults)
