"""The feed contracts as dbt sources, so that staging reads types, formats and missing-value tokens from nowhere else.

Belongs here: the rendering of `models/staging/_feeds__sources.yml`. The models that read them are rendered, and all of
it written, by `dbt_staging`. Sources that are not feeds (the gate, linkage, the build's own key) are kept by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orchestration.contracts.generated_yaml import InOneLine, as_yaml
from orchestration.contracts.model import CODE_LISTS, QUALIFIED_CODES, Column, FeedContract

SYNC_COMMAND = "warehouse contracts sync"

_HEADER = f"""\
# Generated from data_contracts/feeds/ by `{SYNC_COMMAND}`; do not edit. A change belongs in the contract.
# `meta` is what the contract promises: staging's macros read types, formats, tokens and code lists from here.
"""
_LOCATION = (
    "read_parquet('{{{{ env_var('WAREHOUSE_DATA_DIR', '../data') }}}}/raw/{agency}/{{name}}/*.parquet', "
    "union_by_name=true)"
)
"""Where DuckDB reads a source; dbt fills in `{name}`. Columns differ between deliveries, hence the union by name."""

_PROVENANCE_COLUMNS = {
    "_delivery_id": "Delivery the row came in: the first 32 hexadecimal digits of the SHA-256 of the delivered bytes.",
    "_row_number": "Number of the data row in its delivery, from 1.",
}


def sources_file(project_dir: Path) -> Path:
    """Where a dbt project has the generated sources."""
    return project_dir / "models" / "staging" / "_feeds__sources.yml"


def render_dbt_sources(contracts: Mapping[str, FeedContract]) -> str:
    """YAML of one dbt source `raw_<agency>` per agency with a table per feed, in catalogue order."""
    by_agency: dict[str, list[FeedContract]] = {}
    for contract in contracts.values():
        by_agency.setdefault(contract.agency, []).append(contract)
    document = {"version": 2, "sources": [_source(agency, feeds) for agency, feeds in by_agency.items()]}
    return _HEADER + as_yaml(document)


def _source(agency: str, feeds: list[FeedContract]) -> dict[str, Any]:
    titles = ", ".join(feed.title for feed in feeds)
    return {
        "name": f"raw_{agency}",
        "description": f"Every row of every delivery, as text: {titles}.",
        "config": {"meta": {"external_location": _LOCATION.format(agency=agency)}},
        "tables": [_table(feed) for feed in feeds],
    }


def _table(feed: FeedContract) -> dict[str, Any]:
    delivery = feed.delivery
    formats = {
        "further_date_formats": delivery.further_date_formats,
        "further_timestamp_formats": delivery.further_timestamp_formats,
    }
    further = {name: list(notations) for name, notations in formats.items() if notations}
    provenance = [InOneLine(name=name, description=description) for name, description in _PROVENANCE_COLUMNS.items()]
    return {
        "name": feed.feed,
        "description": f"{feed.description} Row: {feed.grain}",
        "config": {
            "meta": {
                "contract": feed.written_in,
                "contract_version": feed.version,
                "owner": feed.owner.name,
                "steward": feed.steward.name,
                "mode": str(feed.mode),
                "primary_key": list(feed.primary_key),
                "versions_ordered_by": feed.versions_ordered_by and feed.column(feed.versions_ordered_by).staged_name,
                "missing_values": list(delivery.missing_values),
                "date_format": delivery.date_format,
                "timestamp_format": delivery.timestamp_format,
                **further,
                "timezone": delivery.timezone,
                "yes_value": delivery.yes_value,
                "no_value": delivery.no_value,
            }
        },
        "columns": [*(_column(column, feed) for column in feed.columns), *provenance],
    }


def _column(column: Column, feed: FeedContract) -> InOneLine:
    meta: dict[str, Any] = {
        "type": str(column.type),
        "classification": str(column.classification),
        "physical_name": column.physical_name if column.physical_name != column.name else None,
        "staged_as": column.staged_as,
        "holds": column.holds and str(column.holds),
        "is_normalised": column.holds is not None and column.holds.is_normalised,
        "code_list": column.code_list if column.is_mapped else None,
        "code_list_on": _code_list_key(column, feed) if column.is_mapped else None,
        "code_list_qualified": _qualified_codes(column) if column.is_mapped else None,
        "open_end_values": list(column.open_end_values),
        "padded_to": column.padded_to,
        "read_as": dict(column.read_as),
    }
    promised = {key: value for key, value in meta.items() if value}
    return InOneLine(name=column.name, description=column.description, config={"meta": promised})


def _qualified_codes(column: Column) -> dict[str, Any] | None:
    qualified = QUALIFIED_CODES.get(column.code_list or "")
    return asdict(qualified) if qualified else None


def _code_list_key(column: Column, feed: FeedContract) -> dict[str, str]:
    """Key columns of the reference list, each with the staged column that is looked up in it."""
    *classes, code = CODE_LISTS[column.code_list or ""]
    return {**{key: feed.column(column.code_list_class or "").staged_name for key in classes}, code: column.staged_name}
