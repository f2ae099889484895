"""The load's audio, and the call made to call for hints."""

import json

import numpy as np

from benchmarks import sounds
from benchmarks.make_triggers import RATE_HZ, SCRIPT
from models.types import Channel, Utterance
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs
from qa_rules.types import CallFacts, Hint
from streaming.client import Sound

PACKS = ("core_call", "card_payment")


def test_cuts_are_as_long_as_asked_and_begin_elsewhere() -> None:
    whole = np.arange(8_000 * 20, dtype=np.float32)[None].repeat(2, axis=0)
    source = sounds.LoadSound("x", Sound(whole, 8_000, sounds.STEREO))
    first, second = source.cut(0, 30.0), source.cut(1, 5.0)
    assert first.samples.shape == (2, 240_000)
    assert first.samples[0, 160_000] == 0
    assert second.samples[0, 0] == 8_000 * sounds.STEP_S


def test_triggers_end_in_speech_and_are_followed_by_what_the_script_says() -> None:
    sound, triggers = sounds.trigger_sound()
    told = json.loads((sounds.TRIGGERS / "triggers.json").read_text("utf-8"))
    assert sound.rate_hz == RATE_HZ
    assert len(triggers) == sum(bool(line.rules) for line in SCRIPT) >= 12
    for row in told["triggers"]:
        leg = sound.samples[0 if row["channel"] == "agent" else 1]
        end = round(row["end"] * RATE_HZ)
        assert np.abs(leg[end - 800 : end]).max() > 0.02
        assert np.abs(leg[end + 8 : end + 240]).max() < 0.01  # the join, or the silence


def test_every_trigger_names_rules_that_the_packs_have() -> None:
    packs = load_packs(PACKS)
    known = {hint.id for hint in packs.hints} | {item.id for item in packs.items}
    told = json.loads((sounds.TRIGGERS / "triggers.json").read_text("utf-8"))["triggers"]
    assert [row["rules"] for row in told] == [list(x.rules) for x in SCRIPT if x.rules]
    assert {rule for row in told for rule in row["rules"]} <= known


def test_every_trigger_raises_its_hint_by_its_words_and_not_before() -> None:
    packs = load_packs(PACKS)
    told = json.loads((sounds.TRIGGERS / "triggers.json").read_text("utf-8"))
    for row in told["triggers"]:
        raised = [
            [h.rule_id for h in RuleRun(packs, CallFacts()).preview(said)]
            for said in (
                Utterance(0, Channel(row["channel"]), 0.0, 3.0, row["upto"]),
                Utterance(0, Channel(row["channel"]), 0.0, 3.0, row["upto"].rsplit(" ", 1)[0]),
            )
        ]
        assert set(row["rules"]) & set(raised[0]), row
        assert not set(row["rules"]) & set(raised[1]), row


def test_the_whole_script_raises_every_hint_in_its_turn() -> None:
    told = json.loads((sounds.TRIGGERS / "triggers.json").read_text("utf-8"))
    run = RuleRun(
        load_packs(PACKS), CallFacts(company="Northwind", values={"capture_masked": True})
    )
    hints: list[tuple[float, str]] = []
    for number, row in enumerate(told["script"]):
        said = Utterance(
            number, Channel(row["channel"]), row["start"], row["end"], row["text"], 0.9
        )
        outputs = [*run.advance(row["start"]), *run.utterance(said)]
        hints += [(row["end"], out.rule_id) for out in outputs if isinstance(out, Hint)]
    for row in told["triggers"]:
        near = [at for at, rule in hints if rule in row["rules"] and 0 <= at - row["end"] < 6]
        assert near, row
