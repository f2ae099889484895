"""`cueline users`: who may sign in, and what programs may do in their name."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipeline.config import load_settings
from pipeline.store.database import Database
from pipeline.store.repo import Store
from pipeline.store.users import User, Users
from streaming.access import MAY, MEANS, Permission, Role
from streaming.accounts import Accounts, refuse_weak
from streaming.commands.noting import note
from streaming.directory import PASSWORD_MIN
from streaming.errors import UsageFault


def _roles() -> str:
    lines = []
    for role in Role:
        each = "; ".join(MEANS[p].lower() for p in Permission if p in MAY[role])
        lines.append(f"{role}: {'everything' if role is Role.ADMIN else each}.")
    return "\n\n".join(lines)


app = typer.Typer(
    no_args_is_help=True,
    help="Who may sign in, and what they may do.",
    epilog="What the roles may do.\n\n" + _roles(),
)
token = typer.Typer(no_args_is_help=True, help="Tokens for programs, in the name of a user.")
app.add_typer(token, name="token")

Config = Annotated[Path | None, typer.Option(help="A settings file (TOML).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="The name to sign in with.")]
Agent = Annotated[str | None, typer.Option(help="The name that their calls carry.")]
Team = Annotated[str | None, typer.Option(help="Their team.")]
Display = Annotated[str | None, typer.Option(help="Their name as pages show it.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@app.command()
def add(
    name: Name,
    role: Annotated[
        str, typer.Option(help=f"{' | '.join(Role)}; admin for the first account of all.")
    ] = "",
    agent: Agent = None,
    team: Team = None,
    display: Display = None,
    password_stdin: FromStdin = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="For programs, which come by token.")
    ] = False,
    config: Config = None,
) -> None:
    """Add a user; the password is asked for."""
    with _accounts(config) as (accounts, database):
        first = accounts.users.count() == 0
        if not role and not first:
            raise UsageFault(f"say which role: --role {' | '.join(Role)}")
        password = "" if no_password else _password(name, from_stdin=password_stdin)
        more = {"agent": agent or "", "team": team or "", "display": display or ""}
        user = accounts.add(name, role or Role.ADMIN, password, **more)
        note(database, "person_added", user.name, f"role {user.role}")
    typer.echo(f"added {user.name}, role {user.role}")
    if first and user.role != Role.ADMIN:
        typer.echo("There is no administrator yet; the server's token is the way in for one.")


@app.command("list")
def list_users(config: Config = None, as_json: AsJson = False) -> None:
    """List everybody."""
    with _accounts(config) as (accounts, _):
        users = accounts.users.listed()
    if as_json:
        typer.echo(json.dumps([_plain(user) for user in users]))
        return
    if not users:
        typer.echo("nobody yet: cueline users add NAME makes the first administrator")
        return
    rows = [("NAME", "ROLE", "AGENT", "TEAM", "STATE", "LAST SEEN")]
    rows += [
        (u.name, u.role, u.agent or "-", u.team or "-", _state(u), u.seen_at[:16] or "never")
        for u in users
    ]
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


@app.command()
def change(
    name: Name,
    role: Annotated[str | None, typer.Option(help=" | ".join(Role))] = None,
    agent: Agent = None,
    team: Team = None,
    display: Display = None,
    config: Config = None,
) -> None:
    """Change what is said of a user; it counts within ten seconds."""
    given = {"role": role, "agent": agent, "team": team, "display": display}
    values = {key: value for key, value in given.items() if value is not None}
    if not values:
        raise UsageFault("say what to change: --role, --agent, --team, --display")
    with _accounts(config) as (accounts, database):
        user = accounts.change(name, **values)
        note(database, "person_changed", name, ", ".join(f"{k} {v}" for k, v in values.items()))
    typer.echo(f"changed {user.name}: role {user.role}")


@app.command()
def password(name: Name, password_stdin: FromStdin = False, config: Config = None) -> None:
    """Give a user another password; their sessions end, their tokens stay."""
    with _accounts(config) as (accounts, database):
        accounts.users.need(name)
        accounts.set_password(name, _password(name, from_stdin=password_stdin))
        note(database, "password_reset", name)
    typer.echo(f"{name} has another password; sessions are over")


@app.command()
def disable(name: Name, config: Config = None) -> None:
    """Close an account: sessions end, tokens stop; nothing of it is lost."""
    with _accounts(config) as (accounts, database):
        accounts.change(name, disabled=True)
        note(database, "person_disabled", name)
    typer.echo(f"{name} cannot sign in any more; cueline users enable {name} undoes it")


@app.command()
def enable(name: Name, config: Config = None) -> None:
    """Open a closed account again."""
    with _accounts(config) as (accounts, database):
        accounts.change(name, disabled=False)
        note(database, "person_enabled", name)
    typer.echo(f"{name} can sign in")


@app.command()
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = None,
) -> None:
    """Remove an account with its tokens; what it did stays in the audit log."""
    if not yes:
        typer.confirm(f"Remove {name} for good?", abort=True)
    with _accounts(config) as (accounts, database):
        accounts.remove(name)
        note(database, "person_removed", name)
    typer.echo(f"removed {name}")


@token.command("add")
def add_token(
    user: Name,
    name: Annotated[str, typer.Option(help="What uses it, as: dialler.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help=f"What it may do, several times: {', '.join(Permission)}."),
    ] = None,
    days: Annotated[int, typer.Option(min=0, help="How long it holds; 0 until revoked.")] = 0,
    config: Config = None,
) -> None:
    """Make a token, and print it this once; without --scope it may all that its user may."""
    with _accounts(config) as (accounts, database):
        made = accounts.add_token(user, name, scope or (), days)
        scopes = ", ".join(made.token.scopes) or "all of the role"
        note(database, "token_made", user, f"{made.token.name}: {scopes}")
    typer.echo(made.secret)
    typer.echo(f"token {made.token.id} of {user}, for {scopes}; it is not shown again", err=True)


@token.command("list")
def list_tokens(user: Name, config: Config = None, as_json: AsJson = False) -> None:
    """List a user's tokens, without their secrets."""
    with _accounts(config) as (accounts, _):
        tokens = accounts.users.tokens(user)
    if as_json:
        typer.echo(json.dumps([asdict(t) for t in tokens]))
        return
    if not tokens:
        typer.echo(f"{user} has no token")
    for t in tokens:
        scopes = ", ".join(t.scopes) or "all of the role"
        typer.echo(f"{t.id}  {t.name}  {scopes}  until {t.expires_at[:10] or 'revoked'}")


