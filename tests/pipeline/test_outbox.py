"""Sends to a real small HTTP server, one that fails as it is told."""

import asyncio
import csv
import hashlib
import hmac
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.config import ConnectorSettings
from pipeline.errors import StoreUnavailable
from pipeline.outbox import Outbox, flat, mapped, nested, signature
from pipeline.store import schema
from pipeline.store.outbox import FAILED, SENT, OutboxStore
from pipeline.store.repo import Store

DOCUMENT = {
    "call": "c1",
    "reason": {"id": "order", "title": "Order or delivery"},
    "promises": [{"quote": "I will call"}, {"quote": "by Friday"}],
    "fields": {"customer_name": "Morgan Reyes"},
    "note": "",
}
WAIT_S = 10.0


class Receiver:
    """Answers with the statuses it is given, then with 200; keeps what came."""

    def __init__(self, *answers):
        self.answers, self.came = list(answers), []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def handler(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.came.append((dict(self.headers), body))
                answer = receiver.answers.pop(0) if receiver.answers else 200
                status, headers = answer if isinstance(answer, tuple) else (answer, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        return Handler

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    made = []

    def make(*answers):
        made.append(Receiver(*answers))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def readers():
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def kept(tmp_path):
    with Store.open(tmp_path / "a.db") as store:
        with store.database.write() as connection:
            connection.execute(schema.call.insert().values(id="c1", agent="Ana"))
        yield OutboxStore(store.database)


async def until(kept, state):
    async with asyncio.timeout(WAIT_S):
        while {item.state for item in kept.of_call("c1")} != {state}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def run_until(box, kept, state):
    sending = asyncio.create_task(box.run())
    await until(kept, state)
    sending.cancel()


def webhook(url, **more):
    return ConnectorSettings(kind="webhook", url=url, secret="key", **more)


async def test_a_receiver_that_fails_first_gets_it_again_signed_and_under_the_same_key(
    receiver, kept, readers, tmp_path
):
    there = receiver(503, 429)
    fields = {"case.id": "call", "case.why": "reason.title", "source": "=phone"}
    crm = webhook(there.url, token="let me in", fields=fields)
    box = Outbox(kept, {"crm": crm}, tmp_path, readers, first_wait_s=0.02)
    await box.put("c1", "", 3, DOCUMENT, "ana")
    await run_until(box, kept, SENT)
    assert len(there.came) == 3
    headers, body = there.came[-1]
    sent = {"case": {"id": "c1", "why": "Order or delivery"}, "source": "phone"}
    assert json.loads(body) == sent
    assert headers["Authorization"] == "Bearer let me in"
    assert {h["Idempotency-Key"] for h, _ in there.came} == {"cueline-c1-crm-3"}
    at, signed = (part.split("=")[1] for part in headers["Cueline-Signature"].split(","))
    expected = hmac.new(b"key", at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert signed == expected
    (item,) = kept.of_call("c1")
    assert (item.tries, item.sent_by, item.reason) == (3, "ana", "")


async def test_what_was_waiting_when_the_server_stopped_goes_out_at_the_next_start(
    receiver, kept, readers, tmp_path
):
    there = receiver()
    down = webhook("http://127.0.0.1:9/", tries=50)
    first = Outbox(kept, {"crm": down}, tmp_path, readers, first_wait_s=0.01)
    await first.put("c1", "", 1, DOCUMENT, "ana")
    sending = asyncio.create_task(first.run())
    async with asyncio.timeout(WAIT_S):
        while not kept.of_call("c1")[0].tries:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    sending.cancel()
    assert kept.of_call("c1")[0].reason.startswith("not reached")
    second = Outbox(kept, {"crm": webhook(there.url)}, tmp_path, readers)
    await run_until(second, kept, SENT)
    assert json.loads(there.came[0][1]) == DOCUMENT


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (400, "answered 400 Bad Request"),
        ((302, {"Location": "/"}), "answered 302 Found: it has moved; set the new address"),
    ],
)
async def test_a_refusal_is_final_until_a_person_asks_for_another_try(
    receiver, kept, readers, tmp_path, answer, reason
):
    there = receiver(answer)
    box = Outbox(kept, {"crm": webhook(there.url)}, tmp_path, readers)
    await box.put("c1", "", 1, DOCUMENT, "ana")
    sending = asyncio.create_task(box.run())
    await until(kept, FAILED)
    (item,) = kept.of_call("c1")
    assert (item.tries, item.reason) == (1, reason)
    await box.retry("c1", item.id)
    await until(kept, SENT)
    sending.cancel()


async def test_it_is_given_up_after_so_many_tries(receiver, kept, readers, tmp_path):
    there = receiver(500, 500, 500, 500)
    box = Outbox(kept, {"crm": webhook(there.url, tries=3)}, tmp_path, readers, first_wait_s=0.01)
    await box.put("c1", "", 1, DOCUMENT, "ana")
    await run_until(box, kept, FAILED)
    assert len(there.came) == 3


async def test_the_receivers_own_wait_is_kept(receiver, kept, readers, tmp_path):
    there = receiver((503, {"Retry-After": "120"}))
    box = Outbox(kept, {"crm": webhook(there.url)}, tmp_path, readers, lambda: 1000.0)
    await box.put("c1", "", 1, DOCUMENT, "ana")
    sending = asyncio.create_task(box.run())
    async with asyncio.timeout(WAIT_S):
        while not kept.of_call("c1")[0].tries:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    sending.cancel()
    assert kept.next_s() == 1120.0


async def test_a_connector_that_was_taken_away_says_so(kept, readers, tmp_path):
    box = Outbox(kept, {"old": webhook("http://127.0.0.1:9/")}, tmp_path, readers)
    await box.put("c1", "", 1, DOCUMENT, "ana")
    other = ConnectorSettings(kind="csv", path="x.csv")
    await run_until(Outbox(kept, {"file": other}, tmp_path, readers), kept, FAILED)
    assert kept.of_call("c1")[0].reason == "no connector 'old' is set up"


async def test_a_csv_file_gets_a_row_for_each_call_of_its_queues(kept, readers, tmp_path):
    fields = {"Call": "call", "Promised": "promises.*.quote", "Who": "fields.customer_name"}
    file = ConnectorSettings(kind="csv", path="out/calls.csv", fields=fields, queues=("parcels",))
    box = Outbox(kept, {"file": file}, tmp_path, readers)
    assert box.names_for("sales") == []
    await box.put("c1", "parcels", 1, DOCUMENT, "ana")
    await run_until(box, kept, SENT)
    with (tmp_path / "out/calls.csv").open(newline="") as lines:
        assert list(csv.reader(lines)) == [
            ["Call", "Promised", "Who"],
            ["c1", "I will call; by Friday", "Morgan Reyes"],
        ]


async def test_a_database_that_refuses_does_not_stop_the_worker(receiver, kept, readers, tmp_path):
    class Refusing(OutboxStore):
        left = 1

        def note(self, *args):
            if self.left:
                self.left -= 1
                raise StoreUnavailable("locked", "locked")
            super().note(*args)

    there = receiver()
    store = Refusing(kept._database)
    box = Outbox(store, {"crm": webhook(there.url)}, tmp_path, readers, first_wait_s=0.01)
    await box.put("c1", "", 1, DOCUMENT, "ana")
    await run_until(box, kept, SENT)
    assert [h["Idempotency-Key"] for h, _ in there.came] == ["cueline-c1-crm-1"] * 2


def test_parts_are_named_by_dots():
    assert mapped(DOCUMENT, {}) == DOCUMENT
    where = {"a": "promises.1.quote", "b": "promises.7.quote", "c": "reason.title.x", "d": "gone"}
    assert mapped(DOCUMENT, where) == {"a": "by Friday", "b": None, "c": None, "d": None}
    assert nested({"a.b": 1, "a.c.d": 2, "e": 3}) == {"a": {"b": 1, "c": {"d": 2}}, "e": 3}
    assert [flat(v) for v in (None, ["x", 1], {"a": 1}, True)] == ["", "x; 1", '{"a": 1}', "True"]


def test_the_signature_is_of_the_second_and_the_body():
    assert signature("k", b"{}", 7) == (
        "t=7,v1=" + hmac.new(b"k", b"7.{}", hashlib.sha256).hexdigest()
    )


@pytest.mark.parametrize("given", [{"kind": "webhook"}, {"kind": "csv"}, {"kind": "fax"},
                                   {"kind": "webhook", "url": "ftp://x"}])  # fmt: skip
def test_a_connector_without_a_target_is_refused(given):
    with pytest.raises(ValueError, match=r"kind|url|path"):
        ConnectorSettings(**given)
