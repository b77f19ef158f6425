"""The catalogue as HTML.

Belongs here: templates and what they need. Does not belong here: what is said (`content`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment
from markdown_it import MarkdownIt
from markupsafe import Markup

from orchestration.reports.catalogue.content import Answer, MartEntry
from orchestration.reports.kit.pages import page_environment

_SUBJECTS = {"lower_level_crime": "Lower-level crime", "pipeline": "Deliveries and builds"}


def index_page(marts: Sequence[MartEntry], answers: Sequence[Answer], data_as_of: date | None) -> str:
    """The front page: questions, and marts by subject."""
    subjects = [
        (_SUBJECTS.get(subject, subject.replace("_", " ").capitalize()), tuple(entries))
        for subject, entries in groupby(marts, key=lambda entry: entry.subject)
    ]
    return _render("index.html", subjects=subjects, answers=answers, data_as_of=data_as_of)


def questions_page(answers: Sequence[Answer], data_as_of: date | None) -> str:
    """Every question with its query and its answer."""
    return _render("questions.html", answers=answers, data_as_of=data_as_of)


def mart_page(mart: MartEntry, data_as_of: date | None) -> str:
    """One mart: what it answers and means, its columns and its sources."""
    return _render("mart.html", mart=mart, data_as_of=data_as_of)


def _render(template: str, **facts: Any) -> str:
    return _environment().get_template(template).render(**facts)


@cache
def _environment() -> Environment:
    environment = page_environment("orchestration.reports.catalogue")
    environment.filters |= {"markdown": _markdown, "inline": _inline}
    return environment


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    opened = '<div class="scroll names" role="region" aria-label="Measures" tabindex="0"><table>\n'
    parser.add_render_rule("table_open", lambda *_: opened)
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return parser


def _markdown(text: str) -> Markup:
    """Markdown as HTML; HTML within it is shown as text."""
    return Markup(_parser().render(text))


def _inline(text: str) -> Markup:
    """One line of Markdown as HTML."""
    return Markup(_parser().renderInline(" ".join(text.split())))
