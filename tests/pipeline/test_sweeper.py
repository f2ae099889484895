"""The sweep of a running server."""

import asyncio

import pytest

from pipeline.config import load_settings
from pipeline.events import CallEnded, CallStarted
from pipeline.store.journal import SpillJournal
from pipeline.store.repo import Store
from pipeline.sweeper import Sweeper


@pytest.fixture
def sweeper(tmp_path):
    settings = load_settings(overrides={"data_dir": tmp_path, "retain": {"keep_days": 1}})
    (tmp_path / "recordings").mkdir()
    with Store.open(settings.database) as store:
        yield Sweeper(store, settings, SpillJournal(tmp_path / "journal"))


def ended(store, call_id):
    start = CallStarted(call_id, "2020-01-01T00:00:00Z", "", "q", "inbound", "en", (), 8000, (), ())
    store.append(call_id, [(1, start), (2, CallEnded(1.0, "completed"))])


class Told(Sweeper):
    """Says when it swept, and gets another old call to sweep each time."""

    def __init__(self, *given):
        super().__init__(*given)
        self.swept, self.twice = [], asyncio.Event()

    async def once(self):
        ended(self._store, f"call {len(self.swept)}")
        self.swept.append(await super().once())
        if len(self.swept) == 2:
            self.twice.set()


async def test_it_sweeps_at_once_and_again_and_ends_when_it_is_told(sweeper):
    told = Told(sweeper._store, sweeper._settings, sweeper._journal)
    task = asyncio.create_task(told.run(every_s=0.01))
    async with asyncio.timeout(20):
        await told.twice.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [swept.calls for swept in told.swept[:2]] == [1, 1]
    assert not told._store.knows("call 1")


async def test_a_database_that_refuses_is_left_for_another_time(sweeper):
    with sweeper._store.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE removed_call")
    ended(sweeper._store, "a")
    assert await sweeper.once() is None
    assert sweeper._store.knows("a")
