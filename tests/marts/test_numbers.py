"""What any published number may be: a share of nothing is null."""

from __future__ import annotations

from tests.support import Warehouse


def test_no_published_number_is_not_a_number(built: Warehouse) -> None:
    """0/0 and x/0 are null in every column: NaN and infinity pass for values in sums, and sort before or after all."""
    columns = built.query(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where data_type in ('DOUBLE', 'FLOAT') and schema_name in ('marts', 'conformed')"
    )
    assert len(columns) > 50
    by_table: dict[str, list[str]] = {}
    for schema, table, column in columns:
        by_table.setdefault(f"{schema}.{table}", []).append(column)
    found = []
    for table, names in by_table.items():
        counts = ", ".join(f'count(*) filter (isnan("{name}") or isinf("{name}"))' for name in names)
        [faults] = built.query(f"select {counts} from {table}")
        found += [f"{table}.{name}" for name, count in zip(names, faults, strict=True) if count]
    assert found == []
