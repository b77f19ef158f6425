"""How the files of another system are read as a feed: `feeds/<agency>/<feed>.mapping.<source>.yaml`.

Belongs here: reading a mapping, every check that it fits the contract, and the contract as its deliveries are judged by
it. Does not belong here: its typed shape (`source_mapping`), reading a file by it (`ingest.mapped_reader`).

A mapping says where the source's files lie and how they are written, for which parts of a record there is a row of the
feed, and how each column of the feed comes from the source. What the source does not hold it says too: those promises
are lifted for its deliveries, and nothing is made up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration.contracts.delivery import read_encoding, read_formats
from orchestration.contracts.formats import DATE_FORMATS, TIMESTAMP_FORMATS, contradicting
from orchestration.contracts.model import Column, ColumnType, FeedContract
from orchestration.contracts.reader import Faults, Node, must_equal, read_document
from orchestration.contracts.rules import ColumnRuleKind
from orchestration.contracts.source_mapping import Fetch, Length, Level, Lookup, MappedValue, SourceMapping

MAPPING_MARK = ".mapping."
MAPPING_SUFFIX = ".yaml"

_KINDS = {"csv": "delimited text", "jsonl": "JSON lines"}
_PATH = re.compile(r"[^.\s]+(\.[^.\s]+)*")


def mapped_contract(contract: FeedContract, mapping: SourceMapping) -> FeedContract:
    """The contract as deliveries of the source are named and judged by it: without the promises the source cannot keep.
    Values are written as the feed's own, for that is what they are once mapped."""
    kept = tuple(
        rule
        for rule in contract.column_rules
        if rule.code not in mapping.rules_not_held
        and not (rule.kind is ColumnRuleKind.REQUIRED and rule.column in mapping.columns_not_held)
    )
    return replace(
        contract,
        columns=tuple(
            replace(column, required=False) if column.name in mapping.columns_not_held else column
            for column in contract.columns
        ),
        delivery=replace(
            contract.delivery,
            kind=mapping.kind,
            encoding=mapping.encoding,
            delimiter=mapping.delimiter,
            file_name_pattern=mapping.file_name_pattern,
        ),
        column_rules=kept,
        rules=tuple(rule for rule in contract.rules if rule.code not in mapping.rules_not_held),
        delivery_rules=tuple(rule for rule in contract.delivery_rules if rule.code not in mapping.rules_not_held),
    )


def read_mapping(path: Path, shown_as: str, contract: FeedContract) -> SourceMapping:
    """The mapping in one file.

    Raises:
        ContractError: with everything that is wrong with it, or does not fit the contract.
    """
    document = read_document(path, shown_as)
    faults = Faults()
    faults.of(
        document.only,
        "feed", "source", "version", "title", "description", "files", "rows", "once", "columns", "notHeld",
        "fetch",
    )  # fmt: skip
    name = path.name.removesuffix(MAPPING_SUFFIX).partition(MAPPING_MARK)[2]
    faults.of(must_equal, document.child("feed"), contract.key, "the folder and the name of the file")
    faults.of(must_equal, document.child("source"), name, "the name of the file")
    version, title, description = (faults.of(document.text, key) for key in ("version", "title", "description"))
    files = document.child("files")
    faults.of(files.only, "format", "encoding", "delimiter", "fileNamePattern")
    kind = faults.of(files.one_of, "format", _KINDS)
    encoding = faults.of(read_encoding, files)
    delimiter = faults.of(files.optional_text, "delimiter")
    pattern = faults.of(files.text, "fileNamePattern")
    levels = faults.all_of(_level, document.items("rows", label="name"))
    columns = faults.of(_columns, document, contract)
    not_held = document.child("notHeld") if document.has("notHeld") else Node({}, shown_as, "notHeld")
    faults.of(not_held.only, "columns", "rules", "reason")
    missing = faults.of(not_held.texts, "columns")
    rules = faults.of(not_held.texts, "rules")
    reason = faults.of(not_held.text, "reason", "say why the source does not hold them") if not_held.value else ""
    once = faults.of(document.flag, "once")
    fetch = faults.of(_fetch, document)
    faults.of(_check_promises, document, contract, columns, missing, rules)
    faults.of(_check_paths, document, kind, levels, columns)
    faults.check()
    return SourceMapping(
        name=name,
        version=version,
        title=title,
        description=description,
        kind=kind,
        encoding=encoding,
        delimiter=(delimiter or ",") if kind == "csv" else None,
        file_name_pattern=pattern,
        levels=levels,
        columns=columns,
        columns_not_held=missing,
        rules_not_held=rules,
        reason_not_held=reason,
        once=once,
        fetch=fetch,
    )


