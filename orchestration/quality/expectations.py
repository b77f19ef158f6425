"""Great Expectations, asked about columns of distinct values.

Belongs here: everything that knows its API: suites, batches, results, and telling a failed expectation from one that
raised. Does not belong here: where values come from (`judging`).
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from orchestration.contracts import Severity
from orchestration.quality.checks import Check, Expectation

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation import Expectation as GxExpectation

_PADDING = "given"
_WIDE_FRAME_ROWS = 2_000
"""Columns up to this length share a frame; a longer one gets its own, so that padding stays small."""


@dataclass(frozen=True)
class Answer:
    """What Great Expectations made of one rule.

    Attributes:
        holds: whether every judged value is as expected.
        fault: what was raised in asking, or None.
    """

    holds: bool
    fault: str | None = None


def ask(values: Sequence[tuple[Check, Sequence[Any]]]) -> Mapping[str, Answer]:
    """Asks about the distinct values of many rules at once; answers by rule code.

    All short columns go into one frame and one validation: a validation costs some 3 ms a rule, whatever its size.
    """
    answers: dict[str, Answer] = {}
    short = [item for item in values if len(item[1]) <= _WIDE_FRAME_ROWS]
    for group in ([short] if short else []) + [[item] for item in values if len(item[1]) > _WIDE_FRAME_ROWS]:
        try:
            answers |= _validate(group)
        except Exception as error:  # whatever a library raises, the delivery is held and the rules are named
            fault = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}"
            answers |= {check.code: Answer(False, fault) for check, _ in group}
    return answers


def suite_of(checks: Sequence[Check]) -> list[GxExpectation]:
    """The expectations of a feed, each about the frame column named by its rule's code."""
    return [_EXPECTATIONS[check.expectation](check) for check in checks]


def frame_of(values: Sequence[tuple[Check, Sequence[Any]]]) -> pd.DataFrame:
    """The values of many rules side by side, a column for each, named by the rule's code."""
    height = max(1, *(len(column) for _, column in values))
    return pd.DataFrame({check.code: _column(check, column, height) for check, column in values})


def _validate(values: Sequence[tuple[Check, Sequence[Any]]]) -> dict[str, Answer]:
    gx = load_great_expectations()
    checks = [check for check, _ in values]
    frame = frame_of(values)
    batch = batch_of(frame, "distinct values", "values")
    suite = gx.ExpectationSuite(name="contract", expectations=suite_of(checks))
    with configurations_kept():
        outcome = batch.validate(suite, result_format="BOOLEAN_ONLY")
    answers = {_rule_code(result): _answer(result) for result in outcome.results}
    return {
        check.code: answers.get(check.code, Answer(False, "Great Expectations gave no result for it"))
        for check in checks
    }


def batch_of(frame: pd.DataFrame, source: str, asset: str) -> Any:
    """A frame as a batch that suites can be asked about; source and asset are what the library's pages call it."""
    sources = _context().data_sources
    if source in sources.all():
        sources.delete(source)
    return (
        sources.add_pandas(source)
        .add_dataframe_asset(asset)
        .add_batch_definition_whole_dataframe("all")
        .get_batch({"dataframe": frame})
    )


@cache
def _context() -> Any:
    """A context that is kept nowhere; one for all of a process, since making one takes as long as asking ten rules."""
    gx = load_great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    return context


def page_of_suite(suite: Any) -> str:
    """What a suite expects, as the library's Data Docs show it; its own page, with what it fetches from elsewhere."""
    from great_expectations.render.renderer.page_renderer import ExpectationSuitePageRenderer

    renderer: Any = ExpectationSuitePageRenderer()
    return str(_view().render(renderer.render(suite), show_how_to_buttons=False))


def page_of_result(result: Any) -> str:
    """What became of a suite, likewise."""
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    renderer: Any = ValidationResultsPageRenderer()
    return str(_view().render(renderer.render(result), show_how_to_buttons=False))


