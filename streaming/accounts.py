"""What may be done with accounts and tokens, the same from the command line and from the pages.

Passwords are held to a length and to not being the name; there is always an administrator left to
sign in. Every method blocks (on the disk, and on the cost of a password's hash).
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.errors import RecordNotFound, RequestRefused
from pipeline.store.users import ApiToken, User, Users
from streaming.access import MAY, Permission, Role
from streaming.directory import PASSWORD_MIN, digest_of, hash_password

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
PASSWORD_MAX = 1024
"""Longer ones only cost time; argon2 reads them whole."""
DIFFERENT_MIN = 5
TOKEN_PREFIX = "cueline_"  # noqa: S105 - what every token begins with, so that scanners find leaks
TOKEN_DAYS_MAX = 3650
TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token and its secret, which is nowhere else and cannot be had again."""

    token: ApiToken
    secret: str


class Accounts:
    """Accounts as people change them."""

    def __init__(self, users: Users) -> None:
        self.users = users

    def add(self, name: str, role: str, password: str = "", **more: str) -> User:
        """Make an account; without a password it has none, and only tokens or a provider open it.

        `more` are display, agent, team.

        Raises:
            RequestRefused: the name is taken or no name, no such role, or the password is weak.
        """
        name = name.strip()
        if not NAME.fullmatch(name):
            raise RequestRefused(
                "a name begins with a letter or digit and has up to 64 letters, digits, . _ - + @"
            )
        if any(user.name.lower() == name.lower() for user in self.users.listed()):
            raise RequestRefused(f"there is a user {name!r} already")
        values = {key: _short(key, text) for key, text in more.items()}
        if not values.get("display"):
            values["display"] = name
        if password:
            refuse_weak(password, name)
            values["password"] = hash_password(password)
        return self.users.add(name, role_of(role), **values)

    def change(self, name: str, **values: str | bool) -> User:
        """Change display, role, agent, team or disabled.

        Raises:
            RecordNotFound: there is no such user.
            RequestRefused: no such role, or no administrator would be left.
        """
        user = self.users.need(name)
        kept = {k: _short(k, v) if isinstance(v, str) else v for k, v in values.items()}
        if "role" in kept:
            kept["role"] = role_of(str(kept["role"]))
        if kept.get("display") == "":
            kept["display"] = name
        if kept.get("disabled") or kept.get("role", Role.ADMIN) != Role.ADMIN:
            self._refuse_last(user)
        return self.users.change(name, **kept)

    def set_password(self, name: str, password: str) -> User:
        """Give an account another password; all its sessions end.

        Raises:
            RecordNotFound: there is no such user.
            RequestRefused: the password is weak.
        """
        self.users.need(name)
        refuse_weak(password, name)
        return self.users.change(name, password=hash_password(password))

    def remove(self, name: str) -> None:
        """Remove an account with its sessions and tokens.

        Raises:
            RecordNotFound: there is no such user.
            RequestRefused: no administrator would be left.
        """
        self._refuse_last(self.users.need(name))
        self.users.remove(name)

    def add_token(
        self, owner: str, name: str, scopes: Iterable[str] = (), days: int = 0
    ) -> NewToken:
        """Make a token of a user; no scopes for all that the role may, 0 days for until revoked.

        Raises:
            RecordNotFound: there is no such user.
            RequestRefused: no name, or a scope that the role does not include.
        """
        user = self.users.need(owner)
        name = _short("the token's name", name)
        if not name:
            raise RequestRefused("give the token a name that says what uses it")
        if not 0 <= days <= TOKEN_DAYS_MAX:
            raise RequestRefused(f"a token holds for 1 to {TOKEN_DAYS_MAX} days; 0 has no end")
        wanted = sorted(set(scopes))
        may = {p.value for p in MAY[Role(user.role)]}
        if wrong := [s for s in wanted if s not in may]:
            raise RequestRefused(
                f"the role {user.role} does not include {', '.join(wrong)}; "
                f"it includes {', '.join(sorted(may))}"
            )
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        until = (
            (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="milliseconds")
            if days
            else ""
        )
        return NewToken(self.users.add_token(owner, name, digest_of(secret), wanted, until), secret)

    def revoke(self, token_id: int, owner: str = "") -> tuple[str, ApiToken]:
        """Take a token back, one of `owner` where given; return whose it was, and the token.

        Raises:
            RecordNotFound: there is no such token, or it is another's.
        """
        owners = [self.users.need(owner)] if owner else self.users.listed()
        for user in owners:
            for token in self.users.tokens(user.name):
                if token.id == token_id:
                    self.users.revoke_token(token_id)
                    return user.name, token
        raise RecordNotFound(f"there is no token {token_id}")

    def provided(
        self,
        subject: str,
        name: str,
        role: str,
        *,
        display: str,
        agent: str | None = None,
        team: str | None = None,
    ) -> User:
        """Make the account of whom an identity provider knows, or bring it up to date.

        `subject` is what the provider calls them for good; None leaves what is there. An account
        that is there by the same name is another's: taking it over would need no more than a name.

        Raises:
            RequestRefused: the account is closed, or the name another's.
        """
        said = {"display": display, "agent": agent, "team": team}
        values = {k: _trimmed(v) for k, v in said.items() if v is not None}
        user = self.users.by_subject(subject)
        if user is None:
            name = re.sub(r"[^A-Za-z0-9._@+-]+", "-", name).lstrip("._@+-")[:64]
            if any(u.name.lower() == name.lower() for u in self.users.listed()):
                raise RequestRefused(f"the name {name!r} has an account here already, of another")
            return self.users.add(name, role_of(role), subject=subject, **values)
        if user.disabled:
            raise RequestRefused("your account here is closed")
        return self.users.change(user.name, role=role_of(role), **values)

    def _refuse_last(self, user: User) -> None:
        """Refuse to take the last administrator away, who else could let anybody in again?"""
        if user.role != Role.ADMIN or user.disabled:
            return
        others = [
            u
            for u in self.users.listed()
            if u.role == Role.ADMIN and not u.disabled and u.name != user.name
        ]
        if not others:
            raise RequestRefused(f"{user.name} is the only administrator; make another one first")


