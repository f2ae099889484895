"""The tables of what supervisors do on the wall."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text

from pipeline.store.schema import metadata

alert = Table(
    "alert",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("call_id", String(255), ForeignKey("call.id", ondelete="CASCADE"), nullable=False),
    Column("agent", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("level", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("second", Float, nullable=False),
    Column("utterance_id", Integer, nullable=True),
    Column("raised_at", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("also", Text, nullable=False, server_default="[]"),
    Column("opened_at", Text, nullable=False, server_default=""),
    Column("opened_by", Text, nullable=False, server_default=""),
    Column("acknowledged_at", Text, nullable=False, server_default=""),
    Column("acknowledged_by", Text, nullable=False, server_default=""),
    Column("closed_at", Text, nullable=False, server_default=""),
    Column("closed_by", Text, nullable=False, server_default=""),
    Column("why", Text, nullable=False, server_default=""),
)
Index(None, alert.c.call_id)
Index(None, alert.c.raised_at)
