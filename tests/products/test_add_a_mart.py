"""The tutorial 'Add a mart' of data_contracts/README.md, followed in a copy of the project: nothing more is needed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest
import yaml
from datacontract.data_contract import DataContract

from orchestration.contracts.reader import TO_FILL_IN
from tests.tutorials import Copy, blocks

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("dbt")]

MART = "orders_started"
SQL = f"dbt_project/models/marts/sentencing/{MART}.sql"
MODEL = f"dbt_project/models/marts/sentencing/_{MART}__models.yml"
HEAD = f"data_contracts/products/{MART}.yaml"
REGISTRY = "data_contracts/metrics.yaml"
GENERATED = "dbt_project/models/marts/_metrics.md"

COMPILE_AND_PROMISE = """
import sys
from pathlib import Path
from orchestration.products.promises import write_contracts
from orchestration.settings import Settings
from orchestration.transform.dbt import (
    dbt_arguments, dbt_environment_set, load_dbt, parsed_project, prepare_manifest
)
from tests.transform.dbt_runs import NO_DATABASE

settings, target = Settings.from_environment(data_dir=Path(sys.argv[1])), Path(sys.argv[2])
settings.build_dir.mkdir(parents=True)
write_contracts(settings, prepare_manifest(settings), target)
with dbt_environment_set(settings):
    arguments = ["compile", "--quiet", *NO_DATABASE, "--select", sys.argv[3], *dbt_arguments(settings, target)]
    sys.exit(not load_dbt()(manifest=parsed_project(settings)).invoke(arguments).success)
"""
BUILT = """
create schema conformed;
create table conformed.observation_window as select date '2026-09-30' as data_as_of;
create table conformed.community_orders as
from (values
    ('community_order', date '2026-06-30', true), ('community_order', date '2026-07-01', true),
    ('community_order', date '2026-09-30', false), ('licence', date '2026-08-15', false),
    ('licence', date '2026-10-01', true)
) as held (order_type, start_date, is_breached)
"""


def test_a_mart_is_added_by_the_four_places_the_tutorial_names(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    begin, (sync, check) = (block.splitlines() for block in blocks("Add a mart", "sh"))
    (sql,) = blocks("Add a mart", "sql")
    model, entry, head = blocks("Add a mart", "yaml")

    copy.command(begin[0])
    assert copy.changed() == {SQL, MODEL, HEAD, REGISTRY}
    begun = {file: (copy.root / file).read_text(encoding="utf-8") for file in (SQL, MODEL, HEAD, REGISTRY)}
    open_places = copy.command(check, check=False)
    assert open_places.returncode == 1
    for file, text in begun.items():
        told = [line for line in open_places.stdout.splitlines() if line.startswith(f"{file}: ")]
        assert len([line for line in told if "still to be filled in: " in line]) == text.count(TO_FILL_IN), file

    registry = begun[REGISTRY].partition(f"\n  {MART}:")[0] + "\n" + entry
    for file, text in ((SQL, sql), (MODEL, model), (HEAD, head), (REGISTRY, registry)):
        (copy.root / file).write_text(text, encoding="utf-8")
    stale = copy.command(check, check=False)
    assert "run 'warehouse contracts sync'" in stale.stdout, stale.stdout + stale.stderr
    copy.command(sync)
    copy.command(check)
    assert copy.changed() == {SQL, MODEL, HEAD, REGISTRY, GENERATED}

    target = tmp_path / "target"
    copy.python("-c", COMPILE_AND_PROMISE, str(copy.warehouse / "data"), str(target), MART)
    contract = (target / "contracts" / f"{MART}.odcs.yaml").read_text(encoding="utf-8")
    assert DataContract(data_contract_str=contract).lint().result == "passed"
    [table] = yaml.safe_load(contract)["schema"]
    assert [column["name"] for column in table["properties"] if column.get("primaryKey")] == ["quarter", "order_type"]

    compiled = (target / "compiled" / "justice" / SQL.removeprefix("dbt_project/")).read_text(encoding="utf-8")
    with closing(duckdb.connect(str(tmp_path / "warehouse.duckdb"))) as built:
        built.execute(BUILT)
        answer = built.sql(compiled).select("cast(quarter as varchar), order_type, orders, orders_breached")
        assert sorted(answer.fetchall()) == [
            ("2026-04-01", "community_order", 1, 1),
            ("2026-07-01", "community_order", 2, 1),
            ("2026-07-01", "licence", 1, 0),
        ]
