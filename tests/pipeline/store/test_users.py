import pytest

from pipeline.errors import RecordNotFound, RequestRefused
from pipeline.store.users import Users


@pytest.fixture
def users(store):
    return Users(store.database)


def test_an_account_is_made_changed_and_removed(users):
    made = users.add("ana", "agent", agent="Ana", display="Ana Q")
    assert (made.role, made.agent, made.has_password) == ("agent", "Ana", False)
    assert users.change("ana", role="qa", password="hash").has_password
    assert users.password("ana") == "hash"
    users.remove("ana")
    assert users.by_name("ana") is None
    with pytest.raises(RecordNotFound, match="no user 'ana'"):
        users.change("ana", role="qa")


def test_a_name_is_taken_once(users):
    users.add("ana", "agent")
    with pytest.raises(RequestRefused, match="already"):
        users.add("ana", "qa")
    with pytest.raises(RequestRefused, match="created_at"):
        users.change("ana", created_at="2020")


def test_a_session_lives_until_its_time_or_until_it_is_closed(users):
    users.add("ana", "agent")
    users.open_session("ana", "d1", 1)
    users.open_session("ana", "d2", 1)
    users.open_session("ana", "over", -1)
    assert users.session("d1").name == "ana"
    assert users.session("over") is None
    users.close_session("d1")
    assert users.session("d1") is None
    assert users.session("d2").seen_at


@pytest.mark.parametrize("change", [{"disabled": True}, {"password": "new"}])
def test_closing_an_account_or_a_new_password_ends_its_sessions(users, change):
    users.add("ana", "agent", password="old")
    users.open_session("ana", "d", 1)
    users.change("ana", **change)
    assert users.session("d") is None


def test_a_token_carries_its_scopes_until_it_is_over_or_revoked(users):
    users.add("ana", "agent")
    made = users.add_token("ana", "dialler", "t1", ["ingest"])
    users.add_token("ana", "old", "t2", [], "2020-01-01T00:00:00.000+00:00")
    owner, token = users.token("t1")
    assert (owner.name, token.scopes) == ("ana", ("ingest",))
    assert users.token("t2") is None
    users.change("ana", disabled=True)
    assert users.token("t1") is None
    users.change("ana", disabled=False)
    assert users.revoke_token(made.id)
    assert users.token("t1") is None
