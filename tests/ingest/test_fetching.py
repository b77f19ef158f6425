"""Records of the police open-data service, fetched from one that is played here, and read as the published file is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.contracts import FeedContract, load_feed_contracts
from orchestration.ingest import ingest_feed
from orchestration.ingest.fetching import Fetched, FetchError, FetchState, fetch_months, months_between
from orchestration.ingest.raw import raw_path
from orchestration.quality import gate_feed
from orchestration.settings import Settings
from tests.ingest.police_service import Service, playing

KENT, ESSEX = "kent", "essex"
SEPTEMBER, OCTOBER = "2024-09", "2024-10"

COLUMNS = {
    "Type": "type", "Date": "datetime", "Part of a policing operation": "operation",
    "Policing operation": "operation_name", "Latitude": "location.latitude", "Longitude": "location.longitude",
    "Gender": "gender", "Age range": "age_range", "Self-defined ethnicity": "self_defined_ethnicity",
    "Officer-defined ethnicity": "officer_defined_ethnicity", "Legislation": "legislation",
    "Object of search": "object_of_search", "Outcome": "outcome",
    "Outcome linked to object of search": "outcome_linked_to_object_of_search",
    "Removal of more than just outer clothing": "removal_of_more_than_outer_clothing",
}  # fmt: skip
"""Header of the published file, and the field of the service that says the same (its documentation of stops-force)."""


def record(**said: Any) -> dict[str, Any]:
    """A record as the service documents it."""
    return {
        "age_range": "18-24",
        "outcome": "Arrest",
        "involved_person": True,
        "self_defined_ethnicity": "White - English/Welsh/Scottish/Northern Irish/British",
        "gender": "Male",
        "legislation": "Misuse of Drugs Act 1971 (section 23)",
        "outcome_linked_to_object_of_search": None,
        "datetime": "2024-09-06T11:23:00+00:00",
        "removal_of_more_than_outer_clothing": None,
        "outcome_object": {"id": "bu-arrest", "name": "Arrest"},
        "location": {"latitude": "51.340", "street": {"id": 883407, "name": "On or near A2"}, "longitude": "0.7301"},
        "operation": None,
        "officer_defined_ethnicity": "White",
        "type": "Person search",
        "operation_name": None,
        "object_of_search": "Controlled drugs",
    } | said


RECORDS = [
    record(),
    record(outcome_linked_to_object_of_search=True, removal_of_more_than_outer_clothing=False, operation=False),
    record(outcome=False, location=None, gender=None, age_range=None, type="Vehicle search", operation=True,
           operation_name="Op Zürich, “north”"),
    record(outcome="A no further action disposal", outcome_linked_to_object_of_search=False),
]  # fmt: skip


def published(records: list[dict[str, Any]]) -> bytes:
    """The same records as the published file has them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for said in records:
        writer.writerow([_written(_found(said, path)) for path in COLUMNS.values()])
    return out.getvalue().encode()


def _found(said: Any, path: str) -> Any:
    for step in path.split("."):
        said = said.get(step) if isinstance(said, dict) else None
    return said


def _written(value: Any) -> str:
    return "" if value is None else str(value)


@pytest.fixture
def service() -> Iterator[Service]:
    with playing(Service({(KENT, SEPTEMBER): RECORDS, (KENT, OCTOBER): [], (ESSEX, SEPTEMBER): RECORDS[:1]})) as found:
        yield found


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings.from_environment(landing_dir=tmp_path / "landing", data_dir=tmp_path / "data")


@pytest.fixture(scope="module")
def contract() -> FeedContract:
    return load_feed_contracts(Settings.from_environment().contracts_dir)["police/stop_search"]


def fetch(
    contract: FeedContract, service: Service, here: Settings, *forces: str, months: tuple[str, ...], again: bool = False
) -> list[Fetched]:
    [mapping] = [mapping for mapping in contract.mappings if mapping.name == "police_api"]
    pauses: list[float] = []
    found = list(
        fetch_months(
            contract, mapping, forces, months, here.landing_dir, address=service.address, again=again,
            pause=pauses.append, backoff_seconds=0,
        )
    )  # fmt: skip
    requests = len({key for key in service.asked if key[0] in forces and key[1] in months})
    assert len(pauses) <= max(requests - 1, 0), "one pause between two requests, none before the first"
    return found


def test_a_month_got_from_the_service_is_the_rows_of_its_published_file(
    contract: FeedContract, service: Service, here: Settings, tmp_path: Path
) -> None:
    [fetched] = fetch(contract, service, here, KENT, months=(SEPTEMBER,))
    assert (fetched.state, fetched.records) == (FetchState.FETCHED, 4)
    as_file = Settings.from_environment(landing_dir=tmp_path / "file", data_dir=tmp_path / "file_data")
    home = as_file.landing_dir / "police" / "stop_search"
    home.mkdir(parents=True)
    (home / f"{SEPTEMBER}-kent-stop-and-search.csv").write_bytes(published(RECORDS))
    rows = []
    for settings in (here, as_file):
        ingest_feed(contract, settings)
        gated = gate_feed(contract, settings)
        assert (gated.rows_received, gated.rows_accepted) == (4, 4)
        [delivery] = pq.read_table(settings.gate_dir / "deliveries" / "police__stop_search.parquet").to_pylist()
        raw = raw_path(contract, settings, delivery["delivery_id"])
        rows.append(pq.read_table(raw, columns=list(contract.column_names)).to_pylist())
    assert rows[0] == rows[1]
    assert rows[0][1]["outcome_linked_to_object_of_search"] == "True"
    assert rows[0][2]["policing_operation"] == "Op Zürich, “north”"
    [delivery] = pq.read_table(here.gate_dir / "deliveries" / "police__stop_search.parquet").to_pylist()
    assert (delivery["force_slug"], delivery["mapping"]) == (KENT, "police_api 1.0.0")


