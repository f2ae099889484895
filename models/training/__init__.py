"""Makes weights: needs the torch extra, and never runs in a call."""
