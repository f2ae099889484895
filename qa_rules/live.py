"""The rules of one call while it is on: a pure function of what was said, told and passed.

No clock and no I/O: time is what `advance` is given. `Judge` knows what follows from what, this
module what a caller may do and what is remembered for the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.types import Label, Utterance
from qa_rules.conditions import holds, static
from qa_rules.heard import Listening
from qa_rules.items import ItemRun
from qa_rules.judge import Judge
from qa_rules.metrics import judge_metric
from qa_rules.packs import PackSet, checklist_item
from qa_rules.program import SILENCE_EVENT_S
from qa_rules.state import CallState
from qa_rules.talk import HOLD_EVENTS, Talk
from qa_rules.timers import Timer
from qa_rules.types import (
    CallFacts,
    ChecklistItem,
    Finding,
    HappenedEvent,
    Hint,
    RuleOutput,
)
from qa_rules.wording import fill
from qa_rules.world import Known, Moment

UNHEARD = "unheard"
"""Told with (start, end): speech that could not be read."""
CALL_START = "call_start"


class RuleRun:
    """The rules of a call.

    Utterances are given in the order they were cut. `advance(at)` says that every utterance which
    begins before `at` has been given; only then is an absence decided.
    """

    def __init__(self, packs: PackSet, facts: CallFacts) -> None:
        self._state = CallState(packs, facts)
        self._listening = Listening(packs.language)
        self._talk = Talk()
        self._silences: set[float] = set()
        self._ended = False
        if CALL_START in packs.named_events:
            self._state.timers.put(Timer(0.0, "start"))

    @property
    def next_due(self) -> float:
        """The second from which `advance` has something to say; infinity where it has nothing."""
        return self._state.timers.next_due

    def checklist(self) -> tuple[ChecklistItem, ...]:
        """Return the items that can apply to this call, in order."""
        return tuple(
            self._line(r)
            for r in self._state.runs()
            if not (r.item.quiet or r.ruled_out or self._excluded(r))
        )

    def _line(self, run: ItemRun) -> ChecklistItem:
        """Return an item as the agent sees it; a condition that holds already is none."""
        line = checklist_item(run.item)
        example = fill(line.example, self._state.world.facts)
        line = replace(line, severity=run.severity, example=example)
        condition, when = run.item.applies_if, run.item.when
        if condition is None or not holds(condition, self._state.world):
            return line
        waits = when is not None and when.after is not None
        due_s = when.within_s if when is not None and not waits else None
        return replace(line, conditional=waits, due_s=due_s)

    def _excluded(self, run: ItemRun) -> bool:
        condition = run.item.applies_if
        return (
            condition is not None and static(condition) and not holds(condition, self._state.world)
        )

    def utterance(self, said: Utterance, labels: Sequence[Label] = ()) -> list[RuleOutput]:
        """Take an utterance whose words will not change."""
        heard = self._listening.take(said)
        self._state.history.take(heard.parts[-1])
        overtalk = self._talk.take(said)
        for seconds in self._state.program.silences:
            self._state.timers.put(Timer(said.end + seconds, "silence", value=seconds))
        out = self._publish(Judge(self._state).words(heard, labels))
        if overtalk is not None:
            event = HappenedEvent("overtalk_3s", round(overtalk, 3))
            moment = Moment(said.end, str(said.id), "both speak at once")
            out += self._publish(Judge(self._state).happened(event, moment))
        return out

    def preview(self, said: Utterance) -> list[Hint]:
        """Return the hints that an utterance would raise; changes nothing."""
        heard = self._listening.join(said)
        outputs = Judge(self._state.branch(heard.parts[-1])).words(heard, ())
        return [o for o in outputs if isinstance(o, Hint)]

    def tell(
        self, event: str, at: float, value: Known | tuple[float, float] | None = None
    ) -> list[RuleOutput]:
        """Take what the telephony or the redactor knows: an event, and a fact of its name."""
        world = self._state.world
        if event == UNHEARD:
            if isinstance(value, tuple):
                world.unheard.append(value)
                self._talk.unheard(*value)
            return []
        if event == CALL_START or self._known(event, at):
            return []
        if event == "hold_start":
            if self._talk.hold(round(at, 3)):
                self._time_hold(round(at, 3))
        elif event == "hold_end":
            self._talk.resume(at)
            for seconds in self._state.program.silences:
                self._state.timers.put(Timer(at + seconds, "silence", value=seconds))
        known = value if isinstance(value, str | int | float | bool) else None
        world.facts[event] = True if known is None else known
        happened = HappenedEvent(event, round(at, 3), (), known)
        moment = Moment(at, f"{event}@{_ms(at)}", world.wording.event(event))
        return self._publish(Judge(self._state).happened(happened, moment))

    def _known(self, event: str, at: float) -> bool:
        """Return whether the clock has raised this event of the hold that is on."""
        since = self._talk.hold_of(at) if event in HOLD_EVENTS else None
        return since is not None and self._raised(event, since, at)

    def _raised(self, event: str, since: float, until: float) -> bool:
        events = self._state.world.happened
        return any(e.id == event and since <= e.at <= until for e in events)

    def _time_hold(self, since: float) -> None:
        for name, seconds in HOLD_EVENTS.items():
            if name in self._state.packs.named_events:
                self._state.timers.put(Timer(since + seconds, "hold", name, since))

    def dismiss(self, hint_id: str, at: float) -> list[RuleOutput]:
        """Take a hint down because the agent waved it away; twice silences its rule."""
        out: list[RuleOutput] = list(self._state.book.dismiss(hint_id, at))
        return out + Judge(self._state).follow(Moment(at, f"{_ms(at)}ms")) if out else out

    def advance(self, at: float) -> list[RuleOutput]:
        """Let time pass: every utterance that begins before `at` has been given."""
        out: list[RuleOutput] = []
        world, timers = self._state.world, self._state.timers
        while (timer := timers.pop(at)) is not None:
            world.now = max(world.now, timer.at)
            out += self._fire(timer)
        world.now = max(world.now, at)
        return out

    def end(self, at: float, metrics: Mapping[str, float] | None = None) -> list[RuleOutput]:
        """Close every window; `metrics` are the call's measures by name, where they are known."""
        if self._ended:
            return []
        out = self.advance(at)
        self._ended = True
        self._state.world.ended = at
        for run in self._state.runs():
            judge = Judge(self._state)
            found = run.judge(self._state.world, at, judge.nearest(run))
            if run.item.metric is not None and run.applies_since is not None and metrics:
                found = judge_metric(run.item, run.severity, metrics, at)
                run.finding = found
            if found is not None:
                judge.found(run, found, Moment(at, "end"))
            out += self._publish(judge.out)
        up = list(self._state.book.up)
        return out + [self._state.book.end(h, "expired", at) for h in up]

    def findings(self) -> tuple[Finding, ...]:
        """Return where every item stands, in the packs' order."""
        return tuple(r.finding for r in self._state.runs() if not r.item.quiet)

    def judged(self) -> tuple[Finding, ...]:
        """Return where every item stands, and every rule of a question of the form."""
        return tuple(r.finding for r in self._state.runs())

    def events(self) -> tuple[HappenedEvent, ...]:
        """Return what has happened, in the order it was noted."""
        return tuple(self._state.world.happened)

    # -- time -----------------------------------------------------------------------------------

    def _fire(self, timer: Timer) -> list[RuleOutput]:
        moment = Moment(timer.at, f"{_ms(timer.at)}ms")
        judge = Judge(self._state)
        match timer.kind:
            case "expire":
                return self._expire(timer)
            case "silence":
                return self._silence(timer, judge)
            case "press":
                return self._publish(judge.pressed(timer.name, moment))
            case "start":
                event = HappenedEvent(CALL_START, 0.0)
                return self._publish(judge.happened(event, replace(moment, why="the call begins")))
            case "hold":
                return self._hold_lasts(timer, judge)
            case "calm":
                anger = self._state.ladder.advance(timer.at)
                return self._publish(judge.felt(anger, moment)) if anger is not None else []
            case _:
                return self._publish(judge.looked(timer.name, moment))

    def _expire(self, timer: Timer) -> list[RuleOutput]:
        up = self._state.book.up.get(timer.name)
        if up is None or up.expires_at > timer.at:
            return []
        out: list[RuleOutput] = [self._state.book.end(timer.name, "expired", timer.at)]
        return out + Judge(self._state).follow(Moment(timer.at, f"{_ms(timer.at)}ms"))

    def _hold_lasts(self, timer: Timer, judge: Judge) -> list[RuleOutput]:
        """Raise the event of a hold's length, unless it is over or somebody has told it."""
        name, since, at = timer.name, timer.value, round(timer.at, 3)
        if not self._talk.held(since, timer.at) or self._raised(name, since, at):
            return []
        moment = Moment(timer.at, f"{name}@{_ms(timer.at)}", self._state.world.wording.event(name))
        return self._publish(judge.happened(HappenedEvent(name, at), moment))

    def _silence(self, timer: Timer, judge: Judge) -> list[RuleOutput]:
        if not self._talk.silent(timer.at - timer.value, timer.at):
            return []
        why = f"{timer.value:g} s of silence"
        moment = Moment(timer.at, f"{_ms(timer.at)}ms", why)
        judge.silence(timer.value, moment)
        if timer.value == SILENCE_EVENT_S:
            judge.happened(HappenedEvent("silence_10s", round(timer.at, 3)), moment)
        else:
            judge.shown(moment)
        return self._publish(judge.out)

    # -- absences -------------------------------------------------------------------------------

    def _publish(self, outputs: Sequence[RuleOutput]) -> list[RuleOutput]:
        """Give absences their near miss on the way out; keep the form's own rules to ourselves."""
        near = [self._near(o) if isinstance(o, Finding) else o for o in outputs]
        return [o for o in near if not (isinstance(o, Finding) and self._quiet(o))]

    def _quiet(self, found: Finding) -> bool:
        return self._state.run(found.rule_id).item.quiet

    def _near(self, found: Finding) -> Finding:
        if found.searched is None or found.near_miss is not None or found.evidence:
            return found
        run = self._state.run(found.rule_id)
        matcher = self._state.program.matchers.get(("item", found.rule_id))
        if matcher is None or run.finding != found:
            return found
        near = self._state.history.nearest(run.hits, matcher, run.item.speaker, found.searched)
        run.finding = replace(found, near_miss=near)
        return run.finding


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
