"""The record of what people did: who, in which role, did what, to what, and when."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import insert, select

from pipeline.store.database import Database
from pipeline.store.schema_people import audit
from pipeline.store.users import now


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done; `target` is what it was done to, as a call's id or a pack's name."""

    who: str
    role: str
    action: str
    target: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """A deed as it stands in the record."""

    n: int
    at: str
    deed: Deed


class Audit:
    """The record over one database. It is added to and read, never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, deeds: Iterable[Deed]) -> None:
        """Add deeds, all at this moment.

        Raises:
            StoreUnavailable: the database refuses.
        """
        at = now()
        rows = [
            {
                "at": at,
                "who": d.who,
                "role": d.role,
                "action": d.action,
                "target": d.target,
                "detail": d.detail,
            }
            for d in deeds
        ]
        if rows:
            with self._database.write() as connection:
                connection.execute(insert(audit), rows)

    def listed(
        self,
        *,
        who: str = "",
        action: str = "",
        target: str = "",
        since: str = "",
        until: str = "",
        before: int | None = None,
        limit: int = 100,
    ) -> list[Noted]:
        """Return deeds, the latest first; what is empty does not matter, `before` is a number n.

        `since` is included and `until` is not; both are the beginning of an ISO 8601 time.
        """
        query = select(audit).order_by(audit.c.n.desc()).limit(limit)
        for column, value in (
            (audit.c.who, who),
            (audit.c.action, action),
            (audit.c.target, target),
        ):
            if value:
                query = query.where(column == value)
        if since:
            query = query.where(audit.c.at >= since)
        if until:
            query = query.where(audit.c.at < until)
        if before is not None:
            query = query.where(audit.c.n < before)
        with self._database.read() as connection:
            return [
                Noted(
                    r["n"],
                    r["at"],
                    Deed(r["who"], r["role"], r["action"], r["target"], r["detail"]),
                )
                for r in connection.execute(query).mappings()
            ]

    def actions(self) -> list[str]:
        """Return every kind of deed in the record, by name."""
        with self._database.read() as connection:
            return list(connection.scalars(select(audit.c.action).distinct().order_by("action")))
