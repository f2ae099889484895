"""What people do with a calibration round: open it, answer its calls blind, hand in, close it.

A round's calls are answered from nothing: the machine's answers are taken out of the card. What is
answered here touches no score; `calibration_results` says what it shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.errors import AnswerRefused, RecordNotFound, RequestRefused
from pipeline.reviewing import Missing, Reviewer, lines
from pipeline.store.calibration import Calibrations
from pipeline.store.calibration_rows import Given, RoundCall, WholeRound
from pipeline.store.repo import Store
from pipeline.store.scores import Scored
from qa_rules.forms import version_text
from qa_rules.score import with_people
from qa_rules.types import Answer, PersonAnswer, Scorecard

FEWEST_CALLS, MOST_CALLS = 3, 5
"""Calls of a round (rule packs, P24)."""
MOST_PEOPLE: Final = 20
LONGEST_NAME: Final = 120
LONGEST_NOTE: Final = 2000


@dataclass(frozen=True, slots=True)
class Wish:
    """A round as somebody asks for it."""

    name: str
    calls: tuple[str, ...]
    reviewers: tuple[str, ...]
    expert: str


@dataclass(frozen=True, slots=True)
class BlindCall:
    """A call of a round as one person answers it; `card` knows nothing but their own answers."""

    whole: WholeRound
    call: RoundCall
    card: Scorecard
    given: Mapping[str, Given]
    submitted_at: str
    missing: tuple[Missing, ...]


def open_round(store: Store, wish: Wish, agents: Mapping[str, str], by: str) -> int:
    """Open a round and return its number; `agents` are who may review, with their own calls' name.

    Raises:
        RequestRefused: calls, people or name do not do for a round.
    """
    name = wish.name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise RequestRefused(f"give the round a name of at most {LONGEST_NAME} letters")
    people = _people(wish, agents)
    calls = tuple(dict.fromkeys(wish.calls))
    if not FEWEST_CALLS <= len(calls) <= MOST_CALLS:
        raise RequestRefused(
            f"choose {FEWEST_CALLS} to {MOST_CALLS} calls; {len(calls)} are chosen"
        )
    chosen = [(call_id, _last_score(store, call_id)) for call_id in calls]
    card = _one_form([s.event.scorecard for _, s in chosen])
    for call_id in calls:
        own = [p for p in people if agents[p] and agents[p] == store.agent_of(call_id)]
        if own:
            raise RequestRefused(f"{call_id} is a call of {own[0]}'s own: choose another")
    one = {
        "name": name,
        "form": card.form,
        "version": version_text(card.parts),
        "expert": wish.expert,
        "opened_by": by,
    }
    return Calibrations(store.database).open(one, [(c, s.seq) for c, s in chosen], people)


def may_see(whole: WholeRound, person: str) -> bool:
    """Return whether a person may see results: the round is closed, or they have handed all in."""
    return whole.round.closed or whole.finished(person)


def may_end(whole: WholeRound, person: str) -> bool:
    """Return whether a person may close a round or give it up: who opened it, or its expert."""
    return not whole.round.closed and person in (whole.round.opened_by, whole.round.expert)


def close_round(store: Store, whole: WholeRound, by: str) -> None:
    """Close a round; what is not handed in does not count.

    Raises:
        RequestRefused: it is not this person's, or too little is handed in.
    """
    if not may_end(whole, by):
        raise RequestRefused(
            f"a round is closed by who opened it, {whole.round.opened_by}, or its expert"
        )
    if sum(whole.done(p) > 0 for p in whole.people) < 2:
        raise RequestRefused("two people have to hand in a call first: there is nothing to compare")
    Calibrations(store.database).close(whole.round.id, by)


def drop_round(store: Store, whole: WholeRound, by: str) -> None:
    """Give up an open round.

    Raises:
        RequestRefused: it is not this person's, or closed.
    """
    if not may_end(whole, by):
        raise RequestRefused("an open round is given up by who opened it, or its expert")
    Calibrations(store.database).drop(whole.round.id)


def blind(store: Store, round_id: int, position: int, person: str) -> BlindCall:
    """Return a call of a round as a person answers it.

    Raises:
        RecordNotFound: there is no such call in it, or the person does not take part.
    """
    rows = Calibrations(store.database)
    whole = rows.need(round_id)
    call = next((c for c in whole.calls if c.position == position), None)
    if call is None:
        raise RecordNotFound(f"round {round_id} has no call {position}; it may have been erased")
    reading = whole.reading(call.call_id, person)
    if reading is None:
        raise RecordNotFound("you do not take part in this round")
    given = rows.answers(round_id, person).get((call.call_id, person), {})
    card = answered(card_of(store, call), given)
    return BlindCall(whole, call, card, given, reading.submitted_at, tuple(_missing(card)))


def save(
    store: Store, one: BlindCall, who: Reviewer, given: Mapping[str, Given], *, submit: bool = False
) -> None:
    """Keep a person's answers to a call; `submit` hands them in for good.

    Raises:
        AnswerRefused: a question is not asked, or not answered so.
        RequestRefused: they are handed in, the round is closed, or an answer is missing.
    """
    known = lines(one.card)
    for name, g in given.items():
        line = known.get(name)
        if line is None or not line.asked:
            raise AnswerRefused(f"the form does not ask {name} of this call")
        if g.answer and g.answer not in line.choices:
            raise AnswerRefused(f"{name} is answered {', '.join(line.choices)}, not {g.answer}")
    if submit and store.agent_of(one.call.call_id) == who.agent and who.agent:
        raise RequestRefused("this is a call of your own: another has to answer it")
    rows, round_id, call_id = Calibrations(store.database), one.whole.round.id, one.call.call_id
    rows.save(round_id, call_id, who.name, given)
    if not submit:
        return
    missing = list(_missing(answered(one.card, given)))
    if missing:
        left = "1 question is" if len(missing) == 1 else f"{len(missing)} questions are"
        raise RequestRefused(f"saved, but not handed in: {left} not answered yet")
    rows.save(round_id, call_id, who.name, given, submit=True)


def card_of(store: Store, call: RoundCall) -> Scorecard:
    """Return the scorecard of a round's call, as the machine filled it in when the round opened.

    Raises:
        RecordNotFound: the score is gone.
    """
    scores = store.scores(call.call_id)
    kept = next((s for s in scores if s.seq == call.score_seq), None)
    if kept is None:
        raise RecordNotFound(f"the score of {call.call_id} that the round is of is gone")
    return with_people(kept.event.scorecard, ())


def answered(card: Scorecard, given: Mapping[str, Given]) -> Scorecard:
    """Return a card that holds these answers alone, and nothing of the machine's."""
    sections = tuple(replace(s, answers=tuple(_bare(a) for a in s.answers)) for s in card.sections)
    people = [PersonAnswer(name, g.answer, note=g.note) for name, g in given.items() if g.answer]
    return with_people(replace(card, sections=sections), people)


