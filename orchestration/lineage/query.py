"""Which columns of its parents each output column of one dbt model depends on, read from its compiled SQL.

Belongs here: column lineage of one SQL query. Does not belong here: the graph of models (`reach`).

Two questions are kept apart: what a value is computed from, and what decides which rows there are (filters, inner
joins, groups). A left join adds columns, not rows, as the uniqueness tests of the models hold it to; what it is joined
on bears on the columns taken from it and on everything counted over its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

ROWS = "*"
"""Stands for the rows of a table: what decides which there are."""

Uses = frozenset[tuple[str, str]]
"""(table, column) pairs; the column may be `ROWS`."""

_NOTHING: Uses = frozenset()
_ADDING = {"LEFT"}
"""Joins that keep every row of what stands before them."""


class UnreadableSql(ValueError):
    """Column lineage cannot tell; the caller falls back to the level of models."""


@dataclass(frozen=True)
class ModelUses:
    """What one model depends on.

    Attributes:
        values: by output column, what its value is computed from.
        rows: what decides which rows the model has.
    """

    values: Mapping[str, Uses]
    rows: Uses


def model_uses(sql: str, columns: Mapping[str, tuple[str, ...]], dialect: str) -> ModelUses:
    """Column lineage of a query.

    Args:
        sql: compiled SQL in which every relation is written `schema.table`.
        columns: columns of every relation, by `schema.table`; relations that are not here have none that matter.
        dialect: `duckdb` or `spark`.

    Raises:
        UnreadableSql: something in the query is not understood.
    """
    schema: dict[str, Any] = {}
    for relation, names in columns.items():
        database, _, table = relation.partition(".")
        schema.setdefault(database, {})[table] = dict.fromkeys(names, "text") or {"_": "text"}
    try:
        query = qualify(parse_one(sql, dialect=dialect), schema=schema, dialect=dialect, validate_qualify_columns=False)
        root = build_scope(query)
        if root is None:
            raise UnreadableSql("not a query")
        return _Reading(root).uses(root)
    except UnreadableSql:
        raise
    except Exception as error:  # whatever the parser makes of SQL it does not know, the model is named and told whole
        raise UnreadableSql(f"{type(error).__name__}: {error}") from error


class _Reading:
    """One walk over the scopes of a query; results of CTEs are kept, as many read the same one.

    A recursive CTE reads itself: the parser gives its recursive part, as source, a scope of the first part's expression
    that is none of the query's own. What it holds is what the CTE was found to hold so far, until nothing is added.
    """

    def __init__(self, root: Scope) -> None:
        self._known: dict[int, ModelUses] = {}
        self._at_work: set[int] = set()
        self._own = {id(scope) for scope in root.traverse()}
        self._so_far: dict[int, ModelUses] = {}
        self._read_so_far: set[int] = set()

    def uses(self, scope: Scope, outer: _Select | None = None) -> ModelUses:
        """What the scope's output depends on."""
        identity = id(scope)
        part = id(scope.expression)
        if identity not in self._own and part in self._so_far:
            self._read_so_far.add(part)
            return self._so_far[part]
        if identity in self._known:
            return self._known[identity]
        if identity in self._at_work:
            raise UnreadableSql("a query that refers to itself")
        self._at_work.add(identity)
        if scope.set_operation_scopes:
            found = self._union(scope, outer)
        elif isinstance(scope.expression, exp.Select):
            found = _Select(self, scope, outer).uses()
        else:
            raise UnreadableSql(f"{type(scope.expression).__name__} is not read")
        self._at_work.remove(identity)
        self._known[identity] = found
        return found

    def _union(self, scope: Scope, outer: _Select | None) -> ModelUses:
        first, second = scope.set_operation_scopes
        found = left = self.uses(first, outer)
        known = dict(self._known)
        while True:
            self._so_far[id(first.expression)] = found
            before, found = found, _united(scope, left, self.uses(second, outer))
            if id(first.expression) not in self._read_so_far or found == before:
                return found
            self._known = dict(known)


def _united(scope: Scope, left: ModelUses, right: ModelUses) -> ModelUses:
    pairs = zip(left.values.items(), right.values.values(), strict=True)
    values = {column: mine | theirs for (column, mine), theirs in pairs}
    rows = left.rows | right.rows
    if scope.expression.args.get("distinct") or not isinstance(scope.expression, exp.Union):
        rows |= _all(values)
    return ModelUses(values, rows)


