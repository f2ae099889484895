"""`/people`: who may sign in, for administrators. Every change is a form, and is noted."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.errors import RecordNotFound, RequestRefused
from pipeline.store.users import ApiToken
from streaming.access import MAY, MEANS, Permission, Person, Role, person_of
from streaming.accounts import Accounts, NewToken, new_password, scopes_of
from streaming.deps import Deps
from streaming.directory import PASSWORD_MIN
from streaming.rendering import Renderer, form_of

TOKEN_DAYS = 90
DONE = {
    "changed": "Changed. It counts with their next click.",
    "disabled": "The account is closed: sessions are over, tokens stopped.",
    "enabled": "The account is open again.",
    "removed": "The account is gone. What it did stays in the audit log.",
    "revoked": "The token does not work any more.",
}
"""What the page says after a form; the address carries the key alone."""


def people_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return `/people` and the page of each."""
    pages = People(deps, renderer)
    return [
        Route("/people", pages.listed, methods=["GET"]),
        Route("/people", pages.add, methods=["POST"]),
        Route("/people/{name}", pages.one, methods=["GET"]),
        Route("/people/{name}", pages.change, methods=["POST"]),
    ]


class People:
    """The handlers."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer

    async def listed(self, request: Request) -> Response:
        """List everybody, and offer to add one."""
        done = DONE.get(request.query_params.get("done", ""), "")
        return await self._list(request, HTTPStatus.OK, done=done)

    async def add(self, request: Request) -> Response:
        """Add a person; a password that was made here is shown this once."""
        form = await form_of(request)
        name = form.get("name", "").strip()
        made = "" if form.get("kind") == "program" or form.get("password") else new_password()
        password = form.get("password", "") or made
        try:
            user = await self._deps.read(
                self._accounts().add,
                name,
                form.get("role", ""),
                "" if form.get("kind") == "program" else password,
                display=form.get("display", ""),
                agent=form.get("agent", ""),
                team=form.get("team", ""),
            )
        except RequestRefused as error:
            return await self._list(request, HTTPStatus.UNPROCESSABLE_ENTITY, str(error), form)
        await self._note(request, "person_added", user.name, f"role {user.role}")
        return await self._list(request, HTTPStatus.CREATED, added=user, made=made)

    async def one(self, request: Request) -> Response:
        """Show one account with its forms."""
        done = DONE.get(request.query_params.get("done", ""), "")
        return await self._one(request, request.path_params["name"], done=done)

    async def change(self, request: Request) -> Response:
        """Do what one of the account's forms asks."""
        name, form = request.path_params["name"], await form_of(request)
        try:
            return await self._do(request, name, form)
        except RequestRefused as error:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return await self._one(request, name, status, fault=str(error))
        except RecordNotFound as error:
            return self._renderer.sorry(request, HTTPStatus.NOT_FOUND, "Not there", str(error))

    async def _do(self, request: Request, name: str, form: Mapping[str, str]) -> Response:
        do, accounts = form.get("do", ""), self._accounts()
        if do in ("disable", "remove") or (do == "change" and form.get("role") != Role.ADMIN):
            _refuse_oneself(person_of(request), name)
        match do:
            case "change":
                given = {k: form.get(k, "") for k in ("display", "role", "agent", "team")}
                user = await self._deps.read(accounts.change, name, **given)
                detail = f"role {user.role}, team {user.team}, agent {user.agent}"
                return await self._done(request, "person_changed", name, "changed", detail)
            case "disable" | "enable":
                await self._deps.read(accounts.change, name, disabled=do == "disable")
                return await self._done(request, f"person_{do}d", name, f"{do}d")
            case "remove":
                await self._deps.read(accounts.remove, name)
                return await self._done(request, "person_removed", name, "removed")
            case "password":
                made = new_password()
                await self._deps.read(accounts.set_password, name, made)
                await self._note(request, "password_reset", name)
                return await self._one(request, name, made=made)
            case "token":
                made_token = await self._deps.read(token_of, accounts, name, form)
                detail = said_of(made_token.token)
                await self._note(request, "token_made", name, detail)
                return await self._one(request, name, HTTPStatus.CREATED, token=made_token)
            case "revoke":
                _, gone = await self._deps.read(accounts.revoke, number_of(form), name)
                return await self._done(request, "token_revoked", name, "revoked", gone.name)
        raise RequestRefused("there is no such form")

    async def _list(
        self,
        request: Request,
        status: HTTPStatus,
        fault: str = "",
        form: Mapping[str, str] | None = None,
        **shown: object,
    ) -> Response:
        users = await self._deps.read(self._accounts().users.listed)
        return self._renderer.page(
            request,
            "people.html",
            status,
            users=users,
            roles=_roles(),
            password_min=PASSWORD_MIN,
            fault=fault,
            form=form or {},
            **shown,
        )

    async def _one(
        self,
        request: Request,
        name: str,
        status: HTTPStatus = HTTPStatus.OK,
        **shown: object,
    ) -> Response:
        users = self._accounts().users
        try:
            user = await self._deps.read(users.need, name)
        except RecordNotFound as error:
            return self._renderer.sorry(request, HTTPStatus.NOT_FOUND, "Not there", str(error))
        tokens = await self._deps.read(users.tokens, name)
        return self._renderer.page(
            request,
            "person.html",
            status,
            user=user,
            tokens=tokens,
            roles=_roles(),
            scopes=scopes_shown(user.role),
            token_days=TOKEN_DAYS,
            oneself=_is_oneself(person_of(request), name),
            **shown,
        )

    async def _done(
        self, request: Request, action: str, name: str, done: str, detail: str = ""
    ) -> Response:
        await self._note(request, action, name, detail)
        where = "/people" if done == "removed" else f"/people/{quote(name, safe='')}"
        return RedirectResponse(f"{where}?done={done}", HTTPStatus.SEE_OTHER)

    async def _note(self, request: Request, action: str, name: str, detail: str = "") -> None:
        directory = self._deps.guard.directory
        if directory is not None:
            directory.forget()
        if self._deps.trail is not None:
            await self._deps.trail.note(person_of(request), action, name, detail)

    def _accounts(self) -> Accounts:
        return accounts_of(self._deps)


