"""The command line's sub-commands, one file a noun."""
