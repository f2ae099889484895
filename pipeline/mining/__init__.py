"""What trainers look for in many calls: queries, terms, trends and clusters, as pure functions."""
