"""Programs that measure what the other packages promise."""
