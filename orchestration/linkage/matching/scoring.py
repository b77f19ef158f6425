"""What each compared pair weighs: Splink's prediction under one model, over the pairs blocking chose.

Belongs here: handing profiles, pairs and term frequencies to Splink and taking its weights. Does not belong here:
which pairs are compared (`blocking.py`), or what a weight decides (`clusters.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker

from orchestration.linkage.matching.model import LinkageModel, TermFrequencies

logging.getLogger("splink").setLevel(logging.ERROR)


def splink_settings(comparisons: Iterable[Mapping[str, Any]], prior: float) -> dict[str, Any]:
    """Splink settings over `profiles` for these comparisons.

    Profiles of all agencies stand in one table, so `dedupe_only` over it is link-and-dedupe over every agency.
    """
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "profile_id",
        "probability_two_random_records_match": prior,
        "comparisons": [dict(comparison) for comparison in comparisons],
        "blocking_rules_to_generate_predictions": [],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }


def linker_over(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    settings: Mapping[str, Any],
    term_frequencies: Mapping[str, TermFrequencies] | None,
) -> tuple[Linker, DuckDBAPI]:
    """A Splink linker over `table`, and its database; lookups of `term_frequencies` are registered, none computed."""
    api = DuckDBAPI(connection)
    linker = Linker(api.register(table), dict(settings), log_level=logging.ERROR)
    for column, frequencies in (term_frequencies or {}).items():
        lookup = f"term_frequencies_{column}"
        _make_lookup(connection, table, column, frequencies, lookup)
        linker.table_management.register_term_frequency_lookup(api.register(lookup), column)
    return linker, api


def _make_lookup(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, frequencies: TermFrequencies, lookup: str
) -> None:
    """Table `lookup` (column, tf_column) for every value `table` holds, the model's default for those it lacks."""
    connection.register(
        "known_frequencies",
        pa.table(
            {
                "value": pa.array(list(frequencies.values.keys()), pa.string()),
                "frequency": pa.array(list(frequencies.values.values()), pa.float64()),
            }
        ),
    )
    connection.execute(f"""
        create or replace temp table {lookup} as
        select d.{column}, coalesce(k.frequency, {frequencies.default!r}) as tf_{column}
        from (select distinct {column} from {table} where {column} is not null) as d
        left join known_frequencies as k on d.{column} = k.value
    """)
    connection.unregister("known_frequencies")


def score(
    connection: duckdb.DuckDBPyConnection,
    model: LinkageModel,
    pairs: str,
    edges: str,
    lowest_weight: float | None | None,
) -> int:
    """Make `edges`, or a table like it, for the pairs in table `pairs`; pairs scored.

    Args:
        connection: holds `profiles` and `pairs` (match_key, join_key_l, join_key_r).
        model: trained; its settings and term frequencies make the weights.
        pairs: name of the table of pairs; a pair of a profile with itself is scored as two records that agree on all.
        edges: name of the table to make.
        lowest_weight: lighter pairs are left out; None keeps all.
    """
    model.assert_trained()
    counted = connection.execute(f"select count(*) from {pairs}").fetchall()[0][0]
    if not counted:
        connection.execute(
            f"create or replace temp table {edges} (profile_id_l bigint, profile_id_r bigint, match_weight double)"
        )
        return 0
    linker, api = linker_over(connection, "profiles", model.settings, model.term_frequencies)
    linker.table_management.register_blocked_pairs_for_predict(api.register(pairs))
    predictions = linker.inference.predict(threshold_match_weight=lowest_weight, warning_mode="never")
    connection.execute(f"""
        create or replace temp table {edges} as
        select profile_id_l, profile_id_r, match_weight from {predictions.physical_name}
    """)
    predictions.drop_table_from_database_and_remove_from_cache()
    return int(counted)
