"""Which hints an agent is shown, and for how long: few, in time, and never twice too soon.

The defaults come from what makes agents switch hints off: too many, too late, arguing. How many
are on the screen at once is the page's business; the priority says which.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa_rules.packs import PackHint, PackItem
from qa_rules.types import Hint, HintEnd, Priority
from qa_rules.world import Moment, World

TOPIC_COOLDOWN_S = 45.0
BUDGET = 8
"""Hints that no rule depends on, in any `BUDGET_S`."""
BUDGET_S = 600.0
DISMISSALS = 2
"""Dismissed so often, a rule is silent for the call."""
STALE_S = 5.0
"""A card this old goes when the customer moves to another topic."""
OFFER = "offer"
CALM_BELOW = 2
"""No offers at this level of anger or above."""

_ORDER = (Priority.CRITICAL, Priority.NORMAL, Priority.LOW)


@dataclass(frozen=True, slots=True)
class Card:
    """What a rule shows; `strict` cards are for compliance and spend no budget."""

    rule_id: str
    text: str
    detail: str
    priority: Priority
    topic: str
    cooldown_s: float
    max_per_call: int
    expires_s: float
    strict: bool
    critical: bool = False
    """Whether it is of an item that fails the whole call."""

    @property
    def rank(self) -> tuple[bool, int, bool]:
        """What goes first where several cards come at once; less is more pressing."""
        return (not self.critical, _ORDER.index(self.priority), not self.strict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A card that something calls for; `item` is the item that it is of, empty for a hint's."""

    card: Card
    moment: Moment
    item: str = ""


def choose(wanted: Sequence[Wanted]) -> tuple[list[Wanted], list[str]]:
    """Return which cards of one moment to show, and the items that wait their turn.

    One card of an item, and one card on each topic: several at once are not read.
    """
    shown: list[Wanted] = []
    waiting: list[str] = []
    topics: set[str] = set()
    of_item = False
    for want in sorted(wanted, key=lambda w: w.card.rank):
        topic = want.card.topic
        taken = topic in topics and not (want.item and not topic)
        if taken or (want.item and of_item):
            waiting += [want.item] if want.item else []
            continue
        shown.append(want)
        of_item = of_item or bool(want.item)
        if topic or not want.item:
            topics.add(topic)
    return shown, waiting


def card_of(hint: PackHint) -> Card:
    """Return a hint's card."""
    return Card(
        rule_id=hint.id,
        text=hint.text,
        detail=hint.detail,
        priority=hint.priority,
        topic=hint.topic,
        cooldown_s=hint.cooldown_s,
        max_per_call=hint.max_per_call,
        expires_s=hint.expires_s,
        strict=hint.priority is Priority.CRITICAL,
    )


def item_card(item: PackItem) -> Card | None:
    """Return the card of an item that is due, None where it has none."""
    hint = item.hint
    if hint is None:
        return None
    return Card(
        rule_id=item.id,
        text=hint.text,
        detail=hint.detail or item.example,
        priority=hint.priority,
        topic=hint.topic,
        cooldown_s=hint.cooldown_s,
        max_per_call=hint.max_per_call,
        expires_s=hint.expires_s,
        strict=item.severity.critical or item.section == "compliance",
        critical=item.severity.critical,
    )


@dataclass(slots=True)
class _Past:
    """What became of a rule's hints so far."""

    shown: int = 0
    last: float = float("-inf")
    dismissed: int = 0


