"""Rules, forms and scores: pure functions of a transcript, without I/O and without a clock."""
