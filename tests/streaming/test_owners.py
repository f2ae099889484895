from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from pipeline.events import CallStarted
from pipeline.store.repo import Store
from streaming.owners import Owners


async def test_a_call_is_its_agents_live_or_stored(tmp_path):
    host = SimpleNamespace(live=lambda: [SimpleNamespace(call_id="now", agent="Ana")])
    with Store.open(tmp_path / "a.db") as store, ThreadPoolExecutor(1) as readers:
        store.start_call(
            CallStarted("then", "2026-01-02T03:04:05Z", "Bo", "", "inbound", "en", (), 8000)
        )
        owners = Owners(host, store, readers)
        assert await owners.agent_of("now") == "Ana"
        assert await owners.agent_of("then") == "Bo"
        assert await owners.agent_of("never") is None