def _fetch(document: Node) -> Fetch | None:
    if not document.has("fetch"):
        return None
    node = document.child("fetch")
    node.only("address", "secondsBetween", "reason")
    address = node.text("address", "say where the service is asked, with <force-slug> and <YYYY-MM> in it")
    if not address.startswith(("https://", "http://")):
        raise node.child("address").problem(f"'{address}' is no address; it begins with https://")
    node.text("reason", "say why that pause is polite enough")
    return Fetch(address, node.number("secondsBetween"))


def _level(node: Node) -> Level:
    node.only("each", "name")
    return Level(_path(node, "each"), node.text("name", "say what a member of the list is called"))


def _columns(document: Node, contract: FeedContract) -> dict[str, MappedValue]:
    listed = document.child("columns")
    faults = Faults()
    found: dict[str, MappedValue] = {}
    for name in listed.mapping():
        place = listed.child(str(name), label=f"'{name}'")
        if name not in contract.column_names:
            faults.of(_refuse, place, f"the feed has no such column; it has: {', '.join(contract.column_names)}")
            continue
        found[name] = faults.of(_value, place, contract.column(name))
    faults.check()
    return found


def _value(node: Node, column: Column) -> MappedValue:
    """A text is short for `{from: <text>}`."""
    if isinstance(node.value, str):
        node = Node({"from": node.value}, node.file, node.path)
    faults = Faults()
    faults.of(
        node.only,
        "from", "least", "joinedBy", "lookup", "length", "constant", "onlyIf", "blankIf", "splitBy", "part", "take",
        "dates", "codes",
        "otherwise", "prefix", "given", "blank",
    )  # fmt: skip
    sources = faults.of(_paths, node)
    is_least = faults.of(node.flag, "least")
    lookup = faults.of(_lookup, node)
    length = faults.of(_length, node)
    only_if = faults.of(_only_if, node)
    constant, joined_by, split_by, taken, otherwise, prefix, given, blank = (
        faults.of(_plain_text, node, key)
        for key in ("constant", "joinedBy", "splitBy", "take", "otherwise", "prefix", "given", "blank")
    )
    faults.of(_check_expression, node, taken)
    part = faults.of(node.integer, "part") if node.has("part") else 1
    blank_if = faults.of(node.texts, "blankIf")
    codes = faults.of(node.pairs, "codes")
    dates = faults.of(_dates, node, column)
    faults.check()
    if sum((bool(sources), lookup is not None, length is not None, constant is not None)) != 1:
        raise node.problem("a value comes from exactly one of: from, lookup, length, constant")
    values = column.closed_codes
    for text in (*(value for _, value in codes), constant, otherwise, given, blank):
        if values and text and text not in values:
            raise node.problem(f"'{text}' is no value of the column, it has: {', '.join(values)}")
    return MappedValue(
        only_if=only_if,
        sources=sources,
        is_least=is_least,
        joined_by=joined_by,
        lookup=lookup,
        length=length,
        constant=constant,
        blank_if=blank_if,
        split_by=split_by,
        part=part,
        taken=taken,
        dates=dates,
        codes=codes,
        otherwise=otherwise,
        prefix=prefix,
        given=given,
        blank=blank,
    )


def _paths(node: Node) -> tuple[str, ...]:
    if not node.has("from"):
        return ()
    paths = node.texts("from") if isinstance(node.value["from"], list) else (_path(node, "from"),)
    for path in paths:
        if not _PATH.fullmatch(path):
            raise node.child("from").problem(f"'{path}' is no path; write names joined by dots, as in case.id")
    return paths


