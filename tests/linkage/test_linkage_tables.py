"""The tables that steps of linkage leave for one another are as `tables.py` declares them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from unittest.mock import patch

import duckdb
import pytest
from records_of import decided, records
from sql_of_linkage import MAKES, Named, tables_by_module
from store import Store
from watched import watched

from orchestration.linkage import link, load_model
from orchestration.linkage.matching.overrides import put_overrides
from orchestration.linkage.matching.pipeline import link_standard_records
from orchestration.linkage.matching.records import load_input, standardise
from orchestration.linkage.matching.rules import mark_conflicts
from orchestration.linkage.matching.timing import Clock
from orchestration.linkage.tables import OWN_TABLES, STATE_TABLES, STEP_TABLES, StepTable

DECLARED = {table.name: table for table in (*STEP_TABLES, *STATE_TABLES)}

JOHN = {"surname": "Ravenshaw", "forename": "John", "date_of_birth": "1988-03-14", "pnc_id": "1988/0123456X"}
ANN = {"surname": "Smith", "forename": "Ann", "date_of_birth": "1970-01-01", "postcode": "LS6 2AB"}
ROWS = (
    JOHN,
    JOHN | {"forename": "Jon", "asn": "24/0000/00/1A"},
    JOHN | {"forename": "Adam", "pnc_id": None},
    ANN,
    ANN | {"forename": "Anne", "ptiurn": "01AB1234524"},
    ANN | {"date_of_birth": "1970-02-01"},
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    """The columns of every table made while few records are linked, first all of them, then what changed."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)

    def note(connection: duckdb.DuckDBPyConnection, statement: str, *_: object) -> None:
        for name in set(MAKES.findall(statement)) & DECLARED.keys():
            rows = connection.execute(f"describe {name}").fetchall()
            found[name].append({row[0]: row[1].lower() for row in rows})

    store = Store(tmp_path_factory.mktemp("tables"))
    decision = (decided("include", 0, 2),)
    with watched(after=note), patch.object(link, "read_overrides", lambda *_: decision):
        assert store.link(*ROWS).linked_anew
        assert store.link(*ROWS, JOHN | {"forename": "Johnny"}).changes is not None
        with duckdb.connect() as connection:
            model = load_model()
            connection.register("delivered", records(*ROWS))
            load_input(connection, "delivered")
            standardise(connection, model.limits)
            put_overrides(connection, decision)
            link_standard_records(connection, model, Clock())
            mark_conflicts(connection, model.term_frequencies.get("forename"), "blocked_pairs")
    return found


@pytest.mark.parametrize("table", DECLARED.values(), ids=lambda table: table.name)
def test_what_a_run_makes_has_the_columns_declared(table: StepTable, made: dict[str, list[dict[str, str]]]) -> None:
    assert made[table.name], f"{table.name} was never made: strike it from tables.py, or have this run make it"
    for columns in made[table.name]:
        further = columns.keys() - table.columns.keys() if table.has_further_columns else ()
        assert {name: kind for name, kind in columns.items() if name not in further} == dict(table.columns)


@pytest.fixture(scope="module")
def modules() -> dict[str, Named]:
    return tables_by_module()


@pytest.mark.parametrize("table", STEP_TABLES, ids=lambda table: table.name)
def test_makers_and_readers_are_as_declared(table: StepTable, modules: dict[str, Named]) -> None:
    makers = {module for module, sql in modules.items() if table.name in sql.made}
    assert makers <= set(table.makers), f"{table.name} is made by {sorted(makers)}; tables.py says {table.makers}"
    users = {module for module, sql in modules.items() if table.name in sql.made | sql.named | sql.arguments}
    declared = {*table.makers, *table.readers}
    assert users == declared, (
        f"{table.name}: named but not declared by {sorted(users - declared)}, "
        f"declared but not named by {sorted(declared - users)}; mend tables.py"
    )


@pytest.mark.parametrize("table", STATE_TABLES, ids=lambda table: table.name)
def test_what_the_state_keeps_is_used_as_declared(table: StepTable, modules: dict[str, Named]) -> None:
    users = {module for module, sql in modules.items() if table.name in sql.made | sql.named}
    declared = {*table.makers, *table.readers}
    assert users <= declared, f"{table.name} is named by {sorted(users - declared)}; tables.py does not say so"
    kept = table.name.removeprefix("state.")
    idle = {module for module in declared - users if kept not in modules[module].arguments}
    assert not idle, f"{table.name}: {sorted(idle)} never name it; strike them from tables.py"


def undeclared(modules: dict[str, Named]) -> Iterator[tuple[str, set[str]]]:
    kept = {table.name.removeprefix("state.") for table in STATE_TABLES}
    for module, sql in modules.items():
        known = DECLARED.keys() | (kept if module == "matching/state" else set())
        yield module, (sql.made | sql.named) - known


def test_every_table_named_in_sql_is_declared(modules: dict[str, Named]) -> None:
    found = {module: names for module, names in undeclared(modules) if names}
    assert found == {module: set(names) for module, names in OWN_TABLES.items()}


def test_a_table_of_a_modules_own_is_no_others(modules: dict[str, Named]) -> None:
    """Two modules may give a table one name only if each makes it, in a connection of its own."""
    times = Counter(name for names in OWN_TABLES.values() for name in names)
    passed = {
        (module, name)
        for module, names in OWN_TABLES.items()
        for name in names
        if times[name] > 1 and name not in modules[module].made | modules[module].registered
    }
    assert not passed, f"made by one and used by another: declare them as STEP_TABLES: {sorted(passed)}"
    assert not DECLARED.keys() & times.keys()
