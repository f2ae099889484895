"""Items that are measured, not heard."""

import operator
from collections.abc import Callable, Mapping

from qa_rules.schema import ItemSpec
from qa_rules.types import Evidence, Finding, Severity, State
from qa_rules.wording import plain

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


_WORDS = {"<": "under", "<=": "at most", ">": "over", ">=": "at least", "==": "exactly"}
CALLED = {
    "agent_talk_s": "the agent's speech in seconds",
    "customer_talk_s": "the customer's speech in seconds",
    "talk_ratio": "the agent's share of the talk",
    "dead_air_max_s": "the longest silence in seconds",
    "dead_air_count_10s": "silences over 10 seconds",
    "overtalk_count": "times both spoke at once",
    "overtalk_s": "seconds of both speaking at once",
    "interruptions_agent": "interruptions by the agent",
    "agent_overtalk_share": "the agent's share of turns that cut in",
    "agent_turns": "the agent's turns",
    "hold_count": "holds",
    "hold_max_s": "the longest hold in seconds",
    "agent_wpm": "the agent's words a minute",
    "longest_monologue_s": "the longest monologue in seconds",
}
"""Every measure of a call, and what it is called."""


def judge_metric(
    item: ItemSpec, severity: Severity, metrics: Mapping[str, float], at: float
) -> Finding:
    """Return the finding of an item that is measured; n/a where the measure is not there."""
    check = item.metric
    if check is None:
        raise ValueError(f"{item.id} is not measured")
    called = CALLED.get(check.name) or plain(check.name)
    value = metrics.get(check.name)
    if value is None:
        return _finding(item, severity, State.NOT_APPLICABLE, f"not measured: {called}", at)
    good = _OPERATORS[check.op](value, check.value)
    if severity.prohibited:
        good = not good
    bad = State.VIOLATED if severity.prohibited else State.MISSED
    state = State.DONE if good else bad
    reason = f"{called}: {round(value, 2):g}, wanted {_WORDS[check.op]} {check.value:g}"
    return _finding(item, severity, state, reason, at)


def _finding(item: ItemSpec, severity: Severity, state: State, reason: str, at: float) -> Finding:
    known = state is not State.NOT_APPLICABLE
    proof = (Evidence(reason, at, at, engine="metric"),) if known else ()
    return Finding(item.id, item.title, severity, state, reason, round(at, 3), proof)
