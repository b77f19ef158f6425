"""The feed contracts as dbt sources, so that staging reads types, formats and missing-value tokens from nowhere else.

Belongs here: the rendering of `models/staging/_feeds__sources.yml` and its writing. Sources that are not feeds (the
gate, linkage, the build's own key) are kept by hand beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from orchestration.contracts.loader import load_feed_contracts
from orchestration.contracts.model import Column, ColumnType, DeliveryFormat, FeedContract
from orchestration.settings import Settings

SYNC_COMMAND = "warehouse contracts sync"

_HEADER = f"""\
# Generated from data_contracts/feeds/ by `{SYNC_COMMAND}`; do not edit. A change belongs in the contract.
# `meta` of a column is what its contract promises: staging's macros read types, formats and tokens from here.
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


def sources_file(settings: Settings) -> Path:
    """Where dbt reads the generated sources."""
    return settings.dbt_project_dir / "models" / "staging" / "_feeds__sources.yml"


def sync_dbt_sources(settings: Settings) -> Path:
    """Write the sources file from the contracts and return its path.

    Raises:
        ContractError: a contract cannot be used; nothing is written.
    """
    rendered = render_dbt_sources(load_feed_contracts(settings.contracts_dir))
    path = sources_file(settings)
    path.write_text(rendered, encoding="utf-8")
    return path


def render_dbt_sources(contracts: Mapping[str, FeedContract]) -> str:
    """YAML of one dbt source `raw_<agency>` per agency with a table per feed, in catalogue order."""
    by_agency: dict[str, list[FeedContract]] = {}
    for contract in contracts.values():
        by_agency.setdefault(contract.agency, []).append(contract)
    document = {"version": 2, "sources": [_source(agency, feeds) for agency, feeds in by_agency.items()]}
    return _HEADER + yaml.dump(document, Dumper=_IndentedDumper, sort_keys=False, allow_unicode=True, width=120)


class _IndentedDumper(yaml.SafeDumper):
    """Indents the members of lists under their key, as the other YAML of the project does."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _source(agency: str, feeds: list[FeedContract]) -> dict[str, Any]:
    titles = ", ".join(feed.title for feed in feeds)
    return {
        "name": f"raw_{agency}",
        "description": f"Every row of every delivery, as text: {titles}.",
        "config": {"meta": {"external_location": _LOCATION.format(agency=agency)}},
        "tables": [_table(feed) for feed in feeds],
    }


def _table(feed: FeedContract) -> dict[str, Any]:
    provenance = [{"name": name, "description": description} for name, description in _PROVENANCE_COLUMNS.items()]
    return {
        "name": feed.feed,
        "description": f"{feed.description} Row: {feed.grain}",
        "config": {
            "meta": {
                "contract": f"data_contracts/feeds/{feed.key}.odcs.yaml",
                "contract_version": feed.version,
                "owner": feed.owner.name,
                "steward": feed.steward.name,
                "mode": str(feed.mode),
                "primary_key": list(feed.primary_key),
            }
        },
        "columns": [*(_column(column, feed.delivery) for column in feed.columns), *provenance],
    }


def _column(column: Column, delivery: DeliveryFormat) -> dict[str, Any]:
    meta: dict[str, Any] = {
        "type": str(column.type),
        "physical_name": column.physical_name,
        "classification": str(column.classification),
        "missing_values": list(delivery.missing_values),
    }
    if column.type is ColumnType.DATE:
        meta["date_format"] = delivery.date_format
    if column.type is ColumnType.TIMESTAMP:
        meta["timestamp_format"] = delivery.timestamp_format
        meta["timezone"] = delivery.timezone
    if column.type is ColumnType.YES_NO:
        meta["yes_value"] = delivery.yes_value
        meta["no_value"] = delivery.no_value
    if column.open_end_values:
        meta["open_end_values"] = list(column.open_end_values)
    if column.code_list is not None:
        meta["code_list"] = column.code_list
    return {"name": column.name, "description": column.description, "config": {"meta": meta}}