class _Select:
    """One select: its sources, what decides its rows, its output columns."""

    def __init__(self, reading: _Reading, scope: Scope, outer: _Select | None) -> None:
        self._reading = reading
        self._scope = scope
        self._outer = outer
        self._added: dict[str, Uses] = {}
        self._subqueries = {id(part.expression): part for part in scope.subquery_scopes}
        self._rows = _NOTHING

    def uses(self) -> ModelUses:
        """Its output columns and rows."""
        select = self._scope.expression
        assert isinstance(select, exp.Select)
        self._read_sources(select)
        for clause in ("where", "group", "having", "qualify", "limit", "distinct"):
            if clause == "limit" and select.args.get("limit") is not None:
                self._rows |= self._of(select.args.get("order"))
            self._rows |= self._of(select.args.get(clause))
        values = {item.alias_or_name: self._value(item) for item in select.selects}
        if "" in values or ROWS in values:
            raise UnreadableSql("an output column without a name")
        if select.args.get("distinct") is not None:
            self._rows |= _all(values)
        return ModelUses(values, self._rows)

    def column(self, column: exp.Column) -> Uses:
        """What one column of a source is computed from."""
        source = self._scope.sources.get(column.table)
        if source is None:
            if self._outer is not None:
                return self._outer.column(column)
            select = self._scope.expression
            if not column.table and isinstance(select, exp.Query) and column.name in select.named_selects:
                return _NOTHING  # an output column named again, in order by or having
            raise UnreadableSql(f"column {column.sql()} of no known source")
        added = self._added.get(column.table, _NOTHING)
        if isinstance(source, exp.Table):
            return added | {(_relation(source), column.name)}
        values = self._inner(source).values
        if column.name not in values:
            raise UnreadableSql(f"{column.sql()} is not a column of its source")
        return added | values[column.name]

    def _read_sources(self, select: exp.Expr) -> None:
        source = select.args.get("from_")
        if source is not None:
            self._rows |= self._source_rows(source.this)
        for join in select.args.get("joins") or ():
            bears = self._of(join.args.get("on")) | self._source_rows(join.this)
            if join.side.upper() in _ADDING and join.kind.upper() in {"", "OUTER"}:
                self._added[join.this.alias_or_name] = bears
            else:
                self._rows |= bears
        for lateral in select.args.get("laterals") or ():
            self._rows |= self._of(lateral)

    def _source_rows(self, item: exp.Expr) -> Uses:
        source = self._scope.sources.get(item.alias_or_name)
        if isinstance(source, exp.Table):
            return frozenset({(_relation(source), ROWS)})
        if source is None:
            raise UnreadableSql(f"{item.sql()} is not a known source")
        return self._inner(source).rows

    def _inner(self, source: Scope) -> ModelUses:
        if source.is_udtf:
            bears = self._of(source.expression)
            return ModelUses(dict.fromkeys(source.outer_columns, bears), bears)
        return self._reading.uses(source, self if source.is_subquery else self._outer)

    def _value(self, expression: exp.Expr) -> Uses:
        found = self._of(expression)
        if any(isinstance(node, exp.Window) for node in expression.walk()):
            found |= self._rows
        elif any(isinstance(node, exp.AggFunc | exp.AnonymousAggFunc) for node in expression.walk()):
            # a group is where a left join may have brought many rows for one
            found |= self._rows | frozenset().union(*self._added.values())
        return found

    def _of(self, expression: exp.Expr | None) -> Uses:
        """Everything an expression reads."""
        if expression is None:
            return _NOTHING
        found: set[tuple[str, str]] = set()
        for node in _outermost(expression, self._subqueries):
            if isinstance(node, exp.Column):
                found |= self.column(node)
            else:
                inner = self._reading.uses(self._subqueries[id(node)], self)
                found |= _all(inner.values) | inner.rows
        return frozenset(found)


def _outermost(expression: exp.Expr, subqueries: Mapping[int, Scope]) -> Iterator[exp.Expr]:
    """Columns and subqueries of an expression, without what is inside the subqueries."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.Column) or id(node) in subqueries:
            yield node
        elif isinstance(node, exp.Select | exp.SetOperation):
            raise UnreadableSql(f"a subquery that is not read: {node.sql()[:80]}")
        else:
            waiting.extend(node.iter_expressions())


def _all(values: Mapping[str, Uses]) -> Uses:
    return frozenset().union(*values.values())


def _relation(table: exp.Table) -> str:
    return f"{table.db}.{table.name}"
