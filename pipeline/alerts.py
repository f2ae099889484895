"""What a supervisor is called for: rules over a live call's events, and how signs become alerts.

Pure. A sign is one thing noticed, with the words and the second. Signs of one call become alerts at
least `APART_S` apart, unless the level rises: in between they join the alert that is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.types import Channel
from pipeline.errors import RequestRefused
from pipeline.events import AngerChanged, CallStarted, ChecklistChanged, Event, LabelsAdded
from pipeline.glance import Glance
from qa_rules.types import Evidence, HappenedEvent, State

APART_S = 180.0
SILENCE_S = 30.0
SHARE = 0.75
SURE = 0.9
"""The probability from which a classifier's word alone is a sign."""
ALSO_KEPT = 5
WHY_CHARS = 2000
REMOVED = "[words removed]"
"""What stands for the quote of an utterance that turned out to hold a secret."""


class AlertKind(StrEnum):
    """What an alert is about; TITLES says each in words."""

    ANGER = "anger"
    SUPERVISOR = "supervisor_request"
    LEAVING = "threat_to_leave"
    OUTSIDE = "threat_outside"
    ABUSE = "abuse"
    SELF_HARM = "self_harm"
    DANGER = "danger"
    SILENCE = "silence"
    TALK = "talk_share"
    MISSED = "critical_missed"


_K = AlertKind
TITLES: Final = {
    _K.ANGER: "Angry customer",
    _K.SUPERVISOR: "Asks for a supervisor",
    _K.LEAVING: "Threatens to leave",
    _K.OUTSIDE: "Threatens with the law, a regulator or the press",
    _K.ABUSE: "Abuse",
    _K.SELF_HARM: "Speaks of self-harm",
    _K.DANGER: "Emergency",
    _K.SILENCE: "Long silence",
    _K.TALK: "The agent does nearly all the talking",
    _K.MISSED: "A critical item was missed or broken",
}
ANGER_TITLES: Final = {
    3: "Angry: threatens to leave or to complain outside",
    4: "Angry: abuse or danger",
}
INTENTS: Final = {
    "supervisor_request": (_K.SUPERVISOR, 2),
    "churn_threat": (_K.LEAVING, 3),
    "ret_threat": (_K.LEAVING, 3),
    "legal_threat": (_K.OUTSIDE, 3),
    "regulator_threat": (_K.OUTSIDE, 3),
    "media_threat": (_K.OUTSIDE, 3),
    "abuse": (_K.ABUSE, 4),
    "self_harm": (_K.SELF_HARM, 4),
    "emergency": (_K.DANGER, 4),
    "opr_bomb_threat": (_K.DANGER, 4),
}
"""Events of packs, and intents of classifiers, that call for a supervisor; their kind and level."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing noticed: the words it rests on, and the second of the call.

    `utterance_id` says whose words they are; None where it rests on none.
    """

    kind: AlertKind
    level: int
    quote: str
    second: float
    title: str
    utterance_id: int | None = None


class AlertState(StrEnum):
    """Where an alert stands. `expired` needed nothing any more once its call was over."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    FALSE = "false"
    EXPIRED = "expired"


OPEN: Final = frozenset({AlertState.RAISED, AlertState.ACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert; times are ISO 8601 in UTC, "" for what has not happened.

    `also` are the signs that joined it, the latest last. `why` says what was done, or why it was
    a false alert.
    """

    id: str
    call_id: str
    agent: str
    queue: str
    kind: AlertKind
    level: int
    title: str
    quote: str
    second: float
    utterance_id: int | None
    raised_at: str
    state: AlertState = AlertState.RAISED
    also: tuple[Sign, ...] = ()
    opened_at: str = ""
    opened_by: str = ""
    acknowledged_at: str = ""
    acknowledged_by: str = ""
    closed_at: str = ""
    closed_by: str = ""
    why: str = ""


