"""What the packs' wrap-up lists find in a call: reason, outcome and the values of fields."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from models.languages import ENGLISH, Language
from models.text import Token, tokens
from models.types import Channel, Label, Utterance
from pipeline.passages import trim
from qa_rules.heard import Heard, Listening
from qa_rules.packs import PackSet
from qa_rules.phrases import Hit, Matcher, compile_match
from qa_rules.types import HappenedEvent

EARLY = 1.0 / 3.0
LATE_WEIGHT = 0.5
"""What is said after the first third of a call is seldom why it began."""
MATCH_WEIGHT = 0.6
"""One hit of a reason's own words, as a probability."""
LEAST_REASON = 0.35
SURE_EVENT = 0.9
QUOTE_WORDS = 24
_BREAK = re.compile(r"[.,;:?!]")
_AFTER_NAMES = """
about account again and are because but calling can could for from has have hello here how just like
looking need please ringing so speaking that the this trying want was what when will with would yes
yeah okay not and then also i i'm my we you
"""
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "doctor", "dr", "sir", "madam"})
_NO_SURNAME = frozenset(_AFTER_NAMES.split())


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of a list and the words it rests on; `confidence` 0 to 1."""

    id: str
    title: str
    quote: str
    utterance_id: int
    at: float
    confidence: float


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value for the after-call form, copied from the turn."""

    title: str
    value: str
    utterance_id: int
    quote: str


@dataclass(slots=True)
class _Tally:
    """How sure a reason is, and its best evidence."""

    doubt: float = 1.0
    best: float = 0.0
    quote: str = ""
    utterance_id: int = 0
    at: float = 0.0

    def add(self, weight: float, said: Utterance, quote: str) -> None:
        self.doubt *= 1.0 - min(weight, 0.95)
        if weight > self.best:
            self.best, self.quote = weight, trim(quote, QUOTE_WORDS)
            self.utterance_id, self.at = said.id, said.start


