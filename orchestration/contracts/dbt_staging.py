"""Staging of the feeds as dbt models, so that a feed is staged by its contract alone.

Belongs here: the two models of each feed, their YAML, and the macro by which SQL knows which feeds there are. How a
column is typed and normalised is SQL (`macros/staging/`). A feed whose `…_versions` model was written by hand keeps it,
and has its YAML by hand too: a feed without a primary key must, for nothing in a row of it names a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestration.contracts.agencies import AGENCIES_BY_TRUST
from orchestration.contracts.dbt_sources import SYNC_COMMAND, render_dbt_sources, sources_file
from orchestration.contracts.formats import DATE_FORMATS, TIMESTAMP_FORMATS
from orchestration.contracts.generated_yaml import InOneLine, as_yaml
from orchestration.contracts.model import Column, ColumnType, FeedContract, FeedMode
from orchestration.contracts.placeholders import PLACEHOLDER_DATES
from orchestration.contracts.reader import ContractError

_HEADER = f"Generated from data_contracts/feeds/ by `{SYNC_COMMAND}`; do not edit. A change belongs in the contract."
_CALL = "{{ justice.staged_"
"""How a generated model begins: it is one call."""

_COUNTS = {
    FeedMode.INCREMENT: "the newest version of each record counts",
    FeedMode.SNAPSHOT: "those of the newest delivery count",
    FeedMode.SNAPSHOT_PER_PARTITION: "those of the newest file of each force and month count",
}


def sync_dbt(contracts: Mapping[str, FeedContract], project_dir: Path) -> list[Path]:
    """Write everything a dbt project has from the feed contracts and return the paths; models of a feed that is gone go
    too.

    Raises:
        ContractError: a feed cannot be staged by its contract; nothing is written.
    """
    files = dbt_files(contracts, project_dir)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in project_dir.glob("models/staging/*/stg_*.sql"):
        if path not in files and path.read_text(encoding="utf-8").startswith(_CALL):
            path.unlink()
    return list(files)


def dbt_files(contracts: Mapping[str, FeedContract], project_dir: Path) -> dict[Path, str]:
    """The text of everything a dbt project has from the feed contracts, by its path.

    Raises:
        ContractError: a feed cannot be staged by its contract.
    """
    return {sources_file(project_dir): render_dbt_sources(contracts), **staging_files(contracts, project_dir)}


def staging_files(contracts: Mapping[str, FeedContract], project_dir: Path) -> dict[Path, str]:
    """The text of every generated file of staging in a dbt project, by its path.

    Raises:
        ContractError: a feed has neither a primary key nor a model written by hand.
    """
    staging = project_dir / "models" / "staging"
    derived = {key: feed for key, feed in contracts.items() if not _is_by_hand(feed, staging)}
    keyless = [feed for feed in derived.values() if not feed.primary_key]
    if keyless:
        raise ContractError(
            [
                f"{feed.written_in}: no column is primaryKey: true, so nothing in a row names "
                "a record, and staging cannot be derived. Mark the key, or write "
                f"{_model_file(feed, staging, '_versions')} by hand, as stg_police__stop_search_versions.sql is"
                for feed in keyless
            ]
        )
    files = {
        project_dir / "macros" / "staging" / "feeds.sql": render_feeds_macro(contracts.values()),
        staging / "_feeds__models.yml": render_models(derived.values()),
    }
    for feed in derived.values():
        files[_model_file(feed, staging, "_versions")] = _versions_model(feed)
        files[_model_file(feed, staging)] = f"{_CALL}as_now_known('{feed.agency}', '{feed.feed}') }}}}\n"
    return files


def render_feeds_macro(contracts: Iterable[FeedContract]) -> str:
    """Four dbt macros: the feeds, as far as dbt must know them before it has read the sources; the order of trust; the
    dates that say nothing; how dates are written."""
    lines = [f"{{#- {_HEADER} -#}}", "{%- macro feeds() -%}", "    {{ return(["]
    for feed in contracts:
        lists = sorted({column.code_list for column in feed.columns if column.is_mapped and column.code_list})
        known = {"agency": feed.agency, "feed": feed.feed, "names_people": feed.names_people, "code_lists": lists}
        lines.append(f"        {known},")
    lines += ["    ]) }}", "{%- endmacro -%}", ""]
    lines += ["{%- macro agencies_by_trust() -%}", f"    {{{{ return({list(AGENCIES_BY_TRUST)}) }}}}"]
    lines += ["{%- endmacro -%}", "", "{%- macro placeholder_dates() -%}"]
    lines += [f"    {{{{ return({list(PLACEHOLDER_DATES)}) }}}}"]
    lines += ["{%- endmacro -%}", "", "{%- macro date_patterns() -%}", "    {{ return({"]
    lines += [f"        {name!r}: {pattern!r}," for name, pattern in (DATE_FORMATS | TIMESTAMP_FORMATS).items()]
    lines += ["    }) }}"]
    return "\n".join([*lines, "{%- endmacro -%}", ""])


def render_models(contracts: Iterable[FeedContract]) -> str:
    """YAML of the two models of each feed, in catalogue order."""
    models = [model for feed in contracts for model in (_versions_yaml(feed), _current_yaml(feed))]
    return f"# {_HEADER}\n" + as_yaml({"version": 2, "models": models})


def _is_by_hand(feed: FeedContract, staging: Path) -> bool:
    path = _model_file(feed, staging, "_versions")
    return path.exists() and path.read_text(encoding="utf-8") != _versions_model(feed)


def _model_file(feed: FeedContract, staging: Path, suffix: str = "") -> Path:
    return staging / feed.agency / f"{_model(feed)}{suffix}.sql"


def _model(feed: FeedContract) -> str:
    return f"stg_{feed.agency}__{feed.feed}"


def _versions_model(feed: FeedContract) -> str:
    return f"{_CALL}versions('{feed.agency}', '{feed.feed}') }}}}\n"


def _versions_yaml(feed: FeedContract) -> dict[str, Any]:
    model = f"{_model(feed)}_versions"
    return {
        "name": model,
        "description": (
            f"{feed.title}: every version of every accepted row, typed and code-mapped; the history behind "
            f"`{_model(feed)}`.\n\n"
            "- Grain: one row of one delivery, each a version of one record.\n"
            "- Key: `delivery_id`, `row_number`.\n"
            f"- Source: `raw_{feed.agency}.{feed.feed}`, less what the gate rejected or quarantined.\n"
            f"- Versions: {_COUNTS[feed.mode]}. The `as_known_on` variable leaves out deliveries extracted later.\n"
        ),
        "config": {"materialized": "table"},
        "data_tests": [_primary_key(f"{model}_one_row_per_delivered_row", "delivery_id", "row_number")],
        "columns": [
            *_columns(feed),
            *map(_shared, ("version_number", "delivery_id", "row_number", "is_current")),
            *map(_shared, ("extract_date", "first_extract_date")),
        ],
    }


def _current_yaml(feed: FeedContract) -> dict[str, Any]:
    return {
        "name": _model(feed),
        "description": (
            f"{feed.title} as they are now known.\n\n"
            f"- Grain: {feed.grain}\n"
            f"- Key: `record_key` ({', '.join(feed.primary_key)}).\n"
            f"- Source: the current rows of `{_model(feed)}_versions`.\n"
        ),
        "data_tests": [_primary_key(f"{_model(feed)}_key_names_one_record", "record_key")],
        "columns": [*_columns(feed), *map(_shared, ("extract_date", "first_extract_date"))],
    }


def _primary_key(name: str, *columns: str) -> dict[str, Any]:
    return {"primary_key": {"name": name, "arguments": InOneLine(columns=list(columns))}}


def _columns(feed: FeedContract) -> Iterator[InOneLine]:
    """The columns that stand in both models, each described by its contract and by what staging made of it."""
    yield _shared("record_key")
    for column in feed.columns:
        yield InOneLine(name=column.staged_name, description=f"{column.description} {_staged(column)}".rstrip())
        if column.is_mapped:
            yield InOneLine(name=f"{column.staged_name}_raw", description="{{ doc('code_raw') }}")


def _staged(column: Column) -> str:
    if column.holds is not None and column.holds.is_normalised:
        return f"{{{{ doc('{column.holds}') }}}}"
    if column.is_mapped:
        return f"`unknown` if it is not in the reference list {column.code_list}."
    return "Staged in UTC." if column.type is ColumnType.TIMESTAMP else ""


def _shared(name: str) -> InOneLine:
    return InOneLine(name=name, description=f"{{{{ doc('{name}') }}}}")
