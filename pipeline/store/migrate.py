"""Bring a database up to this version's tables, by Alembic's steps in `migrations/`.

Everything is set by the program; there is no alembic.ini. The library is imported only where a
database is not up to date, which spares a start a third of a second.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

from pipeline.errors import StoreUnavailable
from pipeline.store.database import Database
from pipeline.store.schema import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

_PATIENCE_S: Final = 30.0  # another process may be taking the same steps over a large database


def revision(database: Database) -> str | None:
    """Return the step that the database has reached, None for an empty one."""
    with database.read() as connection:
        return _revision(connection)


def upgrade(database: Database, to: str = HEAD) -> bool:
    """Take the steps that are missing, all or none; return whether there were any.

    Raises:
        StoreUnavailable: the database refuses, or a later version of Cueline wrote it.
    """
    if revision(database) == to:
        return False
    with database.write(_PATIENCE_S) as connection:
        reached = _revision(connection)  # again: another process may have been first
        if reached == to:
            return False
        _check_known(database, reached)
        from alembic import command

        command.upgrade(config(connection), to)
    return True


def config(connection: Connection | None = None) -> "Config":
    """Return Alembic's configuration for our steps."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _check_known(database: Database, reached: str | None) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if reached is not None and reached not in known:
        raise StoreUnavailable(
            f"{database.where} was written by a later version of Cueline (step {reached}); "
            "use that version, or restore a backup made before",
            "newer",
        )
