"""Sentence encoders: the room for one vector per utterance; no engine is registered yet."""