def role_of(text: str) -> Role:
    """Return the role of that name.

    Raises:
        RequestRefused: there is none.
    """
    try:
        return Role(text.strip().lower())
    except ValueError as error:
        raise RequestRefused(f"no role {text!r}; there are {', '.join(Role)}") from error


def refuse_weak(password: str, name: str = "") -> None:
    """Hold a password to what is asked of one.

    Raises:
        RequestRefused: it is short, long, of few different characters, or the name.
    """
    if len(password) < PASSWORD_MIN:
        raise RequestRefused(f"a password has at least {PASSWORD_MIN} characters")
    if len(password) > PASSWORD_MAX:
        raise RequestRefused(f"a password has at most {PASSWORD_MAX} characters")
    if len(set(password)) < DIFFERENT_MIN or (name and password.lower() == name.lower()):
        raise RequestRefused("that password is too easy to guess: take a few words, not the name")


def new_password() -> str:
    """Return a password to tell somebody, drawn at random."""
    return secrets.token_urlsafe(12)


def scopes_of(role: str) -> list[Permission]:
    """Return what a token of this role may be limited to, in the order of the permissions."""
    return [p for p in Permission if p in MAY[Role(role)]]


def _short(what: str, text: str) -> str:
    text = text.strip()
    if len(text) > TEXT_MAX or not text.isprintable():
        raise RequestRefused(f"{what}: at most {TEXT_MAX} characters, on one line")
    return text


def _trimmed(text: str) -> str:
    """What a provider says, as it can be kept."""
    return "".join(c for c in text if c.isprintable()).strip()[:TEXT_MAX]
