"""Stop and search in its public layout, and stop and account: complete, in their own months, plausibly distributed."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.settings import Settings
from orchestration.simulation.delivery_files import DeliveredFile, deliveries_table
from orchestration.simulation.encounters import (
    STOP_SEARCH_FEED,
    Forces,
    force_habits,
    read_forces,
    stop_accounts,
    write_stop_searches,
)
from orchestration.simulation.model import WorldParameters

PARAMETERS = WorldParameters(defendants=40_000, months=9, seed=11, end_date=date(2026, 10, 31))
PUBLIC_HEADER = [
    "Type", "Date", "Part of a policing operation", "Policing operation", "Latitude", "Longitude", "Gender",
    "Age range",
    "Self-defined ethnicity", "Officer-defined ethnicity", "Legislation", "Object of search", "Outcome",
    "Outcome linked to object of search", "Removal of more than just outer clothing",
]  # fmt: skip


@pytest.fixture(scope="module")
def forces() -> Forces:
    return read_forces(Settings.from_environment().reference_dir)


@pytest.fixture(scope="module")
def published(forces, tmp_path_factory) -> tuple[Path, list[DeliveredFile]]:
    out = tmp_path_factory.mktemp("landing")
    contract = load_feed_contracts(Settings.from_environment().contracts_dir)[STOP_SEARCH_FEED]
    return out, write_stop_searches(contract, PARAMETERS, forces, out, seed=11)


@pytest.fixture(scope="module")
def searches(published) -> pd.DataFrame:
    out, files = published
    tables = []
    for file in (file for file in files if file.sha256):
        table = pd.read_csv(out / file.file, dtype="str", keep_default_na=False)
        name = Path(file.file).name
        tables.append(table.assign(month=name[:7], slug=name[8:].removesuffix("-stop-and-search.csv")))
    return pd.concat(tables, ignore_index=True)


def test_all_44_forces_have_a_file_each_month_or_are_listed_as_missing_it(published, forces):
    out, files = published
    table = deliveries_table(files)
    assert len(forces.slugs) == 44
    assert len(table) == 44 * PARAMETERS.months
    missing = table[table["kind"] == "not_delivered"]
    assert 0 < len(missing) < 0.05 * len(table)
    assert not any((out / file).exists() for file in missing["file"])
    assert len(list((out / STOP_SEARCH_FEED).glob("*.csv"))) == len(table) - len(missing)
    assert (table.loc[table["kind"] == "normal", "rows"] > 0).all()


def test_header_is_the_public_one_and_rows_are_as_listed(published):
    out, files = published
    for file in (file for file in files if file.sha256):
        with (out / file.file).open(newline="", encoding="utf-8") as lines:
            rows = list(csv.reader(lines))
        assert rows[0] == PUBLIC_HEADER
        assert len(rows) - 1 == file.rows


def test_every_search_is_in_its_files_month_in_london_but_not_always_in_utc(searches):
    utc = pd.to_datetime(searches["Date"], utc=True)
    london = utc.dt.tz_convert("Europe/London")
    assert (london.dt.strftime("%Y-%m") == searches["month"]).all()
    assert (utc.dt.strftime("%Y-%m") != searches["month"]).sum() >= 10
    assert searches["Date"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00\+00:00").all()


def test_some_forces_give_dates_only(searches, forces):
    habits = force_habits(forces, 11)
    only = [slug for slug, flag in zip(forces.slugs, habits.date_only, strict=True) if flag]
    assert len(only) == 3
    midnight = searches["Date"].str.contains("T00:00:00")
    assert midnight[searches["slug"].isin(only)].all()
    assert midnight[~searches["slug"].isin(only)].mean() < 0.02


def test_one_force_never_says_not_stated_and_the_others_do(searches):
    not_stated = searches["Self-defined ethnicity"] == "Other ethnic group - Not stated"
    assert not not_stated[searches["slug"] == "metropolitan"].any()
    assert 0.12 < not_stated[searches["slug"] != "metropolitan"].mean() < 0.24


def test_outcomes_are_near_the_published_shares(searches):
    share = searches["Outcome"].value_counts(normalize=True)
    assert share["Arrest"] == pytest.approx(0.14, abs=0.015)
    assert share["A no further action disposal"] == pytest.approx(0.70, abs=0.03)
    linked = (searches["Outcome linked to object of search"] == "True").mean()
    assert linked == pytest.approx(0.25, abs=0.05)
    assert (searches["Object of search"] == "Controlled drugs").mean() == pytest.approx(0.61, abs=0.02)


def test_volume_and_black_white_disparity_are_near_the_published_ones(searches, forces):
    per_defendant = len(searches) / PARAMETERS.defendants
    assert per_defendant == pytest.approx(0.53 / 1.2, rel=0.1)
    groups = searches["Self-defined ethnicity"].str.extract(r"^(White|Black)")[0].value_counts()
    white, black = forces.residents[:, 0].sum(), forces.residents[:, 3].sum()
    assert (groups["Black"] / black) / (groups["White"] / white) == pytest.approx(4.0, rel=0.15)


def test_identical_searches_occur_and_vehicle_searches_name_no_person(searches):
    assert searches.duplicated().sum() > 10
    vehicles = searches[searches["Type"] == "Vehicle search"]
    people = ["Gender", "Age range", "Self-defined ethnicity", "Officer-defined ethnicity"]
    assert len(vehicles) and (vehicles[people] == "").all().all()


def test_wordings_and_places_are_those_of_the_reference_lists(searches):
    folder = Settings.from_environment().reference_dir
    for column, list_name, key in (
        ("Legislation", "search_legislations", "legislation"),
        ("Object of search", "search_objects", "object_of_search"),
        ("Outcome", "search_outcomes", "outcome"),
        ("Self-defined ethnicity", "ethnicities", "search_wording"),
    ):
        known = set(pd.read_csv(folder / f"{list_name}.csv", dtype="str")[key].dropna())
        assert set(searches[column]) - {""} <= known, column


def test_the_same_seed_writes_the_same_files(published, forces, tmp_path):
    contract = load_feed_contracts(Settings.from_environment().contracts_dir)[STOP_SEARCH_FEED]
    again = write_stop_searches(contract, PARAMETERS, forces, tmp_path, seed=11)
    assert again == published[1]


def test_stop_accounts_have_unique_references_and_stay_in_the_window(forces):
    accounts = stop_accounts(PARAMETERS, forces, 11)
    assert not accounts.duplicated(["force_code", "encounter_ref"]).any()
    assert accounts["encounter_at"].min() >= pd.Timestamp(PARAMETERS.window_start)
    assert accounts["encounter_at"].max() < pd.Timestamp(PARAMETERS.end_date) + pd.Timedelta(days=1)
    assert accounts["force_code"].nunique() == 44
    assert (accounts["_person"] == -1).all()


def test_a_population_list_without_residents_is_refused(tmp_path):
    folder = Settings.from_environment().reference_dir
    for name in ("police_forces.csv", "ethnicities.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    pd.DataFrame({"force_code": ["01"], "people": [1]}).to_csv(tmp_path / "populations.csv", index=False)
    with pytest.raises(ValueError, match="no column 'residents'"):
        read_forces(tmp_path)


def test_a_smaller_world_still_gives_every_force_some_searches(forces, tmp_path):
    contract = load_feed_contracts(Settings.from_environment().contracts_dir)[STOP_SEARCH_FEED]
    files = write_stop_searches(contract, replace(PARAMETERS, defendants=10), forces, tmp_path, seed=1)
    assert all(file.rows > 0 for file in files if file.sha256)
