"""The catalogue of the small world's publication: nothing left out, and the answers are those of the marts."""

from __future__ import annotations

from functools import partial
from html import unescape
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts.metrics import load_metrics
from orchestration.publish.pages import Pages
from orchestration.reports.catalogue import build_catalogue
from orchestration.reports.catalogue.content import ROWS_SHOWN, answer
from orchestration.reports.kit.cells import cell_text
from orchestration.settings import PROJECT_ROOT
from orchestration.transform.dbt import dbt_target_path
from orchestration.transform.questions import Question, load_questions
from tests.support import Warehouse


@pytest.fixture(scope="module")
def catalogue(built: Warehouse) -> Path:
    return (built.settings.published_dir / "catalogue").resolve()


def text(path: Path) -> str:
    return unescape(path.read_text(encoding="utf-8"))


def test_every_mart_has_a_page_that_says_what_each_of_its_measures_counts(catalogue: Path) -> None:
    index = text(catalogue / "index.html")
    for mart in load_metrics(PROJECT_ROOT / "data_contracts").values():
        page = text(catalogue / f"mart_{mart.mart}.html")
        assert f'href="mart_{mart.mart}.html"' in index
        assert mart.date_basis.rstrip(".").replace("`", "") in page.replace("<code>", "").replace("</code>", "")
        for metric in mart.metrics:
            assert page.count(f"<code>{metric.name}</code>") >= 2, f"{mart.mart}.{metric.name}"


def test_every_question_is_shown_with_its_query_and_its_answer(catalogue: Path, built: Warehouse) -> None:
    page = text(catalogue / "questions.html")
    for question in load_questions(built.settings):
        assert question.title in page
        assert question.sql in page
        first = built.query(question.sql)[0]
        words = [cell_text(value) for value in first if isinstance(value, str)]
        assert all(word in page for word in words), question.name


def test_an_answer_shows_its_first_rows_and_says_how_many_there_are() -> None:
    question = Question("q", "Many?", "-- All of them.\nselect i as n, 'a' as t, 0.25 as r from range(40) as r(i)")
    with duckdb.connect() as connection:
        given = answer(connection, question)
    assert given.remarks == "All of them."
    assert given.header == (("n", True), ("t", False), ("r", True))
    assert (len(given.rows), given.row_count) == (ROWS_SHOWN, 40)
    assert given.rows[1] == ("1", "a", "0.25")


def test_a_catalogue_that_cannot_be_made_is_told_and_stops_nothing(built: Warehouse, tmp_path: Path) -> None:
    said: list[str] = []
    make = partial(build_catalogue, built.settings, dbt_target_path(built.settings) / "manifest.json")
    pages = Pages("catalogue", make, said.append)
    pages(tmp_path)  # there is no database
    assert pages.fault is not None and "analyst.duckdb" in pages.fault
    assert len(said) == 1
    assert list(tmp_path.iterdir()) == []
