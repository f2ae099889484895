from pipeline.mining.ngrams import count, terms


def test_terms_are_runs_of_one_to_three_words_and_do_not_cross_masks():
    assert terms("It's late") == ["it's", "late", "it's late"]
    assert terms("pay [card number] now") == ["pay", "now"]


def test_calls_are_counted_once_however_often_they_say_it():
    counts = count([("a", "no no"), ("a", "no"), ("b", "no way")])
    assert (counts.uses["no"], counts.calls["no"]) == (4, 2)
    assert (counts.totals[1], counts.totals[2], counts.call_count, counts.turns) == (5, 2, 2, 3)
