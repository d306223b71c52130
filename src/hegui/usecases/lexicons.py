"""Put a lexicon in force, go back to one that was, and find a stored one by its digest.

Knows the port and the lexicon; knows no file and no screen of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from hegui.detect.lexicon import Lexicon
from hegui.detect.lexicon_cases import failing_cases
from hegui.errors import FileFaults, InputError, NotFoundError
from hegui.usecases.ports import Lexicons, LexiconVersion

__all__ = ["Restored", "load_lexicon", "restore_lexicon", "stored_lexicon", "stored_version"]

_DIGEST = re.compile("[0-9a-f]{4,64}")
_HISTORY = "See the versions there are: hegui lexicon history"


@dataclass(frozen=True, slots=True)
class Restored:
    """A version that is in force again, and the one it took the place of; None when that was the starter list."""

    version: LexiconVersion
    instead_of: LexiconVersion | None
    changed: bool


def load_lexicon(
    lexicons: Lexicons, lexicon: Lexicon, *, source: str, now: datetime, despite_failures: bool = False
) -> LexiconVersion:
    """Store a version and put it in force; gateways take it up within their poll interval.

    Raises:
        FileFaults: LEX005, test cases of its terms fail, and nothing was asked to go on despite them.
    """
    if not despite_failures and (failures := failing_cases(lexicon)):
        told = {"hits": "is not found in a text of its hits", "passes": "is found in a text of its passes"}
        faults = [(failure.term_id, told[failure.wanted]) for failure in failures]
        remedy = "Mend the terms or their cases (hegui lexicon check FILE shows the texts), or load it with --despite-failures"
        raise FileFaults("LEX005", source, faults, remedy)
    version = LexiconVersion(lexicon.digest, len(lexicon.terms), source, now, lexicon.lines())
    lexicons.activate(version)
    return version


def restore_lexicon(lexicons: Lexicons, digest: str, *, now: datetime) -> Restored:
    """Put a stored version in force again, at once; it is a row of its own in the history.

    Raises:
        NotFoundError, InputError: LEX006, LEX007, as `stored_version`.
        InternalError: LEX002, what is stored has been damaged.
    """
    found = stored_version(lexicons, digest)
    Lexicon.from_lines(found.content, found.digest)
    before = lexicons.active()
    version = LexiconVersion(found.digest, found.terms, found.source, now, found.content)
    if before is not None and before.digest == found.digest:
        return Restored(before, before, False)
    lexicons.activate(version)
    return Restored(version, before, True)


def stored_lexicon(lexicons: Lexicons, digest: str) -> Lexicon:
    """The list of a stored version, by its digest or the beginning of it."""
    found = stored_version(lexicons, digest)
    return Lexicon.from_lines(found.content, found.digest)


def stored_version(lexicons: Lexicons, digest: str) -> LexiconVersion:
    """A stored version by its digest or the beginning of it, at least four digits.

    Raises:
        NotFoundError: LEX006, none begins so.
        InputError: LEX007, more than one does.
    """
    digests = {version.digest for version in lexicons.history() if version.digest.startswith(digest)}
    if not _DIGEST.fullmatch(digest) or not digests:
        raise NotFoundError("LEX006", digest[:64], "there is no version with such a digest.", _HISTORY)
    if len(digests) > 1:
        raise InputError("LEX007", digest, f"{len(digests)} versions have a digest that begins so.", _HISTORY)
    found = lexicons.stored(digests.pop())
    if found is None:
        raise NotFoundError("LEX006", digest, "there is no version with such a digest.", _HISTORY)
    return found
