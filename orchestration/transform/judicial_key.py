"""The key judicial officers' ids are hashed under: made for one build, thrown away with it.

Within a build the same officer has the same token, so that officers can be counted; between builds nothing matches, and
afterwards nobody, ourselves included, can find out who a token was.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pa_parquet

KEY_FILE = "judicial_key.parquet"


@contextmanager
def throwaway_judicial_key(build_dir: Path) -> Iterator[Path]:
    """A fresh 256-bit key in `build_dir`, one row with the column `key` (hex), removed at the end whatever happens."""
    path = build_dir / KEY_FILE
    build_dir.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    pa_parquet.write_table(pa.table({"key": [secrets.token_hex(32)]}), temporary)
    temporary.replace(path)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
