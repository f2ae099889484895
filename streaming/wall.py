"""The supervisors' wall: every live call at a glance, and the alerts that its calls raise.

Calls only leave their events here; they are worked through on a timer, so a fault of the wall is no
fault of a call. Watchers ask for what changed since the version they have: nobody has a queue.
Everything but `save` belongs to one event loop.
"""

import asyncio
import json
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Final

import structlog
from sqlalchemy.exc import IntegrityError

from pipeline.alerts import (
    OPEN,
    Alert,
    AlertKind,
    AlertState,
    AlertWatch,
    Sign,
    answered,
    hidden,
    joined,
)
from pipeline.errors import CallNotFound, RecordNotFound, StoreUnavailable
from pipeline.events import (
    CallEnded,
    CallStarted,
    Event,
    LabelsAdded,
    NoteSent,
    UtteranceRedacted,
)
from pipeline.glance import GLANCED
from pipeline.store.alerts import Alerts
from streaming.bus import Bus
from streaming.deps import Host, LiveSummary

log = structlog.get_logger(__name__)

TICK_S: Final = 0.25
"""How often watchers are told; four times a second is as live as a person can follow."""
LOOK_EVERY: Final = 4
"""Ticks between looks at what shows by time alone."""
WAITING: Final = 20_000
KEPT: Final = 1_000
"""Alerts and gone calls that are remembered; the database has all alerts."""
RELOAD: Final = timedelta(hours=12)
"""Alerts of an earlier run that nobody closed come back for a shift."""
NEEDED: Final = (*GLANCED, CallEnded, LabelsAdded, NoteSent)


@dataclass(slots=True)
class _Call:
    watch: AlertWatch
    version: int = 0
    latest: str = ""
    note: NoteSent | None = None
    seconds: float = 0.0


