"""Sentence encoders: one pass per utterance, for everything that reads it."""
