"""The tables of calibration and samples."""
