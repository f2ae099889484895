"""People as the guard asks for them: accounts in the database, read off the loop and kept briefly.

What is known of a session or a token is kept for KEPT_S, so that a page with twenty requests asks
the database once; a closed account or a new role therefore counts after KEPT_S at the latest.
"""

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pipeline.store.users import User, Users
from streaming.access import Permission, Person, Role

T = TypeVar("T")

KEPT_S = 10.0
KEPT = 4096
TRIES, TRIES_S = 8, 300.0
"""Wrong passwords for one name before it has to wait, and for how long they count."""
PASSWORD_MIN = 10
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$gNtmygsAMtm8hAJQzTmd2w$eFNmmw"
    "o5MWjH1BCcozR+dDHDyZPHGCDv1geTLC+F1WM"
)
"""The hash of no password known: it is checked where there is no account, to take as long."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Too many wrong passwords; `seconds` until the next may be tried."""

    seconds: int


class Directory:
    """Finds people by session, token, or name and password."""

    def __init__(
        self,
        users: Users,
        readers: Executor,
        session_hours: float = 12.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.users = users
        self.session_hours = session_hours
        self._readers, self._clock = readers, clock
        self._kept: OrderedDict[str, tuple[float, Person | None]] = OrderedDict()
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    async def session(self, secret: str) -> Person | None:
        """Return whose session a cookie opens."""
        digest = digest_of(secret)
        return await self._known(f"s{digest}", lambda: self._of_session(digest))

    async def token(self, secret: str) -> Person | None:
        """Return in whose name a token speaks."""
        digest = digest_of(secret)
        return await self._known(f"t{digest}", lambda: self._of_token(digest))

    async def any(self) -> bool:
        """Return whether there are accounts at all."""
        nobody = Person("", "", Role.AGENT)
        found = await self._known("any", lambda: nobody if self.users.count() else None)
        return found is not None

    async def sign_in(self, name: str, password: str) -> str | Waiting | None:
        """Return the secret of a new session; None where name or password is wrong."""
        found = await self.prove(name, password)
        if isinstance(found, Waiting):
            return found
        return await self.open(name) if found else None

    async def prove(self, name: str, password: str) -> bool | Waiting:
        """Say whether this is the password of that name.

        A try counts before it is checked, so that many at once are no more than many in a row.
        """
        wait = self._wait(name)
        if wait:
            return Waiting(wait)
        self._note_try(name)
        right = await self._run(lambda: check_password(self.users.password(name), password))
        if right:
            self._wrong.pop(name, None)
        return right

    async def open(self, name: str) -> str:
        """Open a session for a user who has proved to be who they are; return its secret."""
        secret = secrets.token_urlsafe(32)
        await self._run(
            lambda: self.users.open_session(name, digest_of(secret), self.session_hours)
        )
        return secret

    async def sign_out(self, secret: str) -> None:
        """End a session, here at once."""
        digest = digest_of(secret)
        self._kept.pop(f"s{digest}", None)
        await self._run(lambda: self.users.close_session(digest))

    def forget(self) -> None:
        """Ask the database anew about everybody."""
        self._kept.clear()

    def _of_session(self, digest: str) -> Person | None:
        user = self.users.session(digest)
        return None if user is None else person(user)

    def _of_token(self, digest: str) -> Person | None:
        found = self.users.token(digest)
        if found is None:
            return None
        user, token = found
        known = {p.value for p in Permission}
        scopes = frozenset(Permission(s) for s in token.scopes if s in known)
        return person(user, scopes if token.scopes else None)

    async def _known(self, key: str, ask: Callable[[], Person | None]) -> Person | None:
        kept = self._kept.get(key)
        at = self._clock()
        if kept is not None and at - kept[0] < KEPT_S:
            return kept[1]
        found = await self._run(ask)
        self._kept[key] = (at, found)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    async def _run(self, ask: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, ask)

    def _wait(self, name: str) -> int:
        tries = self._wrong.get(name)
        if tries is None or len(tries) < TRIES:
            return 0
        return max(0, int(tries[0] + TRIES_S - self._clock()) + 1)

    def _note_try(self, name: str) -> None:
        tries = self._wrong.setdefault(name, deque(maxlen=TRIES))
        tries.append(self._clock())
        self._wrong.move_to_end(name)
        while len(self._wrong) > KEPT:
            self._wrong.popitem(last=False)


def person(user: User, scopes: frozenset[Permission] | None = None) -> Person:
    """Return an account as the person whom handlers see."""
    return Person(
        user.name, user.display, Role(user.role), user.agent, user.team, user=True, scopes=scopes
    )


def digest_of(secret: str) -> str:
    """Return what the database keeps of a secret that was drawn at random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_password(password: str) -> str:
    """Return argon2id's hash with the library's recommended costs (RFC 9106, low memory)."""
    return PasswordHasher().hash(password)


def check_password(hashed: str, password: str) -> bool:
    """Return whether the password is right; takes as long where there is no such account."""
    try:
        return PasswordHasher().verify(hashed or _NOBODY, password) and bool(hashed)
    except (VerificationError, InvalidHashError):
        return False
