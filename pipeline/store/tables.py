"""Every table of the database, gathered: whoever needs all of them takes `metadata` from here.

A table that names a call by `call_id` goes with the call; those in OUTLIVES say on purpose what
remains.
"""

from typing import Final

from sqlalchemy import Table

from pipeline.store import (
    schema_calibration,
    schema_figures,
    schema_help,
    schema_keeping,
    schema_mining,
    schema_people,
    schema_playlists,
    schema_review,
    schema_wall,
)
from pipeline.store.schema import HEAD, metadata

DESKS: Final = (
    schema_people,
    schema_help,
    schema_review,
    schema_mining,
    schema_keeping,
    schema_wall,
    schema_calibration,
    schema_playlists,
    schema_figures,
)
"""The tables beside those of calls, by what they are for."""

OUTLIVES: Final[frozenset[str]] = frozenset({"removed_call"})
"""Tables that name calls and stay when those are removed."""


def beside() -> set[Table]:
    """Return the tables that are not of the calls themselves."""
    return {t for module in DESKS for t in vars(module).values() if isinstance(t, Table)}


__all__ = ["DESKS", "HEAD", "OUTLIVES", "beside", "metadata"]
