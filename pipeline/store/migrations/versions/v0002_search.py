"""Add the words of ended calls as documents to search, and fill them in for calls that are there.

SQLite indexes them with FTS5, the text held once in `search_doc`; PostgreSQL with a GIN index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

FILL = """
INSERT INTO search_doc (call_id, text)
SELECT u.call_id, {joined} FROM utterance u JOIN call c ON c.id = u.call_id
WHERE c.state <> 'live' GROUP BY u.call_id
"""


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "search_doc",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_search_doc_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_search_doc")),
        sa.UniqueConstraint("call_id", name=op.f("uq_search_doc_call_id")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(FILL.format(joined="group_concat(u.text, char(10))"))
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5(text, content='search_doc', "
            "content_rowid='n', tokenize='unicode61 remove_diacritics 2')"
        )
        op.execute("INSERT INTO search_index(search_index) VALUES('rebuild')")
    else:
        op.execute(FILL.format(joined="string_agg(u.text, chr(10) ORDER BY u.start_s)"))
        op.execute(
            "CREATE INDEX ix_search_doc_text ON search_doc USING gin (to_tsvector('simple', text))"
        )
