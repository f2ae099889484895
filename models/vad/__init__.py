"""Voice activity engines: which windows of a channel hold speech."""
