"""Rules can be spoken of (unique codes, full wording) and do what they say (their SQL runs and judges rightly)."""

from __future__ import annotations

from collections import Counter

import duckdb
import pytest
import sqlglot

from orchestration.contracts import (
    ColumnRuleKind,
    ColumnType,
    DeliveryRuleKind,
    FeedContract,
    FeedMode,
    RowRule,
    Severity,
    load_feed_contracts,
)
from orchestration.settings import PROJECT_ROOT

CONTRACTS = load_feed_contracts(PROJECT_ROOT / "data_contracts")
SQL_TYPES = {
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.INTEGER: "bigint",
    ColumnType.NUMBER: "double",
    ColumnType.YES_NO: "boolean",
}
ROW_RULES = [(contract, rule) for contract in CONTRACTS.values() for rule in contract.rules]


def is_good(contract: FeedContract, rule: RowRule, **values: object) -> bool:
    """Whether a row with these values (all others missing) passes, as the contract defines passing."""
    columns = ", ".join(
        f"cast($v{position} as {SQL_TYPES.get(column.type, 'varchar')}) as {column.name}"
        for position, column in enumerate(contract.columns)
    )
    parameters = {f"v{position}": values.get(column.name) for position, column in enumerate(contract.columns)}
    query = f"select count(*) from (select {columns}) as one_row where not ({rule.sql})"
    counted = duckdb.execute(query, parameters).fetchone()
    assert counted is not None
    return bool(counted[0] == 0)


def test_codes_are_unique_over_all_feeds() -> None:
    codes = Counter(rule.code for contract in CONTRACTS.values() for rule in contract.all_rules)
    assert [code for code, count in codes.items() if count > 1] == []
    assert all(
        rule.code.startswith(contract.rule_prefix) for contract in CONTRACTS.values() for rule in contract.all_rules
    )


def test_every_rule_tells_its_owner_what_to_do() -> None:
    for contract in CONTRACTS.values():
        for rule in contract.all_rules:
            for text in (rule.name, rule.cause, rule.correct, rule.avoid, rule.who):
                assert text.strip() and "{" not in text, rule.code
            assert contract.rule(rule.code) is rule


@pytest.mark.parametrize(("contract", "rule"), ROW_RULES, ids=[rule.code for _, rule in ROW_RULES])
def test_row_rule_runs_and_passes_where_everything_is_missing(contract: FeedContract, rule: RowRule) -> None:
    assert is_good(contract, rule)
    assert set(rule.columns) <= set(contract.column_names)


@pytest.mark.parametrize(("contract", "rule"), ROW_RULES, ids=[rule.code for _, rule in ROW_RULES])
def test_row_rule_also_reads_as_spark_sql(contract: FeedContract, rule: RowRule) -> None:
    assert sqlglot.parse_one(f"select * from {contract.feed} where not ({rule.sql})", dialect="spark") is not None


def test_rows_are_set_aside_only_where_a_contradiction_makes_them_useless() -> None:
    quarantining = {rule.code for _, rule in ROW_RULES if rule.severity is Severity.QUARANTINE}
    assert quarantining == {"PRI-SPE-001", "HMC-DEF-001"}


def test_relaxed_rules_carry_a_date_and_a_reason() -> None:
    for _, rule in ROW_RULES:
        assert (rule.soft_share > 0) == (rule.relaxed_on is not None) == bool(rule.relaxed_reason), rule.code


def test_shared_rules_follow_from_the_columns() -> None:
    spells = CONTRACTS["prison/custody_spells"]
    required = spells.column_rule("noms_number", ColumnRuleKind.REQUIRED)
    assert required is not None and required.code == "PRI-SPE-REQUIRED-noms_number"
    assert required.severity is Severity.QUARANTINE
    when = spells.column_rule("status_from", ColumnRuleKind.TYPE)
    assert when is not None and "DD-MON-YYYY" in when.correct
    status = spells.column_rule("legal_status", ColumnRuleKind.CLOSED_CODES)
    assert status is not None and status.code == "PRI-SPE-101" and status.severity is Severity.QUARANTINE
    court = spells.column_rule("court_ou_code", ColumnRuleKind.CODE_LIST)
    assert court is not None and court.severity is Severity.WARNING and "courts" in court.name
    assert court.soft_share == spells.unknown_codes_soft_share
    assert spells.column_rule("court_ou_code", ColumnRuleKind.REQUIRED) is None


def test_a_feed_without_a_key_allows_identical_rows() -> None:
    kinds = {rule.kind for rule in CONTRACTS["police/stop_search"].delivery_rules}
    assert DeliveryRuleKind.DUPLICATE_KEY not in kinds
    by_month_and_force = {DeliveryRuleKind.STALE, DeliveryRuleKind.ROW_COUNT_LIMIT}
    assert set(DeliveryRuleKind) - kinds == {DeliveryRuleKind.DUPLICATE_KEY} | by_month_and_force
    keyed = {rule.kind for rule in CONTRACTS["hmcts/cases"].delivery_rules}
    of_public_files = {DeliveryRuleKind.FORCE, DeliveryRuleKind.BLANK_ROW}
    assert set(DeliveryRuleKind) - keyed == {DeliveryRuleKind.ROW_COUNT_LIMIT} | of_public_files


def test_only_a_snapshot_is_refused_for_its_number_of_rows() -> None:
    limited = [key for key, item in CONTRACTS.items() if item.find_delivery_rule(DeliveryRuleKind.ROW_COUNT_LIMIT)]
    assert limited == [key for key, item in CONTRACTS.items() if item.mode is FeedMode.SNAPSHOT]


def test_a_file_joined_to_itself_is_refused_only_where_no_key_can_undo_it() -> None:
    doubled = {key: item.delivery_rule(DeliveryRuleKind.DOUBLED).severity for key, item in CONTRACTS.items()}
    assert [key for key, severity in doubled.items() if severity is Severity.REJECT] == ["police/stop_search"]
