"""The raw store: every row of every delivery as text, in one immutable Parquet file named by its content.

Belongs here: where raw files are and how they are written. Does not belong here: reading agency formats (`*_reader`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.atomic import replacing, write_table
from orchestration.contracts import DeliveryRuleKind, FeedContract
from orchestration.ingest.tables import DELIVERY_ID, ROW_NUMBER, LineAside, Reading, raw_schema, stored_columns
from orchestration.settings import Settings

_ROW_GROUP_ROWS = 100_000

SCHEMA_FILE = "schema.parquet"
"""No leading underscore: Spark passes over files that have one."""


def raw_folder(contract: FeedContract, settings: Settings) -> Path:
    """Folder of a feed's raw files."""
    return settings.raw_dir / contract.agency / contract.feed


def raw_path(contract: FeedContract, settings: Settings, delivery_id: str) -> Path:
    """Raw file of one delivery."""
    return raw_folder(contract, settings) / f"{delivery_id}.parquet"


_ASIDE = pa.schema(
    [
        ("row_number", pa.int64()),
        ("line_number", pa.int64()),
        ("kind", pa.string()),
        ("what", pa.string()),
        ("text", pa.string()),
    ]
)


def aside_path(contract: FeedContract, settings: Settings, delivery_id: str) -> Path:
    """File with the lines of one delivery that are no records; not there if it has none."""
    return settings.raw_dir / "_set_aside" / f"{contract.agency}__{contract.feed}" / f"{delivery_id}.parquet"


def write_aside(path: Path, aside: Sequence[LineAside]) -> None:
    """Keeps lines set aside as they were sent, on the private side; without any, what was kept before goes."""
    if not aside:
        path.unlink(missing_ok=True)
        return
    write_table(path, pa.Table.from_pylist([{**asdict(line), "kind": line.kind.value} for line in aside], _ASIDE))


def read_aside(contract: FeedContract, settings: Settings, delivery_id: str) -> tuple[LineAside, ...]:
    """The lines of a delivery that are no records, in file order."""
    path = aside_path(contract, settings, delivery_id)
    if not path.exists():
        return ()
    rows = pq.read_table(path, schema=_ASIDE).to_pylist()
    return tuple(LineAside(**{**row, "kind": DeliveryRuleKind(row["kind"])}) for row in rows)


def write_schema_file(contract: FeedContract, settings: Settings) -> None:
    """Writes the file without rows that lets a feed nobody has delivered be read; keeps one that is right."""
    path = raw_folder(contract, settings) / SCHEMA_FILE
    schema = raw_schema(contract.column_names)
    if path.exists() and pq.read_schema(path).equals(schema):
        return
    write_table(path, schema.empty_table())


def write_raw(contract: FeedContract, target: Path, delivery_id: str, reading: Reading) -> int:
    """Streams a reading into a raw file and returns its number of rows.

    Row numbers start at 1 and count data records in file order; lines set aside have numbers of their own between.

    Raises:
        UnreadableError: from the reading; nothing is left behind.
    """
    names = stored_columns(contract, reading.header)
    schema = raw_schema(names)
    rows = 0
    with replacing(target) as temporary, _writer(temporary, schema) as writer:
        for group in _row_groups(_read_ahead(reading.batches)):
            count = group.num_rows
            present = set(group.column_names)
            arrays = [group.column(name) if name in present else pa.nulls(count, pa.string()) for name in names]
            arrays.append(pa.repeat(pa.scalar(delivery_id, pa.string()), count))
            own = ROW_NUMBER in group.column_names
            numbers = np.arange(rows + 1, rows + count + 1, dtype=np.int64)
            arrays.append(group.column(ROW_NUMBER) if own else pa.array(numbers))
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=count)
            rows += count
    return rows


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Dictionaries for text, which repeats; smallest and largest values only where readers can skip rows by them.

    Statistics of every column would take a quarter of the time of writing.
    """
    provenance = [DELIVERY_ID, ROW_NUMBER]
    texts = [name for name in schema.names if name != ROW_NUMBER]
    return pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=texts, write_statistics=provenance)


def _read_ahead(batches: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The same batches, each read while the one before it is being written."""
    with ThreadPoolExecutor(1) as reader:
        batch = next(batches, None)
        while batch is not None:
            coming = reader.submit(next, batches, None)
            yield batch
            batch = coming.result()


def _row_groups(batches: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Small batches put together to row groups of a size that engines read well."""
    held: list[pa.Table] = []
    for batch in batches:
        held.append(batch)
        if sum(table.num_rows for table in held) >= _ROW_GROUP_ROWS:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)
