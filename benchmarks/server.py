"""A Cueline server in a process of its own, to be measured from outside."""

import asyncio
import contextlib
import os
import re
import secrets
import sys
import urllib.request
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

START_S = 60.0
STOP_S = 60.0
_SAMPLE = re.compile(r"^(\w+)(\{[^}]*\})? (\S+)$", re.MULTILINE)


@dataclass(slots=True)
class ServerUnderTest:
    """A running server: where it is, and its process."""

    url: str
    token: str
    pid: int

    def metrics(self) -> dict[str, float]:
        """Return the server's own measures, by name with labels."""
        request = urllib.request.Request(  # noqa: S310 - our own loopback server
            f"{self.url}/metrics", headers={"Authorization": f"Bearer {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            text = answer.read().decode()
        return {name + labels: float(value) for name, labels, value in _SAMPLE.findall(text)}


@contextlib.asynccontextmanager
async def serving(
    folder: Path, config: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[ServerUnderTest]:
    """Run `cueline serve` with these settings (TOML) and its data in `folder`.

    Raises:
        RuntimeError: it does not start; the message carries what it said.
    """
    file = folder / "bench.toml"
    await asyncio.to_thread(file.write_text, f'data_dir = "{folder}"\n{config}', "utf-8")
    token = secrets.token_urlsafe(12)
    environ = {**os.environ, "CUELINE_TOKEN": token, **(environment or {})}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "streaming.cli", "serve", "--config", str(file), "--port", "0",
        env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        url = await asyncio.wait_for(_address(process), START_S)
        drains = [asyncio.create_task(_drain(s)) for s in (process.stdout, process.stderr)]
        yield ServerUnderTest(url, token, process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_S)
            except TimeoutError:
                process.kill()
                await process.wait()
    for drain in drains:
        await drain


async def _address(process: asyncio.subprocess.Process) -> str:
    if process.stdout is None or process.stderr is None:
        raise RuntimeError("the server has no output")
    while line := await process.stdout.readline():
        if found := re.search(rb"serves (http://[^/\s]+)", line):
            return found.group(1).decode()
    raise RuntimeError((await process.stderr.read()).decode())


async def _drain(stream: asyncio.StreamReader | None) -> None:
    while stream is not None and (line := await stream.readline()):
        sys.stderr.write(line.decode(errors="replace"))
