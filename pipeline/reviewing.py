"""What people do with a review of a call: take it, answer, share, dispute, settle.

A review is a layer over the answers that people give to a call's form: `pipeline.rescoring` scores,
here is decided who may say what and when. A draft's answers are tried on the card and touch no
score; once shared they are the call's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Final

from pipeline.days import working_day
from pipeline.errors import AnswerRefused, CallNotFound, CallOpen, RecordNotFound, RequestRefused
from pipeline.rescoring import answer
from pipeline.store.repo import Store
from pipeline.store.review_rows import (
    DISPUTED,
    DRAFT,
    FINAL,
    OPEN,
    REVISED,
    SHARED,
    UPHELD,
    Dispute,
    Review,
    ReviewAnswer,
)
from pipeline.store.reviews import Reviews
from pipeline.store.users import now
from qa_rules.forms import version_text
from qa_rules.score import with_people
from qa_rules.types import Answer, PersonAnswer, Scorecard

ERRORS: Final[Mapping[str, str]] = {
    "asr": "Misheard: the words are wrong",
    "speaker": "Wrong speaker",
    "rule": "The rule is wrong",
    "meaning": "The meaning was not understood",
    "policy": "Right by the rule, policy says otherwise",
}
"""Classes of a machine's error, as the person names them who overrides it."""

UNSETTLED: Final = ("needs_review", "open")
STRENGTH, CHANGE = "strength", "change"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who reviews or answers; `agent` is the name that their own calls carry."""

    name: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """What keeps a draft from being shared; `question` is a question's id, or STRENGTH, CHANGE."""

    question: str
    what: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review with all that its page shows; `card` counts the draft's answers."""

    review: Review
    card: Scorecard
    answers: Mapping[str, ReviewAnswer]
    disputes: Mapping[str, Dispute]
    missing: tuple[Missing, ...]

    def question(self, question_id: str) -> Answer:
        """Return a question of the card.

        Raises:
            RequestRefused: the form does not ask it.
        """
        found = lines(self.card).get(question_id)
        if found is None or not found.asked:
            raise RequestRefused(f"the form does not ask {question_id} of this call")
        return found


def take(store: Store, call_id: str, who: Reviewer, days: int) -> Review:
    """Begin a review of a call, due in that many working days.

    Raises:
        CallNotFound: there is no such call.
        CallOpen: it has no score.
        RequestRefused: it is the reviewer's own, or somebody is reviewing it.
    """
    _not_own(store, call_id, who)
    scores = store.scores(call_id)
    if not scores:
        raise CallOpen(f"call {call_id!r} has no score yet: there is nothing to review")
    card = scores[-1].event.scorecard
    return Reviews(store.database).add(
        call_id,
        form=card.form,
        version=version_text(card.parts),
        score_seq=scores[-1].seq,
        reviewer=who.name,
        due_at=_days_on(days),
    )


def load(store: Store, review_id: int) -> Reviewed:
    """Return a review whole; a draft follows the call's latest score.

    Raises:
        RecordNotFound: there is no such review.
    """
    reviews = Reviews(store.database)
    one = reviews.need(review_id)
    scores = store.scores(one.call_id)
    if not scores:
        raise RecordNotFound(f"the score that review {review_id} is of is gone")
    if one.state == DRAFT and scores[-1].seq != one.score_seq:
        card = scores[-1].event.scorecard
        version = version_text(card.parts)
        one = reviews.move(one, DRAFT, score_seq=scores[-1].seq, form=card.form, version=version)
    kept = next((s for s in scores if s.seq == one.score_seq), scores[-1])
    answers, disputes = reviews.answers(one.id), reviews.disputes(one.id)
    if one.state != DRAFT:
        return Reviewed(one, kept.event.scorecard, answers, disputes, ())
    people = store.people(one.call_id)
    return _tried(one, kept.event.scorecard, people, answers)


def save(
    store: Store, one: Reviewed, given: Iterable[ReviewAnswer], strength: str, change: str
) -> Reviewed:
    """Keep a draft as it stands, finished or not; return it with its score.

    Raises:
        AnswerRefused: a question is not asked, or never answered so.
        RequestRefused: it is no draft any more.
    """
    rows = {a.question_id: a for a in given if a.answer or a.note or a.error}
    known = lines(one.card)
    for row in rows.values():
        _check(row, known.get(row.question_id))
    Reviews(store.database).save(one.review, rows.values(), strength, change)
    return load(store, one.review.id)


def share(store: Store, one: Reviewed, who: Reviewer, days: int) -> Review:
    """Share a draft with the call's agent, who may dispute it for that many working days.

    Its answers become the call's, which is scored with them.

    Raises:
        RequestRefused: it is not this person's, or something is missing.
    """
    review = one.review
    if review.reviewer != who.name:
        raise RequestRefused(f"this is a review of {review.reviewer}: only they share it")
    _not_own(store, review.call_id, who)
    if review.state != DRAFT:
        raise RequestRefused("this review is shared already")
    if one.missing:
        raise RequestRefused("not ready to share: " + "; ".join(m.what for m in one.missing))
    given = [_person(a) for a in one.answers.values() if a.answer]
    if given:
        answer(store, review.call_id, given, who.name)
    last = store.scores(review.call_id)[-1]
    card = last.event.scorecard
    return Reviews(store.database).move(
        review,
        SHARED,
        shared_at=now(),
        until_at=_days_on(days),
        score_seq=last.seq,
        form=card.form,
        version=version_text(card.parts),
    )


def accept(store: Store, review: Review, by: str) -> Review:
    """Take a shared review as it is: the agent disputes nothing.

    Raises:
        RequestRefused: it is not shared, or disputed.
    """
    if review.state != SHARED:
        raise RequestRefused(f"this review is {review.state}: there is nothing to accept")
    return Reviews(store.database).move(review, FINAL, final_at=now(), final_by=by)


