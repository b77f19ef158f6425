"""Connections of DuckDB under which a test looks at every statement before or after it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import duckdb

Look = Callable[[duckdb.DuckDBPyConnection, str, Mapping[str, object] | None], None]
"""Is shown a connection, one statement, and what is bound in it."""


def _nothing(*_: object) -> None:
    """Looks at nothing."""


class Watched:
    """A connection that shows each statement on its way."""

    __class__ = property(lambda self: duckdb.DuckDBPyConnection)  # Splink takes no other

    def __init__(self, connection: duckdb.DuckDBPyConnection, before: Look, after: Look) -> None:
        self._connection = connection
        self._before, self._after = before, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def execute(self, query: str, values: Any = None) -> Any:
        result = None
        for statement in self._connection.extract_statements(query):
            self._before(self._connection, statement.query, values)
            result = self._connection.execute(statement.query, values)
            self._after(self._connection, statement.query, values)
        return result

    def sql(self, query: str, **options: Any) -> Any:
        """What Splink runs its statements by, each alone; a relation, executed when it is read."""
        self._before(self._connection, query, None)
        result = self._connection.sql(query, **options)
        self._after(self._connection, query, None)
        return result


@contextmanager
def watched(before: Look = _nothing, after: Look = _nothing) -> Iterator[None]:
    """Connections that are opened within are watched."""
    connect = duckdb.connect

    def connected(*arguments: Any, **named: Any) -> Watched:
        return Watched(connect(*arguments, **named), before, after)

    with patch.object(duckdb, "connect", connected):
        yield
