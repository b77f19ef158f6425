"""SQL that Python runs, kept in files where the linter reads it.

Belongs here: reading a statement and filling in what only the caller knows. Does not belong here: any SQL, or values:
those are bound when the statement is run (`$name`), never written into it.

A module's statements of more than ten lines lie beside it, `sql/<statement>.sql`. What is put into one are pieces of
SQL that the code makes (names of columns, conditions), at places written `{name}`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_PLACE = re.compile(r"\{([a-z_]+)\}")


class SqlFileError(ValueError):
    """A statement that cannot be read or filled in: a fault of the code; the message says which file and place."""


def read_sql(module_file: str, statement: str, **pieces: str) -> str:
    """The statement in `sql/<statement>.sql` beside a module, every `{name}` replaced by the piece of that name.

    Args:
        module_file: `__file__` of the module that runs it.
        statement: name of the file, without its suffix.
        pieces: SQL for each place. What stands in a piece is taken as it is, braces too.

    Raises:
        SqlFileError: no such file, a place without a piece, or a piece without a place; all of them are named.
    """
    path = Path(module_file).parent / "sql" / f"{statement}.sql"
    text = _text(path)
    places = set(_PLACE.findall(text))
    faults = [f"nothing is given for {{{name}}}" for name in sorted(places - pieces.keys())]
    faults += [f"{name} is given but {{{name}}} stands nowhere" for name in sorted(pieces.keys() - places)]
    if faults:
        raise SqlFileError(f"{path}: {'; '.join(faults)}. Make the file and its caller name the same places.")
    return _PLACE.sub(lambda place: pieces[place[1]], text)


@cache
def _text(path: Path) -> str:
    if not path.is_file():
        there = sorted(other.stem for other in path.parent.glob("*.sql"))
        raise SqlFileError(f"{path} is not there; beside it are: {', '.join(there) or 'none'}.")
    return path.read_text(encoding="utf-8")
