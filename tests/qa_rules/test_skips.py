"""Items that a pack inherits and does not ask."""

import pytest

from models.types import Channel, Utterance
from qa_rules.errors import PackInvalid
from qa_rules.forms import form_parts
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs
from qa_rules.score import score
from qa_rules.types import CallFacts, Hint

BASE = """
pack: base
title: Base
form:
  exclude: {min_seconds: 1, min_turns: 1}
  sections: {closing: {title: Closing, weight: 100}}
  questions:
    - {id: Q-01, title: Offers help, section: closing, items: B-01}
    - {id: Q-02, title: Closes, section: closing, items: [B-01, B-02]}
    - {id: Q-03, title: Why not, section: closing, asked_if: {question: Q-01, answer: no}}
items:
  - {id: B-01, title: Further help, severity: REQ, section: closing, match: anything else}
  - {id: B-02, title: Goodbye, severity: REQ, section: closing, match: goodbye}
  - {id: B-03, title: Safe, severity: AF, section: closing, match: are you safe}
hints:
  - {id: ask, on: {words: that is all}, unless_done: [B-01], text: Offer further help}
  - {id: close, on: {words: that is all}, unless_done: [B-01, B-02], text: Close the call}
"""
ONCE = BASE.replace("items: [B-01, B-02]", "items: [B-02]")
SURVEY = """
pack: survey
title: Survey
inherits: [base]
skips: [B-01]
items:
  - {id: S-01, title: Thanks, severity: REQ, section: closing, match: thank you}
"""


@pytest.fixture
def load(tmp_path):
    """Return a function that loads packs of the texts above, or others."""

    def make(*names, **texts):
        for name, text in {"base": ONCE, "survey": SURVEY, **texts}.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        return load_packs(names, [tmp_path])

    return make


def items(packs):
    return [i.id for i in packs.items]


def test_an_item_that_does_not_fit_is_not_asked_with_all_that_hangs_on_it(load):
    packs = load("survey")
    assert items(packs) == ["B-02", "B-03", "S-01"]
    assert [q.id for q in packs.questions] == ["Q-02"]
    assert [(h.id, h.unless_done) for h in packs.hints] == [("close", ("B-02",))]
    run = RuleRun(packs, CallFacts())
    out = run.utterance(Utterance(0, Channel.CUSTOMER, 0, 2, "that is all"))
    out += run.utterance(Utterance(1, Channel.AGENT, 3, 5, "thank you goodbye are you safe"))
    run.end(9)
    card = score(packs, run.judged(), facts=CallFacts(), seconds=9, turns=2, metrics={})
    assert (card.score, [h.text for h in out if isinstance(h, Hint)]) == (100, ["Close the call"])


def test_what_another_pack_of_the_call_asks_stays(load):
    other = "pack: other\ntitle: O\ninherits: [base]\n"
    assert "B-01" in items(load("survey", "base"))
    assert "B-01" in items(load("survey", "other", other=other))
    child = "pack: child\ntitle: C\ninherits: [survey]\n"
    assert "B-01" not in items(load("child", child=child))


@pytest.mark.parametrize(
    ("skips", "fault"),
    [
        ("[B-09]", "B-09 is not inherited: take it out of skips"),
        ("[S-01]", "S-01 is not inherited"),
        ("[B-03]", "B-03 can fail a call, so it cannot be skipped"),
    ],
)
def test_what_may_not_be_skipped_is_told_with_its_place(load, skips, fault):
    with pytest.raises(PackInvalid) as error:
        load("survey", survey=SURVEY.replace("[B-01]", skips))
    (told,) = error.value.faults
    assert (told.line, told.message.startswith(fault)) == (5, True)


def test_skipping_is_part_of_what_a_pack_asks(load):
    def asked(text):
        return form_parts(f.pack for f in load("survey", survey=text).files)[1].hash

    other = SURVEY.replace("[B-01]", "[B-02]")
    assert len({asked(SURVEY), asked(other), asked(SURVEY.replace("[B-01]", "[]"))}) == 3
