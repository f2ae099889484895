"""A call in three quotes: what it was about, what was done, what comes next.

Nothing is written that was not said. Lines are chosen, trimmed and linked to their turns.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.types import Channel, Utterance
from pipeline.passages import Sentence, trim
from pipeline.promises import Promise
from pipeline.turns import backchannel

_WANTS = re.compile(
    r"\b(?:i (?:want|need|would like|was (?:wondering|hoping|calling)|am (?:calling|ringing"
    r"|trying)|cannot|can't|lost"
    r"|have (?:a|an|been|not|got)|never|haven't|didn't)|i'd like|i'm (?:calling|ringing|trying"
    r"|having|hoping|looking|not)"
    r"|i've (?:been|had|got|lost|not)|i lost|my \w+(?: \w+)? (?:is|was|has|have|are|never|keeps"
    r"|won't|doesn't|didn't|fell|came|isn't|hasn't)"
    r"|(?:it|there)(?:'s| is| was) (?:a |not |no )?(?:problem|wrong|issue|broken|charge)"
    r"|can (?:i|you)|could (?:i|you)"
    r"|calling (?:about|because|to)|ringing (?:about|because|to))\b",
    re.I,
)
_TROUBLE = re.compile(
    r"\b(?:problem|issue|wrong|charged?|overcharged|twice|broken|damaged|late|missing|lost"
    r"|stolen|cancel|refund|complain\w*|fault"
    r"|error|replace\w*|not work\w*|doesn't work|appointment|order|delivery|payment|pay|bill"
    r"|transfer|schedule|book|"
    r"balance|password|reset|light|change|update|nobody|no one|interested)\b",
    re.I,
)
_PLEASANTRY = re.compile(
    r"\b(?:my name is|this is|how are you|speaking|date of birth|postcode|zip code|thank"
    r"|good (?:morning|afternoon|evening)"
    r"|hello|hi there|nice to|bye)\b",
    re.I,
)
_DONE = re.compile(
    r"\b(?:i|we)(?:'ve| have| just|'ve just| have just)(?: (?:now|also|already|just"
    r"|gone ahead and))* \w+(?:ed|en|t|ne|de|d)\b"
    r"|\b(?:has|have) (?:now |just |already )?been \w+(?:ed|en|t)\b"
    r"|\b(?:is|are|that's|it's|you're)(?: (?:now|all|already|both))+ (?:done|sorted|set|fixed"
    r"|booked|cancell?ed|confirmed|complete|updated|active|in the system)\b"
    r"|\b(?:that's|that has|it's) (?:gone through|been|done|sorted|booked|cancell?ed|fixed)\b"
    r"|\b(?:that|it)(?:'s| is) in (?:our|the) system\b"
    r"|\bi have (?:an?|your) (?:[\w.]+ ){0,3}(?:appointment|booking|slot)\b"
    r"|\b(?:i|we) (?:did find|found|have found)\b"
    r"|\bwe(?:'ve| have)? got (?:that|the|your|it) \w+(?: \w+)? (?:cancell?ed|booked|set up"
    r"|sorted|removed|changed)\b",
    re.I,
)
_NOT_DONE = re.compile(
    r"\b(?:i've been|have you|has anyone|haven't|hasn't|not been|never been|i've got (?:a|an"
    r"|the)|we have (?:a|an)|i have (?:a|an|your|the)(?! (?:[\w.]+ ){0,3}(?:appointment|booking"
    r"|slot))"
    r"|how long|been (?:waiting|told|trying)|i've heard|i have heard|would have|could have"
    r"|should have"
    r"|may have|might have|thinking|not sure|if you|whether)\b",
    re.I,
)
_RECAP = re.compile(
    r"\b(?:to (?:recap|review|confirm|summari[sz]e)|just to (?:recap|confirm)|so (?:that's|i've"
    r"|we've|to)|all (?:done|set))\b",
    re.I,
)
MOST_WORDS = 32
ISSUE_SHARE = 0.6
"""The issue is looked for in this share of the call; what is said later is seldom why it began."""
LEAST_ISSUE = 1.3
"""A line scored lower than this does not say why the customer rang."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the summary; `kind` is "issue", "done" or "next"."""

    kind: str
    text: str
    utterance_id: int


