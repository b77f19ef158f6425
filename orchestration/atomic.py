"""Files that appear whole or not at all.

Belongs here: write beside the target under a temporary name, then one rename; clear away what killed runs left.
Does not belong here: what is in the files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_MARK = ".writing-"


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A temporary path in the folder of `target`; becomes `target` when the block ends without an exception.

    The temporary name starts with a dot and does not end in `.parquet`, so no reader's pattern picks it up.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}{_MARK}{os.getpid()}")
    try:
        yield temporary
        temporary.replace(target)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def write_table(target: Path, table: pa.Table, metadata: Mapping[str, str] | None = None) -> None:
    """Writes a small Parquet table, whole or not at all, with text `metadata` in its footer."""
    if metadata:
        table = table.replace_schema_metadata({key.encode(): value.encode() for key, value in metadata.items()})
    with replacing(target) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def remove_leftovers(folder: Path) -> int:
    """Deletes temporary files of processes that no longer run; returns how many were there."""
    removed = 0
    if not folder.is_dir():
        return removed
    with os.scandir(folder) as entries:
        leftovers = [entry.path for entry in entries if entry.name.startswith(".") and _MARK in entry.name]
    for path in leftovers:
        writer = path.rpartition(_MARK)[2]
        if not writer.isdigit() or not _is_running(int(writer)):
            Path(path).unlink(missing_ok=True)
            removed += 1
    return removed


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # exists, belongs to somebody else
        return True
    return True
