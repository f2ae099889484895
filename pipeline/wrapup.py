"""After-call work, drafted from the call itself: every line is a quote and names its turn.

Nothing is guessed. What the call does not say is null, what is doubtful is listed under
`needs_review`; dates are resolved (`pipeline.dates`), numbers are copied. `Wrapup.to_data` is the
form that events, store and pages use:

    {"reason": {"id", "title", "quote", "utterance_id", "at", "confidence"} | null,
     "other_reasons": [the same], "outcome": the same | null,
     "dispositions": [{"id", "title", "why"}],
     "promises": [{"who", "quote", "due", "due_words", "task", "sure", "utterance_id", "at"}],
     "follow_ups": [{"task", "title", "owner", "due", "due_words", "quote", "utterance_id"}],
     "fields": {id: {"title", "value", "utterance_id", "quote"}},
     "mood": {"start", "end", "peak", "trend", "quarters": [4 x {"level", "sentiment"}],
              "levels": [{"at", "level", "quote", "utterance_id"}]},
     "summary": [{"kind": "issue" | "done" | "next", "text", "utterance_id"}],
     "needs_review": ["..."]}
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.types import Channel, Label, Utterance
from pipeline import outcomes as found_in
from pipeline.mood import Mood, mood_over
from pipeline.outcomes import FieldValue, Found
from pipeline.passages import sentences
from pipeline.promises import Promise, find_promises
from pipeline.summary import Line, summarise
from qa_rules.packs import PackSet
from qa_rules.types import Anger, Finding, HappenedEvent, State

SURE_REASON = 0.6
"""A reason below this is shown, and listed for review."""
SURE_WORDS = 0.45
"""Recogniser's confidence under which a quote is listed for review; the rules use the same."""
MOST_DISPOSITIONS = 4
USUAL_DISPOSITIONS = 2
_TASKS = {
    "call_back": "Call back",
    "send": "Send",
    "look_into": "Look into it",
    "other": "Do as promised",
}
_FITS = {
    "callback_booked": ("task", "call_back"),
    "appointment_booked": ("field", "appointment_date"),
    "complaint_logged": ("event", "complaint"),
    "payment_taken": ("event", "payment_done"),
    "sale": ("event", "sale_agreed"),
    "do_not_call": ("event", "dnc_request"),
}
"""What in a call speaks for a disposition of this id before the others of its outcome."""


@dataclass(frozen=True, slots=True)
class Disposition:
    """What may be done with the case, and what speaks for it."""

    id: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something left to do; `owner` is "agent" or "customer", `due` as in a promise."""

    task: str
    title: str
    owner: str
    due: str | None
    due_words: str
    quote: str
    utterance_id: int


@dataclass(frozen=True, slots=True)
class Wrapup:
    """The draft of the after-call work."""

    reason: Found | None
    other_reasons: tuple[Found, ...]
    outcome: Found | None
    dispositions: tuple[Disposition, ...]
    promises: tuple[Promise, ...]
    follow_ups: tuple[FollowUp, ...]
    fields: Mapping[str, FieldValue]
    mood: Mood
    summary: tuple[Line, ...]
    needs_review: tuple[str, ...]

    def to_data(self) -> dict[str, Any]:
        """Return the draft as plain data, ready for JSON."""
        data: dict[str, Any] = _plain(dataclasses.asdict(self))
        return data


def draft(  # noqa: PLR0913 - one argument for each thing known of a call
    utterances: Sequence[Utterance],
    *,
    labels: Mapping[int, Sequence[Label]],
    findings: Iterable[Finding],
    happened: Iterable[HappenedEvent],
    anger: Sequence[Anger],
    packs: PackSet,
    started_at: str,
    seconds: float,
) -> Wrapup:
    """Draft the after-call work of a finished call.

    Args:
        utterances: redacted, in the order they were released.
        labels: what the classifiers said, by utterance id.
        findings: the rules' results.
        happened: the events that the rules saw.
        anger: the changes of the customer's anger, in order.
        packs: whose wrap-up lists are used.
        started_at: ISO 8601; its day and time are those that spoken dates refer to.
        seconds: the call's length.
    """
    events = {event.id: event for event in happened}
    call = found_in.listen(utterances, labels, seconds, packs.language)
    why = found_in.reasons(call, packs)
    ended = found_in.outcomes(call, packs, events)
    values = found_in.fields(call, packs)
    said = sentences(utterances)
    promised = find_promises(said, datetime.fromisoformat(started_at))
    reason = why[0] if why else None
    spoken = {u.id: u for u in utterances}
    outcome = _outcome(ended, promised, spoken)
    lines = summarise(said, promised, reason.utterance_id if reason else None, seconds)
    return Wrapup(
        reason=reason,
        other_reasons=tuple(why[1:4]),
        outcome=outcome,
        dispositions=tuple(_dispositions(packs, outcome, promised, values, events)),
        promises=tuple(promised),
        follow_ups=tuple(_follow_ups(promised)),
        fields=values,
        mood=mood_over(utterances, labels, anger, seconds),
        summary=tuple(lines),
        needs_review=tuple(_review(reason, outcome, promised, values, findings, spoken)),
    )


def _plain(value: Any) -> Any:
    """Return the value with lists for tuples, as JSON gives it back."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _outcome(
    ended: Sequence[Found], promised: Sequence[Promise], spoken: Mapping[int, Utterance]
) -> Found | None:
    """Return the outcome said last.

    While a call-back or an inquiry is still due, a case is not resolved; where the agent has kept
    what was promised before the call ended, it is no longer pending.
    """
    mine = [p for p in promised if p.who == "agent"]
    waiting = max((p.at for p in mine if p.task in ("call_back", "look_into")), default=-1.0)
    pending = next((o for o in ended if o.id == "pending"), None)
    left = list(ended)
    if pending is not None and not mine:
        by_agent = spoken[pending.utterance_id].channel is Channel.AGENT
        left = [o for o in ended if o is not pending] if by_agent else left
    if not left:
        return None
    if left[0].id == "resolved" and pending in left and waiting >= pending.at - 1.0:
        return pending
    return left[0]


