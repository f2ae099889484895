"""Accounts, their sessions and their tokens, in the database.

Secrets never come in here: passwords arrive as hashes, sessions and tokens as digests. Every method
blocks on the disk and belongs in an executor.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from pipeline.errors import RecordNotFound, RequestRefused, StoreUnavailable
from pipeline.store.database import Database
from pipeline.store.schema_people import api_token, user_account, user_session

CHANGEABLE: Final = ("display", "role", "agent", "team", "password", "subject", "disabled")


@dataclass(frozen=True, slots=True)
class User:
    """An account; `agent` is the name that its calls carry, empty for who takes none."""

    id: int
    name: str
    display: str
    role: str
    agent: str
    team: str
    disabled: bool
    has_password: bool
    subject: str
    created_at: str
    seen_at: str


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's way in, in the name of a user; `scopes` are permissions, empty for all."""

    id: int
    name: str
    user_id: int
    scopes: tuple[str, ...]
    created_at: str
    expires_at: str


class Users:
    """Accounts, sessions and tokens over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Accounts.

    def add(self, name: str, role: str, **more: str) -> User:
        """Make an account; `more` are columns of CHANGEABLE.

        Raises:
            RequestRefused: the name is taken.
        """
        values: dict[str, Any] = {"display": name, "created_at": now(), **more}
        try:
            with self._database.write() as connection:
                connection.execute(insert(user_account).values(name=name, role=role, **values))
        except (IntegrityError, StoreUnavailable) as error:
            if self.by_name(name) is not None:
                raise RequestRefused(f"there is a user {name!r} already") from error
            raise
        return self.need(name)

    def change(self, name: str, **values: str | bool) -> User:
        """Change columns of an account; what it may do changes with its next request.

        Raises:
            RecordNotFound: there is no such user.
        """
        user = self.need(name)
        wrong = set(values) - set(CHANGEABLE)
        if wrong:
            raise RequestRefused(f"these cannot be changed: {', '.join(sorted(wrong))}")
        with self._database.write() as connection:
            connection.execute(
                update(user_account).where(user_account.c.id == user.id).values(**values)
            )
            if values.get("disabled") or "password" in values:
                connection.execute(delete(user_session).where(user_session.c.user_id == user.id))
        return self.need(name)

    def remove(self, name: str) -> None:
        """Remove an account with its sessions and tokens; what it did stays in the audit log."""
        user = self.need(name)
        with self._database.write() as connection:
            connection.execute(delete(user_account).where(user_account.c.id == user.id))

    def need(self, name: str) -> User:
        """Return a user by name.

        Raises:
            RecordNotFound: there is none.
        """
        found = self.by_name(name)
        if found is None:
            raise RecordNotFound(f"there is no user {name!r}; `cueline users list` shows all")
        return found

    def by_name(self, name: str) -> User | None:
        """Return a user by name."""
        return self._one(select(user_account).where(user_account.c.name == name))

    def by_subject(self, subject: str) -> User | None:
        """Return the user whom an identity provider knows by this subject ("issuer|subject")."""
        return self._one(select(user_account).where(user_account.c.subject == subject))

    def listed(self) -> list[User]:
        """Return every user by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(user_account).order_by(user_account.c.name))
            return [_user(row) for row in rows.mappings()]

    def count(self) -> int:
        """Return how many accounts there are."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(user_account)) or 0

    def password(self, name: str) -> str:
        """Return the password's hash, empty where there is none or the account is closed."""
        query = select(user_account.c.password).where(
            user_account.c.name == name, ~user_account.c.disabled
        )
        with self._database.read() as connection:
            return connection.scalar(query) or ""

    # Sessions.

    def open_session(self, name: str, digest: str, hours: float) -> None:
        """Keep a session; those that are over are cleared away with it."""
        user = self.need(name)
        at = datetime.now(UTC)
        with self._database.write() as connection:
            connection.execute(delete(user_session).where(user_session.c.expires_at <= _stamp(at)))
            connection.execute(
                insert(user_session).values(
                    digest=digest,
                    user_id=user.id,
                    created_at=_stamp(at),
                    expires_at=_stamp(at + timedelta(hours=hours)),
                )
            )
            connection.execute(
                update(user_account).where(user_account.c.id == user.id).values(seen_at=_stamp(at))
            )

    def session(self, digest: str) -> User | None:
        """Return whose session it is, None where it is over or the account is closed."""
        query = (
            select(user_account)
            .join(user_session, user_session.c.user_id == user_account.c.id)
            .where(
                user_session.c.digest == digest,
                user_session.c.expires_at > now(),
                ~user_account.c.disabled,
            )
        )
        return self._one(query)

    def close_session(self, digest: str) -> None:
        """End a session."""
        with self._database.write() as connection:
            connection.execute(delete(user_session).where(user_session.c.digest == digest))

    # Tokens.

    def add_token(
        self, user: str, name: str, digest: str, scopes: Iterable[str], expires_at: str = ""
    ) -> ApiToken:
        """Keep a token of a user; without `expires_at` (ISO 8601, UTC) it holds until revoked."""
        owner = self.need(user)
        with self._database.write() as connection:
            connection.execute(
                insert(api_token).values(
                    name=name,
                    digest=digest,
                    user_id=owner.id,
                    scopes=json.dumps(sorted(scopes)),
                    created_at=now(),
                    expires_at=expires_at,
                )
            )
        return self.tokens(user)[-1]

    def token(self, digest: str) -> tuple[User, ApiToken] | None:
        """Return a token and whose it is, None where it is unknown, over, or its owner's closed."""
        query = (
            select(api_token, user_account.c.name.label("owner"))
            .join(user_account, user_account.c.id == api_token.c.user_id)
            .where(api_token.c.digest == digest, ~user_account.c.disabled)
        )
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None or (row["expires_at"] and row["expires_at"] <= now()):
            return None
        return self.need(row["owner"]), _token(row)

    def tokens(self, user: str) -> list[ApiToken]:
        """Return a user's tokens, the earliest first."""
        owner = self.need(user)
        query = select(api_token).where(api_token.c.user_id == owner.id).order_by(api_token.c.id)
        with self._database.read() as connection:
            return [_token(row) for row in connection.execute(query).mappings()]

    def revoke_token(self, token_id: int) -> bool:
        """Take a token back; return whether there was one."""
        with self._database.write() as connection:
            done = connection.execute(delete(api_token).where(api_token.c.id == token_id))
            return done.rowcount > 0

    def _one(self, query: Select[Any]) -> User | None:
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
            return None if row is None else _user(row)


def now() -> str:
    """Return the time as the database keeps it."""
    return _stamp(datetime.now(UTC))


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _user(row: Any) -> User:  # a row of user_account
    return User(
        row["id"],
        row["name"],
        row["display"],
        row["role"],
        row["agent"],
        row["team"],
        bool(row["disabled"]),
        bool(row["password"]),
        row["subject"],
        row["created_at"],
        row["seen_at"],
    )


def _token(row: Any) -> ApiToken:  # a row of api_token
    return ApiToken(
        row["id"],
        row["name"],
        row["user_id"],
        tuple(json.loads(row["scopes"])),
        row["created_at"],
        row["expires_at"],
    )