def summarise(
    said: Sequence[Sentence], promises: Sequence[Promise], reason_id: int | None, seconds: float
) -> list[Line]:
    """Return the lines that the call yields, at most one of a kind.

    Args:
        said: the call as sentences.
        promises: what was promised in it.
        reason_id: the utterance that names the reason for the call, where one is known.
        seconds: the call's length.
    """
    issue, done = _issue(said, reason_id, seconds), _done(said)
    following = _next(promises)
    return [line for line in (issue, done, following) if line is not None]


def _issue(said: Sequence[Sentence], reason_id: int | None, seconds: float) -> Line | None:
    """Return why the customer rang; in a call that names no sides nobody is the customer."""
    best: tuple[float, int] | None = None
    lines = [s for s in said if s.utterance.channel is Channel.CUSTOMER]
    for at, sentence in enumerate(lines):
        u = sentence.utterance
        words = sentence.text.split()
        if u.start > seconds * ISSUE_SHARE or len(words) < 4 or backchannel(sentence.text):
            continue
        score = 1.5 * bool(_WANTS.search(sentence.text)) + len(_TROUBLE.findall(sentence.text))
        score += 1.5 * (u.id == reason_id) + min(len(words), 20) / 20
        score -= 0.5 * bool(_PLEASANTRY.search(sentence.text)) + u.start / max(seconds, 1.0)
        if best is None or score > best[0]:
            best = (score, at)
    if best is None or best[0] < LEAST_ISSUE:
        return None
    sentence = lines[best[1]]
    text = sentence.text
    if best[1] + 1 < len(lines) and len(text.split()) < MOST_WORDS // 3:
        more = lines[best[1] + 1]
        same = more.utterance.id == sentence.utterance.id
        close = more.utterance.start - sentence.utterance.end < 4
        if same or (close and _WANTS.search(more.text)):
            text = f"{text} {more.text}"
    return Line("issue", trim(text, MOST_WORDS), sentence.utterance.id)


def steps(said: Sequence[Sentence]) -> list[Line]:
    """Return everything that the agent says has been done, in order, each once."""
    lines: dict[str, Line] = {}
    for sentence in said:
        if sentence.utterance.channel is not Channel.AGENT or sentence.question:
            continue
        found = list(_DONE.finditer(sentence.text))
        if found and not _NOT_DONE.search(sentence.text):
            text, source = sentence.around(found[0].start(), found[-1].end())
            lines.setdefault(text.lower(), Line("done", trim(text, MOST_WORDS), source.id))
    return list(lines.values())


def _done(said: Sequence[Sentence]) -> Line | None:
    """Return what the agent says has been done: a recap before one step, late before early."""
    best: tuple[float, tuple[str, Utterance]] | None = None
    for at, sentence in enumerate(said):
        if sentence.utterance.channel is not Channel.AGENT or sentence.question:
            continue
        found = list(_DONE.finditer(sentence.text))
        if not found or _NOT_DONE.search(sentence.text):
            continue
        score = len(found) + bool(_RECAP.search(sentence.text)) + at / len(said)
        if best is None or score >= best[0]:
            best = (score, sentence.around(found[0].start(), found[-1].end()))
    if best is None:
        return None
    text, source = best[1]
    return Line("done", trim(text, MOST_WORDS), source.id)


def _next(promises: Sequence[Promise]) -> Line | None:
    """Return the promise to be kept next: one with a date and a task before the others."""
    mine = [p for p in promises if p.who == "agent"] or list(promises)
    if not mine:
        return None
    best = max(mine, key=lambda p: (bool(p.task), p.due is not None, p.at))
    return Line("next", best.quote, best.utterance_id)
