"""Signs that a file was joined to another, or to itself, on its way.

Belongs here: header lines among the rows, rows that all come more than once, a last line that does not end. Does not
belong here: repeated keys (the gate counts those), what follows from any of it.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.contracts import FeedContract
from orchestration.ingest.tables import normalised

MIN_ROWS = 20
"""With fewer rows, that all come twice may be chance: six searches at one stop of a van are two rows, three times."""

DOUBLED_SHARE = 0.95
"""Share of rows that come more than once from which a file is taken for a copy joined to itself. Among the published
searches of London 2 in 100 rows have a twin."""


def header_rows(batch: pa.Table, cells: list[str]) -> list[int]:
    """Positions of rows that are the header line again; `cells` is the header as delivered.

    A byte order mark may stand before a header in the middle, so the second column is asked as well as the first.
    """
    asked = [pc.equal(batch.column(place), cells[place]) for place in range(min(2, len(cells)))]
    suspects = pc.fill_null(asked[0] if len(asked) == 1 else pc.or_kleene(*asked), False)
    places: list[int] = pc.indices_nonzero(suspects).to_pylist()
    header = [normalised(cell) for cell in cells]
    return [place for place in places if _values(batch, place) == header]


def _values(batch: pa.Table, place: int) -> list[str]:
    return [normalised(column[place].as_py() or "") for column in batch.columns]


def has_every_row_twice(contract: FeedContract, raw_file: Path, rows: int) -> bool:
    """Whether practically every row of a raw file is there more than once, in all its columns."""
    if rows < MIN_ROWS:
        return False
    with pq.ParquetFile(raw_file) as file:
        present = [name for name in contract.column_names if name in file.schema_arrow.names]
        table = file.read(columns=present, use_threads=False)
    counts = table.group_by(present).aggregate([([], "count_all")])["count_all"]
    repeated = pc.sum(pc.filter(counts, pc.greater(counts, 1))).as_py() or 0
    return bool(repeated >= DOUBLED_SHARE * rows)


def ends_inside_a_line(path: Path) -> bool:
    """Whether a file's last byte is no end of line."""
    with path.open("rb") as file:
        if file.seek(0, 2) == 0:
            return False
        file.seek(-1, 2)
        return file.read(1) not in (b"\n", b"\r")
