"""Which tables the SQL of each module of linkage makes and names, read from its source and its statements."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.settings import PROJECT_ROOT

ROOM = PROJECT_ROOT / "orchestration" / "linkage"

_NAME = r"[a-z_][a-z0-9_]*"
_TABLE = rf"((?:state\.)?{_NAME})(?![a-z0-9_.(])"
MAKES = re.compile(rf"\bcreate\s+(?:or\s+replace\s+)?(?:temp\s+)?(?:table|view)\s+{_TABLE}")
_NAMES = re.compile(rf"\b(?:from|join|into|update|describe|drop\s+table(?:\s+if\s+exists)?)\s+(?!if\b){_TABLE}")
_STEP = re.compile(rf"\b({_NAME})\s+as\s+(?:not\s+materialized\s+|materialized\s+)?\(")
_SQL = re.compile(r"\s*(?:\(?select|with|from|create|insert|delete|update|drop|describe|copy|union)\b")


@dataclass
class Named:
    """Tables that the SQL of one module makes and names, those it registers, and words it hands to functions."""

    made: set[str] = field(default_factory=set)
    registered: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    arguments: set[str] = field(default_factory=set)


def tables_by_module() -> dict[str, Named]:
    """Module, by its path in the room -> the tables its SQL makes and names."""
    found = {}
    for path in sorted(set(ROOM.rglob("*.py")) - {ROOM / "tables.py"}):
        named = Named(registered=set(_registered(path)))
        for text in _texts(path):
            if re.fullmatch(_NAME, text):
                named.arguments.add(text)
            elif _SQL.match(text):
                sql = re.sub(r"--[^\n]*", "", text)
                steps = set(_STEP.findall(sql))
                named.made |= set(MAKES.findall(sql))
                named.named |= set(_NAMES.findall(sql)) - steps
        found[path.relative_to(ROOM).as_posix().removesuffix(".py")] = named
    return found


def _texts(path: Path) -> Iterator[str]:
    """Statements of a module, and single words it hands to a function or lists."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(_piece(part) for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            if " " in node.value:
                yield node.value
        elif isinstance(node, ast.Call):
            yield from (arg.value for arg in node.args if _is_word(arg))
            if isinstance(node.func, ast.Name) and node.func.id == "read_sql":
                yield (path.parent / "sql" / f"{ast.literal_eval(node.args[1])}.sql").read_text(encoding="utf-8")
        elif isinstance(node, ast.Tuple):
            yield from (item.value for item in node.elts if _is_word(item))
        elif isinstance(node, ast.arguments):
            yield from (default.value for default in node.defaults if _is_word(default))


def _registered(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "register":
            yield from (arg.value for arg in node.args[:1] if _is_word(arg))


def _is_word(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _piece(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    return "state" if ast.unparse(part).strip("{}") == "STATE" else "{}"