def asks(card: Scorecard) -> Sequence[Answer]:
    """Return the questions that are asked of a call."""
    return [a for a in lines(card).values() if a.asked and a.choices]


def _bare(line: Answer) -> Answer:
    return replace(line, machine="", person=None, evidence=(), near_miss=None, note="")


def _missing(card: Scorecard) -> list[Missing]:
    known = lines(card)
    found = []
    for line in asks(card):
        gate = known.get(line.gate.question) if line.gate is not None else None
        if line.answer == "open" and (gate is None or gate.answer != "open"):
            found.append(Missing(line.question_id, f"“{line.title}” is not answered"))
    return found


def _people(wish: Wish, agents: Mapping[str, str]) -> tuple[str, ...]:
    reviewers = tuple(n for n in dict.fromkeys(wish.reviewers) if n != wish.expert)
    if not wish.expert:
        raise RequestRefused("name the expert: whose answers the others are held against")
    if not reviewers:
        raise RequestRefused("choose at least one reviewer beside the expert")
    people = (*reviewers, wish.expert)
    if len(people) > MOST_PEOPLE:
        raise RequestRefused(f"at most {MOST_PEOPLE} people take part in a round")
    unknown = [n for n in people if n not in agents]
    if unknown:
        raise RequestRefused(f"{', '.join(unknown)} may not review; see /people")
    return people


def _one_form(cards: Sequence[Scorecard]) -> Scorecard:
    forms = sorted({f"{c.form} ({version_text(c.parts)})" for c in cards})
    if len(forms) > 1:
        raise RequestRefused("all calls of a round have one form; these: " + "; ".join(forms))
    if not all(asks(c) for c in cards):
        raise RequestRefused(
            "a call is too short for its form, or scored by an earlier version: choose another"
        )
    return cards[0]


def _last_score(store: Store, call_id: str) -> Scored:
    scores = store.scores(call_id)
    if not scores:
        raise RequestRefused(f"there is no scored call {call_id!r}: choose another")
    return scores[-1]
