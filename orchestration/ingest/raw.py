"""The raw store: every row of every delivery as text, in one immutable Parquet file named by its content.

Belongs here: where raw files are and how they are written. Does not belong here: reading agency formats (`*_reader`).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.atomic import replacing, write_table
from orchestration.contracts import FeedContract
from orchestration.ingest.tables import DELIVERY_ID, ROW_NUMBER, Reading, raw_schema, stored_columns
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


def write_schema_file(contract: FeedContract, settings: Settings) -> None:
    """Writes the file without rows that lets a feed nobody has delivered be read; keeps one that is right."""
    path = raw_folder(contract, settings) / SCHEMA_FILE
    schema = raw_schema(contract.column_names)
    if path.exists() and pq.read_schema(path).equals(schema):
        return
    write_table(path, schema.empty_table())


def write_raw(contract: FeedContract, target: Path, delivery_id: str, reading: Reading) -> int:
    """Streams a reading into a raw file and returns its number of rows.

    Row numbers start at 1 and count data records in file order.

    Raises:
        UnreadableError: from the reading; nothing is left behind.
    """
    names = stored_columns(contract, reading.header)
    schema = raw_schema(names)
    rows = 0
    with replacing(target) as temporary, _writer(temporary, schema) as writer:
        for group in _row_groups(_read_ahead(reading.batches)):
            count = group.num_rows
            arrays = [group.column(name) for name in names]
            arrays.append(pa.repeat(pa.scalar(delivery_id, pa.string()), count))
            arrays.append(pa.array(np.arange(rows + 1, rows + count + 1, dtype=np.int64)))
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
