"""Add what trainers search in and keep: turns, their words' index, vectors, saved searches."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

FILL = """
INSERT INTO utterance_doc (call_id, utterance_id, channel, start_s, end_s, text)
SELECT u.call_id, u.id, u.channel, u.start_s, u.end_s, u.text
FROM utterance u JOIN call c ON c.id = u.call_id
WHERE c.state <> 'live' AND u.text <> '' ORDER BY c.started_at, c.id, u.start_s, u.id
"""

INDEX = (
    "CREATE VIRTUAL TABLE search_index_turn USING fts5(text, content='utterance_doc', "
    "content_rowid='n', tokenize='unicode61 remove_diacritics 2', prefix='3')",
    "INSERT INTO search_index_turn(search_index_turn) VALUES('rebuild')",
    "CREATE TRIGGER utterance_doc_added AFTER INSERT ON utterance_doc BEGIN "
    "INSERT INTO search_index_turn(rowid, text) VALUES (new.n, new.text); END",
    "CREATE TRIGGER utterance_doc_removed AFTER DELETE ON utterance_doc BEGIN "
    "INSERT INTO search_index_turn(search_index_turn, rowid, text) "
    "VALUES ('delete', old.n, old.text); END",
    "CREATE TRIGGER utterance_doc_changed AFTER UPDATE OF text ON utterance_doc BEGIN "
    "INSERT INTO search_index_turn(search_index_turn, rowid, text) "
    "VALUES ('delete', old.n, old.text); "
    "INSERT INTO search_index_turn(rowid, text) VALUES (new.n, new.text); END",
)
"""Triggers keep the index right whatever removes a turn, the end of its call's time included."""


def upgrade() -> None:
    """Take the step."""
    _turns()
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("owner", "name", name=op.f("uq_saved_search_owner_name")),
    )
    op.execute(FILL)
    if op.get_bind().dialect.name == "sqlite":
        for statement in INDEX:
            op.execute(statement)
    else:
        op.execute(
            "CREATE INDEX ix_utterance_doc_text ON utterance_doc "
            "USING gin (to_tsvector('simple', text))"
        )


def _turns() -> None:
    op.create_table(
        "utterance_doc",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("utterance_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_utterance_doc_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_utterance_doc")),
        sa.UniqueConstraint(
            "call_id", "utterance_id", name=op.f("uq_utterance_doc_call_id_utterance_id")
        ),
    )
    op.create_table(
        "utterance_vector",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["n"], ["utterance_doc.n"], name=op.f("fk_utterance_vector_n"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_utterance_vector")),
        sa.UniqueConstraint("n", name=op.f("uq_utterance_vector_n")),
    )
    op.create_table(
        "utterance_change",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_utterance_change")),
    )
