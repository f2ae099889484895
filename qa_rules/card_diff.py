"""Two scorecards of one call compared: what is asked otherwise, answered otherwise, worth more.

For people in words, for programs as data.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from qa_rules.forms import version_text
from qa_rules.types import Answer, Evidence, Scorecard

_WORDS = {"needs_review": "needs review", "open": "waits for a person"}


@dataclass(frozen=True, slots=True)
class Change:
    """One question that is not as it was.

    `kind` is "added" | "removed" | "answer" | "worth". `before` and `after` are answers, "" where
    the question is not asked; `points` and `possible` are (before, after). `why` is the reason of
    the answer that holds now, with the words it rests on.
    """

    kind: str
    question_id: str
    title: str
    before: str
    after: str
    points: tuple[float, float]
    possible: tuple[float, float]
    why: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A number or a verdict of the card that is not as it was; `name` says which."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CardDiff:
    """What is not as it was. `form` is (before, after): the versions in words."""

    form: tuple[str, str]
    totals: tuple[Moved, ...]
    changes: tuple[Change, ...]

    @property
    def same(self) -> bool:
        """Whether the two cards score alike, question by question."""
        return not self.totals and not self.changes


def compare(before: Scorecard, after: Scorecard) -> CardDiff:
    """Return how `after` differs from `before`."""
    versions = (version_text(before.parts), version_text(after.parts))
    return CardDiff(
        form=(f"{before.form} ({versions[0] or before.version})", _version(after)),
        totals=tuple(_totals(before, after)),
        changes=tuple(_changes(before, after)),
    )


def _version(card: Scorecard) -> str:
    return f"{card.form} ({version_text(card.parts) or card.version})"


def _totals(before: Scorecard, after: Scorecard) -> Iterator[Moved]:
    for name, one, other in (
        ("score", _number(before.score), _number(after.score)),
        ("compliance", _number(before.compliance), _number(after.compliance)),
        ("passed", _verdict(before.passed), _verdict(after.passed)),
        ("auto-fail", _failed(before), _failed(after)),
        ("pass mark", _number(before.pass_mark), _number(after.pass_mark)),
        ("needs review", str(before.needs_review), str(after.needs_review)),
        ("waiting for a person", str(before.unanswered), str(after.unanswered)),
    ):
        if one != other:
            yield Moved(name, one, other)
    old = {s.id: s for s in before.sections}
    new = {s.id: s for s in after.sections}
    for name in dict.fromkeys([*old, *new]):
        one = _number(old[name].weight) if name in old else "none"
        other = _number(new[name].weight) if name in new else "none"
        if one != other:
            title = (new.get(name) or old[name]).title
            yield Moved(f"weight of {title}", one, other)


def _changes(before: Scorecard, after: Scorecard) -> Iterator[Change]:
    old = {a.question_id: a for s in before.sections for a in s.answers}
    new = {a.question_id: a for s in after.sections for a in s.answers}
    for name in dict.fromkeys([*old, *new]):
        one, other = old.get(name), new.get(name)
        kind = _kind(one, other)
        if kind:
            yield _change(kind, one, other)


def _kind(one: Answer | None, other: Answer | None) -> str:
    if one is None:
        return "added"
    if other is None:
        return "removed"
    if one.answer != other.answer:
        return "answer"
    same = (one.points, one.possible) == (other.points, other.possible)
    return "" if same else "worth"


def _change(kind: str, one: Answer | None, other: Answer | None) -> Change:
    shown = other or one
    if shown is None:
        raise ValueError("a change has a question")
    return Change(
        kind=kind,
        question_id=shown.question_id,
        title=shown.title,
        before=one.answer if one is not None else "",
        after=other.answer if other is not None else "",
        points=(one.points if one else 0.0, other.points if other else 0.0),
        possible=(one.possible if one else 0.0, other.possible if other else 0.0),
        why=other.note if other is not None else "",
        evidence=other.evidence if other is not None else (),
    )


def words(diff: CardDiff) -> list[str]:
    """Return a comparison as lines for people."""
    before, after = diff.form
    lines = [f"form {after}" if before == after else f"form {before} -> {after}"]
    if diff.same:
        return [*lines, "nothing changes"]
    lines += [f"{m.name}: {m.before} -> {m.after}" for m in diff.totals]
    return lines + [line for c in diff.changes for line in _said(c)]


def _said(change: Change) -> list[str]:
    name = f"{change.question_id} {change.title}"
    if change.kind == "added":
        head = (
            f"+ {name}: {answer_text(change.after)}{_worth(change.points[1], change.possible[1])}"
        )
    elif change.kind == "removed":
        head = f"- {name}: was {answer_text(change.before)}"
    elif change.kind == "answer":
        head = f"~ {name}: {answer_text(change.before)} -> {answer_text(change.after)}"
    else:
        was = f"{change.points[0]:g} of {change.possible[0]:g}"
        head = f"= {name}: {was} -> {change.points[1]:g} of {change.possible[1]:g}"
    if change.kind in ("removed", "worth"):
        return [head]
    return [head, *(f"    {line}" for line in proof(change.why, change.evidence))]


def proof(why: str, evidence: tuple[Evidence, ...]) -> list[str]:
    """Return what an answer rests on: the words with their second, or the measure."""
    spoken = [e for e in evidence if e.engine != "metric"]
    lines = [f'{_clock(e.start)} "{e.quote}"' for e in spoken[:3]]
    return [*lines, why] if why else lines


def answer_text(answer: str) -> str:
    """Return an answer in words."""
    return _WORDS.get(answer, answer)


def _worth(points: float, possible: float) -> str:
    return f" ({points:g} of {possible:g})" if possible else ""


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _verdict(passed: bool | None) -> str:
    return {True: "yes", False: "no", None: "open"}[passed]


def _failed(card: Scorecard) -> str:
    return ", ".join(card.auto_fail_items) or "none"