@cache
def _view() -> Any:
    """The library's view of a page; one for all, since each compiles its templates anew."""
    from great_expectations.render.view.view import DefaultJinjaPageView

    return DefaultJinjaPageView()


def _column(check: Check, values: Sequence[Any], height: int) -> pd.Series[Any]:
    """Values as a frame column of the common height; padding is neutral to what is expected."""
    padding: list[Any] = [_PADDING if check.expectation is Expectation.GIVEN else None] * (height - len(values))
    column = [*values, *padding]
    if check.expectation is Expectation.BETWEEN:
        return pd.Series(column, dtype="float64" if _is_number(check) else "datetime64[us]")
    return pd.Series(column, dtype="object")


def _is_number(check: Check) -> bool:
    return isinstance(check.minimum if check.minimum is not None else check.maximum, float)


def _answer(result: ExpectationValidationResult) -> Answer:
    return Answer(bool(result.success), _raised(result.exception_info or {}))


def _raised(info: Mapping[str, Any]) -> str | None:
    """The message of the first exception in `exception_info`, which holds one record or one for every metric."""
    records = [info] if "raised_exception" in info else [record for record in info.values() if isinstance(record, dict)]
    for record in records:
        if record.get("raised_exception"):
            return str(record.get("exception_message") or "an exception without a message")
    return None


def _rule_code(result: ExpectationValidationResult) -> str:
    configuration = result.expectation_config
    return str((configuration.meta or {}).get("rule_code")) if configuration else ""


def _given(check: Check) -> GxExpectation:
    return _build("ExpectColumnValuesToNotBeNull", check)


def _in_set(check: Check) -> GxExpectation:
    return _build("ExpectColumnValuesToBeInSet", check, value_set=sorted(check.codes))


def _matches(check: Check) -> GxExpectation:
    # pandas 3 keeps text in Arrow, whose regular expressions are the database's (RE2): both read a pattern alike
    return _build("ExpectColumnValuesToMatchRegex", check, regex=check.pattern)


def _between(check: Check) -> GxExpectation:
    return _build("ExpectColumnValuesToBeBetween", check, min_value=check.minimum, max_value=check.maximum)


def _build(expectation: str, check: Check, **arguments: Any) -> GxExpectation:
    built: GxExpectation = getattr(load_great_expectations().expectations, expectation)(
        column=check.code,
        severity="warning" if check.rule.severity is Severity.WARNING else "critical",
        meta={"rule_code": check.code},
        description=check.rule.name,
        **arguments,
    )
    return built


_EXPECTATIONS: Mapping[Expectation, Callable[[Check], GxExpectation]] = {
    Expectation.GIVEN: _given,
    Expectation.IN_SET: _in_set,
    Expectation.MATCHES: _matches,
    Expectation.BETWEEN: _between,
}


@contextmanager
def configurations_kept() -> Iterator[None]:
    """While the block lasts, an expectation works out its configuration once for as long as its fields are the same.

    Great Expectations asks each for it some seventy times in a validation, and works it out anew each time, with a copy
    of every code a value may be: more than half of what a validation costs.
    """
    load_great_expectations()
    from great_expectations.expectations.expectation import Expectation as Asked

    asked: Any = Asked
    worked_out: property = asked.configuration
    kept: dict[int, tuple[Any, list[Any], Any]] = {}  # with the expectation itself, so that its id is no other's

    def configuration(self: Any) -> Any:
        fields = list(vars(self).values())
        known = kept.get(id(self))
        if known is None or len(known[1]) != len(fields) or any(map(operator.is_not, known[1], fields)):
            known = kept[id(self)] = (self, fields, worked_out.__get__(self))
        return known[2]

    asked.configuration = property(configuration)
    try:
        yield
    finally:
        asked.configuration = worked_out


@cache
def load_great_expectations() -> Any:
    """The library, imported on first use (three seconds) with its telemetry off."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations
    import great_expectations.data_context.types.base

    return great_expectations
