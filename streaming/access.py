"""Who may do what: roles, permissions, and the permission that each address asks for.

One table decides for pages, API and sockets alike; an address that it does not name is for
administrators only. Whoever sees only their own calls is held to them by every address with a
`{call_id}`; lists are narrowed by `own_agent`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from starlette.requests import HTTPConnection

from pipeline.store.rows import CallFilter


class Permission(StrEnum):
    """What a person or a program may do; MEANS says each in words."""

    CALLS_OWN = "calls_own"
    CALLS = "calls"
    DESK = "desk"
    DISPUTE = "dispute"
    LIVE = "live"
    REVIEW = "review"
    SEARCH = "search"
    EXPORT = "export"
    RULES = "rules"
    MODELS = "models"
    FIGURES = "figures"
    METRICS = "metrics"
    INGEST = "ingest"
    ADMIN = "admin"


class Role(StrEnum):
    """What a person is here for."""

    AGENT = "agent"
    QA = "qa"
    TRAINER = "trainer"
    ENGINEER = "engineer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


_P = Permission
MEANS: Final[Mapping[Permission, str]] = {
    _P.CALLS_OWN: "See the calls you took yourself",
    _P.CALLS: "See everybody's calls",
    _P.DESK: "Be helped in a call, and do its after-call work",
    _P.DISPUTE: "Dispute a review of your call",
    _P.LIVE: "Watch live calls and write to their agents",
    _P.REVIEW: "Review calls, calibrate, coach",
    _P.SEARCH: "Search what was said, keep playlists",
    _P.EXPORT: "Take calls, scores and clips out",
    _P.RULES: "Try and change rules",
    _P.MODELS: "Compare models",
    _P.FIGURES: "See days, teams and trends",
    _P.METRICS: "Read the server's metrics",
    _P.INGEST: "Bring calls in",
    _P.ADMIN: "Look after people, retention and the audit log",
}
MAY: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.AGENT: frozenset({_P.CALLS_OWN, _P.DESK, _P.DISPUTE}),
    Role.QA: frozenset(
        {_P.CALLS_OWN, _P.CALLS, _P.REVIEW, _P.SEARCH, _P.EXPORT, _P.RULES, _P.FIGURES}
    ),
    Role.TRAINER: frozenset({_P.CALLS_OWN, _P.CALLS, _P.SEARCH, _P.EXPORT, _P.FIGURES}),
    Role.ENGINEER: frozenset({_P.MODELS, _P.RULES, _P.METRICS, _P.FIGURES}),
    Role.SUPERVISOR: frozenset(
        {_P.CALLS_OWN, _P.CALLS, _P.LIVE, _P.DESK, _P.SEARCH, _P.EXPORT, _P.FIGURES}
    ),
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. `agent` is the name that their own calls carry; a bare token is no `user`."""

    name: str
    display: str
    role: Role
    agent: str = ""
    team: str = ""
    user: bool = True
    scopes: frozenset[Permission] | None = field(default=None)
    """What a token is limited to; None for no limit beyond the role's."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What they may do."""
        may = MAY[self.role]
        return may if self.scopes is None else may & self.scopes

    def may(self, permission: Permission | None) -> bool:
        """Return whether they may; None asks for nothing but to be signed in."""
        return permission is None or permission in self.permissions

    def sees(self, agent: str) -> bool:
        """Return whether they may see this agent's calls."""
        if self.may(Permission.CALLS) or self.may(Permission.LIVE):
            return True
        return self.may(Permission.CALLS_OWN) and bool(self.agent) and agent == self.agent


@dataclass(frozen=True, slots=True)
class Rule:
    """What an address asks for.

    `path` has {names}; "/x*" is /x and what lies below it; `methods` may be "*", and
    is WS for a socket. `deed` is what the audit log calls it; empty for what is not noted.
    """

    methods: str
    path: str
    permission: Permission | None
    deed: str = ""
    tells: bool = True
    """Whether a call's address tells how the call was judged; sound alone does not."""


