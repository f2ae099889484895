"""Classifiers: what an utterance means and how it feels."""
