"""Agent and customer reversed: swap the sides of a stored call, and judge it again."""

from collections.abc import Sequence
from typing import Final

from models.types import Channel
from pipeline.errors import CallOpen, RequestRefused
from pipeline.events import (
    AngerChanged,
    CallScored,
    CallStarted,
    ChecklistChanged,
    DurableEvent,
    Event,
    SidesSwapped,
)
from pipeline.placed import is_swapped, placed
from pipeline.replay import replay, stored_call
from pipeline.rescoring import card_of, now
from pipeline.store.database import Database
from pipeline.store.sides import swap_sides
from qa_rules.packs import PackSet
from qa_rules.score import with_people
from qa_rules.types import PersonAnswer, Scorecard

BY_SIDES: Final = "sides"


def swap(database: Database, call_id: str, packs: PackSet, by: str) -> bool:
    """Swap the sides of a call and score it so; return whether they stand swapped then.

    A call that is swapped back gets the score that it had so.

    Raises:
        CallNotFound: there is no such call.
        CallOpen: it is not over.
        RequestRefused: it was not heard as agent and customer.
    """
    stand = False

    def make(
        events: list[tuple[int, Event]], people: Sequence[PersonAnswer]
    ) -> Sequence[DurableEvent]:
        nonlocal stand
        _two_sides(events)
        stamp = now()
        mark = SidesSwapped(stamp, by)
        after = [*events, (events[-1][0] + 1, mark)]
        stand = is_swapped(after)
        card = _before(after)
        if card is not None:
            scored = with_people(card, people)
            return [mark, CallScored(scored, at=stamp, by=by, why=BY_SIDES)]
        heard = replay(stored_call(call_id, [e for _, e in after]), packs)
        scored = card_of(heard, packs, people)
        items = {item.id for item in packs.items}
        return [
            mark,
            *(ChecklistChanged(found) for found in heard.findings if found.rule_id in items),
            *(AngerChanged(anger) for anger in heard.anger),
            CallScored(scored, at=stamp, by=by, why=BY_SIDES),
        ]

    swap_sides(database, call_id, make)
    return stand


def _before(events: Sequence[tuple[int, Event]]) -> Scorecard | None:
    """Return the last card that was made with the sides as they stand, None where there is none."""
    swaps = 0
    for _, event in reversed(events):
        swaps += isinstance(event, SidesSwapped)
        if isinstance(event, CallScored) and swaps % 2 == 0:
            return event.scorecard
    return None


def _two_sides(events: Sequence[tuple[int, Event]]) -> None:
    started = next((e for _, e in placed(events) if isinstance(e, CallStarted)), None)
    if started is None:
        raise CallOpen("the beginning of this call is not stored")
    if set(started.channels) != {Channel.AGENT, Channel.CUSTOMER}:
        raise RequestRefused("agent and customer were not recorded apart: nothing to swap")
