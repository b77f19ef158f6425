"""The questions the marts answer: one SQL file each under `dbt_project/analyses/`, its first line the question.

Belongs here: reading them, and which marts each asks. Does not belong here: asking (`warehouse questions`, the
catalogue).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from orchestration.settings import Settings

_REFERENCE = re.compile(r"\{\{\s*ref\('([a-z0-9_]+)'\)\s*\}\}")


@dataclass(frozen=True)
class Question:
    """One question and the query that answers it from the published database."""

    name: str
    title: str
    sql: str
    marts: frozenset[str] = frozenset()


class UnknownQuestionError(LookupError):
    """No question has that name."""


def load_questions(settings: Settings) -> tuple[Question, ...]:
    """Every question, in file-name order. `{{ ref('x') }}` is read as `marts.x`, as the published database has it.

    Raises:
        ValueError: a file does not open with a comment that states its question.
    """
    return tuple(_read(path) for path in sorted((settings.dbt_project_dir / "analyses").glob("*.sql")))


def find_question(questions: tuple[Question, ...], name: str) -> Question:
    """The question whose file name is, or begins with, `name`.

    Raises:
        UnknownQuestionError: none or several do; the message lists the names.
    """
    exact = [question for question in questions if question.name == name]
    found = exact or [question for question in questions if question.name.startswith(name)]
    if len(found) != 1:
        names = ", ".join(question.name for question in (found or questions))
        raise UnknownQuestionError(f"'{name}' names {len(found)} questions. Choose one of: {names}")
    return found[0]


def _read(path: Path) -> Question:
    text = path.read_text(encoding="utf-8").strip()
    first, _, rest = text.partition("\n")
    if not first.startswith("--"):
        raise ValueError(f"{path}: the first line must be a comment that states the question the query answers.")
    return Question(
        name=path.stem,
        title=first.removeprefix("--").strip(),
        sql=_REFERENCE.sub(r"marts.\1", rest).strip(),
        marts=frozenset(_REFERENCE.findall(rest)),
    )
