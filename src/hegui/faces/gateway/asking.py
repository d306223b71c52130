"""What a request says of itself: its body, the class of its user, and terms under which it wants no visible mark.

Knows headers and the body; decides nothing about content. Each function answers with a value or raises the error the client reads.
Rules: Labelling Measures, article 9 (output without a visible mark, for a named user under terms that were accepted).
"""

from __future__ import annotations

from typing import Any, cast

from hegui.faces.gateway.http import ApiError
from hegui.moderate.policy import USER_CLASSES, Audience, UserClass
from hegui.moderate.wire import decode_json

__all__ = ["asking_user", "audience_of", "object_of", "unmarked_terms_of"]

Headers = dict[bytes, bytes]


def object_of(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises ApiError 400."""
    try:
        value = decode_json(body)
    except ValueError:
        raise ApiError(400, "invalid_request_error", "invalid_json", "The request body is not JSON in UTF-8.") from None
    if type(value) is not dict:
        raise ApiError(400, "invalid_request_error", "invalid_json", "The request body must be a JSON object.")
    return value


def asking_user(value: dict[str, Any], headers: Headers) -> str:
    """How the application names the end user; "" where it does not."""
    user = value.get("safety_identifier") or value.get("user") or headers.get(b"x-hegui-user", b"").decode("latin-1")
    return user if type(user) is str else ""


def audience_of(application: str, headers: Headers) -> Audience:
    """Whom the policies face: the application says of which class its user is. Raises ApiError 400 for an unknown class."""
    said = headers.get(b"x-hegui-user-class", b"").decode("latin-1")
    classes = frozenset(filter(None, map(str.strip, said.lower().split(","))))
    if unknown := classes - frozenset(USER_CLASSES):
        named = ", ".join(sorted(unknown))[:100]
        problem = f"The header X-Hegui-User-Class names {named!r}; known are {', '.join(USER_CLASSES)}."
        raise ApiError(400, "invalid_request_error", "unknown_user_class", problem)
    return Audience(application, cast(frozenset[UserClass], classes))


def unmarked_terms_of(headers: Headers, offered: str | None, *, is_named: bool) -> str:
    """The terms under which this user asked for output without a visible mark; "" for none.

    Args:
        offered: the version in force (label.unmarked_terms).
        is_named: whether the application named the user.
    Raises:
        ApiError: 400 for terms that are not offered, or a user nobody named.
    """
    terms = headers.get(b"x-hegui-unmarked-terms", b"").decode("latin-1").strip()
    if not terms:
        return ""
    if terms != offered:
        problem = "Output without a visible mark is not supplied under these terms (label.unmarked_terms)."
        raise ApiError(400, "invalid_request_error", "unmarked_not_offered", problem)
    if not is_named:
        problem = "Output without a visible mark goes to a user who is named; send safety_identifier or user."
        raise ApiError(400, "invalid_request_error", "unmarked_needs_user", problem)
    return terms
