"""Counts add up: courts to regions and the nation, every breakdown to its whole, and nothing is counted twice.

Belongs here: what is true of every mart that counts, read from what the marts say of themselves. Does not belong here:
whether a count is right (tests of the marts).

What a mart says of itself stands in the metric registry: `totals`, the value by which a column marks rows that total
it; `levels`, columns that name a level and the columns with its values; and which measures add up. Its key is that of
its test `primary_key`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain, combinations
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.contracts.metrics import load_metrics
from orchestration.settings import PROJECT_ROOT
from tests.marts.truth_caseload import query
from tests.support import Warehouse
from tests.transform.dbt_runs import compile_inline, scratch_settings

WORDS_OF_TOTALS = {"all", "total", "national", "all courts", "england_and_wales"}
NAMES_OF_PLACES = {"court_name", "court_region", "geography_name"}
"""Columns that describe another one, and so say `all` where that one does."""


@dataclass(frozen=True)
class Mart:
    """What a mart says of its rows."""

    name: str
    key: tuple[str, ...]
    counts: tuple[str, ...]
    columns: tuple[str, ...]
    totals: dict[str, str]
    levels: dict[str, str]

    def rows(self, warehouse: Warehouse) -> pd.DataFrame:
        return query(warehouse.settings.data_dir, f"select * from marts.{self.name}")


@pytest.fixture(scope="module")
def marts(manifest: Path) -> dict[str, Mart]:
    """Every mart with a key, by name."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    keys = {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "primary_key"
    }
    registry = load_metrics(PROJECT_ROOT / "data_contracts")
    found = {}
    for node in nodes:
        if node["resource_type"] == "model" and node["schema"] == "marts":
            entry = registry[node["name"]]
            found[node["name"]] = Mart(
                name=node["name"],
                key=keys[node["unique_id"]],
                counts=tuple(metric.name for metric in entry.metrics if metric.additive),
                columns=tuple(node["columns"]),
                totals=dict(entry.totals),
                levels=dict(entry.levels),
            )
    return found


def test_every_total_adds_up_its_parts(built: Warehouse, marts: dict[str, Mart]) -> None:
    tested = 0
    for mart in (mart for mart in marts.values() if mart.totals):
        rows = mart.rows(built)
        is_total = pd.DataFrame({column: rows[column] == value for column, value in mart.totals.items()})
        parts = rows[~is_total.any(axis=1)]
        columns = tuple(mart.totals)
        for totalled in chain.from_iterable(combinations(columns, size) for size in range(1, len(columns) + 1)):
            is_this = is_total[list(totalled)].all(axis=1) & ~is_total.drop(columns=list(totalled)).any(axis=1)
            if not is_this.any():
                continue
            others = [column for column in mart.key if column not in totalled]
            whole = rows[is_this].set_index(others)[list(mart.counts)].sort_index()
            assert whole.index.is_unique, f"{mart.name}: more than one total over {', '.join(totalled)}"
            summed = parts.groupby(others)[list(mart.counts)].sum().reindex(whole.index, fill_value=0)
            pd.testing.assert_frame_equal(summed, whole, obj=f"{mart.name} over {', '.join(totalled)}")
            assert whole.to_numpy().sum() == parts[list(mart.counts)].to_numpy().sum(), f"{mart.name}: a part is lost"
            tested += 1
    assert tested >= 5


def test_every_level_adds_up_to_the_same_whole(built: Warehouse, marts: dict[str, Mart]) -> None:
    tested = 0
    for mart in (mart for mart in marts.values() if mart.levels):
        rows = mart.rows(built)
        for level, value in mart.levels.items():
            others = [column for column in mart.key if column not in (level, value)]
            for count in mart.counts:
                by_level = rows.groupby([*others, level])[count].sum().unstack(level)
                gap = by_level.max(axis=1) - by_level.min(axis=1)
                assert (gap == 0).all(), f"{mart.name}.{count} differs between levels of {level}:\n{by_level[gap != 0]}"
                assert (by_level.notna().sum() > 0).sum() > 1, f"{mart.name} has one {level} only"
                tested += 1
    assert tested >= 2


def test_courts_add_up_to_regions(built: Warehouse, marts: dict[str, Mart]) -> None:
    """Where a mart has regions of its own, they are the sums of their courts."""
    region_of = pd.read_csv(PROJECT_ROOT / "seeds" / "reference" / "courts.csv", dtype=str).set_index("court_ou_code")
    mart = marts["remand_durations"]
    rows = mart.rows(built)
    others = [column for column in mart.key if column != "geography_code"]
    courts = rows[rows["geography_level"] == "court"]
    regions = rows[rows["geography_level"] == "region"].set_index([*others, "geography_code"])["n"].sort_index()
    as_regions = courts.assign(
        geography_level="region", geography_code=courts["geography_code"].map(region_of["region"]).fillna("unknown")
    )
    summed = as_regions.groupby([*others, "geography_code"])["n"].sum()
    pd.testing.assert_series_equal(summed, regions)


