"""Private databases for tests and measurements, each of which wraps the command that needs it."""
