"""Deliveries: what agencies hand over month by month adds up to the world, apart from the errors that are listed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from orchestration.contracts import FeedContract, load_feed_contracts
from orchestration.settings import Settings
from orchestration.simulation.deliveries import Deliveries, write_deliveries
from orchestration.simulation.delivery_files import DeliveryParameters, deliveries_table
from orchestration.simulation.dirt_plan import ROLES, DirtParameters
from orchestration.simulation.model import World
from tests.simulation.delivered_files import read_delivery, replay, visible_text
from tests.simulation.mini_world import mini_world

NAMES = {name for name, role in ROLES.items() if role in {"surname", "forename", "middle_name"}}
ROUGH = DeliveryParameters(
    late_records=0.2,
    gzipped=0.3,
    parquet=0.1,
    columns_shuffled=0.3,
    extra_column=0.3,
    without_manifest=0.2,
    duplicated=0.3,
    faulty=0.3,
)


@pytest.fixture(scope="module")
def contracts() -> dict[str, FeedContract]:
    return load_feed_contracts(Settings.from_environment().contracts_dir)


@pytest.fixture(scope="module")
def world() -> World:
    return mini_world()


@pytest.fixture(scope="module")
def clean(world, contracts, tmp_path_factory) -> tuple[Path, Deliveries, pd.DataFrame]:
    out = tmp_path_factory.mktemp("clean")
    made = write_deliveries(world, contracts, out, DirtParameters.zero(), 3, ROUGH)
    return out, made, deliveries_table(made.files)


@pytest.fixture(scope="module")
def dirty(world, contracts, tmp_path_factory) -> tuple[Path, Deliveries, pd.DataFrame]:
    out = tmp_path_factory.mktemp("dirty")
    made = write_deliveries(world, contracts, out, DirtParameters(), 3)
    return out, made, deliveries_table(made.files)


def final_differences(world: World, contract: FeedContract, out: Path, files: pd.DataFrame) -> set[tuple[str, str]]:
    """(record_key, column) where the replayed deliveries do not say what the world says; extra records count too."""
    told = replay(out, files, contract)
    frame = world.feeds[contract.key]
    truth = visible_text(frame.reset_index(drop=True), contract)
    key = list(contract.primary_key)
    for table in (told, truth):
        table.index = pd.Index(table[key].astype(str).agg("|".join, axis=1))
    assert not told.index.duplicated().any()
    assert set(truth.index) <= set(told.index), f"{contract.key}: records never delivered"
    blanks = {"", *contract.delivery.missing_values}
    different = {(record, key[-1]) for record in set(told.index) - set(truth.index)}
    for column in contract.columns:
        empty = blanks | set(column.open_end_values)
        said = told.loc[truth.index, column.name].map(lambda value, empty=empty: "" if value in empty else value)
        wrong = said[said != truth[column.name].astype(str)]
        different |= {(record, column.name) for record in wrong.index}
    return different


def test_clean_deliveries_replay_to_the_world(world, contracts, clean):
    out, made, files = clean
    assert len(made.late_records), "the rough parameters should make records late, or this test proves little"
    for key in world.feeds:
        assert final_differences(world, contracts[key], out, files) == set(), key


def test_no_dirt_means_no_injected_errors(clean):
    assert clean[1].injected_errors.empty


def test_every_wrong_value_at_the_end_is_a_listed_error_and_the_other_way_round(world, contracts, dirty):
    out, made, files = dirty
    errors = made.injected_errors
    for key in world.feeds:
        listed = errors[(errors["feed"] == key) & errors["corrected_in"].isna()]
        listed = listed[~listed["column"].isin(NAMES)]
        different = final_differences(world, contracts[key], out, files)
        unlisted = {pair for pair in different if pair[1] not in NAMES} - set(
            zip(listed["record_key"], listed["column"], strict=True)
        )
        assert unlisted == set(), f"{key}: wrong values that no truth table explains"
        # A duplicated spell shows as one extra record; every other listed error as one wrong value.
        assert len({pair for pair in different if pair[1] not in NAMES}) == len(listed), key


def test_names_differ_from_the_world_only_in_house_style_or_by_a_listed_error(world, contracts, dirty):
    out, made, files = dirty
    errors = made.injected_errors
    contract = contracts["cps/defendants"]
    told = replay(out, files, contract).set_index("ptiurn")
    truth = world.feeds[contract.key].set_index("ptiurn").loc[told.index]
    listed = set(errors[(errors["feed"] == contract.key) & (errors["column"] == "surname")]["record_key"])
    same = told["surname"].str.upper() == truth["surname"].replace({"Müller": "Muller", "Łukasz": "Lukasz"}).str.upper()
    assert {f"{urn}|1" for urn in told.index[~same]} <= listed


def test_every_error_was_delivered_in_the_file_it_names(contracts, dirty):
    out, made, files = dirty
    errors = made.injected_errors
    assert len(errors) > 300
    assert set(errors["delivered_in"]) <= set(files["file"])
    typed = errors[(errors["kind"] == "identifier_placeholder") & (errors["column"] == "pnc_id")]
    assert len(typed), "choose a seed that gives the mini world a placeholder"
    for error in typed.itertuples():
        contract = contracts[error.feed]
        rows = read_delivery(out / error.delivered_in, contract)
        row = rows[rows[list(contract.primary_key)].astype(str).agg("|".join, axis=1) == error.record_key]
        assert list(row["pnc_id"]) == ["2000/0000000Z"]


def test_a_corrected_record_is_right_from_the_correcting_delivery_on(contracts, dirty, world):
    out, made, _ = dirty
    fixed = made.injected_errors[made.injected_errors["corrected_in"].notna()]
    fixed = fixed[(fixed["feed"] == "police/custody_records") & (fixed["column"] == "self_defined_ethnicity")]
    assert len(fixed)
    contract = contracts["police/custody_records"]
    truth = visible_text(world.feeds[contract.key], contract)
    truth.index = pd.Index(truth[list(contract.primary_key)].astype(str).agg("|".join, axis=1))
    for error in fixed.itertuples():
        rows = read_delivery(out / error.corrected_in, contract)
        row = rows[rows[list(contract.primary_key)].agg("|".join, axis=1) == error.record_key]
        assert list(row["self_defined_ethnicity"]) == [truth.loc[error.record_key, "self_defined_ethnicity"]]


def test_rows_of_one_custody_record_were_typed_once(contracts, dirty):
    out, _, files = dirty
    contract = contracts["police/custody_records"]
    told = replay(out, files, contract).replace(list(contract.delivery.missing_values), "")
    spellings = told.groupby("custody_number")[["surname", "postcode", "pnc_id"]].nunique()
    # A missing required name is the one error that strikes single rows.
    assert (spellings > 1).sum().sum() <= 2


def test_what_a_month_end_did_not_know_is_not_in_its_delivery(world, contracts, tmp_path):
    made = write_deliveries(world, contracts, tmp_path, DirtParameters.zero(), 3, DeliveryParameters.plain())
    contract = contracts["cps/defendants"]
    frame = world.feeds[contract.key].set_index("ptiurn")
    seen = 0
    for file in (file for file in made.files if file.feed == contract.key):
        rows = read_delivery(tmp_path / file.file, contract)
        end = pd.Timestamp(file.month_end)
        finalised = frame.loc[rows["ptiurn"], "finalisation_date"].to_numpy()
        assert (~rows["outcome"].isin({"", *contract.delivery.missing_values}) == (finalised <= end)).all()
        assert (frame.loc[rows["ptiurn"], "_created"] <= end).all()
        seen += len(rows)
    assert seen > len(frame), "some records must have come twice: live, then finalised"


def test_an_amended_result_first_reads_as_it_was(world, contracts, tmp_path):
    made = write_deliveries(world, contracts, tmp_path, DirtParameters.zero(), 3, DeliveryParameters.plain())
    contract = contracts["hmcts/results"]
    files = [file.file for file in made.files if file.feed == contract.key]
    versions = pd.concat([read_delivery(tmp_path / file, contract) for file in files], ignore_index=True)
    twice = versions[versions.duplicated("result_id", keep=False)]
    assert len(twice)
    for _, rows in twice.groupby("result_id"):
        assert rows["duration_value"].iloc[0] == "12" and list(rows["is_deleted"]) == ["N", "Y"]


def test_the_last_snapshot_is_the_world_and_open_spells_end_blank_or_in_9999(world, contracts, clean):
    out, _, files = clean
    contract = contracts["prison/custody_spells"]
    told = replay(out, files, contract)
    frame = world.feeds[contract.key]
    assert len(told) == len(frame)
    is_open = told["exit_reason"].isin({"", *contract.delivery.missing_values})
    assert set(told.loc[is_open, "status_to"]) == {"", "31-DEC-9999"}
    assert is_open.sum() == frame["status_to"].isna().sum()


def test_manifests_match_bytes_and_rows_except_where_the_transfer_broke(contracts, clean):
    out, _, files = clean
    kinds = files.set_index("file")["kind"]
    manifests = sorted(out.rglob("*.manifest.json"))
    assert manifests
    broken = 0
    for path in manifests:
        manifest = json.loads(path.read_text())
        file = path.with_name(path.name.removesuffix(".manifest.json"))
        content = file.read_bytes()
        name = file.relative_to(out).as_posix()
        if hashlib.sha256(content).hexdigest() != manifest["sha256"]:
            assert kinds[name] in {"truncated", "zero_byte"}
            broken += 1
        elif kinds[name] != "missing_column":
            assert len(read_delivery(file, contracts[manifest["feed"]])) == manifest["rows"], name
    assert broken


def test_every_broken_delivery_is_followed_by_a_good_one_of_the_same_date(clean):
    files = clean[2]
    faulty = files[files["kind"].isin(["truncated", "missing_column", "zero_byte"])]
    good = files[files["kind"] == "redelivery"]
    assert len(faulty) == len(good) > 3
    assert set(zip(faulty["feed"], faulty["extract_date"], strict=True)) == set(
        zip(good["feed"], good["extract_date"], strict=True)
    )


def test_duplicates_hold_the_same_bytes_under_another_name(clean):
    out, _, files = clean
    again = files[files["kind"] == "duplicate"]
    assert len(again) > 3
    others = set(files.loc[files["kind"] != "duplicate", "sha256"])
    assert set(again["sha256"]) <= others
    for file in again.itertuples():
        assert hashlib.sha256((out / file.file).read_bytes()).hexdigest() == file.sha256


def test_the_truth_lists_every_file_and_names_follow_the_contract(contracts, clean):
    out, _, files = clean
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {name for name in there if not name.endswith(".manifest.json")} == set(files["file"])
    for file in files.itertuples():
        assert contracts[file.feed].delivery.file_name_regex.fullmatch(Path(file.file).name), file.file


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(world, contracts, dirty, tmp_path):
    again = write_deliveries(world, contracts, tmp_path / "again", DirtParameters(), 3)
    other = write_deliveries(world, contracts, tmp_path / "other", DirtParameters(), 4)
    first = {path.relative_to(dirty[0]): path.read_bytes() for path in dirty[0].rglob("*") if path.is_file()}
    second = {
        path.relative_to(tmp_path / "again"): path.read_bytes()
        for path in (tmp_path / "again").rglob("*")
        if path.is_file()
    }
    assert first == second
    pd.testing.assert_frame_equal(again.injected_errors, dirty[1].injected_errors)
    assert {file.sha256 for file in other.files}.isdisjoint({file.sha256 for file in again.files if file.rows})


def test_names_stand_only_in_the_columns_their_contract_calls_personal(world, contracts, dirty):
    out, _, files = dirty
    for key in world.feeds:
        contract = contracts[key]
        told = replay(out, files, contract)
        for column in contract.columns:
            if column.classification == "none":
                assert not told[column.name].astype(str).str.upper().isin(["NOWAK", "O'NEILL", "MULLER"]).any(), column


def test_cps_files_are_cp1252_with_capital_headers(contracts, clean):
    out, _, files = clean
    plain = [file for file in files[files["feed"] == "cps/defendants"]["file"] if file.endswith(".csv")]
    content = b"".join((out / file).read_bytes() for file in plain)
    assert "Müller".encode("cp1252") in content and "Müller".encode() not in content
    assert content.split(b"\r\n")[0].decode().isupper()


def test_a_world_that_lost_a_column_is_refused_with_its_name(world, contracts, tmp_path):
    feeds = {"cps/defendants": world.feeds["cps/defendants"].drop(columns=["outcome"])}
    with pytest.raises(ValueError, match=r"cps/defendants.*'outcome'"):
        write_deliveries(replace(world, feeds=feeds), contracts, tmp_path, DirtParameters.zero(), 3)


def test_a_delivery_without_records_is_a_header(contracts, tmp_path):
    tiny = mini_world(people=2)
    write_deliveries(tiny, contracts, tmp_path, DirtParameters.zero(), 3, DeliveryParameters.plain())
    contract = contracts["police/custody_records"]
    sizes = [len(read_delivery(path, contract)) for path in sorted((tmp_path / contract.key).glob("*.csv"))]
    assert len(sizes) == len(tiny.parameters.month_ends) and 0 in sizes
