"""A review as its page shows it: the form's questions with both answers, and what may be done.

Pure: no I/O, no clock but the one that is given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.reviewing import Reviewed, overrides, waits
from pipeline.store.review_rows import (
    DISPUTED,
    DRAFT,
    OPEN,
    SHARED,
    Dispute,
    Review,
    ReviewAnswer,
    ReviewLine,
)
from qa_rules.types import Answer, Finding
from streaming.access import Permission, Person

SAID: Mapping[str, str] = {
    "yes": "Yes",
    "partly": "Partly",
    "no": "No",
    "n/a": "Did not apply",
    "needs_review": "Not sure",
    "open": "Not answered",
    "": "None",
}
STATES: Mapping[str, str] = {
    "draft": "Draft",
    "shared": "Shared",
    "disputed": "Disputed",
    "final": "Final",
}


def said(answer: str) -> str:
    """Return an answer in words; a step of a scale is itself."""
    return SAID.get(answer, answer)


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do with a review."""

    see: bool
    edit: bool = False
    dispute: bool = False
    resolve: bool = False
    note: bool = False
    export: bool = False
    mine: bool = False
    """Whether it is of the person's own call."""


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question: what the machine answered, what a person did, and what is disputed."""

    line: Answer
    given: ReviewAnswer | None
    dispute: Dispute | None
    waits: bool
    overruled: bool
    searched: tuple[float, float] | None = None
    """The seconds that were looked through for what was not found."""

    @property
    def lost(self) -> bool:
        """Whether the machine's answer costs points."""
        return self.line.machine in ("no", "partly", "0")

    @property
    def stands(self) -> str:
        """What counts if the person answers nothing, in words; "" where nothing does."""
        if self.line.machine in ("", "needs_review") or self.line.mode != "auto":
            return ""
        return said(self.line.machine)


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of the form; `aside` are its questions that did not apply."""

    id: str
    title: str
    score: float | None
    questions: tuple[QuestionView, ...]
    aside: tuple[QuestionView, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A state on the line of states; `at` is empty for what has not been."""

    name: str
    at: str
    by: str = ""
    now: bool = False


def who(person: Person) -> str:
    """Return the name that a person's reviews carry."""
    return person.name or person.display


def rights(person: Person, review: Review, agent: str, disputes: Sequence[Dispute]) -> Rights:
    """Return what a person may do with a review of a call of `agent`'s."""
    mine = bool(person.agent) and person.agent == agent
    reviewer = person.may(Permission.REVIEW)
    if not (reviewer or (person.sees(agent) and review.state != DRAFT)):
        return Rights(see=False)
    own = who(person) == review.reviewer
    others = reviewer and not mine and not own
    return Rights(
        see=reviewer or review.state != DRAFT,
        edit=reviewer and own and not mine and review.state == DRAFT,
        dispute=mine and person.may(Permission.DISPUTE) and review.state in (SHARED, DISPUTED),
        resolve=others and any(d.opened_by != who(person) and d.state == OPEN for d in disputes),
        note=reviewer and not mine,
        export=person.may(Permission.EXPORT),
        mine=mine,
    )


def sections(one: Reviewed, findings: Iterable[Finding] = ()) -> list[SectionView]:
    """Return the form with its questions; those that did not apply stand aside.

    `findings` are the call's, which say what was looked through for an absence.
    """
    searched = {f.rule_id: f.searched for f in findings}
    known = {a.question_id: a for s in one.card.sections for a in s.answers}
    views = []
    for section in one.card.sections:
        questions = [_question(line, one, known, searched) for line in section.answers]
        if not questions:
            continue
        aside = tuple(q for q in questions if _aside(q))
        asked = tuple(q for q in questions if not _aside(q))
        views.append(SectionView(section.id, section.title, section.score, asked, aside))
    return views


def steps(review: Review) -> list[Step]:
    """Return the line of states with their times."""
    line = [
        Step("Draft", review.taken_at, review.reviewer, review.state == DRAFT),
        Step("Shared", review.shared_at, review.reviewer, review.state == SHARED),
    ]
    if review.disputed_at:
        line.append(Step("Disputed", review.disputed_at, "", review.state == DISPUTED))
    return [*line, Step("Final", review.final_at, review.final_by, bool(review.final_at))]


def split(lines: Sequence[ReviewLine], name: str, agent: str) -> dict[str, list[ReviewLine]]:
    """Return reviews by what this reviewer has to do with them."""
    return {
        "drafts": [x for x in lines if x.review.state == DRAFT and x.review.reviewer == name],
        "to_answer": [
            x
            for x in lines
            if x.review.state == DISPUTED
            and x.review.reviewer != name
            and (x.agent != agent or not agent)
        ],
        "disputed": [x for x in lines if x.review.state == DISPUTED and x.review.reviewer == name],
        "others": [x for x in lines if x.review.state == DRAFT and x.review.reviewer != name],
        "done": [x for x in lines if x.review.state in (SHARED, "final")],
    }


def _question(
    line: Answer,
    one: Reviewed,
    known: Mapping[str, Answer],
    searched: Mapping[str, tuple[float, float] | None],
) -> QuestionView:
    given = one.answers.get(line.question_id)
    final = given.answer if given is not None and given.answer else ""
    return QuestionView(
        line,
        given,
        one.disputes.get(line.question_id),
        waits(line, known),
        overrides(line, final),
        next((span for i in line.items if (span := searched.get(i)) is not None), None),
    )


def _aside(view: QuestionView) -> bool:
    """Whether a question did not apply, and nobody says otherwise."""
    if view.given is not None or view.dispute is not None or view.waits:
        return False
    return not view.line.asked or view.line.answer == "n/a"
