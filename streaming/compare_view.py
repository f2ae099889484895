"""Two calls side by side: what each says quarter by quarter, and where their checklists differ.

Pure. Quarters are of each call's own length, so that openings stand beside openings however long
the calls are.
"""

from dataclasses import dataclass
from typing import Final

from pipeline.clips import ClipTurn, turns_in
from pipeline.store.playlists import Stretch
from pipeline.store.rows import CallDetail
from qa_rules.types import Finding, State
from streaming.playlist_view import length

QUARTERS: Final = ("First quarter", "Second quarter", "Third quarter", "Last quarter")
_TOLD: Final = frozenset({State.DONE, State.LATE, State.MISSED, State.VIOLATED})


@dataclass(frozen=True, slots=True)
class Side:
    """One call of the two: its turns by quarter, with the seconds of the call at which they are."""

    detail: CallDetail
    quarters: tuple[tuple[ClipTurn, ...], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A checklist item that one call does and the other does not, or not in time."""

    title: str
    first: Finding
    second: Finding


@dataclass(frozen=True, slots=True)
class Compared:
    """What the page shows."""

    first: Side
    second: Side
    differences: tuple[Difference, ...]


def compare(first: CallDetail, second: CallDetail) -> Compared:
    """Lay two calls side by side; agents' names are taken out of what is said."""
    labels = {item.rule_id: item.label for item in (*second.checklist, *first.checklist)}
    other = {finding.rule_id: finding for finding in second.findings}
    differences = tuple(
        Difference(labels.get(one.rule_id, one.title), one, other[one.rule_id])
        for one in first.findings
        if one.state in _TOLD
        and one.rule_id in other
        and other[one.rule_id].state in _TOLD - {one.state}
    )
    return Compared(_side(first), _side(second), differences)


def _side(detail: CallDetail) -> Side:
    whole = max([length(detail), 0.1, *(said.end for said in detail.utterances)])
    turns = turns_in(detail, Stretch(detail.row.call_id, 0.0, whole, ""))
    quarters = tuple(
        tuple(turn for turn in turns if min(3, int(4 * turn.at / whole)) == quarter)
        for quarter in range(4)
    )
    return Side(detail, quarters)
