"""The contracts promise exactly what the agencies agreed: feeds, columns, keys, types, what is required and sensitive.

What was agreed is recorded in `promises.json`, apart from the contracts, so that a slip in a contract (a column gone, a
key changed, a name no longer marked personal) fails here. A change that was meant is recorded, and reviewed as a diff.
"""

from __future__ import annotations

import re
from pathlib import Path

from orchestration.contracts import Classification, Column, ColumnType, FeedContract, load_feed_contracts
from orchestration.settings import PROJECT_ROOT
from tests.recorded import Recorded

CONTRACTS = load_feed_contracts(PROJECT_ROOT / "data_contracts")


def promised(contract: FeedContract) -> dict[str, object]:
    """What a delivery is held to, as short texts; wording is left out."""
    given = contract.delivery
    return {
        "mode": contract.mode,
        "versions ordered by": contract.versions_ordered_by,
        "file": f"{given.file_name_pattern}.{given.kind}, {given.encoding}, fields apart by {given.delimiter!r}",
        "formats": f"{given.date_format}; {given.timestamp_format} {given.timezone}",
        "yes and no": f"{given.yes_value}, {given.no_value}",
        "missing values": list(given.missing_values),
        "columns": {column.name: promised_of(column) for column in contract.columns},
    }


def promised_of(column: Column) -> str:
    """One line: type, place in the key, sensitivity, header, and where its values come from."""
    parts = [
        column.type,
        "required" if column.required else "optional",
        f"key {column.key_position}" if column.is_primary_key else "",
        column.classification,
        f"headed '{column.physical_name}'" if column.physical_name != column.name else "",
        f"staged as {column.staged_as}" if column.staged_as else "",
        f"holds {column.holds}" if column.holds else "",
        f"one of {', '.join(column.closed_codes)}" if column.closed_codes else "",
        f"usually one of {', '.join(column.expected_codes)}" if column.expected_codes else "",
        f"in list {column.code_list} by {column.code_list_class or 'code'}" if column.code_list else "",
        f"grouped by list {column.group_list}" if column.group_list else "",
        f"open if {', '.join(column.open_end_values)}" if column.open_end_values else "",
        f"points at {column.references}" if column.references else "",
    ]
    return ", ".join(part for part in parts if part)


def test_feeds_promise_what_was_agreed(recorded: Recorded) -> None:
    found = {key: promised(contract) for key, contract in CONTRACTS.items()}
    recorded(Path(__file__).with_name("promises.json"), found)


def test_names_and_numbers_are_told_apart() -> None:
    """Personal is what describes a person, identifier what looks one up; both never leave, for different reasons."""
    for contract in CONTRACTS.values():
        for column in contract.columns:
            if column.classification is Classification.PERSONAL:
                assert column.type in (ColumnType.TEXT, ColumnType.DATE), f"{contract.key}.{column.name}"
            if column.classification is Classification.IDENTIFIER:
                assert column.type is ColumnType.IDENTIFIER, f"{contract.key}.{column.name}"


def test_every_code_column_says_where_its_codes_come_from() -> None:
    """Only the prosecutors' acronyms are an open list nobody keeps."""
    without = [
        f"{contract.key}.{column.name}"
        for contract in CONTRACTS.values()
        for column in contract.columns
        if column.type is ColumnType.CODE and not (column.closed_codes or column.expected_codes or column.code_list)
    ]
    assert without == ["hmcts/cases.prosecutor"]


def test_reference_lists_named_exist_with_their_key() -> None:
    from orchestration.contracts import CODE_LISTS

    for name, key in CODE_LISTS.items():
        header = (PROJECT_ROOT / "seeds" / "reference" / f"{name}.csv").read_text(encoding="utf-8").split("\n", 1)[0]
        assert set(key) <= set(header.strip().split(",")), f"seeds/reference/{name}.csv has no column {key}"


def test_flags_say_whose_role_they_describe() -> None:
    """One agency's domestic abuse flag marks suspects, another's marks cases; they must never be merged unseen."""
    for key, role in {
        "police/custody_records": "suspect",
        "cps/defendants": "case involves",
        "hmcts/offences": "case involves",
    }.items():
        assert f"Role: {role}." in CONTRACTS[key].column("domestic_abuse_flag").description


def test_headers_are_canonical_names_in_any_case_but_for_the_published_searches() -> None:
    for key, contract in CONTRACTS.items():
        for column in contract.columns:
            if key != "police/stop_search":
                assert column.physical_name.lower() == column.name, f"{key}.{column.name}"
    assert all(column.physical_name.isupper() for column in CONTRACTS["cps/defendants"].columns)


def test_descriptions_say_more_than_the_name() -> None:
    for contract in CONTRACTS.values():
        assert min(len(contract.description), len(contract.usage), len(contract.limitations)) > 60, contract.key
        for column in contract.columns:
            said = re.sub(r"[^a-z]", "", column.description.lower())
            assert said != column.name.replace("_", ""), f"{contract.key}.{column.name}"
            assert len(column.description.split()) >= 3, f"{contract.key}.{column.name}"
            assert column.description.endswith("."), f"{contract.key}.{column.name}"