class Wall:
    """What all watchers see, one for a server."""

    def __init__(
        self,
        bus: Bus,
        host: Host,
        book: Alerts,
        readers: Executor,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.book = book
        self.version = 0
        self.missed = 0
        """Events that came while too many waited, and were not looked at."""
        self._host, self._readers = host, readers
        self._now = now or (lambda: datetime.now(UTC))
        self._inbox: deque[tuple[str, Event]] = deque()
        self._calls: dict[str, _Call] = {}
        self._gone: OrderedDict[str, int] = OrderedDict()
        self._alerts: OrderedDict[str, Alert] = OrderedDict()
        self._changed: dict[str, int] = {}
        self._notes: OrderedDict[tuple[str, str], NoteSent] = OrderedDict()
        self._unsaved: set[str] = set()
        self._fresh: set[str] = set()
        self._lock, self._writing = Lock(), Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._ticks = 0
        self._loaded = False
        self.watchers: set[asyncio.Event] = set()
        bus.tap(self.hear)

    # -- in -------------------------------------------------------------------------------------

    def hear(self, call_id: str, event: Event) -> None:
        """Keep an event for the next tick."""
        if not isinstance(event, NEEDED):
            return
        if len(self._inbox) >= WAITING:
            self.missed += 1
            return
        self._inbox.append((call_id, event))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def _tick(self) -> None:
        """Work through what came, look at the clock, save, and wake the watchers."""
        self._timer = None
        before = self.version
        try:
            self._ticks += 1
            self._fresh.clear()
            self._drain()
            if self._ticks % LOOK_EVERY == 0:
                for summary in self._host.live():
                    self._look(summary)
            if self._unsaved and not self._writing.locked():
                self._readers.submit(self.save)
        finally:
            if self._calls or self._inbox or self._unsaved:
                self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)
            if self.version != before:
                for watcher in self.watchers:
                    watcher.set()

    def _drain(self) -> None:
        while self._inbox:
            self._take(*self._inbox.popleft())

    def _take(self, call_id: str, event: Event) -> None:
        if isinstance(event, CallStarted):
            self._calls[call_id] = _Call(AlertWatch(event))
            self._gone.pop(call_id, None)
        call = self._calls.get(call_id)
        if call is None:
            return
        if isinstance(event, CallEnded):
            self._end(call_id, call)
            return
        for sign in call.watch.take(event):
            self._raise(call_id, call, sign)
        if isinstance(event, NoteSent):
            call.note = event
        if isinstance(event, UtteranceRedacted):
            self._hide(call_id, event.utterance_id)
        call.version = self._next()

    def _look(self, summary: LiveSummary) -> None:
        call = self._calls.get(summary.call_id)
        if call is None:
            return
        call.seconds = summary.seconds
        held = call.watch.glance.talk.hold_at
        for sign in call.watch.look(summary.seconds, summary.happened):
            self._raise(summary.call_id, call, sign)
        if call.watch.glance.talk.hold_at != held:
            call.version = self._next()

    def _end(self, call_id: str, call: _Call) -> None:
        """Take a call off the wall; what is grave stays to be answered, the rest expires."""
        del self._calls[call_id]
        self._gone[call_id] = self._next()
        while len(self._gone) > KEPT:
            self._gone.popitem(last=False)
        latest = self._alerts.get(call.latest)
        if latest is None:
            return
        if latest.kind is AlertKind.MISSED and latest.id in self._fresh:
            # Items that the end of the call decides are for the review: nobody can help any more.
            self._forget(latest.id)
        elif latest.level < 2 and latest.state in OPEN:  # silence and talk
            at = self._stamp()
            self._keep(replace(latest, state=AlertState.EXPIRED, closed_at=at))
        else:
            self._changed[latest.id] = self._next()

    # -- alerts ---------------------------------------------------------------------------------

    def _raise(self, call_id: str, call: _Call, sign: Sign) -> None:
        now = self._now()
        latest = self._alerts.get(call.latest)
        alert = None if latest is None else joined(latest, sign, now)
        if alert is None:
            started = call.watch.glance.started
            alert = Alert(
                secrets.token_hex(8),
                call_id,
                started.agent,
                started.queue,
                sign.kind,
                sign.level,
                sign.title,
                sign.quote,
                sign.second,
                sign.utterance_id,
                now.isoformat(timespec="milliseconds"),
            )
            call.latest = alert.id
            self._fresh.add(alert.id)
        if alert is not latest:
            self._keep(alert)

    def _hide(self, call_id: str, utterance_id: int) -> None:
        for alert in list(self._alerts.values()):
            if alert.call_id == call_id and (clean := hidden(alert, utterance_id)) != alert:
                self._keep(clean)

    def _keep(self, alert: Alert) -> None:
        with self._lock:
            self._alerts[alert.id] = alert
            self._unsaved.add(alert.id)
        self._changed[alert.id] = self._next()
        while len(self._alerts) > KEPT:
            oldest = next(iter(self._alerts))
            if oldest in self._unsaved:
                break
            self._forget(oldest)

    def _forget(self, alert_id: str) -> None:
        with self._lock:
            self._alerts.pop(alert_id, None)
            self._unsaved.discard(alert_id)
        self._changed.pop(alert_id, None)

    def save(self) -> None:
        """Write what is not written, as it stands; may be called from any thread, and blocks.

        What the database refuses is tried again: a call's first events may still be on their way.
        """
        with self._writing:
            with self._lock:
                waiting = [self._alerts[n] for n in self._unsaved]
            for alert in waiting:
                try:
                    self.book.save([alert])
                except IntegrityError:
                    continue
                except StoreUnavailable as error:
                    log.warning("alerts_not_saved", reason=str(error), waiting=len(waiting))
                    return
                with self._lock:
                    if self._alerts.get(alert.id) is alert:
                        self._unsaved.discard(alert.id)

    async def load(self) -> None:
        """Take back the alerts of an earlier run that nobody closed; once."""
        if self._loaded:
            return
        self._loaded = True
        since = (self._now() - RELOAD).isoformat(timespec="milliseconds")
        loop = asyncio.get_running_loop()
        for alert in await loop.run_in_executor(self._readers, self.book.open_since, since):
            self._alerts.setdefault(alert.id, alert)

    async def answer(self, alert_id: str, deed: str, who: str, why: str = "") -> Alert:
        """Do what a person does with an alert, and keep it.

        Raises:
            RecordNotFound: there is no such alert.
            RequestRefused: it does not allow the deed.
        """
        loop = asyncio.get_running_loop()
        alert = self._alerts.get(alert_id)
        if alert is None:
            alert = await loop.run_in_executor(self._readers, self.book.need, alert_id)
        alert = answered(self._alerts.get(alert_id, alert), deed, who, self._stamp(), why)
        self._keep(alert)
        await loop.run_in_executor(self._readers, self.save)
        for watcher in self.watchers:
            watcher.set()
        return alert

    def note(self, note_id: str, call_id: str) -> NoteSent:
        """Return a note that was written to a live call's agent.

        Raises:
            RecordNotFound: there is none.
        """
        found = self._notes.get((call_id, note_id))
        if found is None:
            raise RecordNotFound(f"there is no note {note_id!r} to this call")
        return found

    async def write(self, note: NoteSent, call_id: str, who: str) -> None:
        """Write to the agent of a live call; whoever writes has taken the call's alerts.

        Raises:
            CallNotFound: no such call is live.
            RequestRefused: the call is just over.
        """
        call = self._host.get(call_id)
        if call is None:
            raise CallNotFound(f"no call {call_id!r} is on the line; a note can reach nobody")
        call.note(note)
        self._notes[call_id, note.note_id] = note
        while len(self._notes) > KEPT:
            self._notes.popitem(last=False)
        if not note.seen:
            for alert in list(self._alerts.values()):
                if alert.call_id == call_id and alert.state is AlertState.RAISED:
                    await self.answer(alert.id, "acknowledge", who)

    async def opened(self, call_id: str, who: str) -> None:
        """Note that somebody opened a call: its alerts are read."""
        for alert in list(self._alerts.values()):
            if alert.call_id == call_id and alert.state in OPEN and not alert.opened_at:
                await self.answer(alert.id, "open", who)

    # -- out ------------------------------------------------------------------------------------

    def whole(self) -> dict[str, Any]:
        """Return all there is to see."""
        self._drain()
        for summary in self._host.live():
            if (call := self._calls.get(summary.call_id)) is not None:
                call.seconds = summary.seconds
        return {
            "version": self.version,
            "calls": [self._call_data(call) for call in self._calls.values()],
            "alerts": [self._alert_data(a) for a in self._alerts.values() if a.state in OPEN],
        }

    def since(self, version: int) -> dict[str, Any]:
        """Return what changed since a version; `gone` are calls, closed alerts come as such."""
        now = {c.call_id: c.seconds for c in self._host.live()}
        calls = []
        for call_id, call in self._calls.items():
            if call.version > version:
                call.seconds = now.get(call_id, call.seconds)
                calls.append(self._call_data(call))
        alerts = [
            self._alert_data(self._alerts[n])
            for n, changed in self._changed.items()
            if changed > version and n in self._alerts
        ]
        gone = [n for n, changed in self._gone.items() if changed > version]
        return {"version": self.version, "calls": calls, "alerts": alerts, "gone": gone}

    def clocks(self) -> dict[str, float]:
        """Return each call's second, for the pages' clocks."""
        return {c.call_id: round(c.seconds, 1) for c in self._host.live()}

    def _call_data(self, call: _Call) -> dict[str, Any]:
        note = call.note
        told = None if note is None else {"text": note.text, "by": note.by, "seen": note.seen}
        return call.watch.glance.data(call.seconds) | {"note": told}

    def _alert_data(self, alert: Alert) -> dict[str, Any]:
        return alert_data(alert) | {"live": alert.call_id in self._calls}

    def _next(self) -> int:
        self.version += 1
        return self.version

    def _stamp(self) -> str:
        return self._now().isoformat(timespec="milliseconds")


def alert_data(alert: Alert) -> dict[str, Any]:
    """Return an alert as the wire shows it."""
    data = asdict(alert)
    data.pop("utterance_id")
    data["also"] = [{k: v for k, v in s.items() if k != "utterance_id"} for s in data["also"]]
    return data


def as_text(kind: str, body: dict[str, Any]) -> str:
    """Return a message of the wall's socket."""
    return json.dumps({kind: body}, ensure_ascii=False, separators=(",", ":"))
