"""Keeping order: closing, deleting, flags, suspensions, and who did what."""
