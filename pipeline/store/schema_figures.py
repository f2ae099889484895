"""The table of what figures count that no event says in one place: how the talk was shared.

Derived from `utterance` once a call is over; a call that has no row yet is measured when figures
are asked for.
"""

from sqlalchemy import Column, Float, ForeignKey, Integer, String, Table

from pipeline.store.schema import metadata

call_talk = Table(
    "call_talk",
    metadata,
    Column("call_id", String(255), ForeignKey("call.id", ondelete="CASCADE"), primary_key=True),
    Column("agent_s", Float, nullable=False),
    Column("customer_s", Float, nullable=False),
    Column("dead_air_s", Float, nullable=False),
    Column("overtalk_s", Float, nullable=False),
    Column("overtalks", Integer, nullable=False),
)