class AlertWatch:
    """Notices what one call's supervisor should know."""

    def __init__(self, started: CallStarted) -> None:
        self.glance = Glance(started)
        self._told_silence = -1.0
        self._told_talk = False
        self._missed: set[str] = set()
        self._seen = 0

    def take(self, event: Event) -> list[Sign]:
        """Take an event; return what it is a sign of."""
        before = self.glance.anger
        self.glance.take(event)
        match event:
            case AngerChanged(anger=anger) if anger.flagged and anger.level > before.level * (
                before.flagged
            ):
                title = ANGER_TITLES.get(anger.level, TITLES[_K.ANGER])
                return [_sign(_K.ANGER, anger.level, anger.reasons, anger.at, title)]
            case LabelsAdded(labels=labels):
                said = self.glance.last_words
                sure = [x for x in labels if x.kind == "intent" and x.probability >= SURE]
                if said is None or said.channel is Channel.AGENT:
                    return []
                return [
                    _sign(*INTENTS[x.name], (replace(said, quote=x.quote or said.quote),), said.end)
                    for x in sure
                    if x.name in INTENTS
                ]
            case ChecklistChanged(finding=found):
                gone = found.state in (State.MISSED, State.VIOLATED) and found.severity.critical
                if not gone or found.rule_id in self._missed:
                    return []
                self._missed.add(found.rule_id)
                at = found.at if found.at is not None else 0.0
                word = "Missed" if found.state is State.MISSED else "Broken"
                return [_sign(_K.MISSED, 3, found.evidence, at, f"{word}: {found.title}")]
            case _:
                return []

    def look(self, seconds: float, happened: Sequence[HappenedEvent] = ()) -> list[Sign]:
        """Return what shows by time alone, and in what the rules heard since the last look."""
        fresh, self._seen = happened[self._seen :], len(happened)
        signs = []
        for event in fresh:
            self.glance.talk.held(event)
            if event.id in INTENTS:
                signs.append(_sign(*INTENTS[event.id], event.evidence, event.at))
        return [*signs, *self._silence(seconds), *self._share(seconds)]

    def _silence(self, seconds: float) -> list[Sign]:
        talk = self.glance.talk
        since = talk.quiet_at
        if since is None or talk.silence_s(seconds) <= SILENCE_S or since == self._told_silence:
            return []
        self._told_silence = since
        before = self.glance.last_words
        last = () if before is None else (before,)
        return [_sign(_K.SILENCE, 1, last, since, f"Nobody has spoken for {SILENCE_S:g} s")]

    def _share(self, seconds: float) -> list[Sign]:
        share = self.glance.talk.agent_share(seconds)
        if share is None or share <= SHARE:
            self._told_talk = self._told_talk and share is not None and share > SHARE - 0.1
            return []
        if self._told_talk:
            return []
        self._told_talk = True
        title = f"The agent did {100 * share:.0f} % of the talking for 3 minutes"
        return [_sign(_K.TALK, 1, (), seconds, title)]


def _sign(
    kind: AlertKind, level: int, evidence: Sequence[Evidence], at: float, title: str = ""
) -> Sign:
    proof = evidence[-1] if evidence else None
    title = title or TITLES[kind]
    if proof is None:
        return Sign(kind, level, "", round(at, 2), title)
    return Sign(kind, level, proof.quote, round(at, 2), title, proof.utterance_id)


def joined(latest: Alert, sign: Sign, now: datetime) -> Alert | None:
    """Return the call's latest alert with the sign in it; None where it needs one of its own.

    An alert that nobody has answered takes in all that follows, and rises with it. One that was
    answered takes in what is no worse for `APART_S`; a closed one is returned as it is.
    """
    rises = sign.level > latest.level
    if latest.state is AlertState.RAISED:
        if not rises:
            return replace(latest, also=_kept(latest.also, sign))
        return replace(
            latest,
            kind=sign.kind,
            level=sign.level,
            title=sign.title,
            quote=sign.quote,
            second=sign.second,
            utterance_id=sign.utterance_id,
            also=_kept(latest.also, _as_sign(latest)),
        )
    apart = (now - datetime.fromisoformat(latest.raised_at)).total_seconds()
    if rises or apart >= APART_S:
        return None
    return replace(latest, also=_kept(latest.also, sign)) if latest.state in OPEN else latest


def answered(alert: Alert, deed: str, who: str, at: str, why: str = "") -> Alert:
    """Return the alert after a person's deed: open, acknowledge, resolve or false.

    Raises:
        RequestRefused: there is no such deed, a false alert has no reason, or it is closed.
    """
    seen = alert
    if not alert.opened_at:
        seen = replace(alert, opened_at=at, opened_by=who)
    if deed == "open":
        return seen
    if alert.state not in OPEN:
        raise RequestRefused(f"this alert is closed already: {alert.state}")
    if not seen.acknowledged_at:
        seen = replace(seen, acknowledged_at=at, acknowledged_by=who)
    match deed:
        case "acknowledge":
            return replace(seen, state=AlertState.ACKNOWLEDGED)
        case "resolve":
            state = AlertState.RESOLVED
        case "false":
            if not why.strip():
                raise RequestRefused("say in a few words why the alert is false")
            state = AlertState.FALSE
        case _:
            raise RequestRefused(f"no such deed: {deed}; open, acknowledge, resolve or false")
    return replace(seen, state=state, closed_at=at, closed_by=who, why=why[:WHY_CHARS])


def hidden(alert: Alert, utterance_id: int) -> Alert:
    """Return the alert without the words of an utterance that held a secret."""
    also = tuple(
        replace(s, quote=REMOVED) if s.utterance_id == utterance_id else s for s in alert.also
    )
    quote = REMOVED if alert.utterance_id == utterance_id else alert.quote
    return replace(alert, quote=quote, also=also)


def _as_sign(alert: Alert) -> Sign:
    return Sign(alert.kind, alert.level, alert.quote, alert.second, alert.title, alert.utterance_id)


def _kept(also: tuple[Sign, ...], sign: Sign) -> tuple[Sign, ...]:
    rest = tuple(s for s in also if (s.kind, s.quote) != (sign.kind, sign.quote))
    return (*rest, sign)[-ALSO_KEPT:]
