"""Django's SQLite backend, where the content file may be replaced at any moment."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import IntegrityError, OperationalError
from django.db.backends.sqlite3 import base
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper

from ask.core.sqlite.succession import REFUSAL, point_to, successor_of

ATTEMPTS = 100

OTHER_SCHEMA = "database schema has changed"
"""What SQLite says of a statement that was being prepared while others made tables or indexes. It
tries once more by itself; an import makes dozens of indexes, while it reads, one after another."""


class _Retrying(CursorWrapper):
    """A cursor whose single statements begin again: on the successor of a replaced file, and where
    the schema changed under their preparation."""

    db: "DatabaseWrapper"

    def _execute(self, sql: str, params: Any, *ignored: Any) -> Any:
        execute = super()._execute  # type: ignore[misc]
        return self._retried(lambda: self._prepared(lambda: execute(sql, params, *ignored)))

    def _executemany(self, sql: str, param_list: Any, *ignored: Any) -> Any:
        execute = super()._executemany  # type: ignore[misc]
        parameters = list(param_list)
        return self._retried(lambda: execute(sql, parameters, *ignored))

    def _retried(self, execute: Callable[[], Any]) -> Any:
        try:
            return execute()
        except IntegrityError as e:
            # Within a transaction this cannot be: its beginning holds the file's lock.
            if REFUSAL not in str(e) or self.db.in_atomic_block:
                raise
            self.db.close()
            self.db.ensure_connection()
            self.cursor = self.db.create_cursor()
            return execute()

    def _prepared(self, execute: Callable[[], Any]) -> Any:
        for _ in range(ATTEMPTS):
            try:
                return execute()
            except OperationalError as e:
                if OTHER_SCHEMA not in str(e):
                    raise
        return execute()


class _RetryingDebug(CursorDebugWrapper, _Retrying):
    """The same, as Django wants it where queries are recorded."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Opens the current content file, and leaves one that an import has replaced."""

    opened: str = ""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        path = Path(self.settings_dict["NAME"])
        while True:
            self.opened = os.path.realpath(path)
            connection = super().get_new_connection(conn_params)
            successor = successor_of(connection)
            if successor is None:
                return connection
            # Whoever named the successor was killed before he turned the link.
            connection.close()
            if os.path.realpath(path) == self.opened:
                point_to(path, path.with_name(successor))

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        return _Retrying(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> CursorDebugWrapper:
        return _RetryingDebug(cursor, self)

    def _is_replaced(self) -> bool:
        return str(os.path.realpath(self.settings_dict["NAME"])) != self.opened

    def is_usable(self) -> bool:
        """Asked by Django and by jobs before they go on: not where an import replaced the file."""
        return not self._is_replaced() and bool(super().is_usable())

    def close_if_unusable_or_obsolete(self) -> None:
        """Called by Django between requests."""
        if self.connection is not None and not self.in_atomic_block and self._is_replaced():
            self.close()
        super().close_if_unusable_or_obsolete()

    def _start_transaction_under_autocommit(self) -> None:
        super()._start_transaction_under_autocommit()  # type: ignore[misc]
        if self._is_replaced() or successor_of(self.connection):
            # The wait for the lock ended with the file's replacement; nothing was done yet.
            self.connection.rollback()
            self.connection.close()
            self.connection = self.get_new_connection(self.get_connection_params())
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