class HintBook:
    """A call's hints: which are up, and which may still come."""

    def __init__(self) -> None:
        self._past: dict[str, _Past] = {}
        self._topics: dict[str, float] = {}
        self._spent: deque[float] = deque()
        self._ids: set[str] = set()
        self.up: dict[str, Hint] = {}

    def branch(self) -> "HintBook":
        """Return a copy that goes its own way."""
        other = HintBook()
        other._past = {rule: replace(past) for rule, past in self._past.items()}
        other._topics, other._spent = dict(self._topics), deque(self._spent)
        other._ids, other.up = set(self._ids), dict(self.up)
        return other

    def allowed(self, card: Card, moment: Moment, world: World) -> bool:
        """Return whether a card may be shown; changes nothing."""
        past = self._past.get(card.rule_id, _Past())
        if past.dismissed >= DISMISSALS or past.shown >= card.max_per_call:
            return False
        if moment.at - past.last < card.cooldown_s or self._is_up(card.rule_id, moment.at):
            return False
        if card.topic == OFFER and _no_offers(world):
            return False
        if card.strict:
            return hint_id(card, moment) not in self._ids
        topic = self._topics.get(card.topic, float("-inf")) if card.topic else float("-inf")
        recent = sum(1 for t in self._spent if moment.at - t < BUDGET_S)
        return (
            moment.at - topic >= TOPIC_COOLDOWN_S
            and recent < BUDGET
            and hint_id(card, moment) not in self._ids
        )

    def show(self, card: Card, moment: Moment) -> list[Hint | HintEnd]:
        """Put a card up; a strict one replaces what is up on its topic."""
        out: list[Hint | HintEnd] = []
        if card.topic and card.strict:
            same = [h.id for h in self.up.values() if h.topic == card.topic]
            out.extend(self.end(i, "replaced", moment.at) for i in same)
        hint = make_hint(card, moment)
        past = self._past.setdefault(card.rule_id, _Past())
        past.shown, past.last = past.shown + 1, moment.at
        if card.topic:
            self._topics[card.topic] = moment.at
        if not card.strict:
            self._spent.append(moment.at)
            while len(self._spent) > BUDGET:
                self._spent.popleft()
        self._ids.add(hint.id)
        self.up[hint.id] = hint
        return [*out, hint]

    def end(self, hint: str, reason: str, at: float) -> HintEnd:
        """Take a hint that is up down."""
        del self.up[hint]
        return HintEnd(hint, reason, round(at, 3))

    def said(self, rule_id: str, at: float) -> list[HintEnd]:
        """Take down what a rule shows, because it has been said."""
        mine = [h.id for h in self.up.values() if h.rule_id == rule_id]
        return [self.end(i, "said", at) for i in mine]

    def turn_to(self, topic: str, at: float) -> list[HintEnd]:
        """Take down older cards of other topics: the customer has moved on."""
        old = [
            h.id
            for h in self.up.values()
            if h.topic
            and h.topic != topic
            and h.priority is not Priority.CRITICAL
            and at - h.at >= STALE_S
        ]
        return [self.end(i, "topic", at) for i in old]

    def stop_offers(self, at: float) -> list[HintEnd]:
        """Take down offers: the customer is in no mood for them."""
        offers = [h.id for h in self.up.values() if h.topic == OFFER]
        return [self.end(i, "topic", at) for i in offers]

    def dismiss(self, hint: str, at: float) -> list[HintEnd]:
        """Take a hint down because the agent waved it away; nothing where it is not up."""
        shown = self.up.get(hint)
        if shown is None:
            return []
        self._past[shown.rule_id].dismissed += 1
        return [self.end(hint, "dismissed", at)]

    def _is_up(self, rule_id: str, at: float) -> bool:
        return any(h.rule_id == rule_id and h.expires_at > at for h in self.up.values())


def hint_id(card: Card, moment: Moment) -> str:
    """Return the id a hint has: the same for a partial, its final and every replay."""
    return f"{card.rule_id}@{moment.key}"


def make_hint(card: Card, moment: Moment) -> Hint:
    """Return a card as a hint of a moment."""
    return Hint(
        id=hint_id(card, moment),
        rule_id=card.rule_id,
        text=card.text,
        at=round(moment.at, 3),
        expires_at=round(moment.at + card.expires_s, 3),
        priority=card.priority,
        detail=card.detail,
        why=moment.why,
        topic=card.topic,
        evidence=moment.evidence,
    )


def _no_offers(world: World) -> bool:
    return world.anger >= CALM_BELOW or world.count("complaint") > world.count("complaint_resolved")
