"""What follows from words, events and time: findings, hints and anger, in a fixed order.

Works on a `CallState`, which may be a branch: a look ahead is the same code on a copy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from models.types import Channel, Label
from qa_rules.conditions import holds
from qa_rules.heard import Heard, quote
from qa_rules.hints import CALM_BELOW, Card
from qa_rules.index import speaks
from qa_rules.items import ItemRun
from qa_rules.phrases import INTENT_FLOOR, Hit
from qa_rules.schema import EventSpec
from qa_rules.state import CallState
from qa_rules.timers import Timer
from qa_rules.types import Anger, Evidence, Finding, HappenedEvent, Hint, RuleOutput, State
from qa_rules.windows import bounds
from qa_rules.world import Moment

Raised = tuple[str, tuple[Evidence, ...]]
"""What may raise a hint, and the words that did."""
_SAID = (State.DONE, State.LATE, State.NEEDS_REVIEW)


class Judge:
    """Changes a call's state by what happens, and says what follows."""

    def __init__(self, state: CallState) -> None:
        self.state = state
        self.out: list[RuleOutput] = []
        self._seen: dict[str, None] = {}

    # -- what happens ---------------------------------------------------------------------------

    def words(self, heard: Heard, labels: Sequence[Label]) -> list[RuleOutput]:
        """Take an utterance."""
        state, said = self.state, heard.said
        moment = Moment(said.end, str(said.id))
        hits = state.program.index.search(heard, labels, state.names)
        if said.channel is not Channel.CUSTOMER and state.world.agent_spoke is None:
            state.world.agent_spoke = said.start
            self._look("agent")
        self._keep(hits)
        triggers = self._events(hits)
        triggers += self._wants(heard, labels)
        triggers += self._words(hits)
        triggers += self._anger(heard, hits, labels)
        self._settle(said.end, moment)
        self._hints(triggers, moment)
        return self.out

    def happened(self, event: HappenedEvent, moment: Moment) -> list[RuleOutput]:
        """Take an event that the clock or the telephony tells."""
        triggers = [(f"event:{e.id}", e.evidence) for e in self._happen(event)]
        self._look(f"fact:{event.id}")
        self._settle(event.at, moment)
        self._hints(triggers, moment)
        return self.out

    def looked(self, item: str, moment: Moment) -> list[RuleOutput]:
        """Judge an item again: its window closes, or it becomes due."""
        self._seen[item] = None
        self._settle(moment.at, moment)
        return self.out

    def pressed(self, item: str, moment: Moment) -> list[RuleOutput]:
        """Remind of an item that is still due."""
        run = self.state.run(item)
        if run.finding.state is State.DUE:
            self._show_item(run, moment)
        return self.out

    def silence(self, seconds: float, moment: Moment) -> list[RuleOutput]:
        """Raise what hangs on a silence of this length."""
        self._hints([(f"silence:{seconds:g}", ())], moment)
        return self.out

    def felt(self, anger: Anger, moment: Moment) -> list[RuleOutput]:
        """Take a change of anger."""
        self._hints(self._feel(anger), moment)
        self._settle(moment.at, moment)
        return self.out

    # -- words ----------------------------------------------------------------------------------

    def _keep(self, hits: Mapping[int, Hit]) -> None:
        for number, hit in hits.items():
            owner = self.state.program.owners[number]
            if owner.kind == "item":
                run = self.state.run(owner.id)
                if not run.settled:
                    run.hear(owner.part, hit)
                    self._seen[owner.id] = None

    def _events(self, hits: dict[int, Hit]) -> list[Raised]:
        """Note the events of an utterance in the order of their words."""
        found: list[tuple[float, EventSpec, Hit]] = []
        for event in self.state.packs.events:
            if event.match is not None:
                hit = self.state.program.whole("event", event.id, hits)
                if hit is not None:
                    found.append((hit.at, event, hit))
        found.sort(key=lambda f: f[0])
        out = []
        for at, event, hit in found:
            if event.after is None or self.state.world.count(event.after):
                made = self._happen(HappenedEvent(event.id, round(at, 3), hit.evidence))
                out += [(f"event:{e.id}", e.evidence) for e in made]
        return out

    def _happen(self, event: HappenedEvent) -> list[HappenedEvent]:
        """Note an event and those that follow from how often it has happened."""
        world = self.state.world
        world.happen(event)
        self._look(f"event:{event.id}")
        out = [event]
        for spec in self.state.program.derived.get(event.id, ()):
            if world.count(event.id) == spec.nth:
                out += self._happen(replace(event, id=spec.id))
        return out

    def _wants(self, heard: Heard, labels: Sequence[Label]) -> list[Raised]:
        out: list[Raised] = []
        spoken = {i.id: i.speaker for i in self.state.packs.intents}
        for label in labels:
            who = spoken.get(label.name) if label.kind == "intent" else None
            if who is None or label.probability < INTENT_FLOOR:
                continue
            if speaks(who, heard.said.channel):
                text = heard.said.text
                begin = max(0, text.find(label.quote)) if label.quote else 0
                end = begin + len(label.quote) if label.quote else len(text)
                proof = (quote(heard.said, begin, min(end, len(text)), "intent"),)
                self.state.world.wants.setdefault(label.name, heard.said.start)
                self._look(f"intent:{label.name}")
                out.append((f"intent:{label.name}", proof))
        return out

    def _words(self, hits: dict[int, Hit]) -> list[Raised]:
        out = []
        owners = self.state.program.owners
        for name in dict.fromkeys(owners[n].id for n in hits if owners[n].kind == "hint"):
            hit = self.state.program.whole("hint", name, hits)
            if hit is not None:
                out.append((f"words:{name}", hit.evidence))
        return out

    def _anger(self, heard: Heard, hits: dict[int, Hit], labels: Sequence[Label]) -> list[Raised]:
        if heard.said.channel is Channel.AGENT:
            return []
        found = []
        for cue in self.state.packs.mood:
            hit = self.state.program.whole("mood", cue.id, hits)
            if hit is not None:
                found.append((cue, hit))
        anger = self.state.ladder.hear(heard, found, labels)
        due = self.state.ladder.next_due
        if due != float("inf"):
            self.state.timers.put(Timer(due, "calm"))
        return self._feel(anger) if anger is not None else []

    def _feel(self, anger: Anger) -> list[Raised]:
        """Note a change of anger; each level reached is an event."""
        world = self.state.world
        before = world.anger
        world.anger, world.reached = anger.level, max(world.reached, anger.level)
        self.out.append(anger)
        self._look("anger")
        out: list[Raised] = []
        for level in range(before + 1, anger.level + 1):
            self._happen(HappenedEvent(f"anger_{level}", anger.at, anger.reasons))
            out += [(f"anger:{level}", anger.reasons), (f"event:anger_{level}", anger.reasons)]
        if before and not anger.level:
            self._happen(HappenedEvent("anger_cleared", anger.at))
            out.append(("event:anger_cleared", ()))
        if anger.level >= CALM_BELOW:
            self.out += self.state.book.stop_offers(anger.at)
        return out

    # -- items ----------------------------------------------------------------------------------

    def _look(self, dependency: str) -> None:
        """Have the items that hang on something judged again, and their times set."""
        for item in self.state.program.watchers.get(dependency, ()):
            self._seen[item] = None

    def _settle(self, at: float, moment: Moment) -> None:
        """Judge the items that something touched, and those that hang on them."""
        while self._seen:
            names = list(self._seen)
            self._seen.clear()
            for name in names:
                self._judge(self.state.run(name), at, moment)

    def _judge(self, run: ItemRun, at: float, moment: Moment) -> None:
        found = run.judge(self.state.world, at)
        self._plan(run)
        if found is not None:
            self.found(run, found, moment)

    def found(self, run: ItemRun, found: Finding, moment: Moment) -> None:
        """Publish a finding, and what its state brings up or takes down."""
        old = self.state.world.states.get(run.item.id)
        self.state.world.states[run.item.id] = found.state
        self.out.append(found)
        if old is found.state:
            return
        self._look(f"item:{run.item.id}")
        when = moment.at
        if found.state in _SAID and not run.severity.prohibited:
            self.out += self.state.book.said(run.item.id, when)
            self._needless(run.item.id, when)
        card_due = found.state is (State.VIOLATED if run.severity.prohibited else State.DUE)
        if card_due:
            self._show_item(run, replace(moment, why=found.reason, evidence=found.evidence))
        self._hints([(f"item:{run.item.id}:{found.state}", found.evidence)], moment)

    def _needless(self, item: str, at: float) -> None:
        """Take down hints whose items have all been said."""
        for rows in self.state.hints.values():
            for hint, _ in rows:
                if item in hint.unless_done and self._all_done(hint.unless_done):
                    self.out += self.state.book.said(hint.id, at)

    def _plan(self, run: ItemRun) -> None:
        """Set the times at which the clock alone changes an item."""
        if run.settled:
            return
        world, timers = self.state.world, self.state.timers
        span = bounds(run.item.when, world)
        if span.closes is not None and not span.shut:
            timers.put(Timer(span.closes, "close", run.item.id))
        due = run.due_at(world)
        if due is not None and due > world.now and run.finding.state is State.WAITING:
            timers.put(Timer(due, "due", run.item.id))

    # -- hints ----------------------------------------------------------------------------------

    def _show_item(self, run: ItemRun, moment: Moment) -> None:
        card = self.state.cards.get(run.item.id)
        if card is None:
            return
        if self.state.book.allowed(card, moment, self.state.world):
            self._show(card, moment)
        if not run.severity.prohibited and card.max_per_call > 1:
            again = moment.at + max(card.cooldown_s, 1.0)
            self.state.timers.put(Timer(again, "press", run.item.id))

    def _hints(self, triggers: Iterable[Raised], moment: Moment) -> None:
        for name, proof in triggers:
            for hint, card in self.state.hints.get(name, ()):
                if hint.if_ is not None and not holds(hint.if_, self.state.world):
                    continue
                if hint.unless_done and self._all_done(hint.unless_done):
                    continue
                if hint.speaker is not None and not _spoken_by(hint.speaker, proof):
                    continue
                said = replace(moment, why=_why(name, proof), evidence=proof)
                if self.state.book.allowed(card, said, self.state.world):
                    self._turn(card, said)
                    self._show(card, said)

    def _all_done(self, items: Sequence[str]) -> bool:
        states = self.state.world.states
        return all(states.get(i) in _SAID for i in items)

    def _turn(self, card: Card, moment: Moment) -> None:
        """Where the customer speaks of something else, older cards go."""
        customer = any(e.channel is Channel.CUSTOMER for e in moment.evidence)
        if customer and card.topic:
            self.out += self.state.book.turn_to(card.topic, moment.at)

    def _show(self, card: Card, moment: Moment) -> None:
        for output in self.state.book.show(card, moment):
            self.out.append(output)
            if isinstance(output, Hint):
                self.state.timers.put(Timer(output.expires_at, "expire", output.id))


def _spoken_by(speaker: str, proof: tuple[Evidence, ...]) -> bool:
    channels = [e.channel for e in proof if e.channel is not None]
    return not channels or any(speaks(speaker, c) for c in channels)


def _why(name: str, proof: tuple[Evidence, ...]) -> str:
    if proof:
        who = {Channel.AGENT: "you", Channel.CUSTOMER: "customer"}.get(
            proof[0].channel or Channel.MIXED, "heard"
        )
        return f'{who}: "{proof[0].quote}"'
    kind, _, rest = name.partition(":")
    return f"{rest} s of silence" if kind == "silence" else rest.replace("_", " ").replace(":", " ")