def test_a_court_is_in_one_region_in_every_mart(built: Warehouse, marts: dict[str, Mart]) -> None:
    """So that courts add up to regions, and regions to the nation, wherever a mart counts by court."""
    region_of = pd.read_csv(PROJECT_ROOT / "seeds" / "reference" / "courts.csv", dtype=str).set_index("court_ou_code")
    by_court = [mart for mart in marts.values() if {"court_code", "court_region"} <= set(mart.columns)]
    assert len(by_court) >= 8
    for mart in by_court:
        places = mart.rows(built)[["court_code", "court_region"]].drop_duplicates().dropna()
        places = places[places["court_code"] != mart.totals.get("court_code")]
        expected = places["court_code"].map(region_of["region"]).fillna("unknown")
        assert (places["court_region"] == expected).all(), f"{mart.name} puts a court in another region"


def test_no_mart_hides_a_total_among_its_parts(built: Warehouse, marts: dict[str, Mart]) -> None:
    """A row that totals others and does not say so is counted twice by whoever adds the column up."""
    for mart in marts.values():
        told = {*mart.totals, *mart.levels, *mart.levels.values(), *NAMES_OF_PLACES}
        rows = mart.rows(built)
        for column in (column for column in mart.key if column not in told and rows[column].dtype.kind not in "Mmifb"):
            values = rows[column].dropna()
            hidden = {value for value in values.unique() if str(value).lower() in WORDS_OF_TOTALS}
            assert not hidden, f"{mart.name}.{column} has rows of {hidden}: say so in the totals of its registry entry"


def test_a_count_by_court_does_not_depend_on_the_mart(built: Warehouse) -> None:
    """Open cases and defendants, sentenced defendants and completed ones are as many in every mart that counts them."""
    same = {
        "open cases": """
            select snapshot_date, jurisdiction, court_code, sum(cases) as n from marts.open_caseload group by all
            """,
        "open cases of the bridge": """
            select snapshot_date, jurisdiction, court_code, cases as n from marts.counting_unit_bridge
            where court_code <> 'ALL'
            """,
        "closing caseload": """
            select last_day(month) as snapshot_date, jurisdiction, court_code, closing as n from marts.caseload_flow
            where closing > 0 and court_code <> 'ALL'
            """,
    }
    sentenced = """
        select quarter, court_code, offence_group, sum(defendants_sentenced) as n
        from marts.{mart} group by all having sum(defendants_sentenced) > 0
        """
    completed = """
        select quarter, court_code, jurisdiction, {count} as n from marts.{mart}
        where {condition} group by all
        """
    stage = "stage like '%offence_to_completion' and court_code <> 'ALL' and offence_group <> 'all'"
    groups = [
        same,
        {mart: sentenced.format(mart=mart) for mart in ("court_sentencing", "court_sentencing_rates")},
        {
            "court_timeliness": completed.format(mart="court_timeliness", count="sum(defendants)", condition=stage),
            "defendant_timeliness": completed.format(mart="defendant_timeliness", count="count(*)", condition="true"),
        },
    ]
    for group in groups:
        tables = [query(built.settings.data_dir, sql).astype({"n": "int64"}) for sql in group.values()]
        keys = [column for column in tables[0].columns if column != "n"]
        first, *rest = (table.fillna("unknown").sort_values(keys).reset_index(drop=True) for table in tables)
        for other in rest:
            pd.testing.assert_frame_equal(first, other, check_dtype=False, obj=" and ".join(group))


COURTS = st.sampled_from(["a", "b", "c"])
SMALL_TABLES = st.lists(
    st.tuples(st.sampled_from(["M", "C"]), COURTS, st.integers(0, 9), st.integers(0, 5)), max_size=25
)


@pytest.fixture(scope="module")
def totalled(dbt_folder: Path) -> str:
    """The macro with_totals over a table of courts, as it compiles."""
    folder = dbt_folder / "with_totals"
    macro = "{{ justice.with_totals('small_table', ['person', 'records']) }}"
    return compile_inline(scratch_settings(folder), macro, folder / "target")


@settings(max_examples=60, deadline=None)
@given(rows=SMALL_TABLES)
def test_totals_are_the_sums_of_their_parts_whatever_the_rows(
    totalled: str, rows: list[tuple[str, str, int, int]]
) -> None:
    """Every row once as itself and once in each total; distinct people of a total are those of its rows."""
    small_table = pd.DataFrame(rows, columns=["jurisdiction", "court_code", "person", "records"])
    small_table = small_table.astype({"jurisdiction": object, "court_code": object, "person": int, "records": int})
    with duckdb.connect() as connection:
        connection.register("small_table", small_table)
        found = connection.execute(
            f"""
            select jurisdiction, court_code, count(*) as n, sum(records) as records, count(distinct person) as persons
            from ({totalled}) group by jurisdiction, court_code
            """
        ).df()
    assert found["n"].sum() == 3 * len(rows)
    for row in found.itertuples():
        of_row = small_table
        if row.jurisdiction != "ALL":
            of_row = of_row[of_row["jurisdiction"] == row.jurisdiction]
        if row.court_code != "ALL":
            of_row = of_row[of_row["court_code"] == row.court_code]
        assert (row.n, row.records, row.persons) == (len(of_row), of_row["records"].sum(), of_row["person"].nunique())
    parts = found[found["court_code"] != "ALL"]
    for jurisdiction in ("M", "C", "ALL"):
        whole = found[(found["court_code"] == "ALL") & (found["jurisdiction"] == jurisdiction)]
        beneath = parts if jurisdiction == "ALL" else parts[parts["jurisdiction"] == jurisdiction]
        assert whole["records"].sum() == beneath["records"].sum()
        assert whole["persons"].sum() <= beneath["persons"].sum()