RULES: Final[tuple[Rule, ...]] = (
    # Sockets that bring calls in.
    Rule("WS", "/v1/audio", _P.INGEST),
    Rule("WS", "/v1/twilio", _P.INGEST),
    # Live calls and the agent's desk.
    Rule("WS", "/live", _P.CALLS_OWN),
    Rule("WS", "/calls/{call_id}/live", _P.CALLS_OWN),
    Rule("GET", "/desk", _P.DESK),
    Rule("GET", "/calls/{call_id}/desk", _P.CALLS_OWN, "live_call_opened"),
    Rule("GET", "/api/v1/calls/live", _P.CALLS_OWN),
    Rule("POST", "/api/v1/calls/{call_id}/hints/{hint_id}", _P.DESK),
    Rule("POST", "/api/v1/calls/{call_id}/items/{rule_id}/tick", _P.DESK, "item_ticked"),
    Rule("POST", "/api/v1/calls/{call_id}/notes/{note_id}/seen", _P.DESK, "note_seen"),
    Rule("GET", "/api/v1/calls/{call_id}/wrapup", _P.CALLS_OWN),
    Rule("PUT", "/api/v1/calls/{call_id}/wrapup", _P.DESK, "wrapup_saved"),
    Rule("GET", "/api/v1/calls/{call_id}/choices", _P.CALLS_OWN),
    Rule("GET", "/api/v1/calls/{call_id}/brief", _P.CALLS_OWN, "brief_read"),
    Rule("GET", "/api/v1/calls/{call_id}/sends", _P.CALLS_OWN),
    Rule("POST", "/api/v1/calls/{call_id}/sends", _P.DESK, "wrapup_sent"),
    Rule("POST", "/api/v1/calls/{call_id}/sends/{send_id}/retry", _P.DESK, "wrapup_sent"),
    Rule("GET", "/api/v1/sends", _P.DESK),
    Rule("*", "/api/v1/knowledge*", _P.DESK),
    # Stored calls.
    Rule("GET", "/", None),
    Rule("GET", "/calls", _P.CALLS_OWN),
    Rule("GET", "/calls/{call_id}", _P.CALLS_OWN, "call_viewed"),
    Rule("GET", "/api/v1/calls", _P.CALLS_OWN),
    Rule("GET", "/api/v1/calls/{call_id}", _P.CALLS_OWN, "call_viewed"),
    Rule("GET", "/api/v1/calls/{call_id}/events", _P.CALLS_OWN, "call_viewed"),
    Rule("GET", "/api/v1/calls/{call_id}/audio", _P.CALLS_OWN, "audio_played", tells=False),
    Rule("GET", "/api/v1/calls/{call_id}/peaks", _P.CALLS_OWN, tells=False),
    # The supervisor's wall.
    Rule("*", "/wall*", _P.LIVE),
    Rule("POST", "/api/v1/wall/calls/{call_id}/notes", _P.LIVE, "note_sent"),
    Rule("*", "/api/v1/wall*", _P.LIVE),
    # Scores and reviews. Agents come to the reviews of their own calls; the handlers see to that.
    Rule("GET", "/api/v1/calls/{call_id}/scores", _P.CALLS_OWN),
    Rule("GET", "/api/v1/calls/{call_id}/items/{rule_id}/why", _P.CALLS_OWN),
    Rule("POST", "/api/v1/calls/{call_id}/answers", _P.REVIEW, "answers_given"),
    Rule("POST", "/api/v1/calls/{call_id}/rescore", _P.REVIEW, "call_rescored"),
    Rule("GET", "/api/v1/forms", None),
    Rule("GET", "/reviews/export", _P.EXPORT, "reviews_exported"),
    Rule("*", "/reviews*", _P.CALLS_OWN),
    Rule("*", "/api/v1/reviews*", _P.CALLS_OWN),
    Rule("*", "/calibration*", _P.REVIEW),
    Rule("*", "/api/v1/calibration*", _P.REVIEW),
    # Rules.
    Rule("GET", "/api/v1/rules*", _P.RULES),
    Rule("POST", "/api/v1/rules*", _P.RULES, "rules_tried"),
    # Search, figures, models.
    Rule("*", "/search*", _P.SEARCH),
    Rule("*", "/api/v1/search*", _P.SEARCH),
    Rule("GET", "/playlists/{number}/export", _P.EXPORT),
    Rule("*", "/playlists*", _P.SEARCH),
    Rule("*", "/api/v1/playlists*", _P.SEARCH),
    Rule("*", "/figures*", _P.FIGURES),
    Rule("*", "/api/v1/figures*", _P.FIGURES),
    Rule("*", "/models*", _P.MODELS),
    Rule("*", "/api/v1/models*", _P.MODELS),
    # People and the house.
    Rule("*", "/me*", None),
    Rule("POST", "/logout", None),
    Rule("*", "/people*", _P.ADMIN),
    Rule("*", "/api/v1/people*", _P.ADMIN),
    Rule("*", "/audit*", _P.ADMIN),
    Rule("*", "/keeping*", _P.ADMIN),
    Rule("GET", "/metrics", _P.METRICS),
    Rule("GET", "/api/v1/health*", None),
    Rule("GET", "/api/v1/openapi.json", None),
)

