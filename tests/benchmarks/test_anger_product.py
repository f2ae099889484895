"""The product as the benchmark runs it: every queue has its packs, and typed calls keep time."""

import pytest

from benchmarks.anger_product import ClockedEngine, queue_name, settings_for, typed
from models.registry import load
from models.stt import tone
from models.types import Channel, SttRequest


def test_every_list_of_packs_is_a_queue(tmp_path):
    packs = [("customer_service",), ("core_call", "card_payment")]
    settings = settings_for(tmp_path, packs, stt="tone", vad="energy")
    for names in packs:
        assert settings.queue(queue_name(names)).packs == names
    assert settings.queue("").packs == packs[0]
    assert (settings.stt.engine, settings.vad.engine) == ("tone", "energy")


def test_the_shipped_engines_are_used_unless_others_are_named(tmp_path):
    plain = settings_for(tmp_path, [])
    assert settings_for(tmp_path, [("core_call",)]).stt == plain.stt
    assert plain.classify == settings_for(tmp_path, [("core_call",)]).classify


def test_the_engine_is_clocked_and_keeps_no_sound():
    engine = ClockedEngine(load("stt", "tone", {}))
    heard = engine.transcribe([SttRequest(tone.say("hello"), 8_000)])
    assert heard[0].text == "hello"
    assert len(engine.took_s) == 1
    assert engine.took_s[0] > 0
    assert engine.noted == []


def test_typed_turns_take_as_long_as_their_words():
    first, second = typed(["one two three four five", ""], words_per_s=2.5, answer_s=4.0)
    assert (first.start, first.end, first.channel) == (0.0, 2.0, Channel.CUSTOMER)
    assert second.start == pytest.approx(6.0)
    assert second.end > second.start
