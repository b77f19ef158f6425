"""The files a linkage is made by: whoever remembers or records an outcome says by what code it was reached.

Belongs here: finding them, wherever in this room they are. Does not belong here: which of them matter to whom
(`matching/state.py`, `accuracy/level.py`).
"""

from __future__ import annotations

from pathlib import Path

_SUFFIXES = (".py", ".sql", ".csv")


def room_files() -> list[tuple[str, Path]]:
    """Python, SQL and lists of this room and its sub-rooms: name within the room, and path; ordered by name."""
    room = Path(__file__).parent
    found = {path.relative_to(room).as_posix(): path for path in room.rglob("*") if path.suffix in _SUFFIXES}
    return sorted(found.items())
