"""What was promised in a call: by whom, in which words, and by when.

Only what outlives the call counts: "I'll call you back tomorrow", not "I'll put you on hold". An
offer ("I can send it"), a question ("shall I ring you?") and a condition are no promise.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models.text import tokens
from models.types import Channel
from pipeline.dates import Due, find_due
from pipeline.passages import Sentence, trim

_WILL = r"(?:'ll|\s+will|\s+shall|(?:'(?:m|re|s)|\s+(?:am|are|is))\s+(?:going\s+to|gonna))"
_ADVERBS = (
    r"(?:\s+(?:also|just|definitely|then|personally|certainly|um|uh|er|make sure to|be sure to"
    r"|go ahead and|try (?:and|to)))*"
)
_SOMEBODY = (
    r"(?:someone|somebody|they|he|she|(?:our|the|my|a|an)\s+(?:\w+\s+)?(?:team|engineer|manager"
    r"|supervisor|technician"
    r"|colleague|driver|specialist|department|office|plumber|electrician|agent|advisor))"
    r"(?:\s+(?:from|in)\s+\w+(?:\s+\w+)?)?"
)
_LASTING = (
    r"(?:call(?:ing)?|ring|phone|e-?mail(?:ing)?|send(?:ing)?|text(?:ing)?|mail(?:ing)?|post"
    r"|contact|get\s+back|be\s+in\s+touch"
    r"|get\s+in\s+touch|reach\s+out|follow(?:ing)?\s+(?:this\s+|that\s+)?up|chase|investigate"
    r"|raise|escalate|"
    r"pass\s+(?:this|that|it|your)|arrange|ship|dispatch|refund|credit|reimburse|deliver"
    r"|come\s+out|visit|let\s+you\s+know"
    r"|notify|update\s+you|give\s+you\s+a\s+(?:call|ring)|have\s+(?:\w+\s+){1,4}?(?:call|ring"
    r"|contact|email)\s+you|drop\s+you"
    r"|get\s+(?:this|that|it|them)\s+(?:out|sent|over)(?:\s+in\s+the\s+mail)?|mail\s+(?:it|that"
    r"|this)|forward|write\s+to\s+you"
    r"|be\s+(?:sending|calling|emailing|ringing|contacting|with\s+you|there|out))\b"
)
_DATED = (
    r"(?:look(?:ing)?\s+into|check|cancel|process|add|order|submit|fix|sort|replace|remove"
    r"|apply|book|schedule|transfer|have|pay"
    r"|issue|waive|report|file|arrive|be|take|get|receive|hear|see|reach|show|expire|start"
    r"|go\s+out|come|put)\b"
)
_NOT_BACK = r"(?!\s+(?:you\s+)?(?:right\s+)?(?:through|over)\b)"
_AGENT = re.compile(
    rf"\b(?:I|we|{_SOMEBODY}){_WILL}(?!\s+(?:not|never)\b){_ADVERBS}\s+{_LASTING}{_NOT_BACK}", re.I
)
_AGENT_DATED = re.compile(
    rf"\b(?:I|we|{_SOMEBODY}){_WILL}(?!\s+(?:not|never)\b){_ADVERBS}\s+{_DATED}", re.I
)
_YOURS_DATED = re.compile(
    r"\byou(?:'ll|\s+will|\s+should|\s+can\s+expect)(?!\s+not\b)(?:\s+(?:be\s+able|then"
    r"|also))*(?:\s+to)?"
    r"\s+(?:get|receive|hear|have|see|be\s+getting|be\s+contacted|be\s+called|expect)\b",
    re.I,
)
_COMES_DATED = re.compile(
    r"\b(?:it|that|this|they|there|(?:the|your|a|that)\s+(?:\w+\s+){0,2}?\w+)(?:'ll|\s+will"
    r"|\s+should|(?:'s|\s+is)\s+(?:going\s+to|gonna))(?!\s+not\b)"
    r"(?:\s+(?:just|then|also|all|um|uh))*\s+(?:be|send|arrive|take|come|reach|ship|go\s+out"
    r"|show|land|get)\b",
    re.I,
)
_BOOKED_DATED = re.compile(
    r"\b(?:the|an|your|our)\s+(?:\w+\s+)?(?:engineer|technician|driver|plumber|visit|delivery"
    r"|appointment|parcel|package|order|refund|money|replacement|new\s+\w+)\s+(?:comes"
    r"|is\s+coming"
    r"|arrives|is\s+arriving|is\s+booked|goes\s+out|ships|is\s+due)\b"
    r"|\b(?:I|we)(?:'ve|\s+have)\s+(?:now\s+|just\s+)?(?:booked|scheduled|arranged)\b"
    r"|\bI\s+have\s+(?:an?|your)\s+(?:[\w.]+\s+){0,3}(?:appointment|booking|slot)\b",
    re.I,
)
_CUSTOMER = re.compile(
    rf"\bI{_WILL}(?!\s+(?:not|never)\b){_ADVERBS}\s+(?:send|e-?mail|call\s+(?:you\s+|them\s+"
    rf"|him\s+)?back|call\s+back"
    r"|ring\s+(?:you\s+)?back|pay|post|drop\s+(?:it|them|that)|bring|come\s+in|upload|mail"
    r"|forward|get\s+(?:it|that)\s+to\s+you"
    r"|visit|transfer\s+(?:it|the\s+money))\b",
    re.I,
)
_NO_PROMISE = re.compile(
    r"\b(?:if|unless|would you like|do you want|shall (?:I|we)|should (?:I|we)|can (?:I|we)"
    r"|could (?:I|we)|may I|did you say|you said|you told|he said|she said|they said|was told"
    r"|said)\b",
    re.I,
)
_AT_ONCE = re.compile(
    r"\b(?:right now|just now|on hold|one (?:moment|second)|a (?:second|moment|minute)|now so|"
    r"transfer(?:ring)? you|put(?:ting)? you through|(?:call|ring|phone) (?:it|that) (?:up"
    r"|out))\b",
    re.I,
)
_CALL_BACK = re.compile(
    r"\b(?:call|ring|phone|give you a (?:call|ring)|get back|in touch|contact)", re.I
)
_SEND = re.compile(r"\b(?:send|e-?mail|text|mail|post|ship|dispatch|forward|write to)", re.I)
_LOOK = re.compile(
    r"\b(?:look into|investigat|chase|escalat|raise|pass (?:this|that|it|your)|follow|arrange"
    r"|check|file|report)",
    re.I,
)
_START = re.compile(r"(?:^|[,;:]\s*|\b(?:and|but|so|then|because|okay|right|well)\s+)", re.I)
_DONE = {
    "send": re.compile(
        r"\b(?:I|we)(?:'ve| have| just)(?: \w+ly| just| now)* (?:sent|e-?mailed|texted"
        r"|mailed|posted|forwarded)\b",
        re.I,
    ),
    "look_into": re.compile(
        r"\b(?:I|we)(?:'ve| have| just)(?: \w+ly| just| now)* (?:raised|chased"
        r"|escalated|passed|arranged|checked|filed|reported|looked into)\b",
        re.I,
    ),
}
"""How a promise of a task is said to be kept; a later call or letter cannot be, while it is on."""
_LASTS = re.compile(
    r"(?:for|over|takes?)\b.*\b(?:minutes?|hours?|days?|weeks?|fortnight|months?)\b(?!.*from now)",
    re.I,
)
"""A time that is a length, not an end."""
_SMALL = """
a an and am are be by can do for from get go going have i i'll in is it me my of on our so someone
that the them then they this to up we we'll will with you you'll your
"""
_EMPTY = frozenset(_SMALL.split())
_NEXT_THING = re.compile(
    r",\s+(?:and|so|your)\b|,?\s+(?:and\s+|so\s+)?(?:thank you|thanks|have a|bye|take care"
    r"|is there anything|does that"
    r"|is that|are you|have i got|would that|but that put)\b",
    re.I,
)
"""Where a promise is over, in a text without full stops."""
QUOTE_WORDS = 30
SAME = 0.5
"""The share of telling words from which two promises are the same one."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment in its own words; `who` is "agent" or "customer".

    `due` is an ISO date or local date and time, None where none was said or none is fixed by the
    words; `due_words` are those words. `task` is what is left to do: "call_back", "send",
    "look_into" or "" where it will come by itself. `sure` is false where `due` may be meant
    otherwise.
    """

    who: str
    quote: str
    utterance_id: int
    at: float
    due: str | None = None
    due_words: str = ""
    task: str = ""
    sure: bool = True


def find_promises(said: Sequence[Sentence], now: datetime) -> list[Promise]:
    """Return the promises of both sides, in order; of one made twice the one with a date."""
    found: list[Promise] = []
    for sentence in said:
        found = [p for p in found if not _kept(p, sentence)]
        promise = _promise(sentence, now)
        if promise is not None:
            found = _with(found, promise)
    return found


def _promise(sentence: Sentence, now: datetime) -> Promise | None:
    if sentence.question or sentence.utterance.channel is Channel.MIXED:
        return None
    text = sentence.text
    if sentence.utterance.channel is Channel.CUSTOMER:
        match, dated = _CUSTOMER.search(text), None
    else:
        match, dated = _agent(text)
    start = match or dated
    if start is None or _NO_PROMISE.search(text[: start.start()]) or _hidden(text, start):
        return None
    due = _due(text, start, now)
    if due is None and (match is None or re.search(r"\bif\b", text[start.end() :])):
        return None
    if _AT_ONCE.search(text, start.start()) and (due is None or due.iso is None):
        return None
    begin = _clause(sentence, start.start(), due)
    last = max(start.end(), due.end if due else 0)
    end = min((offset for offset, _ in sentence.parts if offset >= last), default=len(text))
    following = _NEXT_THING.search(text, last, end)
    end = following.start() if following is not None else end
    return Promise(
        who=sentence.utterance.channel.value,
        quote=trim(text[begin:end], QUOTE_WORDS),
        utterance_id=sentence.source(begin).id,
        at=sentence.source(begin).start,
        due=due.iso if due else None,
        due_words=due.words if due else "",
        task=_task(text[start.start() :]) if match else "",
        sure=due.sure if due else True,
    )


def _agent(text: str) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    match = _AGENT.search(text)
    ways = (_AGENT_DATED, _YOURS_DATED, _COMES_DATED, _BOOKED_DATED)
    dated = next((found for way in ways if (found := way.search(text))), None)
    return match, dated


def _hidden(text: str, found: re.Match[str]) -> bool:
    """Return whether the words are somebody else's or a condition's ("if I send it ...")."""
    return _NO_PROMISE.search(found.group()) is not None


def _due(text: str, found: re.Match[str], now: datetime) -> Due | None:
    """Return when it is due: the first date after the promise's words, else one before them."""
    dues = [d for d in find_due(text, now) if not _LASTS.match(d.words)]
    after = [d for d in dues if d.start >= found.start()]
    before = [d for d in dues if d.end <= found.start() and found.start() - d.end <= 12]
    near = [*after, *reversed(before)]
    day = next((d for d in near if d.clock is None), None)
    clock = next((d for d in near if d.clock is not None), None)
    if day is None or clock is None or clock.clock is None or day.iso is None or "T" in day.iso:
        return day or clock
    return replace(day, iso=f"{day.iso}T{clock.clock:%H:%M}")


