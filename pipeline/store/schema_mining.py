"""The tables of what trainers search in and keep.

`utterance_doc` holds what was said in ended calls, turn by turn, as it was masked: the words' index
(FTS5 on SQLite, GIN on PostgreSQL) and the vectors hang on it. It is made again from `utterance` at
will. `utterance_change` counts what was altered or removed there, so that whoever keeps a copy in
memory knows to read it anew. `saved_search` is people's own.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from pipeline.store.schema import metadata

utterance_doc = Table(
    "utterance_doc",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("call_id", String(255), ForeignKey("call.id", ondelete="CASCADE"), nullable=False),
    Column("utterance_id", Integer, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("call_id", "utterance_id"),
)

utterance_vector = Table(
    "utterance_vector",
    metadata,
    Column("id", Integer, primary_key=True),
    Column(
        "n",
        Integer,
        ForeignKey("utterance_doc.n", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    Column("model", String(128), nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

utterance_change = Table(
    "utterance_change",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("changes", Integer, nullable=False),
)

saved_search = Table(
    "saved_search",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", String(128), nullable=False),
    Column("name", String(128), nullable=False),
    Column("query", Text, nullable=False),
    Column("shared", Boolean, nullable=False, server_default=false()),
    Column("created_at", Text, nullable=False),
    UniqueConstraint("owner", "name"),
)
