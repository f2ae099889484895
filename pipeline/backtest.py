"""A changed pack tried on stored calls: which items, verdicts and scores would not be as they are.

Each call is judged twice, by the packs in use and by the changed ones, so that what differs is the
pack's doing alone. Where the two are the same packs, the call's stored score is the one before.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.errors import PipelineError
from pipeline.past import PastCall, past_call
from pipeline.replay import replay
from pipeline.rescoring import card_of
from pipeline.shelf import PackShelf, version_of
from pipeline.store.repo import Store
from qa_rules.errors import RuleError
from qa_rules.packs import PackSet
from qa_rules.types import Evidence, Finding, Scorecard, Severity, State

EXAMPLES = 3
"""Calls that are quoted for each change of state."""
NOT_ASKED = ""
"""The state of an item that the packs do not have."""
PACKS, SCORES = "packs", "scores"


@dataclass(frozen=True, slots=True)
class Example:
    """One call in which an item changes.

    `words` are what the item hears anew, what no longer counts, or what comes closest; `role` is
    "heard" | "lost" | "near" | "" for none. `reason` is that of the state it would be in.
    """

    call_id: str
    reason: str
    words: Evidence | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """Calls in which an item goes from one state to another; "" is not asked."""

    before: str
    after: str
    calls: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class ItemMoves:
    """An item whose state changes in some calls."""

    item: str
    title: str
    severity: Severity
    calls: int
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class ScoreMove:
    """A call whose score, verdict or auto-fails change; None is no score."""

    call_id: str
    before: float | None
    after: float | None
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """What the calls come to, before and after; `score` is their mean, None where none has one."""

    score: float | None = None
    scored: int = 0
    passed: int = 0
    auto_failed: int = 0
    needs_review: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What a changed pack would do.

    `against` is "packs" (those in use) or "scores" (those the calls have). `versions` are the
    pack's before and after, "" where there was none. `left_out` are calls that could not be judged,
    and why; `elsewhere` counts those that were not under the pack.
    """

    pack: str
    versions: tuple[str, str]
    against: str
    judged: int
    changed: int
    before: Totals
    after: Totals
    auto_fails_gained: tuple[ScoreMove, ...]
    auto_fails_lost: tuple[ScoreMove, ...]
    scores: tuple[ScoreMove, ...]
    items: tuple[ItemMoves, ...]
    elsewhere: int = 0
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One call before and after."""

    call_id: str
    findings: tuple[dict[str, Finding], dict[str, Finding]]
    cards: tuple[Scorecard | None, Scorecard]
    against: str
    notes: tuple[str, ...] = ()


def try_on(
    past: PastCall, pack: str, used: PackShelf, changed: PackShelf, *, add: bool = False
) -> Verdict | None:
    """Judge a call by the packs in use and by the changed ones.

    None where `pack` was not on the call; with `add` it is added to the call's packs there.

    Raises:
        RuleError: the call's packs are not there, or do not go together with the changed one.
    """
    old, new = used.load(past.packs), changed.load(past.packs)
    if pack not in new.names:
        return _verdict(past, old, changed.load((*past.packs, pack))) if add else None
    return _verdict(past, None if old.version == new.version else old, new)


def _verdict(past: PastCall, old: PackSet | None, new: PackSet) -> Verdict:
    heard = replay(past.call, new)
    after, card = {f.rule_id: f for f in heard.findings}, card_of(heard, new, past.people)
    if old is None:
        stored = dict(past.findings)
        after = {n: f for n, f in after.items() if n in stored or _told(f, new)}
        return Verdict(past.call_id, (stored, after), (past.card, card), SCORES, heard.notes)
    was = replay(past.call, old)
    before = {f.rule_id: f for f in was.findings}
    cards = (card_of(was, old, past.people), card)
    return Verdict(past.call_id, (before, after), cards, PACKS, heard.notes)


def _told(found: Finding, packs: PackSet) -> bool:
    """Return whether a finding would have been stored: not a quiet rule's, and not ruled out."""
    return found.state is not State.NOT_APPLICABLE and not packs.item(found.rule_id).quiet


# -- all calls together ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Item:
    title: str
    severity: Severity
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[Example]] = field(default_factory=dict)


