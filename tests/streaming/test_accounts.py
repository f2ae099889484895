import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from pipeline.config import Settings
from pipeline.errors import RecordNotFound, RequestRefused
from pipeline.store.repo import Store
from pipeline.store.users import Users
from streaming.access import MAY, Permission, Role
from streaming.accounts import Accounts, new_password, refuse_weak, scopes_of
from streaming.auth import Guard
from streaming.directory import Directory, digest_of
from streaming.ingest import ingest_routes
from streaming.telephony.twilio import twilio_routes

sys.path.insert(0, str(Path(__file__).parent))
from recording_host import RecordingHost, serving

GOOD = "a good long password"


@pytest.fixture
def accounts(tmp_path):
    with Store.open(tmp_path / "a.db") as store:
        yield Accounts(Users(store.database))


REFUSED = [
    ("", "qa", GOOD, "a name begins with"),
    ("ana\nbo", "qa", GOOD, "a name begins with"),
    ("ANA", "qa", GOOD, "already"),
    ("bo", "boss", GOOD, "there are agent, qa"),
    ("bo", "qa", "short", "at least 10 characters"),
    ("bo", "qa", "aaaaaaaaaaaa", "too easy"),
    ("bo-the-second", "qa", "Bo-The-Second", "too easy"),
]


def test_an_account_that_cannot_be_is_refused_with_what_to_do(accounts):
    accounts.add("ana", "agent")
    for name, role, password, fault in REFUSED:
        with pytest.raises(RequestRefused, match=fault):
            accounts.add(name, role, password)
    assert [u.name for u in accounts.users.listed()] == ["ana"]


def test_there_is_always_an_administrator_left(accounts):
    accounts.add("ada", "admin")
    accounts.add("old", "admin")
    accounts.change("old", disabled=True)
    for attempt in (
        lambda: accounts.change("ada", role="qa"),
        lambda: accounts.change("ada", disabled=True),
        lambda: accounts.remove("ada"),
    ):
        with pytest.raises(RequestRefused, match="only administrator"):
            attempt()
    accounts.change("ada", display="Ada L", role="admin")
    accounts.change("old", disabled=False)
    accounts.remove("ada")


def test_another_password_ends_all_sessions(accounts):
    accounts.add("ana", "agent", GOOD)
    accounts.users.open_session("ana", "digest", 1)
    with pytest.raises(RequestRefused, match="too easy"):
        accounts.set_password("ana", "aaaaaaaaaaaa")
    assert accounts.users.session("digest") is not None
    accounts.set_password("ana", "another long password")
    assert accounts.users.session("digest") is None


def test_a_token_is_held_to_its_owners_role_and_kept_as_a_digest(accounts):
    accounts.add("quinn", "qa")
    accounts.add("ada", "admin")
    with pytest.raises(RequestRefused, match="does not include ingest"):
        accounts.add_token("quinn", "dialler", ["ingest"])
    with pytest.raises(RequestRefused, match="name that says"):
        accounts.add_token("ada", "  ", ["ingest"])
    made = accounts.add_token("ada", "dialler", ["ingest"], days=1)
    owner, token = accounts.users.token(digest_of(made.secret))
    assert (owner.name, token.scopes) == ("ada", ("ingest",))
    assert token.expires_at > token.created_at
    with pytest.raises(RecordNotFound, match="no token"):
        accounts.revoke(token.id, owner="quinn")
    assert accounts.revoke(token.id)[0] == "ada"
    assert accounts.users.token(digest_of(made.secret)) is None


def test_passwords_made_here_are_taken_here():
    refuse_weak(new_password())
    assert new_password() != new_password()
    assert set(scopes_of("qa")) == MAY[Role.QA]
    assert Permission.INGEST in scopes_of("admin")


async def test_a_token_for_calls_brings_calls_in_and_nothing_else_does(accounts, caplog):
    accounts.add("dialler", "admin")
    accounts.add("quinn", "qa")
    right = accounts.add_token("dialler", "dialler", ["ingest"]).secret
    others = [
        accounts.add_token("dialler", "reader", ["calls"]).secret,
        accounts.add_token("quinn", "all").secret,
        right + "x",
    ]
    readers = ThreadPoolExecutor(1)
    guard = Guard("s3cret", directory=Directory(accounts.users, readers))
    routes = [
        *ingest_routes(RecordingHost(), guard, Settings()),
        *twilio_routes(RecordingHost(), Settings(), guard=guard),
    ]
    async with serving(routes) as address:
        for path in ("/v1/audio", "/v1/twilio"):
            async with websockets.connect(f"{address}{path}?token={right}") as socket:
                await socket.ping()
            bearer = {"Authorization": f"Bearer {right}"}
            async with websockets.connect(address + path, additional_headers=bearer) as socket:
                await socket.ping()
            for token in others:
                assert await refused(f"{address}{path}?token={token}") in (401, 403, 4401, 4403)
    readers.shutdown()
    assert right not in caplog.text


async def refused(address):
    """Return the status or the close code that a socket is refused with."""
    try:
        async with websockets.connect(address) as socket:
            async with asyncio.timeout(10):
                await socket.recv()
    except InvalidStatus as error:
        return error.response.status_code
    except ConnectionClosed as error:
        return error.rcvd.code
