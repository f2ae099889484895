import asyncio
import socket

import pytest
from starlette.applications import Starlette

from pipeline.config import load_settings
from pipeline.errors import SettingsInvalid, StoreUnavailable
from streaming.errors import CannotListen
from streaming.serving import Address, listen, serve_app, with_token


def test_an_address_opens_pages_and_sockets():
    address = Address("127.0.0.1", 80, "t")
    assert address.page == "http://127.0.0.1:80/?token=t"
    assert Address("::1", 80, "t").socket == "ws://[::1]:80"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_a_token_is_made_where_only_this_machine_can_connect(host):
    made = [with_token(load_settings(overrides={"host": host})).token for _ in range(2)]
    assert made[0] != made[1]
    assert len(made[0].get_secret_value()) >= 20


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "desk.example.com"])
def test_others_need_a_token_that_was_chosen(host):
    with pytest.raises(SettingsInvalid, match="CUELINE_TOKEN"):
        with_token(load_settings(overrides={"host": host}))
    with pytest.raises(SettingsInvalid, match="CUELINE_TOKEN"):
        with_token(load_settings(overrides={"host": host, "token": ""}))
    chosen = load_settings(overrides={"host": host, "token": "chosen"})
    assert with_token(chosen) is chosen


def test_a_taken_port_and_a_foreign_address_are_told():
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(CannotListen, match="choose another with --port"),
    ):
        listen("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(CannotListen):
        listen("192.0.2.1", 0)


async def serve(lifespan, while_serving=None):
    async with asyncio.timeout(20):
        await serve_app(Starlette(lifespan=lifespan), listen("127.0.0.1", 0), while_serving)


def lifespan_of(before=None, during=None):
    import contextlib

    @contextlib.asynccontextmanager
    async def lifespan(app):
        if before is not None:
            raise before
        if during is None:
            yield
            return
        async with asyncio.TaskGroup() as group:

            async def fail():
                await during.wait()
                raise StoreUnavailable("the disk is gone")

            group.create_task(fail())
            yield

    return lifespan


async def test_it_ends_with_what_runs_beside_it():
    ran = []

    async def beside():
        ran.append(True)

    await serve(lifespan_of(), beside)
    assert ran == [True]


async def test_a_fault_beside_it_is_raised():
    async def beside():
        raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        await serve(lifespan_of(), beside)


async def test_a_fault_at_the_start_is_raised_as_it_is():
    with pytest.raises(StoreUnavailable, match="is locked"):
        await serve(lifespan_of(before=StoreUnavailable("it is locked")), asyncio.Event().wait)


async def test_a_fault_while_serving_ends_the_server():
    broken = asyncio.Event()

    async def beside():
        broken.set()
        await asyncio.Event().wait()

    with pytest.raises(StoreUnavailable, match="disk is gone"):
        await serve(lifespan_of(during=broken), beside)
