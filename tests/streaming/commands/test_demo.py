"""`cueline demo` as a process, in a container without browser or sound card."""

import asyncio

from pipeline.store.repo import Store
from pipeline.store.users import Users
from streaming.access import Role
from streaming.demo import calls


async def test_the_bundled_calls_play_to_their_end(cueline, tmp_path):
    """With the tone engine no words come of real speech; the road is the same."""
    arguments = ("--once", "--no-open", "--speed", "20", "--port", "0")
    process = cueline("demo", *arguments, "--keep", str(tmp_path / "kept"), DISPLAY="")
    assert await asyncio.to_thread(process.wait) == 0, process.logged()
    shown = "\n".join(process.lines)
    assert "Cueline is running: http://127.0.0.1:" in shown
    for role in Role:
        assert f"  demo-{role}: " in shown
    for call in calls():
        assert f"{call.title}: over" in shown
    with Store.open(tmp_path / "kept" / "cueline.db") as store:
        kept = {row.call_id: row for row in store.calls()}
        assert set(kept) == {call.start().call_id for call in calls()}
        assert {row.reason for row in kept.values()} == {"completed"}
        assert {row.queue for row in kept.values()} == {call.queue for call in calls()}
        assert Users(store.database).count() == 0
