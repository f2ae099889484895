"""The tables of live help: supervisors' texts, alerts, gaps in knowledge, what waits to be sent."""
