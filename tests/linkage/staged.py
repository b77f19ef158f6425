"""Puts person records where linkage looks for them."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from orchestration.settings import Settings


def stage(settings: Settings, records: pa.Table) -> None:
    """Makes the build database hold these person records, dates as dates, and no others."""
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.build_database)) as connection:
        connection.register("records", records)
        connection.execute("create schema if not exists linkage")
        connection.execute("""
            create or replace table linkage.person_records_to_link as
            select * replace (cast(date_of_birth as date) as date_of_birth,
                cast(first_extract_date as date) as first_extract_date)
            from records
        """)
