"""All that a call's rules remember, in one place that can be branched for a look ahead."""

import copy
from collections.abc import Mapping
from dataclasses import replace

from qa_rules.anger import AngerLadder
from qa_rules.heard import Spoken
from qa_rules.hints import Card, HintBook, card_of, item_card
from qa_rules.items import ItemRun
from qa_rules.nearness import History
from qa_rules.packs import PackHint, PackItem, PackSet
from qa_rules.timers import Timers
from qa_rules.types import CallFacts, Severity
from qa_rules.wording import fill
from qa_rules.world import Known, World, known_facts

Trigger = str
"""What raises a hint: "event:x", "intent:x", "words:hint", "anger:2", "silence:8", "item:x:due"."""


class CallState:
    """A call's facts, items, hints, anger and timers."""

    def __init__(self, packs: PackSet, facts: CallFacts) -> None:
        self.packs = packs
        self.program = packs.program
        known = {"company": facts.company, "customer": facts.customer}
        self.names = {place: name for place, name in known.items() if name}
        self.world = World(facts=known_facts(facts), wording=packs.wording)
        self.book = HintBook()
        self.ladder = AngerLadder(packs.mood)
        self.timers = Timers()
        self.waiting: list[str] = []
        """Items that are due and whose cards wait until another's is down."""
        self._history = History()
        self._ahead: Spoken | None = None
        self.cards: Mapping[str, Card] = {}
        self.hints: Mapping[Trigger, tuple[tuple[PackHint, Card], ...]] = {}
        self._runs: dict[str, ItemRun] = {}
        self._under: Mapping[str, ItemRun] | None = None
        self._fill(packs)

    def _fill(self, packs: PackSet) -> None:
        numbers = self.program.numbers
        for item in packs.judged:
            run = ItemRun(
                item=item,
                parts=len(numbers.get(("item", item.id), ())),
                severity=severity(item, self.world.facts),
                ruled_out=ruled_out(item, self.world.facts),
            )
            self._runs[item.id] = run
            self.world.states[item.id] = run.finding.state
        cards = ((i.id, item_card(i)) for i in packs.items)
        self.cards = {name: self._worded(card) for name, card in cards if card is not None}
        hints: dict[Trigger, tuple[tuple[PackHint, Card], ...]] = {}
        for hint in packs.hints:
            if not elsewhere(hint.jurisdictions, self.world.facts):
                key = trigger(hint)
                hints[key] = (*hints.get(key, ()), (hint, self._worded(card_of(hint))))
        self.hints = hints

    def _worded(self, card: Card) -> Card:
        """Return a card with the call's names in its places."""
        facts = self.world.facts
        return replace(card, text=fill(card.text, facts), detail=fill(card.detail, facts))

    def run(self, item: str) -> ItemRun:
        """Return an item's run, to be changed; a branch copies it first."""
        run = self._runs.get(item)
        if run is None and self._under is not None:
            old = self._under[item]
            run = copy.copy(old)
            run.hits = {part: list(hits) for part, hits in old.hits.items()}
            self._runs[item] = run
        if run is None:
            raise KeyError(item)
        return run

    def runs(self) -> list[ItemRun]:
        """Return every item's run, in the packs' order; not for a branch."""
        return list(self._runs.values())

    @property
    def history(self) -> History:
        """What has been said so far; a branch has one utterance more."""
        if self._ahead is not None:
            self._history, self._ahead = self._history.ahead(self._ahead), None
        return self._history

    def branch(self, ahead: Spoken) -> "CallState":
        """Return a copy in which one thing more is said, made cheaply; this one stays as it is."""
        other = copy.copy(self)
        other.world = self.world.branch()
        other.book = self.book.branch()
        other.ladder = self.ladder.branch()
        other.timers = Timers()
        other.waiting, other._ahead = list(self.waiting), ahead
        other._runs, other._under = {}, self._runs
        return other


def trigger(hint: PackHint) -> Trigger:
    """Return what raises a hint."""
    on = hint.on
    if on.event is not None:
        return f"event:{on.event}"
    if on.intent is not None:
        return f"intent:{on.intent}"
    if on.anger is not None:
        return f"anger:{on.anger}"
    if on.silence_s is not None:
        return f"silence:{on.silence_s:g}"
    if on.item is not None:
        return f"item:{on.item}:{on.state}"
    return f"words:{hint.id}"


def elsewhere(jurisdictions: tuple[str, ...], facts: Mapping[str, Known]) -> bool:
    """Return whether a pack's law does not hold for a call."""
    return bool(jurisdictions) and facts.get("jurisdiction") not in jurisdictions


def ruled_out(item: PackItem, facts: Mapping[str, Known]) -> str:
    """Return why an item's law does not hold for a call, empty where it does."""
    if not elsewhere(item.jurisdictions, facts):
        return ""
    chosen = facts.get("jurisdiction")
    if not chosen:
        return "no jurisdiction is chosen"
    return f"law in {', '.join(item.jurisdictions)}, not in {chosen}"


def severity(item: PackItem, facts: Mapping[str, Known]) -> Severity:
    """Return an item's severity in a call: the first of severity_if whose fact is true."""
    for name, other in item.severity_if.items():
        if facts.get(name) is True:
            return other
    return item.severity
