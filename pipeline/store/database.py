"""The connections to the database: one that writes, a few that read, and how each is set up.

SQLite runs in WAL mode, so that pages read while calls are written. One process has one writing
connection behind a lock; other processes wait for it up to the busy timeout. A commit is on the
disk when it returns (synchronous=FULL): the writer groups what waits, so this costs about ten
syncs a second however many calls there are.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.errors import StoreUnavailable
from pipeline.store.faults import explained

WRITE_PATIENCE_S: Final = 2.0
READ_PATIENCE_S: Final = 5.0
READERS: Final = 4
"""Connections kept for reading; as many again are opened under pressure, then readers wait."""

_SCRUB_PATIENCE_S: Final = 0.1  # calls wait meanwhile; it is tried again

_COMMON = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what redaction and retention remove is overwritten with zeros
    "PRAGMA temp_store=MEMORY",
)


class Database:
    """One database by URL; all methods may be called from any thread."""

    def __init__(self, url: str | Path) -> None:
        text = str(url)
        self.url = text if "://" in text else f"sqlite:///{text}"
        try:
            parsed = make_url(self.url)
            backend = parsed.get_backend_name()
        except ArgumentError as err:
            raise StoreUnavailable(f"{text} is no database URL", "missing") from err
        self.sqlite = backend == "sqlite"
        self.path: Path | None = None
        if self.sqlite:
            if parsed.database in (None, "", ":memory:"):
                raise StoreUnavailable("a store needs a file; name one in the URL", "missing")
            self.path = Path(str(parsed.database))
            self._make_file(self.path)
        self.where = self.path if self.path is not None else parsed.render_as_string()
        self._lock = Lock()
        try:
            self._writer = self._engine(write=True)
            self._readers = self._engine(write=False)
        except (ArgumentError, ImportError) as err:
            raise StoreUnavailable(f"no driver for {backend} is installed", "missing") from err

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection that sees one state of the database throughout.

        Raises:
            StoreUnavailable: the database refuses.
        """
        with explained(self.where), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def write(self, patience_s: float = WRITE_PATIENCE_S) -> Iterator[Connection]:
        """Lend the writing connection for one transaction; an exception undoes all of it.

        `patience_s` bounds the wait for other threads, and then for other programs.

        Raises:
            StoreUnavailable: the database refuses, or is not free in time.
        """
        with self._held(patience_s) as connection, connection.begin():
            yield connection

    @contextmanager
    def _held(self, patience_s: float) -> Iterator[Connection]:
        if not self._lock.acquire(timeout=patience_s):
            raise StoreUnavailable(f"{self.where}: another thread is writing", "busy")
        try:
            with explained(self.where), self._writer.connect() as connection:
                driver = connection.connection.driver_connection
                if isinstance(driver, sqlite3.Connection):
                    driver.execute(f"PRAGMA busy_timeout={int(patience_s * 1000)}")
                yield connection
        finally:
            self._lock.release()

    @contextmanager
    def bare(self, patience_s: float = WRITE_PATIENCE_S) -> Iterator[sqlite3.Connection]:
        """Lend the writing SQLite connection outside of any transaction (checkpoint, vacuum)."""
        with self._held(patience_s) as connection:
            driver = connection.connection.driver_connection
            if not isinstance(driver, sqlite3.Connection):
                raise StoreUnavailable("only SQLite needs this")
            try:
                yield driver
            except sqlite3.Error as err:
                raise StoreUnavailable(f"{self.where}: {err}") from err

    def scrub(self) -> bool:
        """Empty the write-ahead log, which holds pages as they were before a redaction.

        Returns:
            Whether it is empty; False while a reader or another program is in the way.
        """
        if not self.sqlite:
            return True
        with self.bare() as driver:
            busy: tuple[int, int, int] = driver.execute(
                "PRAGMA wal_checkpoint(TRUNCATE)"
            ).fetchone()
        return busy[0] == 0

    def close(self) -> None:
        """Close every connection."""
        self._readers.dispose()
        self._writer.dispose()

    @staticmethod
    def _make_file(path: Path) -> None:
        """Make the file for this user's eyes only; SQLite gives its companions the same mode."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as err:
            raise StoreUnavailable(f"{path} cannot be made: {err.strerror}", "missing") from err

    def _engine(self, *, write: bool) -> Engine:
        if not self.sqlite:
            return create_engine(self.url, pool_size=1 if write else READERS)
        patience_s = WRITE_PATIENCE_S if write else READ_PATIENCE_S
        engine = create_engine(
            self.url,
            pool_size=1 if write else READERS,
            max_overflow=0 if write else READERS,
            connect_args={"timeout": patience_s, "check_same_thread": False},
        )
        pragmas = (*_COMMON, "PRAGMA synchronous=FULL" if write else "PRAGMA query_only=ON")

        @event.listens_for(engine, "connect")
        def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
            connection.isolation_level = None  # transactions begin where we say, not at first DML
            for pragma in pragmas:
                connection.execute(pragma)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

        return engine
