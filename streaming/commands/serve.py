"""`cueline serve`: take live calls, and show them."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from pipeline.config import load_settings
from streaming.app import create_app
from streaming.logs import set_up_logging
from streaming.runtime import Runtime
from streaming.serving import Address, listen, serve_app, with_token


def serve(
    config: Annotated[Path | None, typer.Option(help="A settings file (TOML).")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any.")] = None,
) -> None:
    """Take live calls over the audio sockets, and show them on the pages."""
    given = {"host": host, "port": port}
    overrides = {name: value for name, value in given.items() if value is not None}
    settings = with_token(load_settings(config, overrides))
    set_up_logging(settings.log_level)
    with listen(settings.host, settings.port) as sock:
        runtime = Runtime.build(settings)
        token = settings.token.get_secret_value() if settings.token is not None else ""
        address = Address(settings.host, sock.getsockname()[1], token)

        async def told() -> None:
            typer.echo(f"cueline serves {address.page}")
            typer.echo(f"audio in: {address.socket}/v1/audio and {address.socket}/v1/twilio")
            await asyncio.Event().wait()

        asyncio.run(serve_app(create_app(runtime), sock, told))
