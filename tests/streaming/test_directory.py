from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.store.repo import Store
from pipeline.store.users import Users
from streaming.access import Permission
from streaming.directory import (
    KEPT_S,
    TRIES,
    TRIES_S,
    Directory,
    Waiting,
    check_password,
    digest_of,
    hash_password,
)


@pytest.fixture
def clock():
    class Clock:
        now = 1000.0

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def directory(tmp_path, clock):
    with Store.open(tmp_path / "a.db") as store, ThreadPoolExecutor(1) as readers:
        yield Directory(Users(store.database), readers, clock=clock)


async def test_what_is_known_of_a_session_is_kept_for_a_while(directory, clock):
    assert not await directory.any()
    directory.users.add("ana", "agent", password=hash_password("right"))
    secret = await directory.sign_in("ana", "right")
    assert (await directory.session(secret)).name == "ana"
    directory.users.change("ana", disabled=True)
    assert await directory.session(secret) is not None
    clock.now += KEPT_S
    assert await directory.session(secret) is None
    assert await directory.any()


async def test_wrong_passwords_count_for_a_time(directory, clock):
    directory.users.add("ana", "agent", password=hash_password("right"))
    for _ in range(TRIES):
        assert await directory.sign_in("ana", "wrong") is None
    assert isinstance(await directory.sign_in("ana", "right"), Waiting)
    clock.now += TRIES_S + 1
    assert isinstance(await directory.sign_in("ana", "right"), str)


async def test_a_token_speaks_for_its_owner_within_its_scopes(directory):
    directory.users.add("ana", "supervisor")
    directory.users.add_token("ana", "wall screen", digest_of("t"), ["live", "since_removed"])
    found = await directory.token("t")
    assert found.permissions == {Permission.LIVE}
    assert await directory.token("other") is None


def test_a_password_is_kept_as_a_hash_that_only_it_opens():
    hashed = hash_password("right")
    assert "right" not in hashed
    assert check_password(hashed, "right")
    assert not check_password(hashed, "wrong")
    assert not check_password("", "")
    assert not check_password("nonsense", "right")
