"""The questions the marts exist for are each answered by one query over the published database."""

from __future__ import annotations

import time

import pytest

from orchestration.settings import Settings
from orchestration.transform.questions import Question, load_questions
from tests.support import Warehouse

QUESTIONS = load_questions(Settings.from_environment())

SLOWEST_ANSWER_SECONDS = 1.0
"""Five times the 0.2 s an answer may take on an idle machine: tests share theirs."""


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_question_is_answered(question: Question, built: Warehouse) -> None:
    assert question.title.endswith("?")
    began = time.perf_counter()
    rows = built.query(question.sql)
    assert rows, f"no answer to: {question.title}"
    assert time.perf_counter() - began < SLOWEST_ANSWER_SECONDS
