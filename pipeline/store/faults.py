"""What a database's refusal means, in words that say what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pipeline.errors import StoreUnavailable

_ADVICE = {
    "locked": "another program holds the database; stop it, or wait until it is done",
    "read_only": "the database cannot be written; give this user write access to the file and "
    "to the folder it lies in",
    "full": "the disk is full; free some space, and what waits is written then",
    "corrupt": "the file is damaged or is no Cueline database; move it away, restore a backup made "
    "by 'cueline db backup', or start without it to make an empty one",
    "missing": "the database cannot be opened; check that the folder exists and may be written",
    "disk": "the disk failed to read or write; look at the system's log",
    "other": "the database refused",
}

_CODES = {
    5: "locked",  # SQLITE_BUSY
    6: "locked",  # SQLITE_LOCKED
    8: "read_only",  # SQLITE_READONLY
    10: "disk",  # SQLITE_IOERR
    11: "corrupt",  # SQLITE_CORRUPT
    13: "full",  # SQLITE_FULL
    14: "missing",  # SQLITE_CANTOPEN
    26: "corrupt",  # SQLITE_NOTADB
}


def cause_of(err: DBAPIError) -> str:
    """Return "locked" | "read_only" | "full" | "corrupt" | "missing" | "disk" | "other".

    SQLite's result codes are in the low byte of its extended codes (sqlite.org/rescode.html).
    """
    code = getattr(err.orig, "sqlite_errorcode", None)
    return _CODES.get(code & 0xFF, "other") if isinstance(code, int) else "other"


def unavailable(where: Path | str, err: DBAPIError) -> StoreUnavailable:
    """Return the error to raise for `err` on the database at `where`."""
    cause = cause_of(err)
    said = f" ({err.orig})" if cause in ("other", "disk", "missing") else ""
    return StoreUnavailable(f"{where}: {_ADVICE[cause]}{said}", cause)


@contextmanager
def explained(where: Path | str) -> Iterator[None]:
    """Turn a refusal of the database into StoreUnavailable; other errors pass."""
    try:
        yield
    except PoolTimeout as err:
        raise StoreUnavailable(f"{where}: every connection is in use", "busy") from err
    except OperationalError as err:
        raise unavailable(where, err) from err
    except DBAPIError as err:
        if cause_of(err) == "other":
            raise  # a wrong row is a mistake of ours, and no fault of the disk
        raise unavailable(where, err) from err
