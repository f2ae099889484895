"""The shipped packs' semantic ways, read by the shipped encoder."""

from benchmarks.pack_meanings import meanings, reader
from pipeline.fit import fit_of
from qa_rules.packs import load_packs, shipped
from qa_rules.selftest import Outcome, outcome, utterances

HEARD = 0.7
"""The share of taught examples, past those that patterns hear, that must be heard by meaning.

The encoder of November 2026 hears 20 of 26.
"""
WRONG = 0.05
"""The share of counter-examples that may be."""


def test_ways_hear_their_examples_and_not_their_counter_examples():
    engine = reader()
    counts = {True: [], False: []}
    for name in shipped():
        packs = load_packs([name])
        taught = fit_of(packs).meanings
        if not taught:
            continue
        read = meanings(packs, engine)
        for key, one in taught.items():
            rule = key.partition(":")[0].partition("/")[0]
            for wanted, lines in ((True, one.examples), (False, one.not_examples)):
                for line in lines:
                    said = utterances([line], packs.item(rule).speaker)
                    if outcome(packs, "item", rule, said) is Outcome.NO:
                        heard = outcome(packs, "item", rule, said, read.labels)
                        counts[wanted].append((heard is not Outcome.NO, key, line))
    engine.close()
    missed = [row[1:] for row in counts[True] if not row[0]]
    wrong = [row[1:] for row in counts[False] if row[0]]
    assert len(counts[True]) >= 25
    assert len(counts[False]) >= 30
    assert len(missed) <= (1 - HEARD) * len(counts[True]), missed
    assert len(wrong) <= WRONG * len(counts[False]), wrong
