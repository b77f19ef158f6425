"""A contract that cannot be used is refused with the file, the place in it and what to do."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.contracts import (
    ContractError,
    DeliveryRuleKind,
    RowCountBounds,
    load_feed_contract,
    load_feed_contracts,
)
from orchestration.settings import PROJECT_ROOT

KEY = "prison/custody_spells"
SOURCE = PROJECT_ROOT / "data_contracts" / "feeds" / f"{KEY}.odcs.yaml"
GOOD: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))


def column(contract: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in contract["schema"][0]["properties"] if item["name"] == name)
    return found


def custom(node: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in node["customProperties"] if item["property"] == name)
    return found


def written(tmp_path: Path, contract: dict[str, Any], key: str = KEY) -> Path:
    path = tmp_path / "feeds" / f"{key}.odcs.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(contract, sort_keys=False), encoding="utf-8")
    return path


def change(node: dict[str, Any], **values: Any) -> None:
    """Set keys; None takes the key out."""
    for key, value in values.items():
        if value is None:
            node.pop(key)
        else:
            node[key] = value


def excepted(contract: dict[str, Any], **values: Any) -> None:
    """Except the deliveries of a month, with keys set or (None) taken out."""
    exception = {"rules": ["row_count"], "from": "2026-08-01", "to": "2026-08-31", "reason": "Moved", "who": "Steward"}
    change(exception, **values)
    custom(contract, "qualityThresholds")["value"].update(historyExceptions=[exception])


BREAKAGES: dict[str, tuple[Callable[[dict[str, Any]], Any], tuple[str, ...]]] = {
    "no description": (
        lambda c: change(column(c, "legal_status"), description=None),
        ("properties[3 'legal_status'].description", "missing", "a column without a description cannot be used"),
    ),
    "empty description": (
        lambda c: change(column(c, "legal_status"), description="  "),
        ("properties[3 'legal_status'].description", "missing"),
    ),
    "unknown logical type": (
        lambda c: change(column(c, "status_from"), logicalType="datetime"),
        ("properties[4 'status_from'].logicalType", "'datetime' is not one of", "timestamp"),
    ),
    "unknown classification": (
        lambda c: change(column(c, "ptiurn"), classification="secret"),
        ("'ptiurn'].classification", "'secret' is not one of", "special_category"),
    ),
    "no classification": (
        lambda c: change(column(c, "ptiurn"), classification=None),
        ("'ptiurn'].classification", "missing", "write one of"),
    ),
    "string without a tag": (
        lambda c: change(column(c, "ptiurn"), tags=None),
        ("'ptiurn'].tags", "exactly one tag of: identifier, code, text"),
    ),
    "date with a tag": (
        lambda c: change(column(c, "status_from"), tags=["code"]),
        ("'status_from'].tags", "only string columns are tagged"),
    ),
    "name not snake_case": (
        lambda c: change(column(c, "status_from"), name="Status From"),
        ("'Status From' is not snake_case", "physicalName"),
    ),
    "mistyped key": (
        lambda c: change(column(c, "ptiurn"), requird=True),
        ("'ptiurn']", "unknown key 'requird'", "required"),
    ),
    "column twice": (
        lambda c: c["schema"][0]["properties"].append(copy.deepcopy(column(c, "ptiurn"))),
        ("schema[0 'custody_spells'].properties", "columns named alike: ptiurn"),
    ),
    "no columns": (lambda c: change(c["schema"][0], properties=[]), ("properties", "no columns")),
    "key column not required": (
        lambda c: change(column(c, "booking_number"), required=False),
        ("properties['booking_number']", "part of the primary key", "required: true"),
    ),
    "key positions with a gap": (
        lambda c: change(column(c, "spell_sequence"), primaryKeyPosition=3),
        ("primaryKeyPosition runs [1, 3]", "1, 2, 3"),
    ),
    "position without key": (
        lambda c: change(column(c, "noms_number"), primaryKeyPosition=3),
        ("'noms_number'].primaryKeyPosition", "write primaryKey: true"),
    ),
    "increment without a key": (
        lambda c: [
            change(custom(c, "deliveryMode"), value="increment"),
            *(
                change(column(c, name), primaryKey=None, primaryKeyPosition=None)
                for name in ("booking_number", "spell_sequence")
            ),
        ],
        ("deliveryMode", "an increment needs a primary key"),
    ),
    "unknown code list": (
        lambda c: change(custom(column(c, "court_ou_code"), "codeList"), value="tribunals"),
        ("'court_ou_code'].customProperties.codeList", "'tribunals' is not one of", "courts"),
    ),
    "code that is no text": (
        lambda c: change(column(c, "exit_reason")["quality"][0], arguments={"validValues": ["BAIL", 2]}),
        ("'exit_reason'].quality[0].arguments.validValues[1]", "expected text, found 2", "quotes"),
    ),
    "code twice": (
        lambda c: change(column(c, "exit_reason")["quality"][0], arguments={"validValues": ["BAIL", "BAIL"]}),
        ("validValues[1]", "'BAIL' is listed twice"),
    ),
    "meaning of a code that is none": (
        lambda c: custom(column(c, "legal_status"), "codeMeanings")["value"].update(REMAND="remanded"),
        ("'legal_status'].customProperties.codeMeanings", "REMAND: not among the codes"),
    ),
    "code rule that refuses deliveries": (
        lambda c: change(column(c, "exit_reason")["quality"][0], severity="reject"),
        ("'exit_reason'].quality[0].severity", "write quarantine or warning"),
    ),
    "pattern that is none": (
        lambda c: change(column(c, "noms_number"), logicalTypeOptions={"pattern": "^[A-Z$"}),
        ("'noms_number'].logicalTypeOptions.pattern", "not a regular expression"),
    ),
    "pattern of a part": (
        lambda c: change(column(c, "noms_number"), logicalTypeOptions={"pattern": "[A-Z]"}),
        ("logicalTypeOptions.pattern", "begin it with ^ and end it with $"),
    ),
    "rule with a foreign code": (
        lambda c: change(c["schema"][0]["quality"][0], id="POL-CUS-001"),
        ("quality[0 'POL-CUS-001'].id", "not of the form PRI-SPE-001"),
    ),
    "rule code twice": (
        lambda c: change(c["schema"][0]["quality"][1], id="PRI-SPE-001"),
        ("quality", "id written twice: PRI-SPE-001"),
    ),
    "rule in another shape": (
        lambda c: change(c["schema"][0]["quality"][0], query="select * from ${object} where status_to < status_from"),
        ("quality[0 'PRI-SPE-001'].query", "select count(*) from ${object} where not ("),
    ),
    "rule about unknown columns": (
        lambda c: change(
            c["schema"][0]["quality"][0], query="select count(*) from ${object} where not (ends >= starts)"
        ),
        ("quality[0 'PRI-SPE-001'].query", "fewer than two columns"),
    ),
    "rule nobody can act on": (
        lambda c: c["schema"][0]["quality"][0]["customProperties"].pop(0),
        ("quality[0 'PRI-SPE-001'].customProperties.cause", "missing"),
    ),
    "rule relaxed without a reason": (
        lambda c: c["schema"][0]["quality"][0]["customProperties"].append({"property": "softShare", "value": 0.2}),
        ("quality[0 'PRI-SPE-001']", "relaxedOn and relaxedReason"),
    ),
    "unknown severity": (
        lambda c: change(c["schema"][0]["quality"][0], severity="fatal"),
        ("severity", "'fatal' is not one of: reject, quarantine, warning"),
    ),
    "unknown date format": (
        lambda c: change(custom(c["servers"][0], "dateFormat"), value="dd.mm.yy"),
        ("servers[0 'landing'].customProperties.dateFormat", "'dd.mm.yy' is not one of", "DD-MON-YYYY"),
    ),
    "no date format": (
        lambda c: c["servers"][0]["customProperties"].remove(custom(c["servers"][0], "dateFormat")),
        ("'status_from' is a date", "dateFormat"),
    ),
    "unknown encoding": (
        lambda c: change(custom(c["servers"][0], "encoding"), value="utf-9"),
        ("customProperties.encoding", "'utf-9' is not an encoding"),
    ),
    "CSV without a delimiter": (
        lambda c: c["servers"][0]["customProperties"].remove(custom(c["servers"][0], "delimiter")),
        ("customProperties.delimiter", "CSV needs a delimiter"),
    ),
    "two files in one contract": (
        lambda c: c["schema"].append(copy.deepcopy(c["schema"][0])),
        ("schema", "one file is one feed"),
    ),
    "another agency's folder": (lambda c: change(c, domain="probation"), ("domain", "write 'prison'")),
    "another feed's name": (lambda c: change(c["schema"][0], name="spells"), (".name", "write 'custody_spells'")),
    "another version of the standard": (lambda c: change(c, apiVersion="v3.0.2"), ("apiVersion", "write 'v3.1.0'")),
    "no steward": (lambda c: c["team"]["members"].pop(1), ("team.members", "nobody with role 'steward'")),
    "no retention": (lambda c: c["slaProperties"].pop(2), ("slaProperties", "'retention' is missing", "year")),
    "retention in days": (
        lambda c: change(c["slaProperties"][2], unit="day"),
        ("slaProperties[2 'retention'].unit", "write 'year'"),
    ),
    "no legal basis": (
        lambda c: custom(c, "legalBasis")["value"].pop("basis"),
        ("customProperties.legalBasis.basis", "missing"),
    ),
    "threshold in percent": (
        lambda c: custom(c, "qualityThresholds")["value"].update(quarantineHardShare=50),
        ("qualityThresholds.quarantineHardShare", "fraction from 0 to 1, found 50"),
    ),
    "a threshold nobody reads": (
        lambda c: custom(c, "qualityThresholds")["value"].update(rowCounts={}),
        ("qualityThresholds", "unknown key 'rowCounts'", "rowCount"),
    ),
    "a bound on the wrong side": (
        lambda c: custom(c, "qualityThresholds")["value"].update(rowCount={"softLow": 2, "softHigh": 0.5}),
        ("qualityThresholds.rowCount", "hardLow, softLow, then 1, then softHigh, hardHigh"),
    ),
    "a hard bound inside the soft one": (
        lambda c: custom(c, "qualityThresholds")["value"].update(
            rowCount={"softLow": 0.5, "softHigh": 2, "hardLow": 0.6}
        ),
        ("qualityThresholds.rowCount", "multiples of the median"),
    ),
    "a bound that is text": (
        lambda c: custom(c, "qualityThresholds")["value"].update(rowCount={"softLow": "half", "softHigh": 2}),
        ("qualityThresholds.rowCount.softLow", "expected a number from 0, found 'half'"),
    ),
    "an exception to a rule that knows none": (
        lambda c: excepted(c, rules=["manifest"]),
        ("historyExceptions[0 '2026-08-01'].rules", "of: row_count, row_count_limit, category_gone, category_share"),
    ),
    "an exception without a reason": (
        lambda c: excepted(c, reason=None),
        ("historyExceptions[0 '2026-08-01'].reason", "say why the delivery is right"),
    ),
    "an exception nobody agreed to": (
        lambda c: excepted(c, who=None),
        ("historyExceptions[0 '2026-08-01'].who", "say who agreed"),
    ),
    "an exception that ends before it begins": (
        lambda c: excepted(c, to="2026-07-31"),
        ("historyExceptions[0 '2026-08-01'].to", "is before 2026-08-01"),
    ),
    "a text that lies ahead": (
        lambda c: column(c, "ptiurn").update(customProperties=[{"property": "mayLieAhead", "value": True}]),
        ("'ptiurn'].customProperties.mayLieAhead", "only a date can lie ahead"),
    ),
    "codes relaxed without a reason": (
        lambda c: column(c, "legal_status")["quality"][0]["customProperties"].append(
            {"property": "softShare", "value": 0.2}
        ),
        ("'legal_status'].quality[0 'PRI-SPE-101']", "relaxedOn and relaxedReason"),
    ),
    "history of a column that is not there": (
        lambda c: custom(c["schema"][0], "columnHistory")["value"].append(
            {
                "date": "2026-12-01",
                "version": "1.1.0",
                "change": "added",
                "column": "cell",
                "note": "Asked for by research",
            }
        ),
        ("columnHistory[1 'cell'].column", "'cell' was added, yet it is not among the columns"),
    ),
    "history of a column still there": (
        lambda c: custom(c["schema"][0], "columnHistory")["value"].append(
            {
                "date": "2026-12-01",
                "version": "1.1.0",
                "change": "dropped",
                "column": "ptiurn",
                "note": "No longer sent",
            }
        ),
        ("columnHistory[1 'ptiurn'].column", "yet it is still among the columns"),
    ),
    "history without a date": (
        lambda c: custom(c["schema"][0], "columnHistory")["value"][0].update(date="last spring"),
        ("columnHistory[0 'all'].date", "YYYY-MM-DD"),
    ),
}


def test_the_contract_the_breakages_start_from_is_good(tmp_path: Path) -> None:
    assert load_feed_contract(written(tmp_path, GOOD)).key == KEY


def test_bounds_exceptions_and_shares_are_read(tmp_path: Path) -> None:
    contract = copy.deepcopy(GOOD)
    excepted(contract, rules=["row_count", "category_gone"], force="kent")
    thresholds = custom(contract, "qualityThresholds")["value"]
    thresholds.update(rowCount={"softLow": 0.8, "softHigh": 1.5, "hardLow": 0.2})
    column(contract, "legal_status")["quality"][0]["customProperties"] += [
        {"property": "softShare", "value": 0.1},
        {"property": "hardShare", "value": 0.4},
        {"property": "relaxedOn", "value": "2026-08-01"},
        {"property": "relaxedReason", "value": "The new statuses are being keyed again"},
    ]
    read = load_feed_contract(written(tmp_path, contract))
    assert read.row_count_bounds == RowCountBounds(soft_low=0.8, soft_high=1.5, hard_low=0.2)
    assert "0.2 times" in read.delivery_rule(DeliveryRuleKind.ROW_COUNT_LIMIT).name
    (exception,) = read.excused_deliveries
    assert exception.covers(DeliveryRuleKind.CATEGORY_GONE, date(2026, 8, 31), "kent")
    for rule, day, force in (
        (DeliveryRuleKind.ROW_COUNT_LIMIT, date(2026, 8, 31), "kent"),
        (DeliveryRuleKind.ROW_COUNT, date(2026, 9, 1), "kent"),
        (DeliveryRuleKind.ROW_COUNT, date(2026, 8, 1), "essex"),
    ):
        assert not exception.covers(rule, day, force)
    relaxed = read.rule("PRI-SPE-101")
    assert (relaxed.soft_share, relaxed.hard_share, relaxed.relaxed_on) == (0.1, 0.4, date(2026, 8, 1))


@pytest.mark.parametrize("name", BREAKAGES)
def test_error_names_file_place_and_remedy(tmp_path: Path, name: str) -> None:
    breakage, expected = BREAKAGES[name]
    contract = copy.deepcopy(GOOD)
    breakage(contract)
    with pytest.raises(ContractError) as raised:
        load_feed_contract(written(tmp_path, contract))
    message = str(raised.value)
    assert f"feeds/{KEY}.odcs.yaml: " in message
    for part in expected:
        assert part in message, message


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    first = copy.deepcopy(GOOD)
    column(first, "legal_status").pop("description")
    column(first, "ptiurn")["classification"] = "secret"
    written(tmp_path, first)
    second = yaml.safe_load((SOURCE.parent / "prisoners.odcs.yaml").read_text(encoding="utf-8"))
    column(second, "surname").pop("description")
    written(tmp_path, second, "prison/prisoners")
    with pytest.raises(ContractError) as raised:
        load_feed_contracts(tmp_path)
    assert len(raised.value.problems) == 3
    assert "prisoners.odcs.yaml" in raised.value.problems[2]


def test_faults_of_every_section_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    contract = copy.deepcopy(GOOD)
    places = {
        "apiVersion": lambda c: change(c, apiVersion="v3.0.2"),
        "description.usage": lambda c: change(c["description"], usage=None),
        "team.members[0 'owner'].name": lambda c: change(c["team"]["members"][0], name=None),
        "team.members[1 'steward'].username": lambda c: change(c["team"]["members"][1], username=None),
        "customProperties.encoding": lambda c: change(custom(c["servers"][0], "encoding"), value="utf-9"),
        "customProperties.timeZone": lambda c: change(custom(c["servers"][0], "timeZone"), value="Paris"),
        "'legal_status'].description": lambda c: change(column(c, "legal_status"), description=None),
        "'legal_status'].classification": lambda c: change(column(c, "legal_status"), classification="secret"),
        "'status_to'].logicalType": lambda c: change(column(c, "status_to"), logicalType="day"),
        "customProperties.legalBasis.basis": lambda c: change(custom(c, "legalBasis")["value"], basis=None),
        "slaProperties[1 'latency'].unit": lambda c: change(c["slaProperties"][1], unit="week"),
        "slaProperties[2 'retention'].description": lambda c: change(c["slaProperties"][2], description=None),
        "customProperties.catalogueOrder": lambda c: change(custom(c, "catalogueOrder"), value="ten"),
        "customProperties.deliveryMode": lambda c: change(custom(c, "deliveryMode"), value="daily"),
        "quarantineSoftShare": lambda c: custom(c, "qualityThresholds")["value"].update(quarantineSoftShare=2),
    }
    for breakage in places.values():
        breakage(contract)
    with pytest.raises(ContractError) as raised:
        load_feed_contract(written(tmp_path, contract))
    assert len(raised.value.problems) == len(places), str(raised.value)
    for place in places:
        assert any(f"{place}: " in problem for problem in raised.value.problems), f"{place}\n{raised.value}"


def test_several_faults_of_one_rule_are_told_at_once(tmp_path: Path) -> None:
    contract = copy.deepcopy(GOOD)
    change(contract["schema"][0]["quality"][0], severity="grave", dimension=None, name=None, mustBe=1)
    with pytest.raises(ContractError) as raised:
        load_feed_contract(written(tmp_path, contract))
    assert len(raised.value.problems) == 4


def test_one_thing_is_held_by_one_column_and_is_something_there_is(tmp_path: Path) -> None:
    contract = copy.deepcopy(GOOD)
    column(contract, "booking_number")["customProperties"] = [{"property": "holds", "value": "ptiurn"}]
    with pytest.raises(ContractError, match="held by two columns: ptiurn"):
        load_feed_contract(written(tmp_path, contract))
    custom(column(contract, "booking_number"), "holds")["value"] = "shoe_size"
    with pytest.raises(ContractError, match=r"'shoe_size' is not one of: surname, forenames"):
        load_feed_contract(written(tmp_path, contract))


def test_reference_to_a_column_no_contract_has_is_refused(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    with pytest.raises(
        ContractError, match=r"'noms_number' references 'prison/prisoners.noms_number', which no contract"
    ):
        load_feed_contracts(tmp_path)


def test_two_feeds_with_one_rule_prefix_are_refused(tmp_path: Path) -> None:
    second = yaml.safe_load((SOURCE.parent / "prisoners.odcs.yaml").read_text(encoding="utf-8"))
    custom(second, "ruleCodePrefix")["value"] = "PRI-SPE"
    written(tmp_path, GOOD)
    written(tmp_path, second, "prison/prisoners")
    with pytest.raises(ContractError, match="ruleCodePrefix 'PRI-SPE' is used by another feed too"):
        load_feed_contracts(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: [", "not readable as YAML"),
        ("name: a\nname: b\n", "line 2, column 1: not readable as YAML: key 'name' is written twice"),
        ("- just\n- a list\n", "top level: expected keys and values"),
        ("", "top level: expected keys and values, found nothing"),
    ],
)
def test_file_that_is_no_contract_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    path = written(tmp_path, GOOD)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError) as raised:
        load_feed_contract(path)
    assert expected in str(raised.value)


def test_folder_without_contracts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no contracts found"):
        load_feed_contracts(tmp_path)


def test_unknown_column_and_rule_are_named_with_what_there_is() -> None:
    contract = load_feed_contract(SOURCE)
    with pytest.raises(KeyError, match=r"has no column 'bed'; it has: booking_number"):
        contract.column("bed")
    with pytest.raises(KeyError, match=r"has no rule 'PRI-SPE-999'"):
        contract.rule("PRI-SPE-999")
