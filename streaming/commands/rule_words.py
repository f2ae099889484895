"""Backtests and coverage as lines for people."""

from collections.abc import Iterator, Sequence

from pipeline.backtest import SCORES, Example, ItemMoves, Report, ScoreMove
from pipeline.coverage import PackCover
from qa_rules.types import State
from qa_rules.why_words import quote_text

MOST_SCORES = 5
MOST_IDS = 12
NA = State.NOT_APPLICABLE.value
_ROLES = {"heard": "", "lost": " no longer counts", "near": " comes closest"}


def backtest_lines(report: Report) -> list[str]:
    """Return what a changed pack would do."""
    return [*_head(report), *_sums(report), *_items(report.items), *_tail(report)]


def _head(report: Report) -> Iterator[str]:
    old, new = report.versions
    against = "the scores that calls have" if report.against == SCORES else "the pack in use"
    versions = f"version {new}" if old == new or not old else f"version {old} -> {new}"
    yield f"{report.pack}, {versions}, against {against}"
    yield f"{calls(report.judged)} judged, {report.changed or 'none'} change"


def _sums(report: Report) -> Iterator[str]:
    old, new = report.before, report.after
    if not report.judged:
        return
    yield ""
    yield f"score         {_mean(old.score)} -> {_mean(new.score)} on average{_up_down(report)}"
    yield f"passed        {old.passed} -> {new.passed}"
    yield f"auto-fails    {old.auto_failed} -> {new.auto_failed}"
    for move in report.auto_fails_gained:
        yield f"  + {move.call_id}: {', '.join(move.gained)}"
    for move in report.auto_fails_lost:
        yield f"  - {move.call_id}: {', '.join(move.lost)}"
    yield f"needs review  {old.needs_review} -> {new.needs_review}"
    moved = [m for m in report.scores if m.before != m.after]
    if moved:
        yield "scores that move most" if len(moved) > MOST_SCORES else "scores that move"
    for move in moved[:MOST_SCORES]:
        yield f"  {move.call_id}: {_mean(move.before)} -> {_mean(move.after)}"


def _up_down(report: Report) -> str:
    up = sum(1 for m in report.scores if _change(m) > 0)
    down = sum(1 for m in report.scores if _change(m) < 0)
    return f" ({up} up, {down} down)" if up or down else ""


def _change(move: ScoreMove) -> float:
    return 0.0 if None in (move.before, move.after) else (move.after or 0) - (move.before or 0)


def _items(items: Sequence[ItemMoves]) -> Iterator[str]:
    unasked = [i for i in items if {(m.before, m.after) for m in i.moves} == {("", NA)}]
    gone = [i for i in items if {m.after for m in i.moves} == {""}]
    for name, some in (("new, and n/a", unasked), ("no longer asked", gone)):
        if some:
            yield ""
            yield f"{name}: {', '.join(i.item for i in some)}"
    for item in (i for i in items if i not in unasked and i not in gone):
        yield ""
        yield f"{item.item} {item.title} ({item.severity}): {calls(item.calls)}"
        for move in item.moves:
            before, after = (_state(s) for s in (move.before, move.after))
            yield f"  {before} -> {after}: {calls(move.calls)}"
            for example in move.examples:
                yield from (f"    {line}" for line in _example(example))


def _example(example: Example) -> Iterator[str]:
    shown = example.call_id
    if example.words is not None:
        shown += f" {quote_text(example.words)}{_ROLES[example.role]}"
    yield shown
    if example.reason:
        yield f"  {example.reason}"


def _tail(report: Report) -> Iterator[str]:
    if report.elsewhere or report.left_out or report.notes:
        yield ""
    if report.elsewhere:
        what = "was" if report.elsewhere == 1 else "were"
        yield f"{calls(report.elsewhere)} {what} not under {report.pack} (try them with --add)"
    yield from left_out_lines(report.left_out)
    yield from (f"note: {note}" for note in report.notes)


def left_out_lines(left_out: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield which calls could not be judged, by reason."""
    reasons: dict[str, list[str]] = {}
    for call_id, reason in left_out:
        reasons.setdefault(reason, []).append(call_id)
    for reason, ids in reasons.items():
        yield f"left out: {_some(ids)}: {reason}"


def coverage_lines(packs: Sequence[PackCover], elsewhere: int) -> list[str]:
    """Return what stored calls have shown of packs, and what the packs lack."""
    out: list[str] = []
    for pack in packs:
        out += [*_cover(pack), ""]
    if elsewhere:
        what = "was" if elsewhere == 1 else "were"
        out += [f"{calls(elsewhere)} {what} under none of these packs", ""]
    return out[:-1]


def _cover(pack: PackCover) -> Iterator[str]:
    judged = calls(pack.calls) if pack.calls else "no call so far"
    yield f"{pack.pack} ({pack.title}): {judged}, {len(pack.items)} items"
    gaps = pack.gaps
    rows: list[tuple[str, Sequence[str]]] = [
        ("never applied", pack.never_applied),
        ("never heard", pack.never_fired),
        ("never failed", pack.never_failed),
        ("never violated", pack.never_violated),
        ("few lines", gaps.lines),
        ("no hint", gaps.hints),
        ("no example", gaps.examples),
        ("few examples", gaps.intents),
        ("no not_examples", gaps.not_examples),
    ]
    for name, ids in rows:
        if ids:
            yield f"  {name:<17}{_some(ids)}"
    if gaps.duties:
        yield f"  duties of {gaps.code} that are not in it"
        yield from (f"    {d.item} {d.title} ({d.severity})" for d in gaps.duties)
    elif gaps.code and not gaps.known_code:
        yield f"  {gaps.code} is the code of no shipped pack: its duties are not known"
    elif not gaps.code:
        yield "  without a code (code: P05): its duties are not known"


def calls(count: int) -> str:
    """Return a number of calls in words."""
    return "1 call" if count == 1 else f"{count or 'no'} calls"


def _some(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - MOST_IDS} more" if len(ids) > MOST_IDS else ""
    return ", ".join(ids[:MOST_IDS]) + more


def _mean(score: float | None) -> str:
    return "none" if score is None else f"{score:g}"


def _state(state: str) -> str:
    return {"": "not asked", "needs_review": "needs review"}.get(state, state)
