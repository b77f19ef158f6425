"""Every rule about rows finds what breaks it, spares what keeps it, and is missed when it is gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.contracts import ColumnRule, DeliveryRuleKind, FeedContract, RowRule
from orchestration.quality import expectations
from orchestration.quality.checks import DELIVERY_ID, ROW_NUMBER, Check, checks_of
from orchestration.quality.expectations import Answer, ask
from orchestration.quality.judging import Judging, RowCounts
from orchestration.quality.reference_lists import reference_codes
from orchestration.settings import Settings
from tests.quality.broken.good_values import row_by_contract
from tests.quality.broken.making import CONTRACTS, rows
from tests.quality.rule_examples import BESIDE, COMPANIONS, ROW_RULES, Change, Examples, examples_of

SETTINGS = Settings.from_environment()
RULES = [
    (contract.key, rule.code) for contract in CONTRACTS.values() for rule in (*contract.column_rules, *contract.rules)
]


@dataclass(frozen=True)
class Judged:
    """All examples of a feed, judged at once: each example is a delivery of its own.

    Attributes:
        found: rules each delivery's rows break, by delivery and row number.
        counts: what was counted, by delivery.
    """

    examples: Mapping[str, Examples]
    found: Mapping[tuple[str, int], frozenset[str]]
    counts: Mapping[str, RowCounts]


def about_rows(contract: FeedContract) -> Iterator[ColumnRule | RowRule]:
    yield from contract.column_rules
    yield from contract.rules


@cache
def checks(feed: str) -> tuple[Check, ...]:
    contract = CONTRACTS[feed]
    return checks_of(contract, reference_codes(contract, SETTINGS.reference_dir))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Judged]:
    """The examples of a feed, judged when first asked for."""
    folder = tmp_path_factory.mktemp("examples")

    @cache
    def of_feed(feed: str) -> Judged:
        return judge(CONTRACTS[feed], folder / f"{CONTRACTS[feed].rule_prefix}.parquet")

    return of_feed


def judge(contract: FeedContract, path: Path) -> Judged:
    codes = reference_codes(contract, SETTINGS.reference_dir)
    examples = {rule.code: examples_of(contract, rule, codes) for rule in about_rows(contract)}
    deliveries: dict[str, tuple[Change, ...]] = {"good": ({},)}
    for code, shown in examples.items():
        deliveries |= {f"breaks {code}": shown.breaking, f"keeps {code}": shown.keeping}
    pq.write_table(raw_table(contract, deliveries), path)
    asked = checks(contract.key)
    with Judging(contract, asked, codes, [path]) as judging:
        counts = judging.count()
        lines = judging.rows_breaking(list(deliveries), {check.code for check in asked}).to_pylist()
    found: dict[tuple[str, int], set[str]] = {}
    for line in lines:
        found.setdefault((line["delivery_id"], line["row_number"]), set()).add(line["rule_code"])
    return Judged(examples, {place: frozenset(broken) for place, broken in found.items()}, counts)


def raw_table(contract: FeedContract, deliveries: Mapping[str, tuple[Change, ...]]) -> pa.Table:
    """Raw rows: a good row for each change, with a key of its own."""
    places = [
        (name, number, change) for name, changes in deliveries.items() for number, change in enumerate(changes, 1)
    ]
    good = rows(contract.key, len(places))
    columns = {
        column.name: pa.array(
            [
                (row | dict(change)).get(column.physical_name) or None
                for row, (_, _, change) in zip(good, places, strict=True)
            ],
            pa.string(),
        )
        for column in contract.columns
    }
    return pa.table(
        columns | {DELIVERY_ID: [name for name, _, _ in places], ROW_NUMBER: [number for _, number, _ in places]}
    )


def faults(judged: Judged, codes: frozenset[str], of_rules: Collection[str] | None = None) -> list[str]:
    """What is wrong with examples when these rules are asked: rules that miss a row, or find one too many."""
    wrong = []
    for code, shown in judged.examples.items():
        if of_rules is not None and code not in of_rules:
            continue
        for number in range(1, len(shown.breaking) + 1):
            broken = judged.found.get((f"breaks {code}", number), frozenset()) & codes
            if broken != {code} | shown.companions:
                wrong.append(f"{code}, breaking row {number}: found {sorted(broken)}")
        for number in range(1, len(shown.keeping) + 1):
            broken = judged.found.get((f"keeps {code}", number), frozenset()) & codes
            if code in broken:
                wrong.append(f"{code}, keeping row {number}: found {sorted(broken)}")
        counted = judged.counts[f"keeps {code}"]
        if code in codes and counted.checked[code] != len(shown.keeping):
            wrong.append(f"{code} was not asked of every row that keeps it")
    return wrong


@pytest.mark.parametrize("feed", CONTRACTS)
def test_every_rule_finds_what_breaks_it_alone_and_spares_what_keeps_it(
    feed: str, judged: Callable[[str], Judged]
) -> None:
    assert faults(judged(feed), frozenset(check.code for check in checks(feed))) == []
    assert judged(feed).found.get(("good", 1)) is None


@pytest.mark.parametrize(("feed", "code"), RULES, ids=[code for _, code in RULES])
def test_a_rule_that_is_gone_is_missed(feed: str, code: str, judged: Callable[[str], Judged]) -> None:
    """No other rule catches its example in its place."""
    left = frozenset(check.code for check in checks(feed)) - {code}
    assert any(fault.startswith(f"{code}, breaking row") for fault in faults(judged(feed), left, [code]))


@pytest.mark.parametrize("feed", CONTRACTS)
def test_an_expectation_that_is_gone_is_missed(feed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule whose expectation is not in the suite gets no answer, which holds the delivery."""
    asked = checks(feed)
    genuine = expectations.suite_of
    kept = asked[0]
    monkeypatch.setattr(expectations, "suite_of", lambda all_checks: genuine([kept]))
    answers = ask([(check, []) for check in asked])
    assert answers[kept.code] == Answer(holds=True)
    assert all(answers[check.code].fault for check in asked if check is not kept)


