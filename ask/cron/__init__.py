"""The clock engine: a crontab read exactly, and one runner for whatever it starts."""
