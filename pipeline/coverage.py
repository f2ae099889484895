"""What of packs stored calls have ever shown: items that never fired, and those that never failed.

What a pack lacks in its own file is `qa_rules.gaps`' to say.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import PipelineError
from pipeline.past import PastCall, past_call
from pipeline.replay import replay
from pipeline.shelf import PackShelf
from pipeline.store.repo import Store
from qa_rules.errors import RuleError
from qa_rules.gaps import Gaps, gaps
from qa_rules.packs import PackItem, PackSet
from qa_rules.types import Severity, State

_FAILED = (State.MISSED, State.LATE, State.VIOLATED)
_OUT = (State.NOT_APPLICABLE, State.WAITING)


@dataclass(frozen=True, slots=True)
class ItemCover:
    """How an item stood in the calls that were under it.

    `applied` counts calls in which it counted, `fired` those in which its words were heard, or
    its measure or fact decided; `by_state` has every state that came.
    """

    item: str
    title: str
    severity: Severity
    applied: int
    fired: int
    failed: int
    needs_review: int
    by_state: dict[str, int]


@dataclass(frozen=True, slots=True)
class PackCover:
    """One pack: the calls that were under it, its items, and what its file lacks.

    `never_fired` and `never_failed` are of items that applied; prohibited ones are apart, in
    `never_violated`.
    """

    pack: str
    title: str
    calls: int
    items: tuple[ItemCover, ...]
    never_applied: tuple[str, ...]
    never_fired: tuple[str, ...]
    never_failed: tuple[str, ...]
    never_violated: tuple[str, ...]
    gaps: Gaps


class Coverage:
    """Counts states, call after call; it keeps no call."""

    def __init__(self, shelf: PackShelf, only: Sequence[str]) -> None:
        """Begin; `only` are the packs that are told of.

        Raises:
            RuleError: one is not there, or does not read.
        """
        self._shelf, self._only = shelf, tuple(only)
        self._packs = {name: shelf.load([name]) for name in self._only}
        self._states: dict[tuple[str, str], Counter[State]] = {}
        self._heard: Counter[tuple[str, str]] = Counter()
        self._calls: Counter[str] = Counter()
        self.elsewhere = 0
        self.left_out: list[tuple[str, str]] = []

    def take(self, store: Store, call_id: str) -> None:
        """Count a call of the store; one that cannot be judged is left out, and why."""
        try:
            past = past_call(store, call_id)
            self._count(past, self._shelf.load(past.packs))
        except (PipelineError, RuleError) as fault:
            self.left_out.append((call_id, str(fault)))

    def _count(self, past: PastCall, packs: PackSet) -> None:
        mine = [name for name in packs.names if name in self._only]
        if not mine:
            self.elsewhere += 1
            return
        self._calls.update(mine)
        own = {i.id: (i.pack, i.id) for i in packs.items if i.pack in mine}
        for found in replay(past.call, packs).findings:
            key = own.get(found.rule_id)
            if key is not None:
                self._states.setdefault(key, Counter())[found.state] += 1
                self._heard[key] += bool(found.evidence)

    def report(self) -> tuple[PackCover, ...]:
        """Return what was counted, pack by pack."""
        return tuple(self._pack(name) for name in self._only)

    def _pack(self, name: str) -> PackCover:
        packs = self._packs[name]
        title = next(f.pack.title for f in packs.files if f.pack.pack == name)
        items = [self._item(i) for i in packs.items if i.pack == name]
        calls = self._calls[name]
        must = [i for i in items if not i.severity.prohibited]
        used = [i for i in must if i.applied]
        banned = [i for i in items if calls and i.severity.prohibited and not i.fired]
        return PackCover(
            pack=name,
            title=title,
            calls=calls,
            items=tuple(items),
            never_applied=tuple(i.item for i in must if calls and not i.applied),
            never_fired=tuple(i.item for i in used if not i.fired),
            never_failed=tuple(i.item for i in used if not i.failed),
            never_violated=tuple(i.item for i in banned),
            gaps=gaps(packs, name),
        )

    def _item(self, item: PackItem) -> ItemCover:
        key = (item.pack, item.id)
        states = self._states.get(key, Counter())
        return ItemCover(
            item=item.id,
            title=item.title,
            severity=item.severity,
            applied=sum(n for state, n in states.items() if state not in _OUT),
            fired=self._heard[key],
            failed=sum(states[s] for s in _FAILED),
            needs_review=states[State.NEEDS_REVIEW],
            by_state={s.value: n for s, n in states.most_common()},
        )
