import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from streaming.auth import COOKIE, Guard, GuardMiddleware, safe_next

HOST = "http://testserver"


def app(guard):
    async def page(request):
        return PlainTextResponse("in")

    async def socket(ws):
        if await guard.admit(ws):
            await ws.accept()
            await ws.send_text("in")
            await ws.close()

    return Starlette(
        routes=[
            Route("/page", page, methods=["GET", "POST"]),
            Route("/static/app.css", page),
            Route("/health/live", page),
            WebSocketRoute("/live", socket),
        ],
        middleware=[Middleware(GuardMiddleware, guard=guard)],
    )


@pytest.fixture
def client():
    with TestClient(app(Guard("s3cret")), follow_redirects=False) as client:
        yield client


def signed_in(client):
    assert client.get("/page?token=s3cret").status_code == 303
    return client


def test_a_program_needs_the_bearer_token(client):
    assert client.get("/page", headers={"Authorization": "Bearer s3cret"}).text == "in"
    refused = client.get("/page", headers={"Authorization": "Bearer other"})
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "token_wrong"
    assert refused.headers["www-authenticate"] == "Bearer"


def test_without_a_token_a_person_is_sent_to_sign_in_and_a_program_told(client):
    person = client.get("/page?a=1", headers={"Accept": "text/html"})
    assert (person.status_code, person.headers["location"]) == (303, "/login?next=%2Fpage%3Fa%3D1")
    assert client.get("/page").json()["code"] == "token_missing"


def test_a_token_in_the_address_becomes_a_cookie_and_leaves_the_address(client):
    answer = client.get("/page?a=1&token=s3cret&b=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/page?a=1&b=2")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "s3cret" not in cookie
    assert client.get("/page").text == "in"


def test_a_wrong_token_in_the_address_gives_no_cookie(client):
    answer = client.get("/page?token=guess", headers={"Accept": "text/html"})
    assert "set-cookie" not in answer.headers
    assert answer.headers["location"] == "/login?next=%2Fpage&wrong=1"


def test_a_made_up_cookie_does_not_open(client):
    client.cookies.set(COOKIE, "0" * 64)
    assert client.get("/page").json()["code"] == "token_wrong"


@pytest.mark.parametrize("path", ["/static/app.css", "/health/live"])
def test_what_shows_nothing_of_calls_is_open(client, path):
    assert client.get(path).status_code == 200


def test_another_site_cannot_change_anything_with_the_cookie(client):
    signed_in(client)
    assert client.post("/page", headers={"Origin": HOST}).text == "in"
    assert client.post("/page", headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.post("/page", headers={"Origin": "null"}).status_code == 403
    assert client.post("/page").json()["code"] == "origin_refused"


def test_a_program_with_the_token_needs_no_origin(client):
    assert client.post("/page", headers={"Authorization": "Bearer s3cret"}).text == "in"


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/live", {"Authorization": "Bearer s3cret"}), ("/live?token=s3cret", {})],
)
def test_a_socket_opens_with_the_token(client, path, headers):
    with client.websocket_connect(path, headers=headers) as ws:
        assert ws.receive_text() == "in"


def test_a_socket_opens_from_a_page_of_ours_with_the_cookie(client):
    signed_in(client)
    with client.websocket_connect("/live", headers={"Origin": HOST}) as ws:
        assert ws.receive_text() == "in"


def test_a_socket_from_another_site_gets_no_handshake(client):
    signed_in(client)
    foreign = {"Origin": "http://evil.example"}
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect("/live", headers=foreign),
    ):
        pass
    assert refused.value.code == 4403


def test_a_socket_without_a_token_is_closed_with_a_code_that_a_page_can_read(client):
    with (
        client.websocket_connect("/live", headers={"Origin": HOST}) as ws,
        pytest.raises(WebSocketDisconnect) as closed,
    ):
        ws.receive_text()
    assert closed.value.code == 4401


def test_an_open_guard_still_refuses_other_sites():
    with TestClient(app(Guard(None))) as client:
        assert client.get("/page").text == "in"
        assert client.post("/page", headers={"Origin": "http://evil.example"}).status_code == 403
        assert client.post("/page", headers={"Origin": HOST}).text == "in"


def test_a_further_origin_may_be_allowed():
    guard = Guard(None, origins=("https://desk.example.com",))
    with TestClient(app(guard)) as client:
        answer = client.post("/page", headers={"Origin": "https://desk.example.com"})
        assert answer.text == "in"


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("/calls/a?b=c", "/calls/a?b=c"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example/", "/"),
        ("calls", "/"),
        ("", "/"),
    ],
)
def test_nobody_is_sent_to_another_site(path, safe):
    assert safe_next(path) == safe