def test_what_lands_is_what_came_with_its_manifest(contract: FeedContract, service: Service, here: Settings) -> None:
    [fetched] = fetch(contract, service, here, KENT, months=(SEPTEMBER,))
    assert fetched.path is not None
    lines = fetched.path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == RECORDS
    manifest = json.loads(fetched.path.with_name(f"{fetched.path.name}.manifest.json").read_text(encoding="utf-8"))
    assert (manifest["feed"], manifest["rows"]) == ("police/stop_search", 4)
    assert all(agent.startswith("justice-data-warehouse/") for agent in service.agents)


def test_a_month_without_records_is_named_and_not_landed(
    contract: FeedContract, service: Service, here: Settings
) -> None:
    """An empty list, and a month the service does not know (404): a file without rows would be a force that searched
    nobody."""
    found = fetch(contract, service, here, KENT, months=(OCTOBER, "2031-01"))
    assert [one.state for one in found] == [FetchState.NOTHING, FetchState.NOTHING]
    assert not list(here.landing_dir.rglob("*"))


def test_what_is_there_is_not_asked_for_again(contract: FeedContract, service: Service, here: Settings) -> None:
    fetch(contract, service, here, KENT, months=(SEPTEMBER,))
    found = fetch(contract, service, here, KENT, ESSEX, months=(SEPTEMBER,))
    assert [one.state for one in found] == [FetchState.THERE, FetchState.FETCHED]
    assert service.asked == {(KENT, SEPTEMBER): 1, (ESSEX, SEPTEMBER): 1}


def test_a_month_published_anew_lands_beside_the_old_one_and_counts(
    contract: FeedContract, service: Service, here: Settings
) -> None:
    fetch(contract, service, here, KENT, months=(SEPTEMBER,))
    assert fetch(contract, service, here, KENT, months=(SEPTEMBER,), again=True)[0].state is FetchState.SAME
    service.records[KENT, SEPTEMBER] = RECORDS[:3]
    [fetched] = fetch(contract, service, here, KENT, months=(SEPTEMBER,), again=True)
    assert (fetched.state, fetched.path and fetched.path.name) == (FetchState.FETCHED, "2024-09-kent-stops_2.jsonl")
    ingest_feed(contract, here)
    assert gate_feed(contract, here).deliveries == 2


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param((429, {"Retry-After": "0"}, b"too many"), id="asked too often"),
        pytest.param((500, {}, b""), id="an error"),
        pytest.param((503, {}, b"<html>"), id="out of order"),
        pytest.param((200, {"Content-Length": "9999"}, b'[{"type": "Per'), id="cut off"),
    ],
)
def test_a_request_that_fails_is_tried_again(
    contract: FeedContract, service: Service, here: Settings, trouble: tuple[int, dict[str, str], bytes]
) -> None:
    service.troubles[KENT, SEPTEMBER] = [trouble, trouble]
    [fetched] = fetch(contract, service, here, KENT, months=(SEPTEMBER,))
    assert (fetched.state, service.asked[KENT, SEPTEMBER]) == (FetchState.FETCHED, 3)


@pytest.mark.parametrize(
    ("trouble", "times", "words"),
    [
        pytest.param((429, {"Retry-After": "0"}, b""), 9, "asked too often", id="asked too often for good"),
        pytest.param((502, {}, b""), 9, "502 after 5 tries", id="out of order for good"),
        pytest.param((400, {}, b""), 1, "look at the address", id="refused"),
        pytest.param((200, {}, b"<html>down for maintenance</html>"), 1, "no JSON", id="a page"),
        pytest.param((200, {}, b'{"error": "x"}'), 1, "no list of records", id="no list"),
    ],
)
def test_one_that_fails_for_good_is_named_and_the_others_go_on(
    contract: FeedContract,
    service: Service,
    here: Settings,
    trouble: tuple[int, dict[str, str], bytes],
    times: int,
    words: str,
) -> None:
    service.troubles[KENT, SEPTEMBER] = [trouble] * times
    failed, fetched = fetch(contract, service, here, KENT, ESSEX, months=(SEPTEMBER,))
    assert (failed.state, fetched.state) == (FetchState.FAILED, FetchState.FETCHED)
    assert failed.fault is not None and words in failed.fault and "kent" in failed.fault
    assert [path.name for path in here.landing_dir.rglob("*kent*")] == [], "nothing half landed"
    service.troubles.clear()
    mended, there = fetch(contract, service, here, KENT, ESSEX, months=(SEPTEMBER,))
    assert (mended.state, there.state) == (FetchState.FETCHED, FetchState.THERE)


def test_months_are_counted_over_the_turn_of_the_year() -> None:
    assert months_between("2024-11", "2025-02") == ["2024-11", "2024-12", "2025-01", "2025-02"]
    assert months_between("2024-09", "2024-09") == ["2024-09"]
    for first, last in (("2024-9", "2024-10"), ("2024-13", "2024-13"), ("2024-10", "2024-09"), ("now", "2024-09")):
        with pytest.raises(ValueError, match=r"is no month|is before"):
            months_between(first, last)


def test_a_source_that_is_only_sent_cannot_be_fetched(contract: FeedContract, here: Settings) -> None:
    [mapping] = [mapping for mapping in contract.mappings if mapping.name == "police_api"]
    with pytest.raises(FetchError, match="has no 'fetch'"):
        list(fetch_months(contract, replace(mapping, fetch=None), [KENT], [SEPTEMBER], here.landing_dir))
