import asyncio
import json

import pytest

from models.types import Channel, Utterance
from pipeline.events import (
    AngerChanged,
    CallEnded,
    CallStarted,
    Degraded,
    LabelsAdded,
    PartialTranscript,
    SpeechStarted,
    UtteranceFinal,
)
from qa_rules.types import Anger
from streaming.bus import ENDED_CALLS, Bus, Parcel


def partial(n, text, utterance=1):
    return PartialTranscript(Channel.AGENT, utterance, 0.0, float(n), text)


def final(utterance=1, text="hello"):
    return UtteranceFinal(Utterance(utterance, Channel.AGENT, 0.0, 1.0, text))


def labels(n=1):
    return LabelsAdded(n, ())


def drain(box):
    taken = []
    while (parcel := box.take()) is not None:
        taken.append(parcel)
    return taken


def test_a_listener_hears_its_call_and_no_other():
    bus = Bus()
    box = bus.listen("a")
    bus.publish("a", 1, labels())
    bus.publish("b", 1, labels())
    assert [(p.call_id, p.seq) for p in drain(box)] == [("a", 1)]


def test_the_wire_form_names_call_number_and_event():
    parcel = Parcel('odd "name"', 7, labels(3))
    assert json.loads(parcel.text) == {
        "call": 'odd "name"',
        "seq": 7,
        "event": {"utterance_id": 3, "labels": [], "type": "LabelsAdded"},
    }


def test_an_event_is_encoded_once_for_all_listeners():
    bus = Bus()
    boxes = [bus.listen("a") for _ in range(3)]
    bus.publish("a", 1, labels())
    texts = [box.take().text for box in boxes]
    assert texts[0] is texts[1] is texts[2]


def test_a_newer_partial_replaces_the_older_in_its_place():
    bus = Bus()
    box = bus.listen("a")
    bus.publish("a", None, partial(1, "he"))
    bus.publish("a", None, partial(1, "other", utterance=2))
    bus.publish("a", None, partial(2, "hello"))
    assert [p.event.text for p in drain(box)] == ["hello", "other"]
    assert bus.counts.coalesced == 1


def test_a_final_takes_the_waiting_partial_out():
    bus = Bus()
    box = bus.listen("a")
    bus.publish("a", None, partial(1, "he"))
    bus.publish("a", 1, final())
    assert [p.event.type for p in drain(box)] == ["UtteranceFinal"]


def test_a_partial_taken_is_not_replaced_afterwards():
    bus = Bus()
    box = bus.listen("a")
    bus.publish("a", None, partial(1, "he"))
    assert box.take().event.text == "he"
    bus.publish("a", None, partial(2, "hello"))
    assert [p.event.text for p in drain(box)] == ["hello"]


def test_a_full_mailbox_drops_its_oldest_ephemeral_event():
    bus = Bus(mailbox=3)
    box = bus.listen("a")
    bus.publish("a", None, SpeechStarted(Channel.AGENT, 1, 0.0))
    bus.publish("a", None, SpeechStarted(Channel.AGENT, 2, 1.0))
    bus.publish("a", 1, labels(1))
    bus.publish("a", 2, labels(2))
    assert [p.seq for p in drain(box)] == [None, 1, 2]
    assert bus.counts.dropped == 1
    assert not box.overflowed


def test_a_mailbox_full_of_durable_events_is_closed_and_an_ephemeral_one_is_not_its_end():
    bus = Bus(mailbox=2)
    box = bus.listen("a")
    bus.publish("a", 1, labels(1))
    bus.publish("a", 2, labels(2))
    bus.publish("a", None, partial(1, "he"))
    assert not box.overflowed
    bus.publish("a", 3, labels(3))
    assert box.overflowed
    assert [p.seq for p in drain(box)] == [1, 2]
    assert bus.counts.closed == 1


def test_a_slow_listener_costs_the_others_nothing():
    bus = Bus(mailbox=4)
    slow, quick = bus.listen("a"), bus.listen("a")
    heard = []
    for n in range(1, 51):
        bus.publish("a", n, labels(n))
        heard += [p.seq for p in drain(quick)]
    assert heard == list(range(1, 51))
    assert slow.overflowed
    assert not quick.overflowed


def test_who_returns_gets_what_came_after_their_number():
    bus = Bus()
    for n in range(1, 6):
        bus.publish("a", n, labels(n))
    box = bus.listen("a", after=3)
    assert [p.seq for p in box.backlog] == [4, 5]
    assert box.missing is None


def test_what_lies_behind_the_ring_is_named_for_the_store():
    bus = Bus(ring=4)
    for n in range(1, 11):
        bus.publish("a", n, labels(n))
    box = bus.listen("a", after=2)
    assert box.missing == (3, 6)
    assert [p.seq for p in box.backlog] == [7, 8, 9, 10]
    assert bus.listen("a", after=10).missing is None


def test_an_unknown_call_is_wholly_the_stores():
    box = Bus().listen("old", after=5)
    assert box.missing is not None
    assert box.missing[0] == 6


def test_rings_of_calls_long_ended_are_let_go():
    bus = Bus()
    for n in range(ENDED_CALLS + 1):
        bus.publish(f"c{n}", 1, CallEnded(1.0, "completed"))
    assert bus.listen("c0").missing is not None
    assert bus.listen("c1").missing is None


def test_a_call_that_begins_anew_has_a_new_ring():
    bus = Bus()
    for n in range(1, 4):
        bus.publish("a", n, labels(n))
    started = CallStarted("a", "", "", "", "inbound", "en", (Channel.AGENT,), 8000)
    bus.publish("a", 1, started)
    assert [p.seq for p in bus.listen("a").backlog] == [1]


def test_the_wall_hears_where_calls_stand_but_no_words():
    bus = Bus()
    wall = bus.listen(None)
    bus.publish("a", 1, final())
    bus.publish("a", None, partial(1, "he"))
    bus.publish("a", 2, AngerChanged(Anger(2, True, 1.0)))
    bus.publish("b", None, Degraded("partials", True))
    assert [(p.call_id, p.event.type) for p in drain(wall)] == [
        ("a", "AngerChanged"),
        ("b", "Degraded"),
    ]


def test_a_durable_event_without_a_number_is_refused():
    with pytest.raises(ValueError, match="LabelsAdded"):
        Bus().publish("a", None, labels())
    with pytest.raises(ValueError, match="Degraded"):
        Bus().publish("a", 1, Degraded("partials", True))


async def test_a_waiting_listener_is_woken():
    bus = Bus()
    box = bus.listen("a")
    assert box.take() is None
    waiter = asyncio.ensure_future(box.wait())
    await asyncio.sleep(0)
    assert not waiter.done()
    bus.publish("a", 1, labels())
    await asyncio.wait_for(waiter, 1)
    assert box.take().seq == 1


def test_leaving_frees_the_mailbox():
    bus = Bus()
    box = bus.listen("a")
    assert bus.listeners == 1
    bus.leave(box)
    bus.leave(box)
    assert bus.listeners == 0
    bus.publish("a", 1, labels())
    assert len(box) == 0
