"""Names and texts as DuckDB SQL spells them.

Belongs here: quoting. Does not belong here: any query.
"""

from __future__ import annotations


def quoted_name(identifier: str) -> str:
    """An identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """A text in single quotes."""
    return "'" + text.replace("'", "''") + "'"
