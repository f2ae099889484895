"""The call: from audio in step to events, and what is kept of it."""
