from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.errors import StoreUnavailable
from pipeline.store.audit import Audit
from pipeline.store.repo import Store
from streaming.access import Person, Role
from streaming.trail import AGAIN_S, Trail

ANA = Person("ana", "Ana", Role.QA)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "a.db") as store:
        yield store


async def test_looking_again_soon_is_one_note_and_later_another(store):
    now = [0.0]
    with ThreadPoolExecutor(1) as readers:
        trail = Trail(Audit(store.database), readers, lambda: now[0])
        for at in (0, AGAIN_S - 1, AGAIN_S + 1):
            now[0] = at
            await trail.note(ANA, "call_viewed", "c1", look=True)
        await trail.note(ANA, "answers_given", "c1")
        await trail.note(ANA, "answers_given", "c1")
        await trail.note_unknown("sign_in_refused", "x")
    noted = [n.deed for n in trail.audit.listed()]
    assert [d.action for d in noted].count("call_viewed") == 2
    assert [d.action for d in noted].count("answers_given") == 2
    assert (noted[0].who, noted[0].target) == ("", "x")


async def test_a_log_that_cannot_be_written_does_not_stop_the_work(store, caplog):
    class Full(Audit):
        def note(self, deeds):
            raise StoreUnavailable("disk full", "full")

    with ThreadPoolExecutor(1) as readers:
        await Trail(Full(store.database), readers).note(ANA, "call_viewed", "c1")
    assert store.knows("c1") is False
