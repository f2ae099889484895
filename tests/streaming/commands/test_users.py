import json

import pytest
from typer.testing import CliRunner

from pipeline.errors import RequestRefused
from pipeline.store.audit import Audit
from pipeline.store.database import Database
from pipeline.store.users import Users
from streaming.access import Role
from streaming.commands import users
from streaming.directory import check_password, digest_of
from streaming.errors import UsageFault

GOOD = "a good long password"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("CUELINE_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments, given="", code=0):
        done = CliRunner().invoke(users.app, list(arguments), input=given)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.stdout

    return run


@pytest.fixture
def database(run, tmp_path):
    run("add", "ada", "--password-stdin", given=f"{GOOD}\n")
    opened = Database(tmp_path / "data" / "cueline.db")
    yield opened
    opened.close()


def test_the_first_account_is_an_administrator_and_later_ones_need_a_role(run, database):
    assert Users(database).need("ada").role == "admin"
    assert check_password(Users(database).password("ada"), GOOD)
    with pytest.raises(UsageFault, match="say which role"):
        run("add", "bo", "--password-stdin", given=f"{GOOD}\n")
    with pytest.raises(RequestRefused, match="at least 10"):
        run("add", "bo", "--role", "qa", "--password-stdin", given="short\n")
    with pytest.raises(UsageFault, match="--password-stdin"):
        run("add", "bo", "--role", "qa")
    shown = run("add", "bo", "--role", "agent", "--agent", "Bo", "--no-password")
    assert shown == "added bo, role agent\n"
    listed = json.loads(run("list", "--json"))
    assert [(u["name"], u["role"], u["agent"]) for u in listed] == [
        ("ada", "admin", ""),
        ("bo", "agent", "Bo"),
    ]
    assert "password" not in listed[0]
    assert "no password" in run("list")


def test_what_is_changed_holds_and_is_noted(run, database):
    run("add", "bo", "--role", "qa", "--password-stdin", given=f"{GOOD}\n")
    run("change", "bo", "--role", "trainer", "--team", "north")
    run("password", "bo", "--password-stdin", given="quite another one\n")
    run("disable", "bo")
    assert "closed" in run("list")
    run("enable", "bo")
    bo = Users(database).need("bo")
    assert (bo.role, bo.team, bo.disabled) == ("trainer", "north", False)
    assert check_password(Users(database).password("bo"), "quite another one")
    run("remove", "bo", given="n\n", code=1)
    run("remove", "bo", "--yes")
    assert Users(database).by_name("bo") is None
    noted = [n.deed for n in Audit(database).listed(target="bo")]
    assert [d.action for d in reversed(noted)] == [
        "person_added",
        "person_changed",
        "password_reset",
        "person_disabled",
        "person_enabled",
        "person_removed",
    ]
    assert all(d.who.startswith("command line") for d in noted)
    assert "quite another one" not in repr(noted)


def test_a_token_is_printed_once_and_works_until_it_is_revoked(run, database):
    secret = run(
        "token", "add", "ada", "--name", "dialler", "--scope", "ingest", "--days", "9"
    ).strip()
    _, token = Users(database).token(digest_of(secret))
    assert token.scopes == ("ingest",)
    shown = run("token", "list", "ada")
    assert "dialler  ingest  until" in shown
    assert secret not in shown
    run("token", "revoke", str(token.id))
    assert Users(database).token(digest_of(secret)) is None
    assert secret not in repr(Audit(database).listed())


def test_the_help_says_what_each_role_may_do(run):
    shown = " ".join(run("--help").split())
    for role in Role:
        assert f"{role}:" in shown
    assert "see the calls you took yourself" in shown
