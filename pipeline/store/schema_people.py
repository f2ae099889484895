"""The tables of people: who may sign in, their sessions and tokens, and what was done.

Added by people, never rebuilt from events. `audit` names people by what they were called then, so
that it stands after an account is gone.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from pipeline.store.schema import metadata

user_account = Table(
    "user_account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("display", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("agent", Text, nullable=False, server_default=""),
    Column("team", Text, nullable=False, server_default=""),
    Column("password", Text, nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("created_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False, server_default=""),
)
Index(None, user_account.c.subject)
Index(None, user_account.c.agent)

user_session = Table(
    "user_session",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user_id", Integer, ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)
Index(None, user_session.c.user_id)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("user_id", Integer, ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False, server_default=""),
)
Index(None, api_token.c.user_id)

audit = Table(
    "audit",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("action", String(64), nullable=False),
    Column("target", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
)
Index(None, audit.c.at)
Index(None, audit.c.who, audit.c.at)
Index(None, audit.c.target, audit.c.at)
