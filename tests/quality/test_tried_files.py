"""Files tried without landing them: what would become of them, what would let them in, and no name in any of it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.contracts import load_feed_contract, load_feed_contracts
from orchestration.contracts.loader import contract_sources
from orchestration.quality.suggestions import Advice, advise
from orchestration.quality.tried_files import FeedTrial, feed_of, nearest_feed, try_files
from orchestration.settings import Settings

SETTINGS = Settings.from_environment()
CONTRACTS = load_feed_contracts(SETTINGS.contracts_dir)
CUSTODY = "police/custody_records"
GOOD = {
    "force_code": "20",
    "offence_sequence": "1",
    "surname": "Okonkwo",
    "forename_1": "Anna",
    "date_of_birth": "05/06/1990",
    "sex": "F",
    "arrested_at": "31/12/2023 10:00",
    "offence_code": "TH68010",
    "disposal": "CAUTION",
    "disposal_at": "31/12/2023 15:00",
}
AS_WRITTEN: dict[str, Callable[[int], str]] = {
    "date_of_birth": lambda n: f"{n % 28 + 1:02}.06.1990",
    "arrested_at": lambda n: f"{n % 28 + 1:02}-11-2023 10:00",
    "disposal": lambda n: ("Charged", "NFA", "Pre-charge bail", "CAUTION")[n % 4],
    "disposal_at": lambda n: "31/12/2023 15:00" if n % 3 else "n/a",
    "sex": lambda n: ("Female", "F")[n % 2],
    "domestic_abuse_flag": lambda n: "No",
}
HEADERS = {"custody_number": "Custody Ref", "date_of_birth": "DOB", "arrest_summons_number": "ASN"}


def custody_file(
    folder: Path,
    rows: int = 24,
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    headers: dict[str, str] | None = None,
    name: str = "custody_records_20240131.csv",
    **changes: Callable[[int], str],
) -> Path:
    """A file of custody records, good but for what is changed; each change gives the value of a row."""
    path = folder / name
    columns = CONTRACTS[CUSTODY].column_names
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([(headers or {}).get(column, column) for column in columns])
        for number in range(rows):
            row = {**GOOD, "custody_number": f"C{number}"} | {key: of(number) for key, of in changes.items()}
            writer.writerow([row.get(column, "") for column in columns])
    return path


def advice(path: Path, scratch: Path) -> Advice:
    return advise(CONTRACTS[CUSTODY], contract_sources(SETTINGS.contracts_dir)[CUSTODY], [path], SETTINGS, scratch)


def tried(path: Path, scratch: Path) -> FeedTrial:
    return try_files(CONTRACTS[CUSTODY], [path], SETTINGS, scratch)


def test_a_good_file_would_be_let_in_and_nothing_is_advised(tmp_path: Path) -> None:
    found = advice(custody_file(tmp_path), tmp_path / "scratch")
    assert found.before.is_let_in and found.before.rows == 24
    assert found.additions is None and not found.questions and not found.remarks


def test_what_is_advised_can_be_pasted_and_lets_the_file_in(tmp_path: Path) -> None:
    path = custody_file(tmp_path, delimiter=";", encoding="cp1252", headers=HEADERS, **AS_WRITTEN,
                        surname=lambda n: "Müller")  # fmt: skip
    found = advice(path, tmp_path / "scratch")
    assert [item.is_refused for item in found.before.files] == [True]
    assert found.after.is_let_in and not found.questions
    assert found.additions is not None
    pasted = tmp_path / "feeds" / f"{CUSTODY}.site.yaml"
    pasted.parent.mkdir(parents=True)
    pasted.write_text(found.additions, encoding="utf-8")
    contract = load_feed_contract(SETTINGS.contracts_dir / "feeds" / f"{CUSTODY}.odcs.yaml", pasted)
    assert (contract.delivery.encoding, contract.delivery.delimiter) == ("cp1252", ";")
    assert contract.delivery.date_formats[1:] == ("DD.MM.YYYY",)
    assert contract.delivery.timestamp_formats[1:] == ("DD-MM-YYYY HH:MM",)
    assert contract.delivery.missing_values[-1] == "n/a"
    assert {name: contract.column(name).headers for name in HEADERS} == {key: (text,) for key, text in HEADERS.items()}
    disposals = {text: contract.column("disposal").read_as[text] for text in ("charged", "nfa", "pre-charge bail")}
    assert disposals == {"charged": "CHARGED", "nfa": "NO_FURTHER_ACTION", "pre-charge bail": "PRE_CHARGE_BAIL"}
    assert contract.column("sex").read_as["female"] == "F"
    assert try_files(contract, [path], SETTINGS, tmp_path / "again").is_let_in


def test_a_value_nobody_but_the_sender_knows_is_asked_for(tmp_path: Path) -> None:
    found = advice(custody_file(tmp_path, disposal=lambda n: "ZED" if n < 5 else "CHARGD"), tmp_path / "scratch")
    assert [(item.text, item.rows, item.guess) for item in found.questions] == [
        ("CHARGD", 19, "CHARGED"),
        ("ZED", 5, None),
    ]
    assert found.additions is None
    assert found.before.files[0].is_refused or found.before.files[0].rows_quarantined == 24


def test_day_and_month_exchanged_are_no_further_format(tmp_path: Path) -> None:
    found = advice(custody_file(tmp_path, date_of_birth=lambda n: "06/25/1990"), tmp_path / "scratch")
    assert found.additions is None
    assert any("24 dates read only as MM/DD/YYYY, which contradicts DD/MM/YYYY" in item for item in found.remarks)


@pytest.mark.parametrize("surname", ["Null", "N/A"])
def test_a_text_that_is_somebodys_name_is_not_agreed_as_missing(tmp_path: Path, surname: str) -> None:
    path = custody_file(tmp_path, surname=lambda n: surname, disposal_at=lambda n: surname.upper())
    found = advice(path, tmp_path / "scratch")
    assert found.additions is None
    assert any("disposal_at stands in a column of names too" in item for item in found.remarks)


def test_no_name_is_shown_though_a_column_is_shifted(tmp_path: Path) -> None:
    """Surnames in a column of codes are not shown where they stand in the surnames too, or come in few rows."""
    shifted = custody_file(
        tmp_path,
        surname=lambda n: "Zebedee",
        disposal=lambda n: "Zebedee" if n < 6 else "Quilliam" if n < 8 else "Sent home",
        date_of_birth=lambda n: "5th June 1990",
    )
    found = advice(shifted, tmp_path / "scratch")
    said = f"{found.before.quarantined} {found.before.counted} {found.questions} {found.remarks} {found.additions}"
    said += " ".join(text for item in found.before.files for _, text in item.reasons)
    for private in ("zebedee", "quilliam", "anna", "5th june", "1990"):
        assert private not in said.lower()
    (disposal,) = [item for item in found.before.quarantined if item.column == "disposal"]
    assert [(item.text, item.rows) for item in disposal.values] == [("Sent home", 16)]
    assert disposal.rows_not_shown == 8
    (born,) = [item for item in found.before.counted + found.before.quarantined if item.column == "date_of_birth"]
    assert [(item.text, item.is_shape) for item in born.values] == [("9AA AAAA 9999", True)]


def test_a_misnamed_file_is_refused_and_its_rows_are_tried_all_the_same(tmp_path: Path) -> None:
    path = custody_file(tmp_path, name="extract final (2).csv", disposal=lambda n: "ZED" if n < 4 else "CAUTION")
    (item,) = tried(path, tmp_path / "scratch").files
    assert item.is_misnamed and item.is_refused and item.rows == 24 and item.rows_quarantined == 4
    assert [code for code, _ in item.reasons] == ["POL-CUS-FILE-FILE_NAME"]


def test_the_feed_is_told_from_the_name_or_from_the_header(tmp_path: Path) -> None:
    named = custody_file(tmp_path)
    unnamed = custody_file(tmp_path, name="x.csv", delimiter="|", headers=HEADERS)
    assert [feed_of(path, CONTRACTS.values()) for path in (named, unnamed)] == [CONTRACTS[CUSTODY]] * 2
    stranger = tmp_path / "street.csv"
    stranger.write_text("Crime ID,Month,Longitude,Latitude,Crime type\n", encoding="utf-8")
    assert feed_of(stranger, CONTRACTS.values()) is None
    nearest, recognised = nearest_feed(stranger, CONTRACTS.values())
    assert (nearest.key, recognised) == ("police/stop_search", 2)


def test_a_file_of_something_else_is_not_made_to_fit(tmp_path: Path) -> None:
    stranger = tmp_path / "custody_records_20240131.csv"
    stranger.write_text("Crime ID,Month,Sex of officer,Surname of officer\nA1,2024-01,Male,Zebedee\n", encoding="utf-8")
    found = advice(stranger, tmp_path / "scratch")
    assert [item.is_refused for item in found.before.files] == [True]
    assert found.additions is None and not found.questions and not found.remarks
    assert "does not look like this feed's header" in found.before.files[0].reasons[0][1]
