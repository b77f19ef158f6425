"""Dagster's event log while a run is at work: its SQLite files opened once, and synced when the operating system likes.

Belongs here: what makes writing events cheap. Does not belong here: what is in them, the run (`run`).

For each of some 1,500 events of a build Dagster makes an engine, opens a file, compiles its statements, commits and
syncs. That was 30 of 95 seconds of a small one; without syncing it was still a sixth of its CPU time, of which engines
and connections that are kept save two thirds. The log survives a killed process all the same; only a power cut could
cost its last events, and no figure rests on them.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import Engine
from sqlalchemy import event as sqlalchemy_event


class KeptConnection(sqlite3.Connection):
    """A connection that its user's `close` only gives back.

    Attributes:
        is_lent: whether somebody uses it: who needs a second connection to the file meanwhile gets one of his own, so
            that neither commits or takes back what the other wrote.
    """

    is_lent = True

    def close(self) -> None:
        """Gives the connection back, without what was not committed."""
        self.rollback()
        self.is_lent = False

    def end(self) -> None:
        """Closes it for good."""
        super().close()


@contextmanager
def cheap_event_log(dagster_home: Path) -> Iterator[None]:
    """While the block lasts, keeps the engines of Dagster's event log, and each thread's connections to its files."""
    module: Any = sqlite_event_log
    make_engine = module.create_engine
    engines: dict[str, Engine] = {}

    def engine_of(url: str, **options: Any) -> Engine:
        if url not in engines:
            engines[url] = make_engine(url, **options)
        return engines[url]

    kept: dict[tuple[int, str], KeptConnection] = {}

    def connect(
        _dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]
    ) -> sqlite3.Connection | None:
        path = str(arguments[0]) if arguments else ""
        if dagster_home not in Path(path.removeprefix("file:")).parents:
            return None  # SQLAlchemy connects as it would have
        place = (threading.get_ident(), path)
        if place in kept and not kept[place].is_lent:
            kept[place].is_lent = True
            return kept[place]
        factory = sqlite3.Connection if place in kept else KeptConnection
        connection = sqlite3.connect(*arguments, **options, factory=factory)
        connection.execute("pragma synchronous = off")
        if isinstance(connection, KeptConnection):
            kept[place] = connection
        return connection

    sqlalchemy_event.listen(Engine, "do_connect", connect)
    module.create_engine = engine_of
    try:
        yield
    finally:
        module.create_engine = make_engine
        sqlalchemy_event.remove(Engine, "do_connect", connect)
        for connection in kept.values():
            connection.end()
