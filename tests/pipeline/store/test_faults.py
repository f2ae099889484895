import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from pipeline.errors import StoreUnavailable
from pipeline.store.faults import explained


def refused(kind, code, base=OperationalError):
    said = kind("as the driver says it")
    said.sqlite_errorcode = code
    return base("INSERT", {}, said)


@pytest.mark.parametrize(
    ("code", "cause", "advice"),
    [
        (sqlite3.SQLITE_BUSY, "locked", "another program"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "locked", "another program"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "read_only", "write access"),
        (sqlite3.SQLITE_FULL, "full", "free some space"),
        (sqlite3.SQLITE_IOERR_WRITE, "disk", "system's log"),
        (sqlite3.SQLITE_CORRUPT, "corrupt", "backup"),
        (sqlite3.SQLITE_NOTADB, "corrupt", "backup"),
        (sqlite3.SQLITE_CANTOPEN, "missing", "folder"),
        (sqlite3.SQLITE_ERROR, "other", "as the driver says it"),
    ],
)
def test_a_refusal_says_what_to_do(code, cause, advice):
    with pytest.raises(StoreUnavailable, match=advice) as caught, explained("calls.db"):
        raise refused(sqlite3.OperationalError, code)
    assert caught.value.cause == cause
    assert str(caught.value).startswith("calls.db: ")
    assert caught.value.code == "store_unavailable"


def test_a_wrong_row_is_no_fault_of_the_disk():
    with pytest.raises(IntegrityError), explained("calls.db"):
        raise refused(sqlite3.IntegrityError, sqlite3.SQLITE_CONSTRAINT, IntegrityError)
