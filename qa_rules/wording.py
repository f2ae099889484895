"""What events, facts and states are called where people read about them.

A title is a short clause in the present tense ("the card number is read"), so that it stands after
"when", "before", "after" and "because".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

ANGER = {
    1: "the customer is irritated",
    2: "the customer is angry",
    3: "the customer threatens to leave or to take it further",
    4: "the customer is abusive or in danger",
}
"""Levels of anger in words."""
SYSTEM = {
    "call_start": "the call begins",
    "silence_10s": "nobody speaks for 10 seconds",
    "overtalk_3s": "both speak at once",
    "capture_masked": "recording and transcript are masked",
    "card_digits": "the card number is read",
    "hold_start": "the call goes on hold",
    "hold_end": "the hold ends",
    "hold_30s": "a hold has lasted half a minute",
    "hold_60s": "a hold has lasted a minute",
    "transfer_start": "the transfer begins",
    "transfer_end": "the transfer ends",
    "voicemail_reached": "voicemail answers",
    "supervisor_joined": "a supervisor takes over",
    "anger_cleared": "the customer has calmed down",
    **{f"anger_{level}": words for level, words in ANGER.items()},
}
"""Titles of the events that need no words, where a pack gives none."""
UNNAMED = {"company": "our company", "agent": "your name", "customer": "the customer"}
"""What an agent reads for a name that is not known of a call."""

_PLACE = re.compile(r"\{(\w+)\}")


class Titled(Protocol):
    """Anything with an id and a title."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Wording:
    """The titles of a set of packs; an id without one is written with spaces."""

    events: Mapping[str, str] = field(default_factory=dict)
    intents: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)

    def event(self, name: str) -> str:
        """Return what an event is called."""
        return self.events.get(name) or SYSTEM.get(name) or plain(name)

    def intent(self, name: str) -> str:
        """Return what a want is called."""
        return self.intents.get(name) or plain(name)

    def item(self, name: str) -> str:
        """Return what an item is called, in quotation marks."""
        title = self.items.get(name)
        return f'"{title}"' if title else name


def wording(
    events: Iterable[Titled], intents: Iterable[Titled], items: Iterable[Titled]
) -> Wording:
    """Return the titles of packs."""
    return Wording(_titles(events), _titles(intents), _titles(items))


def _titles(entries: Iterable[Titled]) -> dict[str, str]:
    return {e.id: e.title for e in entries if e.title}


def plain(name: str) -> str:
    """Return an id as words."""
    return name.replace("_", " ")


def fact(name: str, value: object) -> str:
    """Return a fact and its value in words."""
    called = SYSTEM.get(name) or plain(name)
    if isinstance(value, bool):
        return called if value else f"not: {called}"
    return f"{called} is {listed(value)}"


def listed(value: object) -> str:
    """Return a value in words; several are alternatives."""
    if isinstance(value, tuple):
        return " or ".join(listed(v) for v in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def fill(text: str, facts: Mapping[str, object]) -> str:
    """Return a script's line with a call's names in its places; other places become "..."."""
    if "{" not in text:
        return text
    return _PLACE.sub(lambda p: str(facts.get(p[1]) or UNNAMED.get(p[1], "...")), text)
