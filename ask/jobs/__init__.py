"""The door for the clock: one command for each background process."""