class Backtest:
    """Counts what changes, call after call; it keeps no call."""

    def __init__(
        self, pack: str, used: PackShelf, changed: PackShelf, *, add: bool = False
    ) -> None:
        """Begin; with `add`, calls that were not under `pack` are tried with it as well.

        Raises:
            RuleError: the changed pack is not there, or does not read.
        """
        self._pack, self._used, self._new, self._add = pack, used, changed, add
        self._versions = (used.version(pack), version_of(changed.load([pack]), pack))
        self._items: dict[str, _Item] = {}
        self._scores: list[ScoreMove] = []
        self._cards: list[tuple[Scorecard | None, Scorecard]] = []
        self._against: Counter[str] = Counter()
        self._notes: dict[str, None] = {}
        self._changed = self._elsewhere = 0
        self._left_out: list[tuple[str, str]] = []

    def take(self, store: Store, call_id: str) -> None:
        """Judge a call of the store; one that cannot be judged is left out, and why."""
        try:
            past = past_call(store, call_id)
            verdict = try_on(past, self._pack, self._used, self._new, add=self._add)
        except (PipelineError, RuleError) as fault:
            self._left_out.append((call_id, str(fault)))
            return
        if verdict is None:
            self._elsewhere += 1
        else:
            self._count(verdict)

    def _count(self, verdict: Verdict) -> None:
        self._against[verdict.against] += 1
        self._cards.append(verdict.cards)
        self._notes.update(dict.fromkeys(verdict.notes))
        moved = self._states(verdict)
        score = _score_move(verdict)
        if score is not None:
            self._scores.append(score)
        self._changed += moved or score is not None

    def _states(self, verdict: Verdict) -> bool:
        before, after = verdict.findings
        moved = False
        for name in dict.fromkeys([*after, *before]):
            one, other = before.get(name), after.get(name)
            shown = other or one
            move = (_state(one), _state(other))
            if shown is None or move[0] == move[1]:
                continue
            moved = True
            item = self._items.setdefault(name, _Item(shown.title, shown.severity))
            item.moves[move] += 1
            kept = item.examples.setdefault(move, [])
            if len(kept) < EXAMPLES:
                kept.append(_example(verdict.call_id, one, other))
        return moved

    def report(self) -> Report:
        """Return what was counted."""
        gained = [s for s in self._scores if s.gained]
        lost = [s for s in self._scores if s.lost]
        return Report(
            pack=self._pack,
            versions=self._versions,
            against=SCORES if set(self._against) == {SCORES} else PACKS,
            judged=sum(self._against.values()),
            changed=self._changed,
            before=_totals([c for c, _ in self._cards]),
            after=_totals([c for _, c in self._cards]),
            auto_fails_gained=tuple(gained),
            auto_fails_lost=tuple(lost),
            scores=tuple(sorted(self._scores, key=_weight)),
            items=tuple(sorted(map(self._moves, self._items), key=_rank)),
            elsewhere=self._elsewhere,
            left_out=tuple(self._left_out),
            notes=tuple(self._notes),
        )

    def _moves(self, name: str) -> ItemMoves:
        item = self._items[name]
        moves = tuple(
            Move(*move, calls, tuple(item.examples[move]))
            for move, calls in item.moves.most_common()
        )
        return ItemMoves(name, item.title, item.severity, sum(item.moves.values()), moves)


def _state(found: Finding | None) -> str:
    return found.state.value if found is not None else NOT_ASKED


def _example(call_id: str, before: Finding | None, after: Finding | None) -> Example:
    reason = after.reason if after is not None else ""
    if after is not None and after.evidence:
        return Example(call_id, reason, after.evidence[0], "heard")
    if before is not None and before.evidence:
        return Example(call_id, reason, before.evidence[0], "lost")
    if after is not None and after.near_miss is not None:
        return Example(call_id, reason, after.near_miss.evidence, "near")
    return Example(call_id, reason)


def _score_move(verdict: Verdict) -> ScoreMove | None:
    before, after = verdict.cards
    old = set(before.auto_fail_items) if before is not None else set()
    new = set(after.auto_fail_items)
    score = before.score if before is not None else None
    if score == after.score and old == new:
        return None
    return ScoreMove(
        verdict.call_id, score, after.score, tuple(sorted(new - old)), tuple(sorted(old - new))
    )


def _totals(cards: Sequence[Scorecard | None]) -> Totals:
    known = [c for c in cards if c is not None]
    scores = [c.score for c in known if c.score is not None]
    return Totals(
        score=round(sum(scores) / len(scores), 2) if scores else None,
        scored=len(scores),
        passed=sum(c.passed is True for c in known),
        auto_failed=sum(c.auto_fail for c in known),
        needs_review=sum(c.needs_review for c in known),
    )


def _weight(move: ScoreMove) -> tuple[float, str]:
    """Order score moves by how far they go, the farthest first."""
    far = abs((move.after or 0.0) - (move.before or 0.0))
    return -far, move.call_id


def _rank(item: ItemMoves) -> tuple[bool, int, str]:
    return not item.severity.critical, -item.calls, item.item