def _clause(sentence: Sentence, at: int, due: Due | None) -> int:
    """Return where the clause begins that a promise stands in, with a date said before it."""
    starts = [f.end() for f in _START.finditer(sentence.text, 0, at + 1)]
    starts += [offset for offset, _ in sentence.parts]
    start = max((s for s in starts if s <= at), default=0)
    return min(start, due.start) if due is not None and due.end <= at else start


def _task(words: str) -> str:
    for name, pattern in (("call_back", _CALL_BACK), ("send", _SEND), ("look_into", _LOOK)):
        found = pattern.search(words)
        if found is not None and found.start() < 40:
            return name
    return "other"


def _with(found: list[Promise], new: Promise) -> list[Promise]:
    """Add a promise; what the same side has promised before is said again, not made twice."""
    for at, old in enumerate(found):
        if old.who != new.who or (old.due and new.due and old.due != new.due):
            continue
        mine, theirs = _telling(old), _telling(new)
        if mine and theirs and len(mine & theirs) / min(len(mine), len(theirs)) >= SAME:
            better = new if new.due and not old.due else old
            return [*found[:at], better, *found[at + 1 :]]
    return [*found, new]


def _kept(promise: Promise, later: Sentence) -> bool:
    """Return whether its side says, in the same call, that it has been done ("I've emailed it")."""
    if promise.who != later.utterance.channel.value or promise.task not in _DONE:
        return False
    if promise.utterance_id == later.utterance.id:
        return False
    if not _DONE[promise.task].search(later.text):
        return False
    return bool(_stems(promise.quote) & _stems(later.text))


def _stems(text: str) -> set[str]:
    """Return the words that tell one thing from another, without their endings."""
    return {t.text[:5] for t in tokens(text) if t.text not in _EMPTY and len(t.text) > 3}


def _telling(promise: Promise) -> set[str]:
    """Return the words of a promise that say what it is, without its date."""
    words = {t.text for t in tokens(promise.quote)} - {t.text for t in tokens(promise.due_words)}
    return words - _EMPTY
