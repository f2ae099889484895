"""The tables of calibration rounds and of random samples of calls.

Filled by people, never rebuilt from events. A round's answers are here alone: they are no rows of
`answer`, so no call is scored with them. What a round or a draw says of a call goes with the call.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from pipeline.store.schema import call_key, metadata, text_column


def _owner(table: str, column: str, *, key: bool = True) -> Column[int]:
    owner = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(column, Integer, owner, primary_key=key, nullable=False, autoincrement=False)


calibration_round = Table(
    "calibration_round",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("expert", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    text_column("closed_at"),
    text_column("closed_by"),
)
Index(None, calibration_round.c.form, calibration_round.c.closed_at)

calibration_call = Table(
    "calibration_call",
    metadata,
    _owner("calibration_round", "round_id"),
    call_key(),
    Column("position", Integer, nullable=False),
    Column("score_seq", Integer, nullable=False),
)
Index(None, calibration_call.c.call_id)

calibration_reading = Table(
    "calibration_reading",
    metadata,
    _owner("calibration_round", "round_id"),
    call_key(),
    Column("person", String(255), primary_key=True),
    text_column("saved_at"),
    text_column("submitted_at"),
)
Index(None, calibration_reading.c.person, calibration_reading.c.submitted_at)
Index(None, calibration_reading.c.call_id)

calibration_answer = Table(
    "calibration_answer",
    metadata,
    _owner("calibration_round", "round_id"),
    call_key(),
    Column("person", String(255), primary_key=True),
    Column("question_id", String(128), primary_key=True),
    Column("answer", String(16), nullable=False),
    text_column("note"),
)
Index(None, calibration_answer.c.call_id)

sample_draw = Table(
    "sample_draw",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("week", String(10), nullable=False),
    Column("since", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("drawn_at", Text, nullable=False),
    text_column("drawn_by"),
    Column("seed", Integer, nullable=False),
    Column("per_agent", Integer, nullable=False),
    Column("min_s", Integer, nullable=False),
)
Index(None, sample_draw.c.week)

sample_pool = Table(
    "sample_pool",
    metadata,
    _owner("sample_draw", "draw_id"),
    Column("agent", String(255), primary_key=True),
    Column("eligible", Integer, nullable=False),
    Column("drawn", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
)

sample_call = Table(
    "sample_call",
    metadata,
    call_key(),
    _owner("sample_draw", "draw_id", key=False),
)
Index(None, sample_call.c.draw_id)
