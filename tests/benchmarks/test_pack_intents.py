from benchmarks.intent_lines import IntentLine, IntentLines
from benchmarks.pack_intents import Answer, mark

LINES = IntentLines("p", (), (("bill", "invoice"),))


def answer(kind, intents, **chances):
    return Answer(IntentLine("text", intents, kind), chances)


def test_intents_that_mean_the_same_count_for_each_other():
    marks = mark(LINES, [answer("one", ("bill",), invoice=0.9)] * 4)
    assert (marks.first.value, marks.recall.value, marks.precision.value) == (100, 100, 100)
    assert marks.overlaps == ()


def test_misses_false_alarms_and_halves_of_two_are_told():
    answers = [
        answer("one", ("bill",), bill=0.4, cancel=0.3),
        answer("one", ("bill",), cancel=0.8),
        answer("plain", (), cancel=0.7),
        answer("near", ()),
        answer("both", ("bill", "cancel"), bill=0.9, cancel=0.6),
        answer("both", ("bill", "cancel"), bill=0.9),
    ]
    marks = mark(LINES, answers)
    assert marks.first.value == 50
    assert marks.recall.value == 0
    assert marks.false_alarms.value == 50
    assert marks.both.value == 50
    assert marks.precision.value == 60


def test_pairs_that_are_often_confused_are_listed():
    answers = [answer("one", ("bill",), cancel=0.8)] * 3 + [answer("one", ("bill",), move=0.8)]
    assert mark(LINES, answers).overlaps == (("bill", "cancel", 3),)