@dataclass(frozen=True, slots=True)
class Call:
    """A call as matchers look at it: each utterance joined to what its speaker said before."""

    heard: tuple[Heard, ...]
    labels: Mapping[int, Sequence[Label]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def cased(self) -> bool:
        """Whether the recogniser writes capitals."""
        return any(h.said.text[:1].isupper() for h in self.heard)


def listen(
    utterances: Iterable[Utterance],
    labels: Mapping[int, Sequence[Label]],
    seconds: float,
    language: Language = ENGLISH,
) -> Call:
    """Return a call ready to be matched; `utterances` in the order they were released."""
    listening = Listening(language)
    return Call(tuple(listening.take(u) for u in utterances), labels, seconds)


def reasons(call: Call, packs: PackSet) -> list[Found]:
    """Return why the customer rang, the most likely first; empty where nothing says so.

    A reason's intents count with their probability, its own words as `MATCH_WEIGHT`; several
    hits make it surer, later ones count half. Of equals the later pack's is the closer one.
    """
    tallies: dict[str, _Tally] = {}
    titles = {r.id: r.title for r in packs.wrapup.reasons}
    for reason in packs.wrapup.reasons:
        matcher = (
            None if reason.match is None else compile_match(reason.match, reason.id, packs.language)
        )
        tally = tallies.setdefault(reason.id, _Tally())
        for heard in call.heard:
            said = heard.said
            if said.channel is Channel.AGENT:
                continue
            early = said.start <= max(call.seconds * EARLY, 45.0)
            weight = 1.0 if early else LATE_WEIGHT
            for label in call.labels.get(said.id, ()):
                if label.kind == "intent" and label.name in reason.intents:
                    tally.add(label.probability * weight, said, label.quote or said.text)
            hit = None if matcher is None else matcher.search(heard, call.labels.get(said.id, ()))
            if hit is not None and not hit.doubt:
                tally.add(MATCH_WEIGHT * weight, said, said.text)
    found = [
        Found(r, titles[r], t.quote, t.utterance_id, t.at, round(1.0 - t.doubt, 3))
        for r, t in reversed(tallies.items())
        if 1.0 - t.doubt >= LEAST_REASON
    ]
    return sorted(found, key=lambda f: -f.confidence)


def outcomes(call: Call, packs: PackSet, happened: Mapping[str, HappenedEvent]) -> list[Found]:
    """Return how the call ended: what the rules saw happen before what was said, latest first.

    `happened` holds the last event of each id.
    """
    found: list[Found] = []
    seen: list[Found] = []
    for outcome in packs.wrapup.outcomes:
        if outcome.event is not None and outcome.event in happened:
            found_by = _from_event(call, outcome.id, outcome.title, happened[outcome.event])
            seen += [] if found_by is None else [found_by]
        if outcome.match is None:
            continue
        last = _last_hit(
            call, compile_match(outcome.match, outcome.id, packs.language), outcome.speaker
        )
        if last is not None:
            heard, hit = last
            said, quote = heard.said, trim(heard.said.text, QUOTE_WORDS)
            sure = hit.score if said.confidence is None else min(hit.score, said.confidence)
            found.append(Found(outcome.id, outcome.title, quote, said.id, said.start, sure))
    return sorted(seen, key=lambda f: -f.at) + sorted(found, key=lambda f: -f.at)


def fields(call: Call, packs: PackSet) -> dict[str, FieldValue]:
    """Return the values said for the form's fields, copied as they stand in the turns.

    Names are taken where they are first given, other values where they are last said: those are
    corrected. What redaction has hidden is no value.
    """
    out: dict[str, FieldValue] = {}
    cased = call.cased
    for spec in packs.wrapup.fields:
        if spec.match is None:
            continue
        matcher = compile_match(spec.match, spec.id, packs.language)
        for heard in call.heard:
            if not _speaks(heard.said.channel, spec.speaker):
                continue
            if spec.slot == "name" and spec.id in out:
                break
            hit = matcher.search(heard, call.labels.get(heard.said.id, ()))
            value = None if hit is None or hit.doubt else _value(heard, hit, spec.slot, cased=cased)
            if value:
                quote = trim(heard.said.text, QUOTE_WORDS)
                out[spec.id] = FieldValue(spec.title, value, heard.said.id, quote)
    return out


def _from_event(call: Call, name: str, title: str, event: HappenedEvent) -> Found | None:
    """Return an outcome that an event names, with its words or those said nearest to it."""
    for evidence in event.evidence:
        if evidence.utterance_id is not None:
            quote = trim(evidence.quote, QUOTE_WORDS)
            return Found(name, title, quote, evidence.utterance_id, event.at, SURE_EVENT)
    near = min(call.heard, key=lambda h: abs(h.said.start - event.at), default=None)
    if near is None:
        return None
    quote = trim(near.said.text, QUOTE_WORDS)
    return Found(name, title, quote, near.said.id, event.at, SURE_EVENT)


def _last_hit(call: Call, matcher: Matcher, speaker: str) -> tuple[Heard, Hit] | None:
    for heard in reversed(call.heard):
        if _speaks(heard.said.channel, speaker):
            hit = matcher.search(heard, call.labels.get(heard.said.id, ()))
            if hit is not None and not hit.doubt:
                return heard, hit
    return None


def _speaks(channel: Channel, speaker: str) -> bool:
    return speaker == "any" or channel.value == speaker or channel is Channel.MIXED


def _value(heard: Heard, hit: Hit, slot: str, *, cased: bool) -> str:
    """Return a slot's words as they stand in the text; the whole turn for the slot "text"."""
    if slot == "text":
        return trim(heard.said.text, QUOTE_WORDS)
    words = hit.slots.get(slot, "").split()
    if not words or any(w.startswith("[") for w in words):
        return ""
    for part in reversed(heard.parts):
        toks = part.toks
        for at in range(len(toks) - len(words), -1, -1):
            if [t.text for t in toks[at : at + len(words)]] == words:
                last = at + len(words) - 1
                text = part.utterance.text
                if slot == "name" and not _name_like(text, toks[at], toks[last], cased=cased):
                    return ""
                if slot == "name" and last + 1 < len(toks) and _surname(text, toks, last):
                    last += 1
                return text[toks[at].start : toks[last].end]
    return _normalised(words)


def _name_like(text: str, first: Token, last: Token, *, cased: bool) -> bool:
    """Return whether words can be a name: no title alone, and with capitals where there are any."""
    name = text[first.start : last.end]
    return name.strip(".").lower() not in _TITLES and (name[:1].isupper() or not cased)


def _surname(text: str, toks: Sequence[Token], last: int) -> bool:
    """Return whether the word after a name goes on with it: by its capital, else by its kind."""
    name, word = text[toks[last].start : toks[last].end], toks[last + 1]
    if _BREAK.search(text, toks[last].end, word.start) or not word.text.isalpha():
        return False
    if name[:1].isupper():
        return text[word.start].isupper() and word.text not in _NO_SURNAME
    return word.text not in _NO_SURNAME and len(word.text) > 2


def _normalised(words: Sequence[str]) -> str:
    """Return words that run over two turns; they stand in neither as a whole."""
    return " ".join(t.text for t in tokens(" ".join(words)))
