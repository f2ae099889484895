"""The calls that come with the product: what they are, where they lie, and what is said in them.

Made from the scripts beside them by `streaming.demo.make_calls`; the companies and people are
invented. Times of the ground truth are seconds of the recording.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from models.types import Channel
from pipeline.live import CallStart

FOLDER = Path(__file__).parent
ARTICLES = FOLDER / "knowledge"
RATE_HZ = 8000
CHANNELS = (Channel.AGENT, Channel.CUSTOMER)
NAMES = ("complaint", "outbound_sale", "card_payment")

Fact = str | int | float | bool


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """What one side says, from `start` to `end` in seconds of the recording."""

    channel: Channel
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class DemoCall:
    """A bundled call; `path` is a FLAC of two channels at 8 kHz, the agent first."""

    name: str
    title: str
    path: Path
    queue: str
    agent: str
    company: str
    direction: str
    packs: tuple[str, ...]
    jurisdiction: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def start(self, call_id: str = "") -> CallStart:
        """Return the start of this call as a client gives it; `call_id` defaults to its own."""
        return CallStart(
            call_id=call_id or f"demo-{self.name.replace('_', '-')}",
            channels=CHANNELS,
            rate_hz=RATE_HZ,
            agent=self.agent,
            queue=self.queue,
            direction=self.direction,
            facts=self.facts,
            source="demo",
        )

    def turns(self) -> tuple[SpokenTurn, ...]:
        """Return the ground truth: every turn with its words and its place in the recording."""
        data = json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8"))
        return tuple(
            SpokenTurn(Channel(t["channel"]), t["text"], t["start"], t["end"])
            for t in data["turns"]
        )


def calls() -> tuple[DemoCall, ...]:
    """Return the bundled calls: a complaint, an outbound sale and a card payment."""
    return tuple(_call(name) for name in NAMES)


def _call(name: str) -> DemoCall:
    path = FOLDER / f"{name}.yaml"
    script = yaml.safe_load(path.read_text(encoding="utf-8"))
    facts: dict[str, Fact] = {
        "company": script["company"],
        "agent_name": script["agent"],
        "customer_name": script["customer"],
        **script.get("facts", {}),
    }
    return DemoCall(
        name=name,
        title=script["title"],
        path=path.with_suffix(".flac"),
        queue=script["queue"],
        agent=script["agent"],
        company=script["company"],
        direction=script["direction"],
        packs=tuple(script["packs"]),
        jurisdiction=script.get("jurisdiction", ""),
        facts=facts,
    )
