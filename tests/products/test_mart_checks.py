"""A mart whose files do not fit one another is told all of it, each with the file, the place and what to write."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestration.contracts.metric_docs import mart_text
from orchestration.contracts.metrics import MartMetrics, Metric, MetricKind
from orchestration.contracts.products import ProductHead
from orchestration.products.checks import mart_faults
from orchestration.transform.marts import Mart, MartColumn

HEAD = ProductHead("open_cases", "Open cases", "1.0.0", "2026-12-01", "p", "u", "l", (), ())


def measure(name: str, numerator: str = "cases") -> Metric:
    return Metric("open_cases", name, MetricKind.COUNT, "cases", numerator, None, "d", "i", "e", "c", "Head", True)


ENTRY = MartMetrics("open_cases", "cases", "d", "i", "e", "c", "Head", (), (), (), (measure("cases"),))


def columns(**types: str) -> tuple[MartColumn, ...]:
    return tuple(MartColumn(name, kind, f"the {name}", is_required=False) for name, kind in types.items())


MART = Mart(
    "open_cases", "courts", "courts.yml", f"Text.\n\n{mart_text(ENTRY)}",
    columns(court_code="string", cases="bigint", data_as_of="date"), ("court_code",), is_enforced=True,
)  # fmt: skip


def faults(mart: Mart | None = MART, head: ProductHead | None = HEAD, entry: MartMetrics | None = ENTRY) -> list[str]:
    found = ({"open_cases": part} if part else {} for part in (mart, head, entry))
    return list(mart_faults(*found))  # type: ignore[arg-type]


def described(entry: MartMetrics, mart: Mart = MART) -> Mart:
    return replace(mart, description=mart_text(entry))


def test_a_whole_mart_has_no_fault() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("mart", "complaint"),
    [
        (replace(MART, is_enforced=False), "courts.yml: open_cases: dbt would build other columns"),
        (replace(MART, key=()), "courts.yml: open_cases: no test holds its primary key; write a primary_key test"),
        (replace(MART, key=("court_cod",)), "key column 'court_cod' is none of its columns (is 'court_code' meant?)"),
        (replace(MART, columns=(*MART.columns, *columns(at="timestamp"))), "open_cases.at: data_type is 'timestamp'"),
        (replace(MART, columns=(*MART.columns, *columns(note=""))), "open_cases.note: data_type is ''; write one of"),
        (replace(MART, columns=(*MART.columns, *columns(days="double"))), "nothing says what `days` means; add {name:"),
        (replace(MART, description="Text."), "end it with {{ doc('metrics_open_cases') }}"),
    ],
)
def test_a_fault_of_the_model_is_told(mart: Mart, complaint: str) -> None:
    [told] = faults(mart)
    assert complaint in told


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (replace(ENTRY, metrics=(*ENTRY.metrics, measure("case"))), "'case' is no numeric column of the mart"),
        (replace(ENTRY, metrics=(measure("cases", "`case`"),)), "measures.cases: `case` is no column of the mart"),
        (replace(ENTRY, not_over=("court",)), ".not_over: 'court' is no column of the mart (is 'court_code' meant?)"),
        (replace(ENTRY, totals=(("region", "ALL"),)), ".totals: 'region' is no column of the mart"),
        (replace(ENTRY, levels=(("level", "court_code"),)), ".levels: 'level' is no column of the mart"),
    ],
)
def test_a_fault_of_the_measures_is_told(entry: MartMetrics, complaint: str) -> None:
    [told] = faults(described(entry), entry=entry)
    assert told.startswith("data_contracts/metrics.yaml: marts.open_cases")
    assert complaint in told


def test_what_is_missing_is_told_with_the_file_to_write() -> None:
    missing = faults(head=None, entry=None)
    assert [told.partition(": missing; ")[0] for told in missing] == [
        "data_contracts/products/open_cases.yaml", "data_contracts/metrics.yaml: marts.open_cases",
    ]  # fmt: skip


def test_what_has_no_mart_is_told_and_the_mart_that_may_be_meant() -> None:
    told = mart_faults({"open_cases": MART}, {"open_case": HEAD, "open_cases": HEAD}, {"open_cases": ENTRY})
    assert told == (
        "data_contracts/products/open_case.yaml: dbt has no mart of this name (is 'open_cases' meant?); rename it, or "
        "remove it with its mart",
    )


def test_every_fault_of_every_file_is_told_at_once() -> None:
    mart = replace(MART, key=(), is_enforced=False, description="")
    head = replace(HEAD, special_category=("ethnicity",))
    entry = replace(ENTRY, metrics=(), not_over=("month",))
    assert len(faults(mart, head, entry)) == 6
