"""Django's SQLite backend, and what it must know of a content file that an import replaced."""
