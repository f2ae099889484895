"""Alerts in the database, and what they tell of themselves: how often they are right, and read."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from statistics import median
from typing import Any, Final

from sqlalchemy import func, insert, select, update

from pipeline.alerts import OPEN, Alert, AlertKind, AlertState, Sign
from pipeline.errors import RecordNotFound
from pipeline.store.database import Database
from pipeline.store.schema import call
from pipeline.store.schema_wall import alert

IN_TIME_S: Final = 300.0
"""Alerts of level 3 and 4 are acknowledged within five minutes."""
GRAVE: Final = 3
UNREAD_LISTED: Final = 50


@dataclass(frozen=True, slots=True)
class KindReport:
    """One kind's alerts in the days asked for.

    `right` and `wrong` count those that a person answered; the rest have no verdict. Times to the
    first answer in seconds, None where nobody answered.
    """

    kind: str
    raised: int
    opened: int
    right: int
    wrong: int
    median_s: float | None
    slowest_tenth_s: float | None

    @property
    def precision(self) -> float | None:
        """Right ones among those answered, 0 to 1."""
        answered = self.right + self.wrong
        return self.right / answered if answered else None


@dataclass(frozen=True, slots=True)
class AlertReport:
    """How the alerts since a moment served; `unread` are the latest that nobody opened."""

    since: str
    calls: int
    whole: KindReport
    kinds: tuple[KindReport, ...]
    grave: int
    grave_in_time: int
    unopened: int
    unread: tuple[Alert, ...]
    false: tuple[Alert, ...]

    @property
    def per_100_calls(self) -> float | None:
        """Alerts per hundred calls."""
        return 100 * self.whole.raised / self.calls if self.calls else None


class Alerts:
    """The alerts over one database. Every method blocks on the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, alerts: Iterable[Alert]) -> None:
        """Keep alerts as they stand, in place of what was kept of them.

        Raises:
            IntegrityError: a call of theirs is not stored (yet).
            StoreUnavailable: the database refuses.
        """
        with self._database.write() as connection:
            for one in alerts:
                row = _row(one)
                known = connection.execute(
                    update(alert).where(alert.c.id == one.id).values(row)
                ).rowcount
                if not known:
                    connection.execute(insert(alert).values(row))

    def need(self, alert_id: str) -> Alert:
        """Return an alert.

        Raises:
            RecordNotFound: there is none.
        """
        with self._database.read() as connection:
            query = select(alert).where(alert.c.id == alert_id)
            row = connection.execute(query).mappings().first()
        if row is None:
            raise RecordNotFound(f"there is no alert {alert_id!r}")
        return _alert(row)

    def open_since(self, since: str) -> list[Alert]:
        """Return the alerts raised since a moment that nobody has closed, the earliest first."""
        query = select(alert).where(alert.c.raised_at >= since, alert.c.state.in_(sorted(OPEN)))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(alert.c.raised_at)).mappings()
            return [_alert(row) for row in rows]

    def report(self, since: str) -> AlertReport:
        """Return how the alerts raised since a moment (ISO 8601, UTC) served."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(alert).where(alert.c.raised_at >= since).order_by(alert.c.raised_at.desc())
            ).mappings()
            found = [_alert(row) for row in rows]
            calls = connection.scalar(
                select(func.count()).select_from(call).where(call.c.started_at >= since)
            )
        grave = [a for a in found if a.level >= GRAVE]
        unread = [a for a in found if not a.opened_at]
        return AlertReport(
            since,
            calls or 0,
            _counted("", found),
            tuple(
                _counted(kind, its)
                for kind in AlertKind
                if (its := [a for a in found if a.kind == kind])
            ),
            len(grave),
            sum(1 for a in grave if (s := _waited_s(a)) is not None and s <= IN_TIME_S),
            len(unread),
            tuple(unread[:UNREAD_LISTED]),
            tuple([a for a in found if a.state is AlertState.FALSE][:UNREAD_LISTED]),
        )


def _counted(kind: str, found: Sequence[Alert]) -> KindReport:
    waits = sorted(s for a in found if (s := _waited_s(a)) is not None)
    wrong = sum(1 for a in found if a.state is AlertState.FALSE)
    answered = (AlertState.ACKNOWLEDGED, AlertState.RESOLVED)
    return KindReport(
        kind,
        len(found),
        sum(1 for a in found if a.opened_at),
        sum(1 for a in found if a.state in answered),
        wrong,
        median(waits) if waits else None,
        waits[min(len(waits) - 1, len(waits) * 9 // 10)] if waits else None,
    )


def _waited_s(one: Alert) -> float | None:
    if not one.acknowledged_at:
        return None
    raised, seen = (datetime.fromisoformat(t) for t in (one.raised_at, one.acknowledged_at))
    return (seen - raised).total_seconds()


def _row(one: Alert) -> dict[str, Any]:
    row = {f.name: getattr(one, f.name) for f in fields(one)}
    row |= {"kind": str(one.kind), "state": str(one.state)}
    return row | {"also": json.dumps([asdict(s) for s in one.also], ensure_ascii=False)}


def _alert(row: Any) -> Alert:  # a row of alert
    values = dict(row)
    values["kind"] = AlertKind(values["kind"])
    values["state"] = AlertState(values["state"])
    also = json.loads(values["also"])
    values["also"] = tuple(Sign(**{**s, "kind": AlertKind(s["kind"])}) for s in also)
    return Alert(**values)
