"""A site's folder is laid over the contracts that ship, and what is wrong in it is said with its file and place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.contracts import ContractError, FeedContract, load_feed_contracts
from orchestration.contracts.formats import contradicting
from orchestration.contracts.scaffold import scaffold_contract
from orchestration.settings import PROJECT_ROOT, Settings

SHIPPED = PROJECT_ROOT / "data_contracts"
CUSTODY = "police/custody_records"
REASON = "West Midshire writes so from its new system (agreed 2026-12-01)."


def laid_over(folder: Path, **additions: Any) -> FeedContract:
    """The contract of custody records with these additions of a site."""
    site_file(folder, CUSTODY, {"feed": CUSTODY, "reason": REASON, **additions})
    return load_feed_contracts(SHIPPED, folder)[CUSTODY]


def site_file(folder: Path, key: str, document: dict[str, Any]) -> Path:
    path = folder / "feeds" / f"{key}.site.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path


def test_what_a_site_adds_is_read_beside_what_ships(tmp_path: Path) -> None:
    shipped = load_feed_contracts(SHIPPED)[CUSTODY]
    contract = laid_over(
        tmp_path,
        encoding="cp1252",
        delimiter=";",
        missingValues=["N/A"],
        dateFormats=["DD.MM.YYYY"],
        timestampFormats=["DD-MM-YYYY HH:MM"],
        yesNoSpellings={"yes": ["Ie"], "no": ["Na"]},
        columns={
            "custody_number": {"headers": ["Custody Ref"]},
            "disposal": {"spellings": [{"means": "CHARGED", "written": ["CHGD", "Charge & bail"]}]},
            "force_code": {"paddedTo": 2},
        },
    )
    given = contract.delivery
    assert (given.encoding, given.delimiter) == ("cp1252", ";")
    assert given.missing_values == (*shipped.delivery.missing_values, "N/A")
    assert given.date_formats == ("DD/MM/YYYY", "DD.MM.YYYY")
    assert given.timestamp_formats == ("DD/MM/YYYY HH:MM", "DD-MM-YYYY HH:MM")
    assert contract.column("custody_number").headers == ("Custody Ref",)
    assert contract.column("disposal").read_as["charge & bail"] == "CHARGED"
    assert contract.column("force_code").padded_to == 2
    remanded = contract.column("remanded_for_court").read_as
    assert (remanded["ie"], remanded["na"], remanded["true"]) == ("Y", "N", "Y")
    assert [item.reason for item in contract.column("disposal").spellings] == [REASON]
    assert contract.files == (
        f"data_contracts/feeds/{CUSTODY}.odcs.yaml",
        str(tmp_path / "feeds" / f"{CUSTODY}.site.yaml"),
    )
    assert load_feed_contracts(SHIPPED)[CUSTODY] == shipped


def test_what_ships_meanwhile_as_well_does_no_harm(tmp_path: Path) -> None:
    shipped = load_feed_contracts(SHIPPED)[CUSTODY]
    known = [*shipped.delivery.missing_values]
    contract = laid_over(tmp_path, missingValues=known, dateFormats=["DD/MM/YYYY"])
    assert contract.delivery == shipped.delivery


def test_a_site_may_replace_a_contract_and_keep_feeds_of_its_own(tmp_path: Path) -> None:
    document = yaml.safe_load((SHIPPED / "feeds" / f"{CUSTODY}.odcs.yaml").read_text(encoding="utf-8"))
    document["version"] = "9.0.0"
    path = tmp_path / "feeds" / f"{CUSTODY}.odcs.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    document |= {"id": "police-bail-returns", "name": "Police bail returns"}
    document["servers"][0]["path"] = "landing/police/bail_returns/"
    document["schema"][0]["name"] = "bail_returns"
    text = yaml.safe_dump(document, sort_keys=False).replace("POL-CUS", "POL-BRE").replace("value: 10\n", "value: 11\n")
    (path.parent / "bail_returns.odcs.yaml").write_text(text, encoding="utf-8")
    contracts = load_feed_contracts(SHIPPED, tmp_path)
    assert contracts[CUSTODY].version == "9.0.0"
    assert set(contracts) == {*load_feed_contracts(SHIPPED), "police/bail_returns"}


def test_a_feed_is_begun_in_the_sites_folder_with_what_the_shipped_feeds_tell(tmp_path: Path) -> None:
    path = scaffold_contract("probation/breaches", ["crn"], [SHIPPED, tmp_path], date(2026, 12, 1))
    assert path == tmp_path / "feeds" / "probation" / "breaches.odcs.yaml"
    assert "nDelius" in path.read_text(encoding="utf-8")
    with pytest.raises(ContractError, match="there already"):
        scaffold_contract(CUSTODY, [], [SHIPPED, tmp_path], date(2026, 12, 1))


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown key": ({"encodings": "utf-8"}, "top level: .*encodings"),
    "other feed": ({"feed": "police/stop_search"}, "feed: is 'police/stop_search'; write 'police/custody_records'"),
    "no reason": ({"reason": None}, "reason: missing; say who writes so"),
    "format nobody knows": ({"dateFormats": ["DD/MM/YY"]}, "dateFormats: 'DD/MM/YY' is not one of: YYYY-MM-DD"),
    "two readings of a date": ({"dateFormats": ["MM/DD/YYYY"]}, "dateFormats: DD/MM/YYYY and MM/DD/YYYY read one text"),
    "unknown column": (
        {"columns": {"custody_numbr": {"headers": ["X"]}}},
        r"columns.'custody_numbr': the feed has no column of this name; is it custody_number\?",
    ),
    "header taken": (
        {"columns": {"custody_number": {"headers": ["Surname"]}}},
        r"columns.'custody_number'.headers: 'Surname' is column 'surname' already; take it out",
    ),
    "no such value": (
        {"columns": {"disposal": {"spellings": [{"means": "FREED", "written": ["x"]}]}}},
        r"'disposal'.spellings: 'FREED' is no value of the column, it has: CHARGED",
    ),
    "a value of its own": (
        {"columns": {"disposal": {"spellings": [{"means": "CHARGED", "written": ["CAUTION"]}]}}},
        "spellings: 'CAUTION' is a value of its own; take it out",
    ),
    "yes and no": ({"yesNoSpellings": {"yes": ["1"], "no": ["1"]}}, "yesNoSpellings: 1: read as yes and as no"),
    "yes that is no": ({"yesNoSpellings": {"yes": ["n"]}}, "yesNoSpellings: .*read as yes and as no"),
    "delimiter": ({"delimiter": "\\t"}, "delimiter: expected one character"),
    "encoding": ({"encoding": "utf-9"}, "encoding: 'utf-9' is not an encoding Python knows"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_file_place_and_remedy(tmp_path: Path, name: str) -> None:
    changes, expected = WRONG[name]
    with pytest.raises(ContractError, match=expected) as raised:
        laid_over(tmp_path, **changes)
    assert f"feeds/{CUSTODY}.site.yaml: " in str(raised.value)


def test_a_spelling_that_means_something_else_in_the_contract_is_refused(tmp_path: Path) -> None:
    site_file(
        tmp_path,
        "police/stop_search",
        {
            "feed": "police/stop_search",
            "reason": REASON,
            "columns": {"age_range": {"spellings": [{"means": "25-34", "written": ["17-oct"]}]}},
        },
    )
    with pytest.raises(ContractError, match="'17-oct' is read as '10-17' by the contract; take it out"):
        load_feed_contracts(SHIPPED, tmp_path)


def test_nothing_in_the_folder_is_passed_over_in_silence(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"WAREHOUSE_CONTRACTS_DIR .* is no folder; make it"):
        load_feed_contracts(SHIPPED, tmp_path / "nowhere")
    with pytest.raises(ContractError, match=r"WAREHOUSE_CONTRACTS_DIR .* holds no contract; expected feeds/<agency>"):
        load_feed_contracts(SHIPPED, tmp_path)
    site_file(tmp_path, "police/custody_record", {"feed": "police/custody_record", "reason": REASON})
    (tmp_path / "stop_search.site.yaml").touch()
    with pytest.raises(ContractError) as raised:
        load_feed_contracts(SHIPPED, tmp_path)
    stray, stranger = raised.value.problems
    assert stray.startswith(f"{tmp_path / 'stop_search.site.yaml'}: is read by nothing")
    assert stranger.endswith("adds to police/custody_record, which no contract is about; is it police/custody_records?")


def test_the_setting_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WAREHOUSE_CONTRACTS_DIR", raising=False)
    assert Settings.from_environment().contract_folders == (SHIPPED,)
    monkeypatch.setenv("WAREHOUSE_CONTRACTS_DIR", str(tmp_path))
    assert Settings.from_environment().contract_folders == (SHIPPED, tmp_path)


@pytest.mark.parametrize(
    ("notations", "expected"),
    [
        (("DD/MM/YYYY", "YYYY-MM-DD", "DD-MON-YYYY"), None),
        (("YYYY-MM-DD", "DD/MM/YYYY", "MM/DD/YYYY"), ("DD/MM/YYYY", "MM/DD/YYYY")),
        (("DD/MM/YYYY HH:MM", "MM/DD/YYYY HH:MM"), ("DD/MM/YYYY HH:MM", "MM/DD/YYYY HH:MM")),
    ],
)
def test_day_and_month_cannot_both_come_first(notations: tuple[str, ...], expected: tuple[str, str] | None) -> None:
    assert contradicting(notations) == expected
