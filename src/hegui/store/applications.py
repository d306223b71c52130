"""Applications and their keys, in the database.

Knows rows; validation and key material belong to the use case. Of a key only its SHA-256 arrives here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from hegui.errors import InputError, NotFoundError
from hegui.label.policy import LabelPolicy
from hegui.store import revision
from hegui.store.database import Database
from hegui.store.tables import api_keys, applications
from hegui.usecases.ports import ApiKey, Application

__all__ = ["SqlApplications"]

LIST_THEM = "List the applications with: hegui app list"


class SqlApplications:
    """Implements `ports.Applications`."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def add(self, application: Application, key: ApiKey) -> None:
        try:
            with self._database.writing() as connection:
                revision.count_change(connection)
                connection.execute(insert(applications).values(_to_row(application)))
                connection.execute(insert(api_keys).values(_key_to_row(key)))
        except IntegrityError:  # ids and keys are long random numbers; only the name can be there already
            where = f"application {application.name}"
            remedy = f"Choose another name. {LIST_THEM}"
            raise InputError("APP001", where, "an application of this name exists already.", remedy) from None

    def list(self) -> Sequence[Application]:
        with self._database.reading() as connection:
            rows = connection.execute(select(applications).order_by(applications.c.name)).mappings()
            return [_from_row(row) for row in rows]

    def named(self, name: str) -> Application:
        with self._database.reading() as connection:
            row = connection.execute(select(applications).where(applications.c.name == name)).mappings().first()
        if row is None:
            raise _not_found(name)
        return _from_row(row)

    def rotate_key(self, application_id: str, key: ApiKey, *, revoke_others_at: datetime) -> None:
        ends_later = or_(api_keys.c.revoked_at.is_(None), api_keys.c.revoked_at > revoke_others_at)
        others = (api_keys.c.application_id == application_id) & ends_later
        try:
            with self._database.writing() as connection:
                revision.count_change(connection)
                connection.execute(update(api_keys).where(others).values(revoked_at=revoke_others_at))
                connection.execute(insert(api_keys).values(_key_to_row(key)))
        except IntegrityError:  # as in `add`: only the application can be missing
            raise _not_found(application_id) from None

    def live_keys(self) -> Sequence[tuple[ApiKey, Application]]:
        is_live = or_(api_keys.c.revoked_at.is_(None), api_keys.c.revoked_at > self._clock())
        query = select(api_keys).where(is_live).order_by(api_keys.c.id)
        with self._database.reading() as connection:
            keys = [ApiKey(**row) for row in connection.execute(query).mappings()]
            owners = {row["id"]: _from_row(row) for row in connection.execute(select(applications)).mappings()}
        return [(key, owners[key.application_id]) for key in keys]

    def revision(self) -> int:
        with self._database.reading() as connection:
            return revision.current(connection)


def _not_found(name: str) -> NotFoundError:
    return NotFoundError("APP002", f"application {name}", "there is no such application.", LIST_THEM)


def _to_row(application: Application) -> dict[str, Any]:
    label = application.label
    return {
        "id": application.id,
        "name": application.name,
        "upstream": application.upstream,
        "upstream_key_env": application.upstream_key_env,
        "models": list(application.models),
        "stated_users": application.stated_users,
        "stated_uses": application.stated_uses,
        "label_explicit": label.explicit,
        "label_language": label.language,
        "label_text": label.text,
        "label_implicit": label.implicit,
        "policy": application.policy,
        "created_at": application.created_at,
    }


def _from_row(row: RowMapping) -> Application:
    values = dict(row)
    label = LabelPolicy(
        explicit=values.pop("label_explicit"),
        language=values.pop("label_language"),
        text=values.pop("label_text"),
        implicit=values.pop("label_implicit"),
    )
    return Application(models=tuple(values.pop("models")), label=label, **values)


def _key_to_row(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "application_id": key.application_id,
        "sha256": key.sha256,
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    }
