"""The tables of live help: what agents looked for in vain, and what waits to be sent elsewhere.

Added by people, never rebuilt from events. A gap in knowledge stands after its call is gone: it
holds an agent's question, not the customer's words.
"""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from pipeline.store.schema import metadata

knowledge_gap = Table(
    "knowledge_gap",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("why", String(16), nullable=False),
    Column("queue", Text, nullable=False, server_default=""),
    Column("asked_by", Text, nullable=False, server_default=""),
    Column("settled_at", Text, nullable=False, server_default=""),
    Column("settled_by", Text, nullable=False, server_default=""),
)
Index(None, knowledge_gap.c.settled_at, knowledge_gap.c.words)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", String(255), ForeignKey("call.id", ondelete="CASCADE"), nullable=False),
    Column("connector", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_s", Float, nullable=False, server_default="0"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("sent_by", Text, nullable=False, server_default=""),
    Column("created_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    UniqueConstraint("call_id", "connector", "version"),
)
Index(None, outbox.c.state, outbox.c.next_s)