@pytest.mark.parametrize("feed", [feed for feed, contract in CONTRACTS.items() if contract.primary_key])
def test_a_row_made_from_the_contract_alone_breaks_no_rule_about_one_column(feed: str, tmp_path: Path) -> None:
    """So a new feed needs no row written for the tests, unless a rule across columns wants one."""
    contract, path = CONTRACTS[feed], tmp_path / "raw.parquet"
    codes = reference_codes(contract, SETTINGS.reference_dir)
    made = row_by_contract(contract, codes)
    texts = [{name: text.format(n=number) for name, text in made.items()} for number in (1, 2, 3)]
    keys = {tuple(row[contract.column(name).physical_name] for name in contract.primary_key) for row in texts}
    assert len(keys) == 3
    columns = {
        column.name: pa.array([row.get(column.physical_name) for row in texts], pa.string())
        for column in contract.columns
    }
    pq.write_table(pa.table(columns | {DELIVERY_ID: ["made"] * 3, ROW_NUMBER: [1, 2, 3]}), path)
    asked = checks(feed)
    with Judging(contract, asked, codes, [path]) as judging:
        judging.count()
        broken = judging.rows_breaking(["made"], {check.code for check in asked}).to_pylist()
    assert {line["rule_code"] for line in broken} <= {rule.code for rule in contract.rules}


def test_the_tables_name_only_rules_there_are() -> None:
    codes = {code for _, code in RULES}
    row_rules = {rule.code for contract in CONTRACTS.values() for rule in contract.rules}
    assert set(ROW_RULES) == row_rules
    assert set(BESIDE) | set(COMPANIONS) <= codes


@pytest.mark.parametrize("feed", [feed for feed, contract in CONTRACTS.items() if contract.primary_key])
def test_a_key_that_comes_twice_is_counted(feed: str, tmp_path: Path) -> None:
    contract = CONTRACTS[feed]
    table = raw_table(contract, {"once": ({},), "twice": ({},)})
    path = tmp_path / "raw.parquet"
    pq.write_table(pa.concat_tables([table, table.slice(1)]), path)
    codes = reference_codes(contract, SETTINGS.reference_dir)
    with Judging(contract, checks(feed), codes, [path]) as judging:
        counts = judging.count()
    code = contract.delivery_rule(DeliveryRuleKind.DUPLICATE_KEY).code
    assert (counts["once"].failed[code], counts["twice"].failed[code]) == (0, 1)
