"""Look after the database: how it stands, a copy of it, and the space it takes."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import FromClause, func, select

from pipeline.errors import StoreUnavailable
from pipeline.store import migrate, schema
from pipeline.store.database import Database
from pipeline.store.repo import Store
from pipeline.store.schema import HEAD

_PATIENCE_S = 30.0
_PAGES_A_STEP = 1000


@dataclass(frozen=True, slots=True)
class Standing:
    """How a database stands; `revision` is None for an empty one, and then the counts are 0."""

    where: str
    revision: str | None
    head: str
    size_bytes: int
    calls: int
    live: int
    events: int
    recordings: int
    oldest: str


def standing(database: Database) -> Standing:
    """Return how a database stands, without changing it."""
    path = database.path
    files = [Path(f"{path}{end}") for end in ("", "-wal", "-shm")] if path else []
    size = sum(file.stat().st_size for file in files if file.exists())
    reached = migrate.revision(database)
    if reached is None:
        return Standing(str(database.where), None, HEAD, size, 0, 0, 0, 0, "")
    call = schema.call
    with database.read() as connection:

        def count(rows: FromClause) -> int:
            return connection.execute(select(func.count()).select_from(rows)).scalar_one()

        return Standing(
            str(database.where),
            reached,
            HEAD,
            size,
            count(call),
            count(select(call.c.id).where(call.c.state == "live").subquery()),
            count(schema.event),
            count(schema.recording),
            connection.scalar(select(func.min(call.c.started_at)).where(call.c.started_at > ""))
            or "",
        )


def backup(store: Store, target: Path) -> int:
    """Copy the database while it is in use; return the size of the copy in bytes.

    Raises:
        StoreUnavailable: the target is there already, or a database refuses.
    """
    if target.exists():
        raise StoreUnavailable(f"{target} is there already; name a file that is not", "other")
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with store.database.bare(_PATIENCE_S) as driver:
            copy = sqlite3.connect(target)
            try:
                driver.backup(copy, pages=_PAGES_A_STEP)
            finally:
                copy.close()
    except OSError as err:
        raise StoreUnavailable(f"{target} cannot be written: {err.strerror}", "disk") from err
    return target.stat().st_size


def vacuum(store: Store) -> int:
    """Give the space of removed calls back to the disk; return how many bytes that were."""
    before = standing(store.database).size_bytes
    with store.database.bare(_PATIENCE_S) as driver:
        driver.execute("VACUUM")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before - standing(store.database).size_bytes


def faults(store: Store) -> list[str]:
    """Return what is damaged in the database, nothing where it is sound."""
    with store.database.bare(_PATIENCE_S) as driver:
        found = [str(row[0]) for row in driver.execute("PRAGMA integrity_check")]
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
    return [line for line in found if line != "ok"] + [f"stray row in {row[0]}" for row in broken]
