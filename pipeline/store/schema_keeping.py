"""The tables of what is kept and for how long: holds, and the marks that removed calls leave.

A mark has no words and no numbers of anybody: it says which call is gone, when and why, so that its
absence can be told from a loss. It outlives its call.
"""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text

from pipeline.store.schema import metadata

legal_hold = Table(
    "legal_hold",
    metadata,
    Column("call_id", String(255), ForeignKey("call.id", ondelete="CASCADE"), primary_key=True),
    Column("held_by", Text, nullable=False),
    Column("held_at", Text, nullable=False),
    Column("why", Text, nullable=False),
)

removed_call = Table(
    "removed_call",
    metadata,
    Column("call_id", String(255), primary_key=True),
    Column("removed_at", Text, nullable=False),
    Column("why", String(16), nullable=False),
    Column("removed_by", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("started_on", String(10), nullable=False),
    Column("seconds", Float),
    Column("utterances", Integer, nullable=False),
    Column("audio_files", Integer),
)
Index(None, removed_call.c.removed_at)
