from pipeline.store.audit import Audit, Deed


def test_deeds_are_listed_the_latest_first(store):
    audit = Audit(store.database)
    audit.note([Deed("ana", "agent", "call_viewed", "c1"), Deed("bo", "qa", "audio_played", "c1")])
    audit.note([Deed("bo", "qa", "call_viewed", "c2", "from search")])
    assert [(n.deed.who, n.deed.target) for n in audit.listed()] == [
        ("bo", "c2"),
        ("bo", "c1"),
        ("ana", "c1"),
    ]
    first = audit.listed(who="bo", limit=1)[0]
    assert first.deed.detail == "from search"
    assert [n.deed.action for n in audit.listed(who="bo", before=first.n)] == ["audio_played"]
    assert [n.deed.who for n in audit.listed(target="c1", action="call_viewed")] == ["ana"]
