"""Calls of HarperValleyBank, of which a third party has said what went wrong, judged by a pack.

The set has for each call a human transcript and that of a recogniser of 2020, the task that the
caller was given, and what the agent entered. No sound is at hand. Both transcripts are judged.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from models.types import Channel, Utterance
from pipeline.events import Basis
from pipeline.replay import StoredCall, replay
from qa_rules.packs import PackSet
from qa_rules.types import CallFacts, State

FILE = Path("text") / "harper_valley" / "calls.jsonl"
TOLD_ONLY = frozenset({"branch hours"})
"""What a task names that the agent tells and does not enter."""
CONFIDENCE = 0.9
"""The set gives none; a transcript that people have checked is believed."""

Transcript = Literal["text", "asr_2020"]

_ROLES = {"agent": Channel.AGENT, "caller": Channel.CUSTOMER}
_NO_WORDS = re.compile(r"\[\w+\]|<unk>")
_OPENS = re.compile(r"(\d+:\d\d) am")


@dataclass(frozen=True, slots=True)
class ValleyCall:
    """A call; `verdict` is the third party's, "" where it gave none."""

    id: str
    verdict: str
    why: str
    facts: CallFacts
    segments: tuple[Mapping[str, Any], ...]

    def said(self, transcript: Transcript) -> Iterator[Utterance]:
        """Yield what is said, by one of the transcripts, in order; noises are left out."""
        rows = sorted(self.segments, key=lambda row: int(row["start_ms"]))
        for number, row in enumerate(rows):
            text = " ".join(_NO_WORDS.sub(" ", str(row[transcript])).split())
            start = row["start_ms"] / 1000
            end = start + row["duration_ms"] / 1000
            if text:
                yield Utterance(number, _ROLES[row["role"]], start, end, text, CONFIDENCE)


def read_calls(path: Path) -> list[ValleyCall]:
    """Read the calls of a file."""
    with path.open(encoding="utf-8") as lines:
        return [_call(json.loads(line)) for line in lines if line.strip()]


def states(call: ValleyCall, transcript: Transcript, packs: PackSet) -> dict[str, State]:
    """Return the state of each item at the call's end, by one of its transcripts."""
    stored = StoredCall(call.id, list(call.said(transcript)))
    stored.seconds = max(s["start_ms"] + s["duration_ms"] for s in call.segments) / 1000
    stored.basis = Basis(call.facts)
    items = {item.id for item in packs.items}
    return {f.rule_id: f.state for f in replay(stored, packs).findings if f.rule_id in items}


def fault_rows(path: Path, packs: PackSet) -> list[tuple[str, str, str, str]]:
    """Return for each call its id, the verdict, and the items at fault by either transcript."""
    return [
        (
            call.id,
            call.verdict or "-",
            _at_fault(states(call, "text", packs)),
            _at_fault(states(call, "asr_2020", packs)),
        )
        for call in read_calls(path)
    ]


def submitted_as_asked(task: Mapping[str, Any], entered: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether an entry holds all of the task, but for what is only told."""
    wanted = {key: _plain(value) for key, value in task.items() if key not in TOLD_ONLY}
    return any(
        all(_plain(one.get(key, "")) == value for key, value in wanted.items()) for one in entered
    )


def _at_fault(found: Mapping[str, State]) -> str:
    bad = (State.MISSED, State.LATE, State.VIOLATED, State.NEEDS_REVIEW)
    return " ".join(item for item, state in found.items() if state in bad) or "-"


def _call(row: Mapping[str, Any]) -> ValleyCall:
    task, qa = row["task"], row.get("third_party_qa") or {}
    values: dict[str, str | int | float | bool] = {
        "task": task["task_type"],
        "submitted_as_asked": submitted_as_asked(task, row["agent_responses"]),
    }
    if opens := _OPENS.match(str(task.get("branch hours", ""))):
        values["branch_opens"] = opens[1]
    facts = CallFacts(agent=row["agent"], customer=row["caller"], values=values)
    return ValleyCall(
        row["sid"], qa.get("verdict", ""), qa.get("rationale", ""), facts, tuple(row["segments"])
    )


def _plain(value: object) -> str:
    return " ".join(re.findall(r"\w+", str(value).lower()))