def _dispositions(
    packs: PackSet,
    outcome: Found | None,
    promised: Sequence[Promise],
    values: Mapping[str, FieldValue],
    events: Mapping[str, HappenedEvent],
) -> list[Disposition]:
    """Return what the call speaks for, and the first that goes with its outcome anyway."""
    tasks = {p.task for p in promised}
    spoken: list[Disposition] = []
    usual: list[Disposition] = []
    for spec in packs.wrapup.dispositions:
        kind, name = _FITS.get(spec.id, ("event", spec.id))
        fits = name in {"task": tasks, "field": set(values), "event": set(events)}[kind]
        if fits:
            spoken.append(Disposition(spec.id, spec.title, name.replace("_", " ")))
        elif outcome is not None and spec.outcome == outcome.id and spec.id not in _FITS:
            usual.append(Disposition(spec.id, spec.title, outcome.title))
    return [*spoken, *usual[: 1 if spoken else USUAL_DISPOSITIONS]][:MOST_DISPOSITIONS]


def _follow_ups(promised: Sequence[Promise]) -> list[FollowUp]:
    """Return what somebody has to do after the call, the soonest first, undated last."""
    todo = [
        FollowUp(
            task=p.task or "other",
            title=_TASKS[p.task or "other"],
            owner=p.who,
            due=p.due,
            due_words=p.due_words,
            quote=p.quote,
            utterance_id=p.utterance_id,
        )
        for p in promised
        if p.task
    ]
    return sorted(todo, key=lambda f: (f.due is None, f.due or ""))


def _review(
    reason: Found | None,
    outcome: Found | None,
    promised: Sequence[Promise],
    values: Mapping[str, FieldValue],
    findings: Iterable[Finding],
    spoken: Mapping[int, Utterance],
) -> list[str]:
    """Return what a person should look at, in plain words."""
    out: list[str] = []
    if reason is None:
        out.append("The call does not say why the customer rang.")
    elif reason.confidence < SURE_REASON:
        out.append(f'Reason "{reason.title}" rests on one remark.')
    if outcome is None:
        out.append("The call does not say how it ended.")
    for promise in promised:
        if promise.due_words and not promise.sure:
            out.append(f'"{promise.due_words}" may be meant otherwise than {promise.due}.')
        elif promise.task and promise.who == "agent" and promise.due is None:
            out.append(f'No date was given for "{promise.quote}".')
    for value in values.values():
        said = spoken[value.utterance_id]
        if said.confidence is not None and said.confidence < SURE_WORDS:
            out.append(f"{value.title} was not clearly heard.")
    count = sum(f.state is State.NEEDS_REVIEW for f in findings)
    if count:
        checks = "1 check needs" if count == 1 else f"{count} checks need"
        out.append(f"{checks} a person to look.")
    return out
