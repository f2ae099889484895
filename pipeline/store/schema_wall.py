"""The tables of what supervisors do on the wall."""
