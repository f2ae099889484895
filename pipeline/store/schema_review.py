"""The tables of reviews of calls, disputes, coaching and calibration."""
