"""One file a carrier; each turns its carrier's messages into pushes to a live call."""
