"""A call in the middle, for whoever joins: who, why, what was done and promised, what is left.

Everything is quoted from the call with its second; what was not said is left out. Made of a call as
the store has it, so it lags a live call by a fraction of a second.
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from models.types import Channel, Utterance
from pipeline.passages import Sentence, sentences, trim
from pipeline.promises import Promise
from pipeline.store.rows import CallDetail
from pipeline.summary import Line, steps
from pipeline.wrapup import Wrapup, draft
from qa_rules.packs import PackSet
from qa_rules.types import Anger, Severity, State

MOST_STEPS: Final = 4
MOST_LEFT: Final = 8
MOST_WORDS, LEAST_WORDS, FIELD_WORDS = 32, 6, 16
MOODS: Final = ("calm", "irritated", "angry", "threatens to leave", "abuse or danger")
_WHO = re.compile(r"name|customer|account|phone|email|postcode|verified|callback_number")
"""Ids of fields that say whose call it is."""
_OPEN = frozenset({State.WAITING, State.DUE, State.MISSED})
_PROHIBITED = frozenset({Severity.PROHIBITED, Severity.PROHIBITED_AUTO_FAIL})


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the brief: its words, and the second and turn that they are from."""

    text: str
    at: float | None = None
    utterance_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """What somebody who joins needs; times are seconds of the call, lists in its order."""

    call_id: str
    agent: str
    queue: str
    seconds: float
    who: tuple[Said, ...]
    noted: tuple[Said, ...]
    why: tuple[Said, ...]
    done: tuple[Said, ...]
    promised: tuple[Said, ...]
    mood: str
    mood_level: int
    flagged: bool
    mood_reasons: tuple[Said, ...]
    left: tuple[Said, ...]

    def to_data(self) -> dict[str, Any]:
        """Return the brief as plain data, with its text as it is copied."""
        return {**dataclasses.asdict(self), "text": self.text()}

    def text(self) -> str:
        """Return the brief as plain text."""
        about = " · ".join(part for part in (self.agent, self.queue, clock(self.seconds)) if part)
        parts = [f"Call {self.call_id} · {about}"]
        parts += _part("Who", self.who) + _part("Why", self.why) + _part("Done", self.done)
        parts += _part("Promised", self.promised) + _part("Noted", self.noted)
        parts += [f"Mood: {self.mood}{' (flagged)' if self.flagged else ''}"]
        parts += [f"  - {_line(said)}" for said in self.mood_reasons]
        return "\n".join(parts + _part("Still to say", self.left))


def brief(detail: CallDetail, packs: PackSet, seconds: float) -> Brief:
    """Return the brief of a call that stands at `seconds`."""
    heard = {u.id: u for u in detail.utterances}
    seconds = max(seconds, max((u.end for u in detail.utterances), default=0.0), 1.0)
    anger = [Anger(a.level, a.flagged, a.start, a.reasons) for a in detail.anger]
    work = draft(
        detail.utterances,
        labels=detail.labels,
        findings=detail.findings,
        happened=(),
        anger=anger,
        packs=packs,
        started_at=detail.row.started_at,
        seconds=seconds,
    )
    said = sentences(detail.utterances)
    fields = [
        (name, _at(Line("", trim(f"{v.title}: {v.value}", FIELD_WORDS), v.utterance_id), heard))
        for name, v in work.fields.items()
    ]
    last = anger[-1] if anger else None
    level = last.level if last else 0
    return Brief(
        detail.row.call_id,
        detail.row.agent,
        detail.row.queue,
        round(seconds, 1),
        tuple(_who(detail, fields)),
        tuple(said for name, said in fields if not _WHO.search(name)),
        tuple(_why(work, heard, said)),
        tuple(_at(line, heard) for line in steps(said)[-MOST_STEPS:]),
        tuple(_promise(p) for p in work.promises),
        MOODS[min(level, len(MOODS) - 1)],
        level,
        last.flagged if last else False,
        tuple(
            Said(r.quote, r.start, r.utterance_id)
            for r in (last.reasons[-3:] if last and level else ())
        ),
        tuple(_left(detail)[:MOST_LEFT]),
    )


def _who(detail: CallDetail, fields: Sequence[tuple[str, Said]]) -> list[Said]:
    """Return whose call it is by what was said, and by what came with the call."""
    said = [one for name, one in fields if _WHO.search(name)]
    known = detail.facts.get("customer_name")
    if known and "customer_name" not in dict(fields):
        said.insert(0, Said(f"Customer name: {known}", note="known before the call"))
    return said


def _first_words(said: Sequence[Sentence]) -> list[Said]:
    """Return the customer's first words of some length, where nothing says why they rang."""
    for sentence in said:
        source = sentence.utterance
        if source.channel is Channel.CUSTOMER and len(sentence.text.split()) >= LEAST_WORDS:
            text = trim(sentence.text, MOST_WORDS)
            return [Said(text, source.start, source.id, "the customer's first words")]
    return []


def _why(work: Wrapup, heard: Mapping[int, Utterance], said: Sequence[Sentence]) -> list[Said]:
    issue = [_at(line, heard) for line in work.summary if line.kind == "issue"]
    issue = issue or _first_words(said)
    reason = work.reason
    if reason is None:
        return issue
    return [Said(reason.title, reason.at, reason.utterance_id, reason.quote), *issue]


def _promise(promise: Promise) -> Said:
    who = "We" if promise.who == "agent" else "They"
    due = f"by {promise.due.replace('T', ' ')}" if promise.due else ""
    return Said(f"{who}: {promise.quote}", promise.at, promise.utterance_id, due)


def _left(detail: CallDetail) -> list[Said]:
    """Return what the script still asks for; what must not be said, or may come up, is no debt."""
    found = {f.rule_id: f for f in detail.findings}
    ticked = {t.rule_id for t in detail.ticks}
    rows: list[tuple[bool, Said]] = []
    for item in detail.checklist:
        state = found[item.rule_id].state if item.rule_id in found else State.WAITING
        waits = state is State.WAITING and item.conditional
        if state not in _OPEN or waits or item.severity in _PROHIBITED or item.rule_id in ticked:
            continue
        must = item.severity is Severity.AUTO_FAIL
        note = {State.DUE: "due now", State.MISSED: "missed"}.get(state, "")
        rows.append((must, Said(item.label, note=", ".join(filter(None, ["must" * must, note])))))
    return [said for must, said in sorted(rows, key=lambda row: not row[0])]


def _at(line: Line, heard: Mapping[int, Utterance]) -> Said:
    said = heard.get(line.utterance_id)
    return Said(line.text, said.start if said else None, line.utterance_id)


def clock(seconds: float) -> str:
    """Return seconds as m:ss."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def _line(said: Said) -> str:
    at = f"[{clock(said.at)}] " if said.at is not None else ""
    return f"{at}{said.text}{f' ({said.note})' if said.note else ''}"


def _part(title: str, lines: Sequence[Said]) -> list[str]:
    return [f"{title}:", *(f"  - {_line(said)}" for said in lines)] if lines else []
