"""Data in and out: files, checks and their findings, places, the demonstration city."""
