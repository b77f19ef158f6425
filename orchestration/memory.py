"""How much memory DuckDB may take before it spills to disk, of what the machine has.

Belongs here: what `WAREHOUSE_MEMORY_LIMIT` comes to in bytes on this machine. Does not belong here: the setting itself
(`settings`), or the limits of steps that need little whatever the machine (the gate's, linkage's).

By itself DuckDB takes 80% of the memory, for its own buffers alone; Python, dbt and Dagster take 0.8 to 1.1 GiB beside
it. A machine of 4 GiB would end the build where it should have spilled. So less is the default.
"""

from __future__ import annotations

import re
from contextlib import closing
from fractions import Fraction

_OF_DUCKDB = Fraction(8, 10)
"""Share of the machine's memory, or the container's, that DuckDB takes for its limit if it is told none."""

_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
_SHARE = re.compile(r"(\d{1,3})\s*%")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]i?B)", re.IGNORECASE)


def memory_limit(*stated: str) -> str:
    """The least of some limits, in words DuckDB takes: whole mebibytes.

    Args:
        stated: each a share of the machine's memory (`60%`) or a size (`4GB`, `512MiB`).

    Raises:
        ValueError: one is neither, or nothing at all, or more than everything; says what to write.
    """
    return f"{min(limit_in_bytes(limit) for limit in stated) // 2**20}MiB"


def limit_in_bytes(stated: str, whole: int | None = None) -> int:
    """A limit in bytes.

    Args:
        stated: as `memory_limit` takes it.
        whole: bytes the machine has; None to ask.

    Raises:
        ValueError: as `memory_limit`.
    """
    text = stated.strip()
    if share := _SHARE.fullmatch(text):
        percent = int(share[1])
        if 1 <= percent <= 100:
            return int(Fraction(percent, 100) * (memory_of_machine() if whole is None else whole))
    elif size := _SIZE.fullmatch(text):
        found = int(Fraction(size[1]) * _UNITS[size[2].upper()])
        if found >= 2**20:
            return found
    raise ValueError(
        f"WAREHOUSE_MEMORY_LIMIT is '{stated}'; set it to a share of the machine's memory from 1% to 100%, such as "
        "60%, or to a size, such as 4GB."
    )


def memory_of_machine() -> int:
    """Bytes of memory there are, as DuckDB sees them: those of the container, where there is one."""
    import duckdb  # every command reads the settings, and few need a database

    with closing(duckdb.connect()) as connection:
        shown = connection.execute("select value from duckdb_settings() where name = 'memory_limit'").fetchall()[0][0]
    return int(limit_in_bytes(str(shown)) / _OF_DUCKDB)
