"""Searches that people keep under a name, for themselves or for all."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.errors import RecordNotFound
from pipeline.store.database import Database
from pipeline.store.schema_mining import saved_search


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search with its owner; `query` is the address's query string."""

    id: int
    owner: str
    name: str
    query: str
    shared: bool
    created_at: str


class SavedSearches:
    """Saved searches over one database; every method blocks on the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, owner: str, name: str, query: str, *, shared: bool = False) -> SavedSearch:
        """Keep a search; one of the same owner and name is replaced."""
        kept = saved_search
        values = {
            "query": query,
            "shared": shared,
            "created_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        insert = sqlite.insert(kept) if self._database.sqlite else postgresql.insert(kept)
        put = insert.on_conflict_do_update(index_elements=["owner", "name"], set_=values)
        mine = (kept.c.owner == owner) & (kept.c.name == name)
        with self._database.write() as connection:
            connection.execute(put, {"owner": owner, "name": name, **values})
            return _saved(connection.execute(select(kept).where(mine)).one())

    def listed(self, owner: str) -> list[SavedSearch]:
        """Return a person's own searches and the shared ones, by name."""
        kept = saved_search.c
        query = (
            select(saved_search)
            .where(or_(kept.owner == owner, kept.shared))
            .order_by(kept.name, kept.id)
        )
        with self._database.read() as connection:
            return [_saved(row) for row in connection.execute(query)]

    def remove(self, owner: str, number: int) -> None:
        """Remove one of a person's own searches.

        Raises:
            RecordNotFound: they have none of that number.
        """
        kept = saved_search
        mine = (kept.c.id == number) & (kept.c.owner == owner)
        with self._database.write() as connection:
            if not connection.execute(delete(kept).where(mine)).rowcount:
                raise RecordNotFound(f"you have no saved search {number}")


def _saved(row: Any) -> SavedSearch:  # a row of saved_search
    return SavedSearch(row.id, row.owner, row.name, row.query, bool(row.shared), row.created_at)
