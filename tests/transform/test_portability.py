"""The same models run on DuckDB and on Spark: compiled for Spark, they parse as Spark SQL and use only its functions.

Spark itself is not needed. What must differ between the engines is in `dbt_project/macros/`, never in a model.
"""

from __future__ import annotations

import re

import pytest
import sqlglot
from sqlglot.errors import SqlglotError

from orchestration.transform.dbt import DBT_PROJECT_DIR
from tests.transform.conftest import Compilation

pytestmark = pytest.mark.xdist_group("dbt")

_SPARK_REFERENCE = """
abs add_months any_value array_join array_sort assert_true avg bool_and bool_or cast ceil chr coalesce
collect_list collect_set concat concat_ws corr count count_if date date_add date_format date_sub date_trunc
datediff day dayofmonth dayofweek decimal dense_rank exp explode extract first_value floor from_utc_timestamp
greatest if initcap lag last_day last_value lead least length ln log lower lpad ltrim max max_by md5 median
min min_by mod month months_between nanvl ntile nullif nvl2 percentile percentile_cont pow power quarter range
rank regexp_extract regexp_replace replace right round row_number rpad rtrim sha2 sign split split_part sqrt
stddev_pop stddev_samp substring sum to_date to_timestamp to_unix_timestamp to_utc_timestamp trim try_cast
try_to_timestamp unix_timestamp upper var_pop var_samp year
"""
SPARK_FUNCTIONS = frozenset(_SPARK_REFERENCE.split())
"""Functions of Spark 4 the project may compile to. Add one only after looking it up in Spark's reference."""

_KEYWORDS = """
all and any as between by case distinct else exists filter from group having in interval join lateral like not on or
over partition select then union using values view when where window with within
"""
WORDS_BEFORE_BRACKETS = frozenset(_KEYWORDS.split())

ENGINE_ONLY = {
    "qualify": r"\bqualify\b",
    "exclude in a select list": r"\*\s*exclude\b|\bexclude\s*\(",
    "replace in a select list": r"\*\s*replace\s*\(",
    ":: casts": r"::",
    "lambdas": r"->|\blambda\s+\w+\s*:",
    "list or struct literals": r"(?<![\w\])])\[[^\]]*\]|\bstruct_pack\s*\(",
    "functions of one engine": (
        r"\b(list_\w+|array_agg|string_agg|listagg|unnest|explode|strptime|try_strptime|strftime|epoch\w*|date_diff|"
        r"datediff|quantile\w*|percentile|read_parquet|read_csv|sha256|sha2|regexp_matches|rlike|regexp_extract\w*|"
        r"timezone|from_utc_timestamp|to_utc_timestamp|generate_series|arg_min|arg_max|ilike|glob)\s*\("
    ),
    "positional or grouped by all": r"\b(group|order)\s+by\s+(all\b|[0-9])",
    "asof, positional, pivot": r"\b(asof|positional)\s+join\b|\bpivot\b",
    "double-quoted text or identifiers": r'"',
}
"""Syntax a model must leave to a macro, by name."""


def without_comments_and_texts(sql: str) -> str:
    """The SQL, with comments dropped and the inside of quoted texts emptied."""
    sql = re.sub(r"\{#.*?#\}", "", sql, flags=re.DOTALL)
    sql = re.sub(r"--[^\n]*", "", sql)
    return re.sub(r"'(?:[^']|'')*'", "''", sql)


def model_files() -> list[str]:
    folders = [DBT_PROJECT_DIR / name for name in ("models", "analyses", "tests")]
    return sorted(str(path.relative_to(DBT_PROJECT_DIR)) for folder in folders for path in folder.rglob("*.sql"))


@pytest.mark.parametrize("path", model_files())
def test_a_model_holds_no_engine_only_syntax(path: str) -> None:
    sql = (DBT_PROJECT_DIR / path).read_text(encoding="utf-8")
    # What is inside {{ }} and {% %} is Jinja, where ["a", "b"] is a list and no SQL.
    sql = without_comments_and_texts(re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", sql, flags=re.DOTALL))
    found = [name for name, pattern in ENGINE_ONLY.items() if re.search(pattern, sql, flags=re.IGNORECASE)]
    assert not found, f"{path} uses {', '.join(found)}: use or add a macro in macros/portability"


def test_every_model_and_test_parses_as_spark_sql(spark: Compilation) -> None:
    faults = []
    compiled = spark.compiled("model", "test", "analysis")
    for name, sql in compiled.items():
        try:
            sqlglot.parse_one(sql, read="spark", error_level=sqlglot.ErrorLevel.RAISE)
        except SqlglotError as error:
            faults.append(f"{name}: {error}")
    assert len(compiled) > 100
    assert not faults, "\n".join(faults)


def test_every_function_is_one_spark_has(spark: Compilation) -> None:
    faults = []
    for name, sql in spark.compiled("model", "test", "analysis").items():
        called = set(re.findall(r"\b([a-z_][a-z_0-9]*)\s*\(", without_comments_and_texts(sql).lower()))
        ctes = set(re.findall(r"\b([a-z_][a-z_0-9]*)\s+as\s+\(", sql.lower()))
        if strangers := sorted(called - SPARK_FUNCTIONS - WORDS_BEFORE_BRACKETS - ctes):
            faults.append(f"{name}: {', '.join(strangers)}")
    assert not faults, "not known to be functions of Spark:\n" + "\n".join(faults)


def test_spark_text_literals_hold_no_backslash(spark: Compilation) -> None:
    """Spark reads a backslash in a text as an escape, DuckDB as itself: a pattern with one would differ silently."""
    faults = [name for name, sql in spark.compiled("model", "test", "analysis").items() if "\\" in sql]
    assert not faults
