"""Writes the catalogue of one publication.

Belongs here: the files, and keeping a fault from stopping the publication. Does not belong here: content or layout.
"""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb

from orchestration.publish.questions import load_questions
from orchestration.publish.selection import read_selection
from orchestration.settings import Settings

CATALOGUE_FOLDER = "catalogue"
"""Inside a publication."""


def build_catalogue(settings: Settings, manifest_path: Path, publication: Path) -> Path:
    """Write `catalogue/` into the folder of a publication; its front page.

    Args:
        settings: where the questions are.
        manifest_path: dbt's manifest of the build.
        publication: folder with `analyst.duckdb`.

    Raises:
        duckdb.Error: a question cannot be asked of the published marts.
        OSError: nothing can be written.
    """
    # templates and Markdown: imports no other step and no definitions need
    from orchestration.publish.catalogue.content import answer, mart_entries
    from orchestration.publish.catalogue.pages import index_page, mart_page, questions_page

    folder = publication / CATALOGUE_FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
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
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder / "index.html"


class CataloguePages:
    """Adds `catalogue/` to a publication; afterwards says what went wrong, if anything did.

    Attributes:
        fault: why there is no catalogue, or None.
    """

    def __init__(self, settings: Settings, manifest_path: Path, log_error: Callable[[str], None]) -> None:
        self._settings = settings
        self._manifest_path = manifest_path
        self._log_error = log_error
        self.fault: str | None = None

    def __call__(self, folder: Path) -> None:
        """Makes the catalogue in the folder of a publication. Never raises: figures must not wait for it."""
        try:
            build_catalogue(self._settings, self._manifest_path, folder)
        except Exception as error:
            self._log_error(f"no catalogue could be made:\n{traceback.format_exc()}")
            shutil.rmtree(folder / CATALOGUE_FOLDER, ignore_errors=True)
            self.fault = f"{type(error).__name__}: {error}"