def _path(node: Node, key: str) -> str:
    path = node.text(key, "write the name it has in the source; within another, joined by dots")
    if not _PATH.fullmatch(path):
        raise node.child(key).problem(f"'{path}' is no path; write names joined by dots, as in case.id")
    return path


def _lookup(node: Node) -> Lookup | None:
    if not node.has("lookup"):
        return None
    inner = node.child("lookup")
    inner.only("in", "where", "equals", "take")
    return Lookup(_path(inner, "in"), inner.text("where"), _path(inner, "equals"), _path(inner, "take"))


def _length(node: Node) -> Length | None:
    if not node.has("length"):
        return None
    inner = node.child("length")
    inner.only("values", "units", "tell")
    values, units = inner.texts("values"), inner.texts("units")
    if not values or len(values) != len(units):
        raise inner.problem("every value has its unit; list as many units as values")
    return Length(values, units, inner.one_of("tell", {"value": "", "unit": ""}) == "unit")


def _only_if(node: Node) -> tuple[str, tuple[str, ...]] | None:
    if not node.has("onlyIf"):
        return None
    inner = node.child("onlyIf")
    inner.only("from", "is")
    return _path(inner, "from"), inner.texts("is")


def _plain_text(node: Node, key: str) -> str | None:
    """A text as it stands, blanks and all; the empty text is one."""
    value = node.mapping().get(key)
    if value is not None and not isinstance(value, str):
        raise node.child(key).problem(f"expected text, found {value!r}; put it in quotes")
    return value


def _check_expression(node: Node, taken: str | None) -> None:
    try:
        groups = re.compile(taken).groups if taken is not None else 1
    except re.error as error:
        raise node.child("take").problem(f"not a regular expression: {error}") from None
    if groups != 1:
        raise node.child("take").problem("has exactly one group, in brackets: what is taken")


def _dates(node: Node, column: Column) -> tuple[str, ...]:
    if not node.has("dates"):
        return ()
    if column.type not in (ColumnType.DATE, ColumnType.TIMESTAMP):
        raise node.child("dates").problem("the column is no date; take it out")
    notations = read_formats(node, "dates", DATE_FORMATS | TIMESTAMP_FORMATS)
    if pair := contradicting(notations):
        raise node.child("dates").problem(f"{pair[0]} and {pair[1]} read one text as two different days; keep one")
    return notations


def _check_promises(
    document: Node,
    contract: FeedContract,
    columns: Dictionary[str, MappedValue],
    missing: Sequence[str],
    rules: Sequence[str],
) -> None:
    """Every required column comes from the source or is said not to be held; keys always come."""
    faults = Faults()
    place = document.child("notHeld")
    for name in missing:
        if name not in contract.column_names:
            faults.of(_refuse, place.child("columns"), f"'{name}' is no column of the feed; check the spelling")
        elif name in columns:
            faults.of(_refuse, place.child("columns"), f"'{name}' is mapped, so it is held; take it out of one")
        elif contract.column(name).is_primary_key:
            faults.of(_refuse, place.child("columns"), f"'{name}' is part of the key; say what it comes from")
    for column in contract.columns:
        if column.required and column.name not in columns and column.name not in missing:
            text = f"'{column.name}' is required; say what it comes from, or name it under notHeld with the reason"
            faults.of(_refuse, document.child("columns"), text)
    known = {rule.code for rule in contract.all_rules}
    for code in rules:
        if code not in known:
            faults.of(_refuse, place.child("rules"), f"'{code}' is no rule of the feed; 'warehouse contracts list'")
    faults.check()


def _check_paths(document: Node, kind: str, levels: Sequence[Level], columns: Dictionary[str, MappedValue]) -> None:
    if kind == "csv" and levels:
        raise document.child("rows").problem("a line of delimited text is one row; take it out")
    nested = sorted({path for value in columns.values() for path in value.paths if "." in path})
    if kind == "csv" and nested:
        raise document.child("columns").problem(f"'{nested[0]}': a column of delimited text has nothing within it")
    names = [level.name for level in levels]
    if len(set(names)) < len(names):
        raise document.child("rows").problem("two lists of one name; every one has its own")


def _refuse(node: Node, text: str) -> Any:
    raise node.problem(text)
