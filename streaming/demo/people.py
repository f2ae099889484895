"""The people of a demo: one for each role, with a password drawn for this run."""

from contextlib import suppress
from typing import Final

from pipeline.errors import RecordNotFound
from pipeline.store.repo import Store
from pipeline.store.users import Users
from streaming.access import Role
from streaming.accounts import Accounts, new_password
from streaming.deps import Demo

PREFIX = "demo-"
"""Every name begins so: nobody takes these for people, and no real account is touched."""
WORDS: Final = {
    Role.AGENT: "is helped in calls, sees their own",
    Role.SUPERVISOR: "watches live calls, writes to agents",
    Role.QA: "reviews calls, calibrates, coaches",
    Role.TRAINER: "searches what was said, keeps playlists",
    Role.ENGINEER: "compares models, tries rules",
    Role.ADMIN: "everything, with people and keeping",
}


def add_people(store: Store, agent: str) -> Demo:
    """Make the six, or give those of an earlier demo another password.

    `agent` is the name that the demo agent's calls carry.
    """
    accounts = Accounts(Users(store.database))
    password = new_password()
    for role in WORDS:
        name = PREFIX + role
        with suppress(RecordNotFound):
            accounts.users.remove(name)
        takes = agent if role is Role.AGENT else ""
        accounts.add(name, role, password, display=f"Demo {role}", agent=takes)
    return Demo(password, tuple((PREFIX + role, words) for role, words in WORDS.items()))


def remove_people(store: Store) -> None:
    """Take them away again, so that data which is kept has no accounts that all know."""
    users = Users(store.database)
    for role in WORDS:
        with suppress(RecordNotFound):
            users.remove(PREFIX + role)
