from pipeline.store.figures import Figures, Wanted

EVER = Wanted("2000", "2100")


def test_talk_is_measured_once_a_call_in_time_and_goes_with_the_call(store, story):
    for n in range(3):
        store.append(f"c{n}", story.whole(f"c{n}"))
    store.append("live", story.numbered(story.body("live")[:3]))
    figures = Figures(store.database)
    assert [f.talk for f in figures.facts(EVER)] == [None] * 3, "a live call is no figure yet"
    assert figures.measure(5.0) == 0
    talk = {f.call_id: f.talk for f in figures.facts(EVER)}
    # The story: agent 1 to 3 s; customer 5 to 7, 12 to 14, 15 to 17; one silence of 5 s.
    assert talk["c0"] == (2.0, 6.0, 5.0, 0.0)
    assert figures.measure(5.0) == 0
    store.remove(["c0"])
    assert set(talk) - {f.call_id for f in figures.facts(EVER)} == {"c0"}


def test_a_budget_that_is_spent_leaves_calls_for_later(store, story, monkeypatch):
    monkeypatch.setattr("pipeline.store.figures.CHUNK", 2)
    for n in range(5):
        store.append(f"c{n}", story.whole(f"c{n}", at=f"2025-03-04T10:0{n}:00Z"))
    figures = Figures(store.database)
    assert figures.measure(0.0) == 3
    latest = {f.call_id for f in figures.facts(EVER) if f.talk is not None}
    assert latest == {"c3", "c4"}, "the latest first"
    assert figures.measure(5.0) == 0


def test_facts_are_narrowed_in_the_database(store, story):
    store.append("a", story.whole("a", agent="Ana", queue="billing"))
    store.append("b", story.whole("b", agent="Bo", queue="sales", at="2025-04-01T00:00:00Z"))
    figures = Figures(store.database)

    def found(**more):
        return [f.call_id for f in figures.facts(Wanted("2025", "2026", **more))]

    assert found() == ["a", "b"]
    assert found(queue="sales") == ["b"]
    assert found(agent="Ana") == ["a"]
    march = Wanted("2025-03-01T00:00:00.000000Z", "2025-04-01T00:00:00.000000Z")
    assert [f.call_id for f in figures.facts(march)] == ["a"], "until is left out"
    assert figures.queues() == ["billing", "sales"]
    held = figures.held("Ana")
    assert (held.calls, held.recordings, held.first[:10]) == (1, 0, "2025-03-04")
    assert figures.held("Nobody").calls == 0
