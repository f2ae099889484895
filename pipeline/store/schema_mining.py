"""The tables of what trainers search in and keep: vectors, saved searches, playlists."""