NAVIGATION: Final[tuple[tuple[str, str, Permission], ...]] = (
    ("/", "Calls", _P.CALLS_OWN),
    ("/desk", "Desk", _P.DESK),
    ("/wall", "Wall", _P.LIVE),
    ("/reviews", "Reviews", _P.CALLS_OWN),
    ("/calibration", "Calibration", _P.REVIEW),
    ("/search", "Search", _P.SEARCH),
    ("/playlists", "Playlists", _P.SEARCH),
    ("/figures", "Figures", _P.FIGURES),
    ("/figures/gaps", "Gaps", _P.FIGURES),
    ("/models", "Models", _P.MODELS),
    ("/people", "People", _P.ADMIN),
)
"""What the bar at the head of each page leads to: address, word, and who is shown it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for, and the names in its path."""

    rule: Rule | None
    names: Mapping[str, str]

    @property
    def tells(self) -> bool:
        """Whether the answer tells how a call was judged."""
        return self.rule is None or self.rule.tells

    @property
    def permission(self) -> Permission | None:
        """The permission asked for; an address that no rule names is for administrators."""
        return Permission.ADMIN if self.rule is None else self.rule.permission


def asked_of(method: str, path: str) -> Asked:
    """Return what an address asks for, by the first rule that fits; `method` WS is a socket."""
    for rule, pattern in _COMPILED:
        if rule.methods not in ("*", method) and not (rule.methods == "GET" and method == "HEAD"):
            continue
        found = pattern.fullmatch(path)
        if found is not None:
            return Asked(rule, found.groupdict())
    return Asked(None, {})


def person_of(connection: HTTPConnection) -> Person:
    """Return who asks, as the guard found."""
    found: Person = connection.scope["person"]
    return found


def own_agent(connection: HTTPConnection) -> str | None:
    """Return the agent whose calls alone a list may show; None where all may be shown.

    A person with no calls of their own gets a name that no agent has.
    """
    person = person_of(connection)
    if person.may(Permission.CALLS) or person.may(Permission.LIVE):
        return None
    return person.agent or "\x00"


def watches(person: Person, agent: str) -> bool:
    """Return whether a person looks on at a live call that is another's: its hints are not theirs.

    Who comes with the server's token, or where none is asked for, is taken for the agent.
    """
    return person.user and person.may(Permission.LIVE) and person.agent != agent


def narrowed(wanted: CallFilter, own: str | None) -> CallFilter:
    """Return a filter that lets through only the calls of `own`, where that is an agent."""
    return wanted if own is None else replace(wanted, agent=own)


def signed(connection: HTTPConnection, given: str) -> str:
    """Return who signs what is kept: the user who asks, or whom a program with a token names."""
    person = person_of(connection)
    return person.name if person.user else given


def _pattern(path: str) -> re.Pattern[str]:
    """Compile a path; "/wall*" is the wall and what lies below it, not "/wallpaper"."""
    whole, below = (path[:-1].rstrip("/"), r"(?:/.*)?") if path.endswith("*") else (path, "")
    parts = re.split(r"(\{\w+\})", whole)
    made = (f"(?P<{p[1:-1]}>[^/]+)" if p.startswith("{") else re.escape(p) for p in parts)
    return re.compile("".join(made) + below, re.DOTALL)


_COMPILED: Final = tuple((rule, _pattern(rule.path)) for rule in RULES)
