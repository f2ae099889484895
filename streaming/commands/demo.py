"""`cueline demo`: a server with the bundled calls playing through its real audio socket."""

import asyncio
import os
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from pipeline.config import QueueSettings, load_settings
from pipeline.store.repo import Store
from streaming.app import create_app
from streaming.client import play
from streaming.demo import ARTICLES, DemoCall, calls
from streaming.demo.people import add_people, remove_people
from streaming.deps import Demo
from streaming.logs import set_up_logging
from streaming.runtime import Runtime
from streaming.serving import Address, listen, loopback, serve_app, with_token

FIRST_AFTER_S = 4.0
STAGGER_S = 8.0


def demo(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for any.")] = 8377,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open a browser.")] = True,
    once: Annotated[bool, typer.Option(help="Stop when the calls are over.")] = False,
    speed: Annotated[float, typer.Option(min=0.1, max=20, help="1 is real time.")] = 1.0,
    keep: Annotated[
        Path | None, typer.Option(help="Keep the data here; default: a temporary folder.")
    ] = None,
) -> None:
    """Play the bundled calls in real time, and watch them being helped."""
    bundled = calls()
    with tempfile.TemporaryDirectory(prefix="cueline-demo-") as folder:
        settings = with_token(
            load_settings(
                overrides={
                    "port": port,
                    "data_dir": keep or Path(folder),
                    "queues": {call.queue: _queue(call) for call in bundled},
                    "knowledge_dir": ARTICLES,
                    "connectors": {"file": {"kind": "csv", "path": "after-call.csv"}},
                    "log_level": "warning",
                }
            )
        )
        set_up_logging(settings.log_level)
        with listen(settings.host, settings.port) as sock:
            runtime = Runtime.build(settings)
            people = add_people(runtime.store, bundled[0].agent)
            token = settings.token.get_secret_value() if settings.token is not None else ""
            address = Address(settings.host, sock.getsockname()[1], token)
            shown = people if loopback(settings.host) else None
            try:
                asyncio.run(
                    serve_app(
                        create_app(runtime, shown),
                        sock,
                        lambda: _show(
                            address,
                            bundled,
                            people,
                            open_browser=open_browser,
                            once=once,
                            speed=speed,
                        ),
                    )
                )
            finally:
                with Store.open(settings.database) as store:
                    remove_people(store)


async def _show(
    address: Address,
    bundled: tuple[DemoCall, ...],
    people: Demo,
    *,
    open_browser: bool,
    once: bool,
    speed: float,
) -> None:
    typer.echo(f"Cueline is running: {address.page}")
    typer.echo(f"Or sign in at {address.http}/login as one of these, password {people.password}")
    for name, words in people.people:
        typer.echo(f"  {name}: {words}")
    typer.echo("Agent desks (open one, and wait for its call):")
    for call in bundled:
        typer.echo(f"  {call.title}: {address.http}/desk?agent={call.agent}&token={address.token}")
    if open_browser and _has_screen():
        page = f"{address.http}/desk?agent={bundled[0].agent}&token={address.token}"
        await asyncio.to_thread(webbrowser.open, page)
    await asyncio.sleep(FIRST_AFTER_S / speed)
    async with asyncio.TaskGroup() as group:
        for number, call in enumerate(bundled):
            group.create_task(_play(address, call, number * STAGGER_S / speed, speed))
    if not once:
        typer.echo(f"The calls are over; their pages stay at {address.http}/ (Ctrl-C to stop)")
        await asyncio.Event().wait()


async def _play(address: Address, call: DemoCall, after_s: float, speed: float) -> None:
    await asyncio.sleep(after_s)
    typer.echo(f"{call.title}: the call begins")
    await play(call.path, call.start(), url=address.socket, token=address.token, speed=speed)
    typer.echo(f"{call.title}: over, {address.http}/calls/{call.start().call_id}")


def _queue(call: DemoCall) -> QueueSettings:
    return QueueSettings(
        packs=call.packs,
        jurisdiction=call.jurisdiction,
        company=call.company,
    )


def _has_screen() -> bool:
    """Whether a browser could show anything; never on a machine without a display."""
    if sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
