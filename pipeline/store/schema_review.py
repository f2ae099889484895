"""The tables of reviews of calls: what a person answered, what was disputed, and coaching notes.

Added by people, never rebuilt from events. A draft's answers are here alone; once a review is
shared they are rows of `answer` as well, by which the call is scored.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
)

from pipeline.store.schema import metadata, text_column


def _call_id() -> Column[str]:
    return Column("call_id", String(255), ForeignKey("call.id", ondelete="CASCADE"), nullable=False)


def _review_id(*, key: bool) -> Column[int]:
    owner = ForeignKey("review.id", ondelete="CASCADE")
    return Column("review_id", Integer, owner, primary_key=key, nullable=False, autoincrement=False)


review = Table(
    "review",
    metadata,
    Column("id", Integer, primary_key=True),
    _call_id(),
    Column("form", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("score_seq", Integer, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("state", String(16), nullable=False),
    text_column("strength"),
    text_column("change"),
    Column("taken_at", Text, nullable=False),
    Column("due_at", Text, nullable=False),
    text_column("saved_at"),
    text_column("shared_at"),
    text_column("until_at"),
    text_column("seen_at"),
    text_column("disputed_at"),
    text_column("final_at"),
    text_column("final_by"),
)
Index(None, review.c.call_id)
Index(None, review.c.state, review.c.taken_at)
Index(None, review.c.reviewer, review.c.state)

review_answer = Table(
    "review_answer",
    metadata,
    _review_id(key=True),
    Column("question_id", String(128), primary_key=True),
    Column("answer", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("error", String(16), nullable=False),
    Column("second_s", Float),
)

dispute = Table(
    "dispute",
    metadata,
    _review_id(key=True),
    Column("question_id", String(128), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("second_s", Float),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("was", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("answer", String(16), nullable=False, server_default=""),
    text_column("note"),
    text_column("resolved_by"),
    text_column("resolved_at"),
)
Index(None, dispute.c.state)

coaching_note = Table(
    "coaching_note",
    metadata,
    Column("id", Integer, primary_key=True),
    _call_id(),
    Column("at_s", Float, nullable=False),
    Column("text", Text, nullable=False),
    Column("written_by", Text, nullable=False),
    Column("written_at", Text, nullable=False),
    Column("shared", Boolean, nullable=False, server_default=false()),
    text_column("seen_at"),
)
Index(None, coaching_note.c.call_id)
