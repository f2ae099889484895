"""A stored call's later scores: by the rules as they are, and by what people answered.

`score.py` does the scoring, the store keeps every score; here is decided what may be scored again
and what is told of the difference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.errors import AnswerRefused, CallNotFound, CallOpen, FormLocked
from pipeline.events import CallScored
from pipeline.replay import Replayed, replay, stored_call
from pipeline.store.repo import Store
from pipeline.store.scores import FormUse, Scored
from qa_rules.card_diff import CardDiff, compare
from qa_rules.packs import SHIPPED, PackSet
from qa_rules.score import score, with_people
from qa_rules.types import Answer, PersonAnswer, Scorecard

BY_FORM, BY_ANSWERS = "form", "answers"


@dataclass(frozen=True, slots=True)
class Rescored:
    """A stored call scored again; `before` is None where it had no score. Nothing is kept yet."""

    call_id: str
    before: Scorecard | None
    after: Scorecard
    diff: CardDiff | None
    notes: tuple[str, ...] = ()


def rescore(store: Store, call_id: str, packs: PackSet) -> Rescored:
    """Score a stored call by packs, people's answers included.

    Raises:
        CallNotFound: there is no such call.
        CallOpen: it is not over.
    """
    events = [event for _, event in store.events(call_id)]
    if not events:
        raise CallNotFound(f"no call {call_id!r} is stored")
    heard = replay(stored_call(call_id, events), packs)
    after = card_of(heard, packs, store.people(call_id))
    before = next((e.scorecard for e in reversed(events) if isinstance(e, CallScored)), None)
    notes = list(heard.notes)
    if before is not None and before.version != after.version and _by_meaning(packs):
        notes.append("what the packs have learned to hear by meaning since is not looked for")
    diff = compare(before, after) if before is not None else None
    return Rescored(call_id, before, after, diff, tuple(notes))


def card_of(heard: Replayed, packs: PackSet, people: Iterable[PersonAnswer] = ()) -> Scorecard:
    """Return the scorecard of a replayed call, with what people answered."""
    return score(
        packs,
        heard.findings,
        facts=heard.facts,
        seconds=heard.seconds,
        turns=heard.turns,
        metrics=heard.metrics,
        people=people,
    )


def save(store: Store, scored: Rescored, packs: PackSet, by: str = "") -> CallScored:
    """Keep a new score as the call's; the ones before stay.

    Raises:
        FormLocked: the form scored calls before it was changed, and has no new version.
        CallOpen: the call's first score is still to come.
    """
    refuse_locked(store, packs)

    def make(before: Sequence[Scored], people: Sequence[PersonAnswer]) -> CallScored:
        del before
        return CallScored(with_people(scored.after, people), at=now(), by=by, why=BY_FORM)

    return store.add_score(scored.call_id, make)


def answer(store: Store, call_id: str, given: Sequence[PersonAnswer], by: str = "") -> Scorecard:
    """Keep people's answers to a call's questions, and score the call with them.

    The form is the one that scored the call, however the packs have changed since.

    Raises:
        CallNotFound: there is no such call.
        CallOpen: it is not over, or has no score.
        AnswerRefused: a question is not asked, or not answered so.
    """
    stamp = now()
    signed = [
        PersonAnswer(g.question_id, g.answer, g.by or by, stamp, g.note, g.second) for g in given
    ]

    def make(before: Sequence[Scored], people: Sequence[PersonAnswer]) -> CallScored:
        if not before:
            raise CallOpen(f"call {call_id!r} has no score: score it first")
        card = before[-1].event.scorecard
        lines = {a.question_id: a for s in card.sections for a in s.answers}
        for one in signed:
            _check(one, lines)
        return CallScored(with_people(card, people), at=stamp, by=by, why=BY_ANSWERS)

    return store.add_score(call_id, make, signed).scorecard


def _check(given: PersonAnswer, lines: dict[str, Answer]) -> None:
    """Refuse what the form does not take."""
    line = lines.get(given.question_id)
    if line is None:
        raise AnswerRefused(f"the form does not ask {given.question_id}")
    if not line.choices:
        raise AnswerRefused("an earlier version scored this call: score it again first")
    if not line.asked:
        raise AnswerRefused(f"{given.question_id} is not asked of this call: {line.note}")
    if given.answer and given.answer not in line.choices:
        listed = ", ".join(line.choices)
        raise AnswerRefused(f"{given.question_id} is answered {listed}, not {given.answer}")
    differs = line.machine not in ("", "needs_review", given.answer)
    if given.answer and differs and not given.note.strip():
        said = f"the machine answered {line.machine}"
        raise AnswerRefused(f"{given.question_id}: {said}: say in a note why it is {given.answer}")


# -- versions -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FormState:
    """A pack's form as it is now, and the calls that its version scored.

    `state` is "new" | "used" | "changed": scored by another content of the same version; `ours`
    where the pack ships with the product.
    """

    pack: str
    version: str
    hash: str
    state: str
    calls: int
    ours: bool
    file: str

    @property
    def locked(self) -> bool:
        """Whether its owner must raise the version before it scores again."""
        return self.state == "changed" and not self.ours


def form_states(uses: Iterable[FormUse], packs: PackSet) -> list[FormState]:
    """Return how each pack's form stands to the calls that were scored."""
    known: dict[tuple[str, str], list[FormUse]] = {}
    for use in uses:
        known.setdefault((use.pack, use.version), []).append(use)
    files = {f.pack.pack: f.source.file for f in packs.files}
    states = []
    for part in packs.parts:
        same = known.get((part.pack, part.version), [])
        other = [u for u in same if u.hash != part.hash]
        state = "changed" if other else "used" if same else "new"
        calls = sum(u.calls for u in (other or same))
        file = files.get(part.pack, "")
        ours = file.startswith(str(SHIPPED))
        states.append(FormState(part.pack, part.version, part.hash, state, calls, ours, file))
    return states


def lock_text(state: FormState) -> str:
    """Return what is wrong with a changed form, and what to write."""
    count = "1 call" if state.calls == 1 else f"{state.calls} calls"
    return (
        f"{state.file}: the form of {state.pack}, version {state.version}, has scored {count} and "
        f"was changed since: write `version: {_next(state.version)}` in the pack"
    )


def refuse_locked(store: Store, packs: PackSet) -> None:
    """Refuse packs whose form was changed after it scored calls.

    Packs that ship with the product are excepted: their owner is not here to raise a version, and
    each score keeps the hash.

    Raises:
        FormLocked: with each pack, and what to write.
    """
    locked = [s for s in form_states(store.form_uses(), packs) if s.locked]
    if locked:
        raise FormLocked("\n".join(lock_text(s) for s in locked))


def now() -> str:
    """Return the time, as the store writes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _next(version: str) -> str:
    return f'"{int(version) + 1}"' if version.isdigit() else f'"{version}.1"'


def _by_meaning(packs: PackSet) -> bool:
    return any(row.need.semantics for row in packs.program.index.listed)
