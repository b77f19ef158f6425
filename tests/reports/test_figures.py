"""The report's figures from the gate's files, against counts made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from orchestration.contracts import FeedContract
from orchestration.quality.gate_files import DELIVERIES, RULE_RESULTS, GateTables
from orchestration.reports.kit.words import counted, day, listed, percent, share
from orchestration.reports.owner.figures import (
    FeedFigures,
    RowCounts,
    RuleHistory,
    Tally,
    feed_figures,
    rule_history,
)
from tests.ingest.small_feeds import CUSTODY
from tests.quality.gate_feeds import SPELLS

JANUARY, FEBRUARY, MARCH, APRIL = (date(2024, month, 3) for month in (1, 2, 3, 4))
SEX = "POL-CUS-CLOSED_CODES-sex"
SURNAME = "POL-CUS-REQUIRED-surname"
OFFENCE = "POL-CUS-CODE_LIST-offence_code"


def delivery(name: str, moment: date | None, rows: int = 10, **facts: Any) -> dict[str, Any]:
    return {
        "delivery_id": name,
        "agency": "police",
        "feed": "custody_records",
        "extract_date": moment,
        "file_sequence": None,
        "partition_key": None,
        "file_name": f"{name}.csv",
        "rows_received": rows,
        "rows_quarantined": 0,
        "verdict": "accepted",
        "reason_codes": "",
        "reasons": "",
        **facts,
    }


def results(name: str, **counts: tuple[int, int]) -> list[dict[str, Any]]:
    """Rule results of a delivery: rule code (dashes as double underscores) to (checked, failed)."""
    return [
        {"delivery_id": name, "rule_code": code.replace("__", "-"), "checked": checked, "failed": failed}
        for code, (checked, failed) in counts.items()
    ]


def figures(
    deliveries: list[dict[str, Any]],
    rule_results: list[dict[str, Any]],
    contract: FeedContract = CUSTODY,
    as_of: date | None = APRIL,
) -> FeedFigures:
    gate = replace(
        GateTables.empty(),
        deliveries=pa.Table.from_pylist(deliveries, DELIVERIES),
        rule_results=pa.Table.from_pylist(rule_results, RULE_RESULTS),
    )
    return feed_figures(contract, gate, as_of)


def history(*tallies: tuple[date | None, int, int]) -> RuleHistory:
    return rule_history(CUSTODY.rule(SEX), {moment: Tally(checked, failed) for moment, checked, failed in tallies})


def test_rows_received_are_accepted_quarantined_or_rejected() -> None:
    found = figures(
        [
            delivery("a", JANUARY, 100, rows_quarantined=3, verdict="accepted_with_quarantine"),
            delivery("b", FEBRUARY, 40, verdict="rejected", reason_codes=SEX),
            delivery("c", MARCH, 7, rows_quarantined=1, verdict="accepted_with_quarantine"),
            delivery("d", MARCH, 5),
        ],
        [],
    )
    assert found.rows == RowCounts(received=152, quarantined=4, rejected=40)
    assert found.rows.accepted == 108
    assert found.newest_rows == RowCounts(12, 1, 0)
    assert (found.deliveries, found.refused) == (4, 1)


def test_a_refused_newest_file_is_received_but_not_used() -> None:
    found = figures([delivery("a", JANUARY), delivery("b", MARCH, verdict="rejected")], [])
    assert (found.newest_received, found.newest_used) == (MARCH, JANUARY)


@pytest.mark.parametrize(
    ("as_of", "late"), [(date(2024, 2, 17), 0), (date(2024, 2, 18), 1), (date(2024, 3, 18), 30), (None, None)]
)
def test_a_feed_is_late_by_the_days_beyond_month_and_latency(as_of: date | None, late: int | None) -> None:
    # one month at its longest, 31 days, and 14 days to send it: fresh up to 17 February
    assert figures([delivery("a", JANUARY)], [], as_of=as_of).days_late == late


def test_a_feed_never_accepted_has_no_lateness() -> None:
    assert figures([delivery("a", JANUARY, verdict="rejected")], []).days_late is None


def test_an_unbroken_run_of_failures_begins_where_the_last_good_delivery_ends() -> None:
    found = history((JANUARY, 10, 2), (FEBRUARY, 10, 0), (MARCH, 10, 1), (APRIL, 10, 3))
    assert found.failing_since == MARCH
    assert found.total == Tally(40, 6)
    assert (found.newest, found.newest_date) == (Tally(10, 3), APRIL)


def test_a_delivery_with_nothing_to_check_neither_breaks_nor_ends_a_run() -> None:
    found = history((JANUARY, 10, 0), (FEBRUARY, 10, 2), (MARCH, 0, 0), (APRIL, 10, 3))
    assert found.failing_since == FEBRUARY
    assert history((JANUARY, 10, 1), (APRIL, 0, 0)).failing_since == JANUARY


def test_a_rule_that_holds_in_the_newest_delivery_fails_since_never() -> None:
    found = history((JANUARY, 10, 2), (FEBRUARY, 10, 0))
    assert (found.failing_since, found.last_failed) == (None, JANUARY)


def test_a_file_without_a_date_counts_in_total_and_in_no_run() -> None:
    found = history((None, 1, 1), (JANUARY, 10, 0))
    assert found.total == Tally(11, 1)
    assert found.failing_since is None


def test_files_of_one_date_are_one_point_of_the_trend() -> None:
    found = figures(
        [delivery("a", JANUARY), delivery("b", JANUARY), delivery("c", FEBRUARY)],
        [
            *results("a", **{SURNAME.replace("-", "__"): (10, 1), SEX.replace("-", "__"): (8, 0)}),
            *results("b", **{SURNAME.replace("-", "__"): (5, 2), OFFENCE.replace("-", "__"): (5, 1)}),
            *results("c", **{SURNAME.replace("-", "__"): (4, 0)}),
        ],
    )
    assert found.trend == {
        JANUARY: {"completeness": Tally(15, 3), "validity": Tally(13, 1)},
        FEBRUARY: {"completeness": Tally(4, 0)},
    }
    assert found.dimensions == {"completeness": Tally(4, 0)}
    surname = found.history(SURNAME)
    assert surname is not None
    assert surname.total == Tally(19, 3)


def test_refusals_say_what_mended_them_newest_first() -> None:
    found = figures(
        [
            delivery("a", JANUARY, verdict="rejected", reason_codes=f"{SEX};{SURNAME}", reasons="empty"),
            delivery("b", MARCH, 5, verdict="rejected", reason_codes=SEX),
            delivery("c", JANUARY),
        ],
        [],
        contract=SPELLS,
    )
    assert [(item.file_name, item.mended_by, item.rows, item.codes) for item in found.refusals] == [
        ("b.csv", None, 5, (SEX,)),
        ("a.csv", "c.csv", 10, (SEX, SURNAME)),
    ]


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (1, 3, "33.3%"), (1, 100_000, "under 0.1%"), (99_999, 100_000, "over 99.9%"), (0, 5, "0%"), (5, 5, "100%"),
        (0, 0, "nothing to count"),
    ],
)  # fmt: skip
def test_a_share_is_never_rounded_to_all_or_nothing(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text


def test_numbers_and_days_are_written_alike_everywhere() -> None:
    assert (counted(1, "row"), counted(2000, "row"), counted(2, "delivery", "deliveries")) == (
        "1 row", "2,000 rows", "2 deliveries",
    )  # fmt: skip
    assert (day(date(2026, 11, 5)), day(None)) == ("5 November 2026", "not known")
    assert (share(0.02), share(0.005), share(0.0)) == ("2%", "0.5%", "0%")
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c"], most=2) == "a, b and 1 more"


ROWS = "POL-CUS-FILE-ROW_COUNT"


def test_the_two_numbers_behind_a_row_count_rule_reach_its_owner() -> None:
    usual = [delivery(name, moment) for name, moment in (("a", JANUARY), ("b", FEBRUARY))]
    found = figures(
        usual,
        [
            {"delivery_id": "a", "rule_code": ROWS, "checked": 1, "failed": 1, "detail": "2 rows; the median is 700"},
            {"delivery_id": "b", "rule_code": ROWS, "checked": 1, "failed": 1, "detail": "9 rows; the median is 800"},
        ],
    )
    history_of_rule = found.history(ROWS)
    assert history_of_rule is not None
    assert history_of_rule.newest_found == ("9 rows; the median is 800",)
    assert found.excepted == ()


def test_a_delivery_the_contract_expected_to_be_unusual_is_told_apart_from_a_broken_rule() -> None:
    found = figures(
        [delivery("a", JANUARY), delivery("b", FEBRUARY)],
        [
            {
                "delivery_id": "a",
                "rule_code": ROWS,
                "checked": 1,
                "failed": 0,
                "detail": "2 rows; excepted by A. Owner",
            },
            {"delivery_id": "b", "rule_code": ROWS, "checked": 1, "failed": 0, "detail": None},
        ],
    )
    assert [(item.file_name, item.rule.code, item.found) for item in found.excepted] == [
        ("a.csv", ROWS, "2 rows; excepted by A. Owner")
    ]
    history_of_rule = found.history(ROWS)
    assert history_of_rule is not None
    assert history_of_rule.newest_found == ()