def dispute(
    store: Store, one: Reviewed, question: str, reason: str, second: float | None, by: str
) -> None:
    """Dispute a question of a shared review.

    Raises:
        RequestRefused: there is no reason, the window is over, or it was disputed before.
    """
    review = one.review
    if review.state not in (SHARED, DISPUTED):
        raise RequestRefused(f"this review is {review.state}: nothing in it can be disputed")
    if now() > review.until_at:
        raise RequestRefused(f"the time to dispute was over on {review.until_at[:10]}")
    line = one.question(question)
    if not reason.strip():
        raise RequestRefused("say in a few words why the answer is wrong")
    opened = Dispute(
        review.id, question, reason.strip(), second, by, now(), line.answer, OPEN, "", "", "", ""
    )
    Reviews(store.database).open_dispute(review, opened)


def resolve(
    store: Store, one: Reviewed, question: str, verdict: ReviewAnswer, who: Reviewer
) -> Review:
    """Answer a dispute: uphold, where the verdict has no answer, or revise to its answer.

    Raises:
        RequestRefused: the reviewer themselves asks, no reason is given, or nothing is changed.
    """
    review = one.review
    opened = one.disputes.get(question)
    if opened is None or opened.state != OPEN:
        raise RequestRefused(f"there is no open dispute of {question}")
    if who.name in (review.reviewer, opened.opened_by):
        raise RequestRefused("a dispute is answered by another reviewer than the one who reviewed")
    _not_own(store, review.call_id, who)
    if not verdict.note.strip():
        raise RequestRefused("say why: the agent and the reviewer will read it")
    closed = replace(
        opened,
        note=verdict.note.strip(),
        resolved_by=who.name,
        resolved_at=now(),
        answer=opened.was,
    )
    seq = review.score_seq
    if verdict.answer:
        if verdict.answer == opened.was:
            raise RequestRefused(f"{opened.was} is the answer already: uphold it instead")
        _check(verdict, lines(one.card).get(question))
        answer(store, review.call_id, [_person(verdict)], who.name)
        seq = store.scores(review.call_id)[-1].seq
        closed = replace(closed, state=REVISED, answer=verdict.answer)
    else:
        closed = replace(closed, state=UPHELD)
    return Reviews(store.database).close_dispute(closed, seq)


def settle(store: Store) -> int:
    """Make final what was shared and not disputed in its time; return how many."""
    reviews = Reviews(store.database)
    return reviews.close_due(now()) if reviews.due_count(now()) else 0


def today() -> str:
    """Return the time as the database keeps it, to hold against when a review is due."""
    return now()


def lines(card: Scorecard) -> dict[str, Answer]:
    """Return a card's questions by id."""
    return {a.question_id: a for s in card.sections for a in s.answers}


def overrides(line: Answer, given: str) -> bool:
    """Return whether an answer goes against one that the machine was sure of."""
    return bool(given) and line.machine not in ("", "needs_review", given)


def waits(line: Answer, card: Mapping[str, Answer]) -> bool:
    """Return whether a question waits for a person, and not for another question's answer."""
    if not line.asked or line.answer not in UNSETTLED:
        return False
    gate = card.get(line.gate.question) if line.gate is not None else None
    return gate is None or gate.answer not in UNSETTLED


def _tried(
    one: Review,
    card: Scorecard,
    people: Iterable[PersonAnswer],
    answers: Mapping[str, ReviewAnswer],
) -> Reviewed:
    given = [_person(a) for a in answers.values() if a.answer]
    tried = with_people(card, [*people, *(replace(g, by=one.reviewer) for g in given)])
    return Reviewed(one, tried, answers, {}, tuple(_missing(one, tried, answers)))


def _missing(
    one: Review, card: Scorecard, answers: Mapping[str, ReviewAnswer]
) -> Iterable[Missing]:
    known = lines(card)
    for line in known.values():
        name, given = line.question_id, answers.get(line.question_id)
        if waits(line, known):
            yield Missing(name, f"“{line.title}” waits for your answer")
        elif given is not None and overrides(line, given.answer):
            if not given.note.strip():
                yield Missing(name, f"“{line.title}”: say why you overrule the machine")
            if not given.error:
                yield Missing(name, f"“{line.title}”: name the kind of the machine’s error")
    if not one.strength.strip():
        yield Missing(STRENGTH, "name one strength")
    if not one.change.strip():
        yield Missing(CHANGE, "name one thing to change")


def _check(given: ReviewAnswer, line: Answer | None) -> None:
    if line is None or not line.asked:
        raise AnswerRefused(f"the form does not ask {given.question_id} of this call")
    if given.answer and given.answer not in line.choices:
        listed = ", ".join(line.choices) or "nothing: score the call again first"
        raise AnswerRefused(f"{given.question_id} is answered {listed}, not {given.answer}")
    if given.error and given.error not in ERRORS:
        raise AnswerRefused(f"{given.error} is none of {', '.join(ERRORS)}")


def _person(given: ReviewAnswer) -> PersonAnswer:
    return PersonAnswer(given.question_id, given.answer, note=given.note, second=given.second)


def _not_own(store: Store, call_id: str, who: Reviewer) -> None:
    agent = store.agent_of(call_id)
    if agent is None:
        raise CallNotFound(f"no call {call_id!r} is stored")
    if who.agent and agent == who.agent:
        raise RequestRefused("this is a call of your own: another has to review it")


def _days_on(days: int) -> str:
    """Return the end of the day that many working days from today, as the database keeps times."""
    day = working_day(datetime.now(UTC).date(), days)
    return datetime.combine(day, time(23, 59, 59), UTC).isoformat(timespec="milliseconds")
