"""The stretch of the call in which an item counts: when it opens, and when it closes."""

from dataclasses import dataclass

from qa_rules.match_schema import When
from qa_rules.wording import Wording
from qa_rules.world import World

AFTER_SLACK_S = 1.0
"""Words that begin this little before the event that opens a window still count."""
GRACE_S = 30.0
"""How long after its window an item still counts as late; a longer window gives as long."""
BEFORE_GRACE_S = 60.0
"""The same where an event closes the window."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A window on the call clock: `opens` None is not yet, `closes` None is not known.

    `shut` says that the window is over for good; `grace_s` is how long after it is late.
    """

    opens: float | None
    closes: float | None
    shut: bool
    grace_s: float = GRACE_S

    def holds(self, at: float) -> bool:
        """Return whether words that begin at `at` count."""
        return (
            self.opens is not None
            and at >= self.opens
            and (self.closes is None or at <= self.closes)
        )

    def late(self, at: float) -> bool:
        """Return whether words that begin at `at` are late, not lost."""
        return self.closes is not None and self.closes < at <= self.closes + self.grace_s


def bounds(when: When | None, world: World) -> Bounds:
    """Return a window as it stands."""
    if when is None:
        return Bounds(0.0, None, shut=False)
    if when.last_s is not None:
        if world.ended is None:
            return Bounds(None, None, shut=False)
        return Bounds(max(0.0, world.ended - when.last_s), None, shut=False)
    opens = _opens(when, world)
    if opens is None:
        return Bounds(None, None, shut=False)
    slack = AFTER_SLACK_S if when.after is not None else opens
    start = max(0.0, opens - max(slack, when.back_s or 0.0))
    limit = opens + when.within_s if when.within_s is not None else None
    event = _first_of(when, world, opens - slack)
    grace = max(GRACE_S, when.within_s or 0.0)
    if event is not None and (limit is None or event <= limit):
        return Bounds(start, event, shut=True, grace_s=BEFORE_GRACE_S)
    shut = limit is not None and limit <= world.now
    return Bounds(start, limit, shut=shut, grace_s=grace)


def _opens(when: When, world: World) -> float | None:
    if when.after is not None:
        return world.first(when.after)
    if when.within_s is not None:
        return world.agent_spoke
    return 0.0


def _first_of(when: When, world: World, start: float) -> float | None:
    """Return when the first of the events that close the window happened."""
    times = [t for e in when.before or () if (t := world.first(e)) is not None and t >= start]
    return min(times) if times else None


def describe(when: When | None, wording: Wording | None = None) -> str:
    """Return a window in words."""
    names = wording or Wording()
    if when is None:
        return "at any time"
    if when.last_s is not None:
        return f"in the last {when.last_s:g} s"
    out = []
    after = names.event(when.after) if when.after is not None else ""
    if when.within_s is not None:
        since = f"after {after}" if after else "of the agent's first word"
        out.append(f"within {when.within_s:g} s {since}")
    elif after:
        out.append(f"after {after}")
    if when.back_s is not None:
        out.append(f"or up to {when.back_s:g} s before it")
    if when.before is not None:
        out.append(f"before {' or '.join(names.event(e) for e in when.before)}")
    return ", ".join(out)
