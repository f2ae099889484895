"""One item of a call: what was heard for it, and the state that follows.

`ItemRun.judge` is a pure function of its hits and the world; a state of done or violated is kept
for good. An absence is only as good as the hearing: where the recogniser was not sure of the
speaker's words, or something close was said that would fail the call, a person must look.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from models.types import Channel
from qa_rules.clarity import SURE, mean_confidence
from qa_rules.conditions import called_by, describe, holds, static
from qa_rules.packs import PackItem
from qa_rules.phrases import Hit, join_hits
from qa_rules.types import Evidence, Finding, NearMiss, Severity, State
from qa_rules.windows import Bounds, bounds
from qa_rules.windows import describe as describe_window
from qa_rules.wording import fact, plain
from qa_rules.world import World, overlapping, spans_text

MOST_HITS = 6
"""Hits kept of each part of an item, certain and doubtful ones each: the first and the last two."""
LEAD_S = 10.0
"""How long before its window closes an item is due, where its hint does not say."""
CLOSE = 0.6
"""A near miss of this score leaves the absence of an auto-fail item to a person."""

Fits = Callable[[Hit], bool]
Nearest = Callable[[tuple[float, float]], NearMiss | None]
"""Looks for the closest thing said between two seconds."""
_FINAL = (State.DONE, State.VIOLATED)


@dataclass(slots=True)
class ItemRun:
    """An item in a call. `parts` counts what must be heard; `hits` are by part, in time order."""

    item: PackItem
    parts: int
    severity: Severity
    ruled_out: str = ""
    """Why the item cannot apply to this call; empty where it can."""
    hits: dict[int, list[Hit]] = field(default_factory=dict)
    applies_since: float | None = None
    finding: Finding = field(init=False)

    def __post_init__(self) -> None:
        state = State.NOT_APPLICABLE if self.ruled_out else State.WAITING
        self.finding = self._finding(state, self.ruled_out, None)
        if self.item.applies_if is None:
            self.applies_since = 0.0

    @property
    def settled(self) -> bool:
        """Whether nothing can change the state any more."""
        return bool(self.ruled_out) or (self.finding.state in _FINAL and not self._kept)

    @property
    def _kept(self) -> bool:
        return self.severity.prohibited and self.finding.state is State.DONE

    @property
    def lead_s(self) -> float:
        """How long before its window closes the item is due."""
        within = self.item.when.within_s if self.item.when is not None else None
        lead = self.item.hint.lead_s if self.item.hint is not None else LEAD_S
        if within is None:
            return lead
        return min(lead, within / 2 if self.item.hint is None else within)

    def hear(self, part: int, hit: Hit) -> None:
        """Keep words that meet a part of the item."""
        kept = self.hits.setdefault(part, [])
        kept.append(hit)
        kept.sort(key=lambda h: h.at)
        alike = [h for h in kept if bool(self._doubt(h)) is bool(self._doubt(hit))]
        if len(alike) > MOST_HITS:
            kept.remove(alike[MOST_HITS - 2])

    def judge(self, world: World, at: float, nearest: Nearest | None = None) -> Finding | None:
        """Return the finding at second `at` where it differs from the last one, and keep it."""
        if self.settled:
            return None
        found = self._judge(world, at, nearest)
        old = self.finding
        if (found.state, found.evidence) == (old.state, old.evidence):
            return None
        self.finding = found
        return found

    def opened_at(self, world: World) -> float:
        """Return the second since which the item is called for."""
        return max(bounds(self.item.when, world).opens or 0.0, self.applies_since or 0.0)

    def _judge(self, world: World, at: float, nearest: Nearest | None) -> Finding:
        applies = self._applies(world, at)
        if not applies:
            return self._inapplicable(world, at)
        span = bounds(self.item.when, world)
        if self.item.fact is not None:
            return self._judge_fact(world, span, at)
        if self.item.metric is not None:
            if world.ended is None:
                return self._finding(State.WAITING, "measured at the end of the call", None)
            return self._finding(State.NOT_APPLICABLE, "not measured", at)
        if self.severity.prohibited:
            return self._judge_prohibited(world, span, at)
        return self._judge_required(world, span, at, nearest)

    # -- whether it applies ---------------------------------------------------------------------

    def _applies(self, world: World, at: float) -> bool:
        condition = self.item.applies_if
        if condition is None:
            return True
        if not holds(condition, world):
            self.applies_since = None
            return False
        if self.applies_since is None:
            self.applies_since = 0.0 if static(condition) else at
        return True

    def _inapplicable(self, world: World, at: float) -> Finding:
        condition = self.item.applies_if
        called = describe(condition, world.wording) if condition is not None else ""
        if world.ended is None:
            return self._finding(State.WAITING, f"only when {called}", None)
        return self._finding(State.NOT_APPLICABLE, f"not called for: only when {called}", at)

    # -- what must be said ----------------------------------------------------------------------

    def _judge_required(
        self, world: World, span: Bounds, at: float, nearest: Nearest | None
    ) -> Finding:
        hit = self._complete(lambda h: span.holds(h.at))
        if hit is not None:
            doubt = self._doubt(hit)
            if doubt:
                return self._finding(State.NEEDS_REVIEW, doubt, hit.at, hit.evidence)
            return self._finding(State.DONE, "", hit.at, hit.evidence)
        over = span.shut or world.ended is not None
        if not over:
            return self._open(world, span)
        late = self._complete(lambda h: span.holds(h.at) or span.late(h.at))
        if late is not None and (doubt := self._doubt(late)):
            return self._finding(State.NEEDS_REVIEW, doubt, late.at, late.evidence)
        if late is not None:
            reason = f"said at {spans_text(late.at)}, {self._missed_by(span, late)}"
            return self._finding(State.LATE, reason, late.at, late.evidence)
        return self._absent(world, span, at, nearest)

    def _open(self, world: World, span: Bounds) -> Finding:
        when = self.item.when
        if when is not None and when.last_s is not None:
            early = self._complete(lambda h: True)
            if early is not None:
                reason = f"counts if it stays in the last {when.last_s:g} s"
                return self._finding(State.WAITING, reason, None, early.evidence)
        due = self._due_since(span)
        if due is not None and (self._event_due() or due <= world.now):
            condition = self.item.applies_if
            called = f", because {describe(condition, world.wording)}" if condition else ""
            if self._always() or (when is not None and when.after is not None):
                called = ""
            window = f" {describe_window(when, world.wording)}" if when is not None else " now"
            return self._finding(State.DUE, f"due{window}{called}", due)
        return self._finding(State.WAITING, "", None)

    def _event_due(self) -> bool:
        when = self.item.when
        return (when is not None and when.after is not None) or not self._always()

    def _always(self) -> bool:
        return self.item.applies_if is None or static(self.item.applies_if)

    def _due_since(self, span: Bounds) -> float | None:
        """Return the second from which the item is due, None where that is not known yet."""
        when = self.item.when
        if span.opens is None:
            return None
        if when is not None and when.after is not None:
            return max(span.opens, self.applies_since or 0.0)
        if not self._always():
            return self.applies_since
        if when is not None and when.within_s is not None and span.closes is not None:
            return max(span.opens, span.closes - self.lead_s)
        return None

    def due_at(self, world: World) -> float | None:
        """Return the second at which the clock alone makes the item due, None where it does not."""
        span = bounds(self.item.when, world)
        return None if self._event_due() else self._due_since(span)

    def opened_by(self, world: World) -> tuple[Evidence, ...]:
        """Return the words that call for the item, empty where no words do."""
        when, condition = self.item.when, self.item.applies_if
        found = called_by(condition, world) if condition is not None else ()
        if not found and when is not None and when.after is not None:
            found = world.evidence_of(when.after)
        return found

    def _absent(self, world: World, span: Bounds, at: float, nearest: Nearest | None) -> Finding:
        """Decide an absence; the window is over, or the call is."""
        excuse = self._excuse(world, span)
        if excuse:
            return self._finding(State.NOT_APPLICABLE, excuse, at)
        if self.severity is Severity.OPTIONAL:
            return self._finding(State.NOT_APPLICABLE, "optional, not said", at)
        start = span.opens or 0.0
        end = span.closes if span.closes is not None else (world.ended or at)
        searched = (round(start, 3), round(end, 3))
        doubt = self._deaf(world, start, end)
        if doubt:
            return self._finding(State.NEEDS_REVIEW, doubt, at, searched=searched)
        reason = f"not said {describe_window(self.item.when, world.wording)}"
        missed = self._finding(State.MISSED, reason, at, searched=searched)
        near = nearest(searched) if nearest is not None and self.severity.critical else None
        if near is None or near.score < CLOSE or near.evidence.start > end:
            return missed
        reason = f'not heard as it should be, but "{near.evidence.quote}" comes close'
        return replace(missed, state=State.NEEDS_REVIEW, reason=reason, near_miss=near)

    def _deaf(self, world: World, start: float, end: float) -> str:
        """Return why an absence between two seconds cannot be believed, empty where it can."""
        gap = next(overlapping(world.unheard, start, end), None)
        if gap is not None:
            begin, stop = (spans_text(t) for t in gap)
            return f"not heard, but speech from {begin} to {stop} could not be read"
        sure = mean_confidence(world.speech, self.item.speaker, start, end)
        if sure is not None and sure < SURE:
            return f"not heard, but the recogniser was not sure of the words there ({sure:.2f})"
        return ""

    def _excuse(self, world: World, span: Bounds) -> str:
        """Return why an item that was not said does not count, empty where it does."""
        when = self.item.when
        if when is None or when.last_s is not None or span.shut:
            return ""
        if when.after is not None and span.opens is None:
            return f"not called for: only after {world.wording.event(when.after)}"
        if when.within_s is not None and span.opens is None:
            return "the agent did not speak"
        if when.within_s is not None and span.closes is not None:
            if world.ended is not None and span.closes > world.ended:
                return "the call ended inside the window"
            return ""
        if when.before is not None:
            events = " or ".join(world.wording.event(e) for e in when.before)
            return f"not called for: only before {events}"
        return ""

    # -- what must not be said ------------------------------------------------------------------

    def _judge_prohibited(self, world: World, span: Bounds, at: float) -> Finding:
        since = self.applies_since or 0.0
        hit = self._complete(lambda h: span.holds(h.at) and h.evidence[-1].end >= since)
        if hit is not None:
            doubt = self._doubt(hit)
            state = State.NEEDS_REVIEW if doubt else State.VIOLATED
            return self._finding(state, doubt, hit.at, hit.evidence)
        if not span.shut and world.ended is None:
            return self._finding(State.WAITING, "", None)
        when = self.item.when
        if when is not None and when.after is not None and span.opens is None:
            reason = f"not called for: only after {world.wording.event(when.after)}"
            return self._finding(State.NOT_APPLICABLE, reason, at)
        return self._finding(State.DONE, "not said", at)

    # -- what is known without words ------------------------------------------------------------

    def _judge_fact(self, world: World, span: Bounds, at: float) -> Finding:
        check = self.item.fact
        if check is None:  # pragma: no cover - only fact items come here
            raise ValueError(self.item.id)
        known = world.facts.get(check.name)
        wanted = check.equals if isinstance(check.equals, tuple) else (check.equals,)
        good = known in wanted
        if self.severity.prohibited:
            good = not good
        over = span.shut or world.ended is not None
        if known is not None and good and not self.severity.prohibited:
            proof = Evidence(fact(check.name, known), at, at, engine="fact")
            return self._finding(State.DONE, "", at, (proof,))
        if not over:
            return self._finding(State.WAITING, "", None)
        excuse = self._excuse(world, span)
        if excuse:
            return self._finding(State.NOT_APPLICABLE, excuse, at)
        if known is None:
            return self._finding(State(check.unknown), f"not known: {plain(check.name)}", at)
        if good:
            return self._finding(State.DONE, "", at)
        bad = State.VIOLATED if self.severity.prohibited else State.MISSED
        return self._finding(bad, fact(check.name, known), at)

    # -- pieces ---------------------------------------------------------------------------------

    def _complete(self, fits: Fits) -> Hit | None:
        """Return one hit for each part that fits, joined; certain words before doubtful ones."""
        chosen: list[Hit] = []
        for part in range(self.parts):
            fitting = [h for h in self.hits.get(part, ()) if fits(h)]
            if not fitting:
                return None
            if self.item.when is not None and self.item.when.last_s is not None:
                fitting.reverse()
            sure = next((h for h in fitting if not self._doubt(h)), None)
            chosen.append(sure or fitting[0])
        if not chosen:
            return None
        joined = join_hits(chosen)
        if len(chosen) == 1:
            return joined
        return replace(joined, doubt=next((d for h in chosen if (d := self._doubt(h))), ""))

    def _doubt(self, hit: Hit) -> str:
        """Return why a person should look at these words, empty where they are certain."""
        if hit.doubt:
            return hit.doubt
        sure = [e.confidence for e in hit.evidence if e.confidence is not None]
        if sure and min(sure) < self.item.min_confidence:
            return f"heard with confidence {min(sure):.2f}"
        mixed = any(e.channel is Channel.MIXED for e in hit.evidence)
        strict = self.severity.critical or self.item.section == "compliance"
        if mixed and strict and self.item.speaker != "any":
            return "speaker unknown: the recording has one channel"
        return ""

    def _missed_by(self, span: Bounds, late: Hit) -> str:
        after = late.at - (span.closes if span.closes is not None else late.at)
        return f"{after:.0f} s after its time"

    def _finding(
        self,
        state: State,
        reason: str,
        at: float | None,
        found: tuple[Evidence, ...] = (),
        searched: tuple[float, float] | None = None,
    ) -> Finding:
        return Finding(
            rule_id=self.item.id,
            title=self.item.title,
            severity=self.severity,
            state=state,
            reason=reason,
            at=round(at, 3) if at is not None else None,
            evidence=found,
            searched=searched,
        )


def early(run: ItemRun) -> Sequence[Hit]:
    """Return every hit of an item, in time order: for what was said outside the window."""
    return sorted((h for hits in run.hits.values() for h in hits), key=lambda h: h.at)
