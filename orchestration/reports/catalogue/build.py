"""Writes the catalogue of one publication.

Belongs here: the files. Does not belong here: content or layout.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import duckdb

from orchestration.settings import Settings
from orchestration.transform.questions import load_questions
from orchestration.transform.selection import read_selection

CATALOGUE_FOLDER = "catalogue"
"""Inside a publication."""


def build_catalogue(settings: Settings, manifest_path: Path, publication: Path) -> Path:
    """Write `catalogue/` into the folder of a publication, whole or not at all; its front page.

    Args:
        settings: where the questions are.
        manifest_path: dbt's manifest of the build.
        publication: folder with `analyst.duckdb`.

    Raises:
        duckdb.Error: a question cannot be asked of the published marts.
        OSError: nothing can be written.
    """
    # templates and Markdown: imports no other step and no definitions need
    from orchestration.reports.catalogue.content import answer, mart_entries
    from orchestration.reports.catalogue.pages import index_page, mart_page, questions_page

    folder, working = publication / CATALOGUE_FOLDER, publication / f".{CATALOGUE_FOLDER}.partial"
    shutil.rmtree(working, ignore_errors=True)
    questions = load_questions(settings)
    with closing(duckdb.connect(str((publication / "analyst.duckdb").resolve()), read_only=True)) as connection:
        [(data_as_of,)] = connection.execute("select max(data_as_of) from marts.freshness").fetchall()
        answers = [answer(connection, question) for question in questions]
        marts = mart_entries(connection, manifest_path, read_selection(manifest_path), questions)
    pages = {
        "index": index_page(marts, answers, data_as_of),
        "questions": questions_page(answers, data_as_of),
        **{f"mart_{mart.name}": mart_page(mart, data_as_of) for mart in marts},
    }
    working.mkdir(parents=True)
    for name, page in pages.items():
        (working / f"{name}.html").write_text(page, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    working.rename(folder)
    return folder / "index.html"
