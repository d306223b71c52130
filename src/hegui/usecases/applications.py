"""Admit applications to the gateway: add one, give it a new key, list them.

Knows what makes an application valid and what a key looks like; a key's plain text leaves this module once
and is kept nowhere. Knows no clock, database or output: `now` and the ports are handed in.
Rules: the explicit label's wording GB 45438-2025 5.1; stated users and uses Interim Measures Art. 10.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from hegui.errors import FileFaults, InputError
from hegui.label.policy import DEFAULT_TEXT, LabelPolicy
from hegui.label.wording import explain_wording
from hegui.usecases.identifiers import RANDOM_BYTES, new_exchange_id
from hegui.usecases.ports import ApiKey, Application, Applications

__all__ = [
    "DEFAULT_POLICY",
    "MAX_GRACE_SECONDS",
    "NewApplication",
    "add_application",
    "hash_key",
    "list_applications",
    "rotate_key",
]

RandomBytes = Callable[[int], bytes]

DEFAULT_POLICY = "default"
MAX_GRACE_SECONDS = 366 * 86_400
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class NewApplication:
    """An application as it is asked for; the attributes are those of `ports.Application`."""

    name: str
    upstream: str
    upstream_key_env: str | None = None
    models: tuple[str, ...] = ()
    stated_users: str = ""
    stated_uses: str = ""
    label: LabelPolicy = field(default_factory=LabelPolicy)
    policy: str = DEFAULT_POLICY


def add_application(
    applications: Applications,
    wanted: NewApplication,
    *,
    policies: Collection[str] = (DEFAULT_POLICY,),
    now: datetime,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> tuple[Application, str]:
    """Store an application with its first key; return it and the key in plain text, which is shown once.

    Args:
        policies: the names of the screening policies there are.
    Raises:
        FileFaults: APP003, everything that is wrong with what was asked for.
        InputError: APP001, the name is taken.
    """
    faults = list(_faults(wanted, policies))
    if faults:
        raise FileFaults("APP003", "application", faults, "Ask again with these mended.")
    application = Application(
        id=_new_id("app", now, random_bytes),
        name=wanted.name,
        upstream=wanted.upstream.rstrip("/"),
        upstream_key_env=wanted.upstream_key_env,
        models=wanted.models,
        stated_users=wanted.stated_users,
        stated_uses=wanted.stated_uses,
        label=wanted.label,
        policy=wanted.policy,
        created_at=now,
    )
    key, plaintext = _new_key(application.id, now, random_bytes)
    applications.add(application, key)
    return application, plaintext


def rotate_key(
    applications: Applications,
    name: str,
    *,
    now: datetime,
    grace_seconds: int = 0,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> tuple[Application, str]:
    """Give the application a new key; the others end after `grace_seconds`, none later than it would have.

    Raises:
        NotFoundError: APP002, no application has that name.
        InputError: APP004, the grace is negative or longer than a year.
    """
    if not 0 <= grace_seconds <= MAX_GRACE_SECONDS:
        problem = f"a grace of {grace_seconds} seconds is not 0 to {MAX_GRACE_SECONDS} (366 days)."
        raise InputError("APP004", "application", problem, "Give a shorter one, such as 3600.")
    application = applications.named(name)
    key, plaintext = _new_key(application.id, now, random_bytes)
    ends_at = now + timedelta(seconds=grace_seconds)
    applications.rotate_key(application.id, key, revoke_others_at=ends_at)
    return application, plaintext


def list_applications(applications: Applications) -> Sequence[Application]:
    """Every application, by name."""
    return sorted(applications.list(), key=lambda application: application.name)


def hash_key(plaintext: str) -> bytes:
    """The form in which a key is stored and looked up: SHA-256, 32 bytes."""
    return hashlib.sha256(plaintext.encode(errors="surrogatepass")).digest()


def _new_key(application_id: str, now: datetime, random_bytes: RandomBytes) -> tuple[ApiKey, str]:
    """A key of 256 random bits: `hg-` and 43 url-safe characters."""
    plaintext = "hg-" + base64.urlsafe_b64encode(random_bytes(32)).rstrip(b"=").decode()
    key_id = _new_id("key", now, random_bytes)
    return ApiKey(key_id, application_id, hash_key(plaintext), created_at=now, revoked_at=None), plaintext


def _new_id(prefix: str, now: datetime, random_bytes: RandomBytes) -> str:
    return f"{prefix}-{new_exchange_id(int(now.timestamp() * 1000), random_bytes(RANDOM_BYTES))}"


def _faults(wanted: NewApplication, policies: Collection[str]) -> Iterator[tuple[str, str]]:
    """(field, problem) of everything that cannot be used, in the order of the fields."""
    if not 1 <= len(wanted.name) <= 64 or wanted.name != wanted.name.strip() or not wanted.name.isprintable():
        yield "name", "is not 1 to 64 printable characters without a space at either end"
    if problem := _upstream_problem(wanted.upstream):
        yield "upstream", problem
    variable = wanted.upstream_key_env
    if variable is not None and not VARIABLE.fullmatch(variable):
        yield "upstream_key_env", "is not the name of an environment variable; give the name, not the key"
    elif variable is not None and variable.startswith("HEGUI_"):
        yield "upstream_key_env", "begins with HEGUI_, which is kept for settings"
    for index, model in enumerate(wanted.models):
        if not model.strip() or not model.isprintable() or model in wanted.models[:index]:
            yield f"models[{index}]", "is empty, not printable or named twice"
    if wanted.policy not in policies:
        yield "policy", f"is none of those there are: {', '.join(policies)}; further ones belong into policy.folder"
    for place in ("stated_users", "stated_uses"):
        if not _is_unicode(getattr(wanted, place)):
            yield place, "is not valid Unicode"
    yield from _label_faults(wanted.label)


def _is_unicode(text: str) -> bool:
    """Whether `text` can be stored: a terminal hands over undecodable bytes as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _upstream_problem(upstream: str) -> str | None:
    try:
        url = urlsplit(upstream)
        usable = url.scheme in ("http", "https") and bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        usable = False
    if not usable or not upstream.isprintable() or " " in upstream:
        return "is not an http or https address such as http://127.0.0.1:8000/v1"
    if url.username is not None or url.password is not None:
        return "holds a credential; put it into an environment variable and name that as upstream_key_env"
    if "?" in upstream or "#" in upstream:
        return "has a query or a fragment; paths are added to it, so it must end with a path"
    return None


def _label_faults(label: LabelPolicy) -> Iterator[tuple[str, str]]:
    if label.explicit not in ("head", "tail", "interface"):
        yield "label.explicit", "is not head, tail or interface"
    if label.language not in DEFAULT_TEXT:
        yield "label.language", f"is not one of: {', '.join(DEFAULT_TEXT)}"
    if label.text is None:
        return
    if not _is_unicode(label.text):
        yield "label.text", "is not valid Unicode"
    wording = explain_wording(label.text)
    if not wording.has_ai_element:
        yield "label.text", "names neither 人工智能 nor AI (GB 45438-2025 5.1)"
    if not wording.has_generation_element:
        yield "label.text", "says neither 生成 nor 合成, nor generated or synthetic (GB 45438-2025 5.1)"
