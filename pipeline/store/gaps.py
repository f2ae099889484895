"""What agents looked for in the articles and did not find, gathered by its words.

Every method blocks on the disk and belongs in an executor.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, insert, select, update

from models.classify.stems import GRAMMAR, stem
from models.text import tokens
from pipeline.errors import RecordNotFound
from pipeline.store.database import Database
from pipeline.store.schema_help import knowledge_gap
from pipeline.store.users import now

WHYS: Final = ("nothing", "unhelpful")
"""No card was found, or those found did not answer."""
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Gap:
    """A question without an answer; `asked` how often, by `people`, last in the words `query`."""

    words: str
    query: str
    asked: int
    people: int
    unhelpful: int
    last: str
    queues: tuple[str, ...]


class Gaps:
    """The gaps in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, query: str, why: str, queue: str = "", asked_by: str = "") -> None:
        """Note a gap; `query` is masked as a call's words are.

        Raises:
            ValueError: `why` is none of WHYS.
        """
        if why not in WHYS:
            raise ValueError(f"{why!r} is none of {', '.join(WHYS)}")
        row = {"at": now(), "query": query, "words": key_of(query), "why": why}
        with self._database.write() as connection:
            connection.execute(insert(knowledge_gap).values(**row, queue=queue, asked_by=asked_by))

    def listed(self) -> list[Gap]:
        """Return what is not settled, the most asked first."""
        gap = knowledge_gap.c
        query = (
            select(
                gap.words,
                func.count().label("asked"),
                func.count(gap.asked_by.distinct()).label("people"),
                func.max(gap.id).label("newest"),
                func.group_concat(gap.queue.distinct())
                if self._database.sqlite
                else func.string_agg(gap.queue.distinct(), ","),
                func.count().filter(gap.why == "unhelpful").label("unhelpful"),
            )
            .where(gap.settled_at == "")
            .group_by(gap.words)
            .order_by(func.count().desc(), func.max(gap.id).desc())
            .limit(MOST)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            newest = connection.execute(
                select(gap.id, gap.query, gap.at).where(gap.id.in_([r.newest for r in rows]))
            )
            told = {row.id: (row.query, row.at) for row in newest}
        return [
            Gap(
                r.words,
                told[r.newest][0],
                r.asked,
                r.people,
                r.unhelpful,
                told[r.newest][1],
                tuple(sorted(q for q in (r[4] or "").split(",") if q)),
            )
            for r in rows
        ]

    def settle(self, words: str, by: str) -> int:
        """Note that a gap is closed (an article answers it, or none will); return how many rows.

        Raises:
            RecordNotFound: there is no such gap, or it is settled.
        """
        gap = knowledge_gap
        with self._database.write() as connection:
            done = connection.execute(
                update(gap)
                .where(gap.c.words == words, gap.c.settled_at == "")
                .values(settled_at=now(), settled_by=by)
            ).rowcount
        if not done:
            raise RecordNotFound("there is no such gap, or it is settled already")
        return done


def key_of(query: str) -> str:
    """Return what two ways of asking the same share: the telling words' stems, sorted."""
    said = [token.text for token in tokens(query)]
    telling = {stem(word) for word in said if word not in GRAMMAR}
    return " ".join(sorted(telling or {stem(word) for word in said}))[:300]
