"""The tables of playlists and clips."""
