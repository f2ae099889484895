import pytest

from pipeline.errors import RecordNotFound
from pipeline.store.saved_searches import SavedSearches


def test_people_keep_replace_share_and_remove_their_own(store):
    saved = SavedSearches(store.database)
    saved.save("tess", "Late refunds", "q=refund")
    again = saved.save("tess", "Late refunds", "q=refund+late")
    saved.save("quinn", "Sorry", "q=sorry", shared=True)
    saved.save("quinn", "Hers alone", "q=x")
    assert [(s.name, s.query) for s in saved.listed("tess")] == [
        ("Late refunds", "q=refund+late"),
        ("Sorry", "q=sorry"),
    ]
    with pytest.raises(RecordNotFound):
        saved.remove("quinn", again.id)
    saved.remove("tess", again.id)
    assert [s.name for s in saved.listed("tess")] == ["Sorry"]