def accounts_of(deps: Deps) -> Accounts:
    """Return the accounts of this server.

    Raises:
        RequestRefused: it keeps none.
    """
    if deps.guard.directory is None:
        raise RequestRefused("this server keeps no accounts")
    return Accounts(deps.guard.directory.users)


def token_of(accounts: Accounts, owner: str, form: Mapping[str, str]) -> NewToken:
    """Make the token that a form asks for; nothing ticked is refused, not taken for everything.

    Raises:
        RequestRefused: no name, no scope, or no number of days.
    """
    scopes = [p.value for p in Permission if form.get(f"scope_{p.value}")]
    if not scopes and not form.get("scope_all"):
        raise RequestRefused("tick what the token may do")
    days = form.get("days", "")
    if not days.isdecimal():
        raise RequestRefused("say in days how long the token holds; 0 until it is revoked")
    return accounts.add_token(owner, form.get("token_name", ""), scopes, int(days[:6]))


def number_of(form: Mapping[str, str]) -> int:
    """Return the number of the token that a form names; 0, which is none's, for nonsense."""
    given = form.get("token", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def said_of(token: ApiToken) -> str:
    """Return what the audit log says of a token."""
    return f"{token.name}: {', '.join(token.scopes) or 'all of the role'}"


def scopes_shown(role: str) -> list[tuple[str, str]]:
    """Return what a token of this role may be limited to, with the words for it."""
    return [(p.value, MEANS[p]) for p in scopes_of(role)]


def _roles() -> list[tuple[str, list[str]]]:
    return [(str(role), [MEANS[p] for p in Permission if p in MAY[role]]) for role in Role]


def _is_oneself(who: Person, name: str) -> bool:
    return who.user and who.name == name


def _refuse_oneself(who: Person, name: str) -> None:
    if _is_oneself(who, name):
        raise RequestRefused("ask another administrator to take your own rights away")
