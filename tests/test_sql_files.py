"""SQL of more than ten lines lies in files that the linter reads, and what is filled into them fits."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT
from orchestration.sql_files import SqlFileError, read_sql

PACKAGE = PROJECT_ROOT / "orchestration"

MOST_LINES = 10
"""Of SQL in a string: what a reader takes in with the Python around it."""

_SQL = re.compile(
    r"\bselect\b.*\bfrom\b|\bcreate (or replace )?(temp )?(table|view|macro)\b|\b(coalesce|contains|least|greatest)\(",
    re.DOTALL,
)


def long_sql(source: str) -> Iterator[ast.expr]:
    """Strings of more than ten lines that hold SQL; what documents a module, class, function or value is none."""
    tree = ast.parse(source)
    told = {
        id(part.value)
        for node in ast.walk(tree)
        for part in (getattr(node, "body", None) if isinstance(getattr(node, "body", None), list) else ())
        if isinstance(part, ast.Expr)
    }
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(value.value for value in node.values if isinstance(value, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            text = node.value
        else:
            continue
        if id(node) not in told and text.count("\n") > MOST_LINES and _SQL.search(text):
            yield node


def test_no_python_string_holds_sql_of_more_than_ten_lines() -> None:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        lines = [node.lineno for node in long_sql(path.read_text(encoding="utf-8"))]
        if lines:
            found[path.relative_to(PACKAGE).as_posix()] = lines
    assert not found, f"put these statements into sql/<statement>.sql beside the module (read_sql): {found}"


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('run("""\nselect\n' + "a,\n" * 10 + 'b\nfrom t\n""")', 1),
        ('run(f"""\nselect\n' + "{a},\n" * 10 + 'b\nfrom t\n""")', 1),
        ('run("""select a\nfrom t""")', 0),
        ('"""Says how to select,\n' + "and more,\n" * 10 + 'from all."""', 0),
    ],
)
def test_long_sql_is_told_from_short_and_from_prose(source: str, count: int) -> None:
    assert len(list(long_sql(source))) == count


def statements() -> list[Path]:
    return sorted(PACKAGE.rglob("sql/*.sql"))


@cache
def calls() -> dict[Path, list[set[str]]]:
    """Statement -> the names of the pieces that each call gives it."""
    found: dict[Path, list[set[str]]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "read_sql":
                statement = ast.literal_eval(node.args[1])
                pieces = {str(keyword.arg) for keyword in node.keywords}
                found.setdefault(path.parent / "sql" / f"{statement}.sql", []).append(pieces)
    return found


def test_every_statement_is_run_and_every_one_run_is_there() -> None:
    assert {str(path) for path in calls()} == {str(path) for path in statements()}


@pytest.mark.parametrize("path", statements(), ids=lambda path: path.stem)
def test_each_call_fills_in_every_place_and_nothing_else(path: Path) -> None:
    for pieces in calls()[path]:
        read_sql(str(path.parent.parent / "module.py"), path.stem, **dict.fromkeys(pieces, "x"))


def test_pieces_stand_as_given_even_where_they_look_like_places(tmp_path: Path) -> None:
    folder = tmp_path / "sql"
    folder.mkdir()
    (folder / "one.sql").write_text("select {keys} from t where a = $value and b = '{2,4}'\n", encoding="utf-8")
    text = read_sql(str(tmp_path / "module.py"), "one", keys="{'name': {other}}")
    assert text == "select {'name': {other}} from t where a = $value and b = '{2,4}'\n"


def test_what_does_not_fit_is_all_named_with_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "sql"
    folder.mkdir()
    (folder / "one.sql").write_text("select {keys}, {more} from t\n", encoding="utf-8")
    with pytest.raises(SqlFileError, match=r"one\.sql: nothing is given for \{more\}; kees is given but \{kees\}"):
        read_sql(str(tmp_path / "module.py"), "one", keys="a", kees="b")
    with pytest.raises(SqlFileError, match=r"two\.sql is not there; beside it are: one\."):
        read_sql(str(tmp_path / "module.py"), "two")
