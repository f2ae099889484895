"""The tables of playlists and clips.

What a clip says of its call (from where to where, its title, a note) lies apart in `clip_source`
and goes with the call; the bare `clip` stays, so that a playlist can say that one is gone.
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

from pipeline.store.schema import metadata

playlist = Table(
    "playlist",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", String(128), nullable=False),
    Column("title", Text, nullable=False),
    Column("goal", Text, nullable=False),
    Column("shared", Boolean, nullable=False, server_default=false()),
    Column("created_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
)
Index(None, playlist.c.owner)

clip = Table(
    "clip",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("playlist_id", Integer, ForeignKey("playlist.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("example", String(8), nullable=False, server_default=""),
    Column("added_at", Text, nullable=False),
)
Index(None, clip.c.playlist_id, clip.c.position)

clip_source = Table(
    "clip_source",
    metadata,
    Column("clip_id", Integer, ForeignKey("clip.id", ondelete="CASCADE"), primary_key=True),
    Column("call_id", String(255), ForeignKey("call.id", ondelete="CASCADE"), nullable=False),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    Column("title", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("hushed", Text, nullable=False, server_default=""),
)
Index(None, clip_source.c.call_id)
