"""Sends after-call work elsewhere: what is sent, how it is signed, and the worker that keeps at it.

An item is kept in the database until it is sent. What may pass (no answer, a timeout, 408, 425,
429, 5xx) is tried again after growing, jittered waits; any other refusal is final until a person
asks for another try. A receiver may get a message twice (the server may stop between its answer and
our note), so each carries an Idempotency-Key.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import structlog

from pipeline.config import ConnectorSettings
from pipeline.csv_out import append_row
from pipeline.errors import StoreUnavailable
from pipeline.store.outbox import FAILED, SENT, WAITING, Item, OutboxStore

log = structlog.get_logger(__name__)

T = TypeVar("T")

FIRST_WAIT_S: Final = 5.0
LONGEST_WAIT_S: Final = 1800.0
IDLE_S: Final = 30.0
"""The store is asked this often though nothing is known to be due."""
AT_ONCE: Final = 4
PASSING: Final = frozenset({408, 425, 429})
SIGNATURE, KEY = "Cueline-Signature", "Idempotency-Key"
REASON_CHARS: Final = 300


@dataclass(frozen=True, slots=True)
class Sent:
    """How a try went; `final` where another will not help, `after_s` as the receiver asks."""

    ok: bool
    reason: str = ""
    final: bool = False
    after_s: float | None = None


class Outbox:
    """Keeps and sends; `run` must be running for anything to leave."""

    def __init__(
        self,
        store: OutboxStore,
        connectors: Mapping[str, ConnectorSettings],
        folder: Path,
        executor: Executor,
        clock: Callable[[], float] = time.time,
        first_wait_s: float = FIRST_WAIT_S,
    ) -> None:
        self.store, self.connectors = store, connectors
        self._folder, self._executor = folder, executor
        self._clock, self._first_wait_s = clock, first_wait_s
        self._wake = asyncio.Event()
        self._writing = threading.Lock()

    def names_for(self, queue: str) -> list[str]:
        """Return the connectors that take calls of a queue."""
        return [n for n, c in self.connectors.items() if not c.queues or queue in c.queues]

    async def put(
        self, call_id: str, queue: str, version: int, document: Mapping[str, Any], by: str
    ) -> list[Item]:
        """Keep a document for each connector of the queue; it is sent as soon as can be.

        Raises:
            CallNotFound: there is no such call.
        """
        bodies = {
            name: mapped(document, self.connectors[name].fields) for name in self.names_for(queue)
        }
        items = await self._do(self.store.add, call_id, version, bodies, by, self._clock())
        self._wake.set()
        return items

    async def retry(self, call_id: str, item_id: int) -> list[Item]:
        """Try an item again now.

        Raises:
            RecordNotFound: the call has nothing unsent of that number.
        """
        await self._do(self.store.retry, call_id, item_id, self._clock())
        self._wake.set()
        return await self._do(self.store.of_call, call_id)

    async def run(self) -> None:
        """Send what is due, until cancelled; what was left by the last run comes first."""
        if not self.connectors and not await self._do(self.store.waiting):
            return
        async with httpx.AsyncClient(headers={"User-Agent": "cueline"}) as client:
            while True:
                self._wake.clear()
                try:
                    wait_s = await self._round(client)
                except StoreUnavailable as error:
                    log.warning("outbox_not_read", reason=str(error))
                    wait_s = IDLE_S
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._wake.wait()

    async def _round(self, client: httpx.AsyncClient) -> float:
        """Send what is due; return the seconds until something may be due again."""
        due = await self._do(self.store.due, self._clock())
        gate = asyncio.Semaphore(AT_ONCE)
        unnoted: list[int] = []

        async def one(item: Item, body: Any) -> None:
            async with gate:
                try:
                    await self._send(client, item, body)
                except StoreUnavailable as error:
                    log.warning("outbox_not_noted", call_id=item.call_id, reason=str(error))
                    unnoted.append(item.id)

        async with asyncio.TaskGroup() as group:
            for item, body in due:
                group.create_task(one(item, body))
        if due:
            return self._first_wait_s if unnoted else 0.0
        following = await self._do(self.store.next_s)
        if following is None:
            return IDLE_S
        return min(max(following - self._clock(), 0.05), IDLE_S)

    async def _send(self, client: httpx.AsyncClient, item: Item, body: Any) -> None:
        connector = self.connectors.get(item.connector)
        if connector is None:
            sent = Sent(ok=False, reason=f"no connector {item.connector!r} is set up", final=True)
        elif connector.kind == "csv":
            sent = await self._do(self._write, connector, body)
        else:
            sent = await post(client, connector, item, body, self._clock())
        tries = item.tries + 1
        over = sent.final or (connector is not None and tries >= connector.tries)
        state = SENT if sent.ok else FAILED if over else WAITING
        wait_s = self._wait_s(tries) if sent.after_s is None else sent.after_s
        next_s = self._clock() + min(wait_s, LONGEST_WAIT_S)
        reason = sent.reason[:REASON_CHARS]
        await self._do(self.store.note, item.id, state, tries, next_s, reason)
        log.info(
            "outbox_tried", call_id=item.call_id, connector=item.connector, state=state, tries=tries
        )

    def _wait_s(self, tries: int) -> float:
        whole = min(LONGEST_WAIT_S, self._first_wait_s * 2.0 ** min(tries - 1, 20))
        return whole * (0.75 + random.random() / 2)  # noqa: S311 - spreads tries, guards nothing

    def _write(self, connector: ConnectorSettings, body: Mapping[str, Any]) -> Sent:
        path = self._folder / (connector.path or "after-call.csv")
        try:
            with self._writing:
                append_row(path, {name: flat(value) for name, value in body.items()})
        except OSError as error:
            return Sent(ok=False, reason=f"{path.name}: {error.strerror or error}")
        except ValueError as error:
            return Sent(ok=False, reason=str(error), final=True)
        return Sent(ok=True)

    async def _do(self, ask: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, ask, *args)


async def post(
    client: httpx.AsyncClient,
    connector: ConnectorSettings,
    item: Item,
    body: Mapping[str, Any],
    now_s: float,
) -> Sent:
    """Post a body to a webhook; dots in its names make objects."""
    content = json.dumps(nested(body), ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        KEY: f"cueline-{item.call_id}-{item.connector}-{item.version}",
    }
    if connector.secret is not None:
        headers[SIGNATURE] = signature(connector.secret.get_secret_value(), content, int(now_s))
    if connector.token is not None:
        headers["Authorization"] = f"Bearer {connector.token.get_secret_value()}"
    try:
        async with asyncio.timeout(connector.timeout_s):
            answer = await client.post(
                connector.url, content=content, headers=headers, timeout=connector.timeout_s
            )
    except (TimeoutError, httpx.TimeoutException):
        return Sent(ok=False, reason=f"no answer in {connector.timeout_s:g} s")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Sent(ok=False, reason=f"not reached: {error or type(error).__name__}")
    except UnicodeEncodeError:
        return Sent(ok=False, reason="its number or token cannot stand in a header", final=True)
    return _judged(answer)


def _judged(answer: httpx.Response) -> Sent:
    status = answer.status_code
    if answer.is_success:
        return Sent(ok=True)
    reason = f"answered {status} {answer.reason_phrase}".strip()
    if answer.is_redirect:
        reason = f"{reason}: it has moved; set the new address"
    after = answer.headers.get("Retry-After", "")
    passing = status in PASSING or status >= 500
    after_s = float(after) if after.isascii() and after.isdigit() and passing else None
    return Sent(ok=False, reason=reason, final=not passing, after_s=after_s)


def signature(secret: str, content: bytes, at_s: int) -> str:
    """Return "t=SECONDS,v1=HEX": HMAC-SHA256 by the secret over "SECONDS." and the body's bytes."""
    signed = f"{at_s}.".encode() + content
    return f"t={at_s},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def mapped(document: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """Return what a connector sends: the whole document, or its own names for parts of it.

    A part is named by dots ("reason.title"); of a list by its number from 0, or by "*" for every
    entry ("promises.*.quote"). What is not there is None. "=text" is that text.
    """
    if not fields:
        return dict(document)
    return {
        name: where[1:] if where.startswith("=") else _part(document, where.split("."))
        for name, where in fields.items()
    }


def _part(value: Any, path: Sequence[str]) -> Any:
    if not path or value is None:
        return value
    first, rest = path[0], path[1:]
    if isinstance(value, list):
        if first == "*":
            return [_part(entry, rest) for entry in value]
        return (
            _part(value[int(first)], rest)
            if first.isdecimal() and int(first) < len(value)
            else None
        )
    return _part(value.get(first), rest) if isinstance(value, Mapping) else None


def nested(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body with objects for names with dots: "case.id" becomes {"case": {"id": ...}}."""
    out: dict[str, Any] = {}
    for name, value in body.items():
        *above, last = name.split(".")
        place = out
        for part in above:
            inner = place.setdefault(part, {})
            place = inner if isinstance(inner, dict) else place
        place[last] = value
    return out


def flat(value: Any) -> str:
    """Return a value as one cell: lists joined by "; ", objects as JSON, None empty."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(flat(entry) for entry in value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
