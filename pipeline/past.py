"""Stored calls that rules are tried on: which ones, what they hold, and the packs they were under.

The judging itself is `replay`'s; here is what the rule desk asks of the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import CallNotFound
from pipeline.events import CallScored, ChecklistChanged, TranscriptionFailed
from pipeline.replay import Replayed, StoredCall, replay, stored_call
from pipeline.store.repo import Store
from pipeline.store.rows import CallFilter
from qa_rules.packs import PackSet
from qa_rules.types import Finding, PersonAnswer, Scorecard
from qa_rules.why import why
from qa_rules.why_types import Judged, Why


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that is over: its words, the packs it was under, and how it stands.

    `findings` are those of its first judging, by item; `card` is its latest, None without a score.
    """

    call: StoredCall
    packs: tuple[str, ...]
    findings: dict[str, Finding]
    card: Scorecard | None
    people: tuple[PersonAnswer, ...] = ()

    @property
    def call_id(self) -> str:
        """The call's id."""
        return self.call.call_id


def past_call(store: Store, call_id: str) -> PastCall:
    """Return a call of the store.

    Raises:
        CallNotFound: there is no such call.
        CallOpen: it is not over.
    """
    events = [event for _, event in store.events(call_id)]
    if not events:
        raise CallNotFound(f"no call {call_id!r} is stored")
    call = stored_call(call_id, events)
    card = next((e.scorecard for e in reversed(events) if isinstance(e, CallScored)), None)
    found = {e.finding.rule_id: e.finding for e in events if isinstance(e, ChecklistChanged)}
    began = call.started.packs if call.started is not None else ()
    packs = tuple(card.form.split("+")) if card is not None and card.form else began
    return PastCall(call, packs, found, card, tuple(store.people(call_id)))


def ended_calls(
    store: Store, wanted: CallFilter | None = None, most: int | None = None
) -> list[str]:
    """Return the calls that are over and fit a filter, the latest first, `most` at most."""
    found: list[str] = []
    before = None
    while rows := store.calls(wanted or CallFilter(state="ended"), before=before):
        found += [row.call_id for row in rows if row.state == "ended"]
        before = rows[-1].cursor
        if most is not None and len(found) >= most:
            return found[:most]
    return found


def why_in(call: StoredCall, packs: PackSet, item_id: str) -> tuple[Why, tuple[str, ...]]:
    """Return why an item stands as it does in a call under packs, and what could not be known.

    Raises:
        UnknownItem: the packs have no such item.
    """
    packs.item(item_id)
    heard = replay(call, packs)
    return why(packs, item_id, judged(call, heard)), heard.notes


def judged(call: StoredCall, heard: Replayed) -> Judged:
    """Return a replayed call as explanations look at it."""
    failed: Sequence[TranscriptionFailed] = [
        s for s in call.steps if isinstance(s, TranscriptionFailed)
    ]
    return Judged(
        said=call.said,
        labels=call.labels,
        findings=heard.findings,
        happened=heard.happened,
        facts=heard.facts,
        seconds=heard.seconds,
        told=call.basis.told if call.basis is not None else (),
        unread=tuple((s.start, s.end) for s in failed),
    )
