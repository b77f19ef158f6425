"""A warehouse as it was known on a day: the folder that holds one, and that nothing else is built in.

Belongs here: the mark in the data folder, and refusing a run that does not fit it. Does not belong here: which files
had come by then (`ingest.landing`).

The day is that of extracts: what an agency had drawn from its system by the end of it, as the names of files say (a
file of a month counts from the month's last day). When a file arrived is known to no file system for good: copies and
restores date it anew.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from orchestration.settings import Settings

_MARK = "as_known_on"


class KnownOnError(RuntimeError):
    """A run does not fit the folder it would build in; says what to do."""


def known_on(data_dir: Path) -> date | None:
    """The day a data folder is built as known on; None for one that is built with all there is."""
    mark = data_dir / _MARK
    return date.fromisoformat(mark.read_text(encoding="ascii").strip()) if mark.is_file() else None


def require_fitting(settings: Settings) -> None:
    """Refuses to mix what was known on a day with what is known now.

    Raises:
        KnownOnError: the folder is of another day than the run, of a day where the run is of none, or in use already.
    """
    marked, wanted = known_on(settings.data_dir), settings.as_known_on
    if marked == wanted:
        return
    if marked is not None:
        raise KnownOnError(
            f"{settings.data_dir} holds the warehouse as known on {marked}. Build "
            + (f"the one of {wanted}" if wanted else "with everything that is known")
            + " in another folder (--data), or run again with "
            f"--as-known-on {marked}."
        )
    if settings.data_dir.is_dir() and any(settings.data_dir.iterdir()):
        raise KnownOnError(
            f"{settings.data_dir} is in use, and what it holds may be newer than {wanted}. Name an empty folder with "
            "--data: what was known on a day is built apart."
        )


def mark(settings: Settings) -> None:
    """Says in the data folder which day it is of, before anything else is written there."""
    if settings.as_known_on is None or known_on(settings.data_dir) is not None:
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    (settings.data_dir / _MARK).write_text(f"{settings.as_known_on}\n", encoding="ascii")
