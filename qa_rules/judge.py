"""What follows from words, events and time: findings, hints and anger, in a fixed order.

Works on a `CallState`, which may be a branch: a look ahead is the same code on a copy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from models.types import Channel, Label
from qa_rules.clarity import SURE, mean_confidence, speech_of
from qa_rules.conditions import holds
from qa_rules.heard import Heard, quote
from qa_rules.hints import CALM_BELOW, Card, Wanted, choose
from qa_rules.index import speaks
from qa_rules.items import ItemRun, Nearest
from qa_rules.phrases import INTENT_FLOOR, Hit
from qa_rules.reasons import quoted, raised_by, spoken_by
from qa_rules.schema import EventSpec
from qa_rules.state import CallState
from qa_rules.timers import Timer
from qa_rules.types import (
    Anger,
    Evidence,
    Finding,
    HappenedEvent,
    Hint,
    NearMiss,
    Priority,
    RuleOutput,
    State,
)
from qa_rules.windows import bounds
from qa_rules.world import Moment

Raised = tuple[str, tuple[Evidence, ...]]
"""What may raise a hint, and the words that did."""
PROBABLE = 0.5
"""Where words this close were said, an item's card stays down."""
_SAID = (State.DONE, State.LATE, State.NEEDS_REVIEW)


class Judge:
    """Changes a call's state by what happens, and says what follows."""

    def __init__(self, state: CallState) -> None:
        self.state = state
        self.out: list[RuleOutput] = []
        self._seen: dict[str, None] = {}
        self._wanted: list[Wanted] = []

    # -- what happens ---------------------------------------------------------------------------

    def words(self, heard: Heard, labels: Sequence[Label]) -> list[RuleOutput]:
        """Take an utterance."""
        state, said = self.state, heard.said
        moment = Moment(said.end, str(said.id))
        state.world.speech.append(speech_of(said))
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
        return self.shown(moment)

    def happened(self, event: HappenedEvent, moment: Moment) -> list[RuleOutput]:
        """Take an event that the clock or the telephony tells."""
        triggers = [(f"event:{e.id}", e.evidence) for e in self._happen(event)]
        self._look(f"fact:{event.id}")
        self._settle(event.at, moment)
        self._hints(triggers, moment)
        return self.shown(moment)

    def looked(self, item: str, moment: Moment) -> list[RuleOutput]:
        """Judge an item again: its window closes, or it becomes due."""
        self._seen[item] = None
        self._settle(moment.at, moment)
        return self.shown(moment)

    def pressed(self, item: str, moment: Moment) -> list[RuleOutput]:
        """Remind of an item that is still due."""
        run = self.state.run(item)
        if run.finding.state is State.DUE:
            self._want_item(run, moment)
        return self.shown(moment)

    def silence(self, seconds: float, moment: Moment) -> list[RuleOutput]:
        """Raise what hangs on a silence of this length."""
        self._hints([(f"silence:{seconds:g}", ())], moment)
        return self.out

    def shown(self, moment: Moment) -> list[RuleOutput]:
        """Put up, of all that was called for, what an agent can read."""
        allowed = [w for w in self._wanted if self._allowed(w)]
        self._wanted.clear()
        chosen, waiting = choose(allowed)
        for want in chosen:
            if self._allowed(want):
                self._show(want)
        queue = self.state.waiting
        queue += [name for name in waiting if name not in queue]
        return self.follow(moment)

    def follow(self, moment: Moment) -> list[RuleOutput]:
        """Put up the card of an item that waits, once no other item's is up."""
        state = self.state
        state.waiting = [n for n in state.waiting if state.run(n).finding.state is State.DUE]
        if any(h.rule_id in state.cards for h in state.book.up.values()):
            return self.out
        for name in state.waiting:
            want = self._of_item(state.run(name), moment)
            if want is not None and self._allowed(want):
                state.waiting.remove(name)
                self._show(want)
                break
        return self.out

    def felt(self, anger: Anger, moment: Moment) -> list[RuleOutput]:
        """Take a change of anger."""
        self._hints(self._feel(anger), moment)
        self._settle(moment.at, moment)
        return self.shown(moment)

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
        met = self._met("event", hits)
        for event in self.state.packs.events:
            if event.id in met:
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

    def _met(self, kind: str, hits: Iterable[int]) -> set[str]:
        """Return the ids of what is met, in part at least."""
        owners = self.state.program.owners
        return {owners[n].id for n in hits if owners[n].kind == kind}

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
        met = self._met("mood", hits)
        for cue in self.state.packs.mood:
            hit = self.state.program.whole("mood", cue.id, hits) if cue.id in met else None
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
        found = run.judge(self.state.world, at, self.nearest(run))
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
            self._want_item(run, moment)
        proof = found.evidence or run.opened_by(self.state.world)
        self._hints([(f"item:{run.item.id}:{found.state}", proof)], moment)

    def nearest(self, run: ItemRun) -> Nearest | None:
        """Return what looks for the closest thing to an item's words; None where it has none."""
        matcher = self.state.program.matchers.get(("item", run.item.id))
        if matcher is None:
            return None

        def look(span: tuple[float, float]) -> NearMiss | None:
            return self.state.history.nearest(run.hits, matcher, run.item.speaker, span)

        return look

    def _probably_said(self, run: ItemRun) -> bool:
        """Return whether an item's words may well have been said since it was called for.

        So it is where the speaker was heard badly, or where something close was said.
        """
        since, who = run.opened_at(self.state.world), run.item.speaker
        sure = mean_confidence(self.state.world.speech, who, since, float("inf"))
        if sure is not None and sure < SURE:
            return True
        matcher = self.state.program.matchers.get(("item", run.item.id))
        near = self.state.history.like(matcher, who, since) if matcher is not None else None
        return near is not None and near.score >= PROBABLE

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

    def _want_item(self, run: ItemRun, moment: Moment) -> None:
        want = self._of_item(run, moment)
        if want is not None:
            self._wanted.append(want)

    def _of_item(self, run: ItemRun, moment: Moment) -> Wanted | None:
        """Return an item's card, None where it has none or the words were probably said."""
        card = self.state.cards.get(run.item.id)
        if card is None:
            return None
        pressing = run.severity.critical or card.priority is Priority.CRITICAL
        if not pressing and not run.severity.prohibited and self._probably_said(run):
            return None
        found = run.finding
        proof = found.evidence or run.opened_by(self.state.world)
        why = quoted(proof) if found.evidence else found.reason
        return Wanted(card, replace(moment, why=why, evidence=proof), run.item.id)

    def _hints(self, triggers: Iterable[Raised], moment: Moment) -> None:
        for name, proof in triggers:
            for hint, card in self.state.hints.get(name, ()):
                if hint.if_ is not None and not holds(hint.if_, self.state.world):
                    continue
                if hint.unless_done and self._all_done(hint.unless_done):
                    continue
                if hint.speaker is not None and not spoken_by(hint.speaker, proof):
                    continue
                why = quoted(proof) or moment.why or raised_by(name, self.state.world.wording)
                self._wanted.append(Wanted(card, replace(moment, why=why, evidence=proof)))

    def _all_done(self, items: Sequence[str]) -> bool:
        states = self.state.world.states
        return all(states.get(i) in _SAID for i in items)

    def _turn(self, card: Card, moment: Moment) -> None:
        """Where the customer speaks of something else, older cards go."""
        customer = any(e.channel is Channel.CUSTOMER for e in moment.evidence)
        if customer and card.topic:
            self.out += self.state.book.turn_to(card.topic, moment.at)

    def _allowed(self, want: Wanted) -> bool:
        return self.state.book.allowed(want.card, want.moment, self.state.world)

    def _show(self, want: Wanted) -> None:
        """Put a card up, and set when it goes, or comes again where it must be said."""
        card, moment = want.card, want.moment
        if not want.item:
            self._turn(card, moment)
        for output in self.state.book.show(card, moment):
            self.out.append(output)
            if isinstance(output, Hint):
                self.state.timers.put(Timer(output.expires_at, "expire", output.id))
        if want.item and card.max_per_call > 1 and self._pressing(want.item):
            again = moment.at + max(card.cooldown_s, 1.0)
            self.state.timers.put(Timer(again, "press", want.item))

    def _pressing(self, item: str) -> bool:
        """Return whether an item is one to remind of: it would fail the call."""
        severity = self.state.run(item).severity
        return severity.critical and not severity.prohibited
