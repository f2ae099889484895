"""Items that are measured, not heard."""

import operator
from collections.abc import Callable, Mapping

from qa_rules.schema import ItemSpec
from qa_rules.types import Evidence, Finding, Severity, State

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


def judge_metric(
    item: ItemSpec, severity: Severity, metrics: Mapping[str, float], at: float
) -> Finding:
    """Return the finding of an item that is measured; n/a where the measure is not there."""
    check = item.metric
    if check is None:
        raise ValueError(f"{item.id} is not measured")
    value = metrics.get(check.name)
    if value is None:
        return _finding(item, severity, State.NOT_APPLICABLE, f"{check.name} is not measured", at)
    good = _OPERATORS[check.op](value, check.value)
    if severity.prohibited:
        good = not good
    bad = State.VIOLATED if severity.prohibited else State.MISSED
    state = State.DONE if good else bad
    reason = f"{check.name} is {value:g}, wanted {check.op} {check.value:g}"
    return _finding(item, severity, state, reason, at)


def _finding(item: ItemSpec, severity: Severity, state: State, reason: str, at: float) -> Finding:
    known = state is not State.NOT_APPLICABLE
    proof = (Evidence(reason, at, at, engine="metric"),) if known else ()
    return Finding(item.id, item.title, severity, state, reason, round(at, 3), proof)