@token.command()
def revoke(token_id: int, config: Config = None) -> None:
    """Take a token back, by the number that the list shows."""
    with _accounts(config) as (accounts, database):
        owner, gone = accounts.revoke(token_id)
        note(database, "token_revoked", owner, gone.name)
    typer.echo(f"token {token_id} ({gone.name}) of {owner} does not work any more")


@contextmanager
def _accounts(config: Path | None) -> Iterator[tuple[Accounts, Database]]:
    """Open the database of the settings."""
    settings = load_settings(config)
    if not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    with Store.open(settings.database) as store:
        yield Accounts(Users(store.database)), store.database


def _password(name: str, *, from_stdin: bool) -> str:
    """Ask for a password twice, or read it; it never stands on the command line."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageFault("nobody is there to ask for the password; give --password-stdin")
    prompt = f"Password for {name} (at least {PASSWORD_MIN} characters)"
    given: str = typer.prompt(prompt, hide_input=True, confirmation_prompt=True)
    refuse_weak(given, name)
    return given


def _plain(user: User) -> dict[str, object]:
    return {k: v for k, v in asdict(user).items() if k not in ("id", "subject")}


def _state(user: User) -> str:
    if user.disabled:
        return "closed"
    if user.subject:
        return "by provider"
    return "open" if user.has_password else "no password"
