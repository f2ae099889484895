"""What is done on the command line, as the audit log has it."""

import getpass

from pipeline.store.audit import Audit, Deed
from pipeline.store.database import Database


def note(database: Database, action: str, target: str, detail: str = "") -> None:
    """Note a deed of whoever runs the command.

    Raises:
        StoreUnavailable: the database refuses.
    """
    Audit(database).note([Deed(whoever(), "", action, target, detail)])


def whoever() -> str:
    """Return what the audit log calls the one at the keyboard."""
    try:
        return f"command line: {getpass.getuser()}"
    except (KeyError, OSError):  # a container may have no name for its user
        return "command line"
