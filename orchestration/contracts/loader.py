"""Read `data_contracts/feeds/` into typed feed contracts; nothing else parses that YAML.

Belongs here: how each part of the contract standard (ODCS v3.1) becomes a field of `model`, and every check that makes
a contract usable. Does not belong here: wording of the shared rules (`standard_rules`), YAML mechanics (`reader`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from orchestration.contracts import standard_rules
from orchestration.contracts.columns import read_code_rules, read_column, rule_code
from orchestration.contracts.formats import DATE_FORMATS, TIMESTAMP_FORMATS
from orchestration.contracts.model import (
    Column,
    ColumnChange,
    ColumnType,
    DeliveryFormat,
    FeedContract,
    FeedMode,
    LegalBasis,
    Party,
    ServiceLevel,
)
from orchestration.contracts.reader import ContractError, Node, read_document
from orchestration.contracts.rules import ColumnRule, Dimension, RowRule, Severity
from orchestration.contracts.thresholds import (
    SHARE_KEYS,
    read_excused_deliveries,
    read_row_count_bounds,
    read_rule_shares,
)

T = TypeVar("T")

FEED_FILE_SUFFIX = ".odcs.yaml"
API_VERSION = "v3.1.0"
_TIMEZONES = {"Europe/London": "local wall-clock time", "UTC": "universal time"}
_FILE_KINDS = {"csv": "delimited text", "jsonl": "JSON lines"}
_CHANGES = {"added": "", "renamed": "", "dropped": ""}
_SECURITY_CLASSIFICATIONS = {"OFFICIAL": "", "OFFICIAL-SENSITIVE": ""}
_ROW_QUERY = re.compile(r"select count\(\*\) from \$\{object\} where not \((?P<good>.+)\)", re.IGNORECASE)


def load_feed_contracts(contracts_dir: Path) -> dict[str, FeedContract]:
    """Every feed contract under `<contracts_dir>/feeds`, by `agency/feed`, in catalogue order.

    Raises:
        ContractError: with every problem of every file, if any contract cannot be used.
    """
    feeds_dir = contracts_dir / "feeds"
    paths = sorted(feeds_dir.glob(f"*/*{FEED_FILE_SUFFIX}"))
    if not paths:
        raise ContractError([f"{feeds_dir}: no contracts found; expected <agency>/<feed>{FEED_FILE_SUFFIX} below it"])
    contracts = _all_of(load_feed_contract, paths)
    _check_together(contracts)
    return {contract.key: contract for contract in sorted(contracts, key=lambda item: (item.order, item.key))}


def load_feed_contract(path: Path) -> FeedContract:
    """The contract in one file `…/<agency>/<feed>.odcs.yaml`.

    Raises:
        ContractError: with every problem found in the file.
    """
    shown_as = "/".join(path.parts[-4:])
    document = read_document(path, shown_as)
    document.only(
        "apiVersion", "kind", "id", "name", "version", "status", "domain", "tags", "description", "team", "servers",
        "schema", "slaProperties", "customProperties", "contractCreatedTs",
    )  # fmt: skip
    if document.text("apiVersion") != API_VERSION:
        raise document.child("apiVersion").problem(f"write {API_VERSION}: this is the version the warehouse reads")
    agency, feed = path.parent.name, path.name.removesuffix(FEED_FILE_SUFFIX)
    _must_equal(document.child("domain"), agency, "the folder the file is in")
    _must_equal(document.child("id"), f"{agency}-{feed}".replace("_", "-"), "<agency>-<feed> with hyphens")

    custom = document.custom()
    prefix = custom.text("ruleCodePrefix", "write the prefix of this feed's rule codes, such as POL-CUS")
    thresholds = custom.child("qualityThresholds")
    thresholds.only(
        "quarantineSoftShare", "quarantineHardShare", "unknownCodesSoftShare", "rowCount", "historyExceptions"
    )
    hard_share = thresholds.share("quarantineHardShare")
    unknown_share = thresholds.share("unknownCodesSoftShare")
    owner, steward = _parties(document.child("team"))
    table = _table(document, feed)
    delivery = _delivery(document)
    columns = _columns(table)
    _check_formats(table, columns, delivery)
    primary_key = [column.name for column in columns if column.is_primary_key]
    mode = _mode(custom, primary_key)
    bounds = read_row_count_bounds(thresholds, mode)
    return FeedContract(
        agency=agency,
        feed=feed,
        version=document.text("version"),
        status=document.text("status"),
        title=document.text("name"),
        description=document.child("description").text("purpose"),
        usage=document.child("description").text("usage"),
        limitations=document.child("description").text("limitations"),
        grain=table.text("dataGranularityDescription", "say what one row is"),
        owner=owner,
        steward=steward,
        legal_basis=_legal_basis(custom.child("legalBasis")),
        security_classification=custom.one_of("securityClassification", _SECURITY_CLASSIFICATIONS),
        mode=mode,
        columns=columns,
        delivery=delivery,
        service_level=_service_level(document),
        rules=_row_rules(table, columns, prefix),
        column_rules=_column_rules(table, columns, delivery, unknown_share, prefix, steward.name),
        delivery_rules=standard_rules.delivery_rules(
            prefix, delivery, hard_share, bool(primary_key), steward.name, columns=columns, mode=mode, bounds=bounds
        ),
        column_history=_column_history(table, columns),
        quarantine_soft_share=thresholds.share("quarantineSoftShare"),
        quarantine_hard_share=hard_share,
        unknown_codes_soft_share=unknown_share,
        row_count_bounds=bounds,
        excused_deliveries=read_excused_deliveries(thresholds),
        rule_prefix=prefix,
        order=custom.integer("catalogueOrder"),
    )


def _all_of(read: Callable[..., T], sources: Iterable[object]) -> tuple[T, ...]:
    """The result for every source; one error with all their problems if any has some."""
    results: list[T] = []
    problems: list[str] = []
    for source in sources:
        try:
            results.append(read(source))
        except ContractError as error:
            problems.extend(error.problems)
    if problems:
        raise ContractError(problems)
    return tuple(results)


def _must_equal(node: Node, expected: str, meaning: str) -> None:
    if node.value != expected:
        raise node.problem(f"is {node.value!r}; write '{expected}' ({meaning})")


def _parties(team: Node) -> tuple[Party, Party]:
    team.only("name", "description", "members")
    by_role: dict[str, Party] = {}
    for member in team.items("members", label="role"):
        member.only("username", "name", "role", "description", "dateIn", "dateOut", "replacedByUsername")
        if not member.has("dateOut"):
            by_role[member.text("role")] = Party(name=member.text("name"), contact=member.text("username"))
    for role in ("owner", "steward"):
        if role not in by_role:
            raise team.child("members").problem(f"nobody with role '{role}'; every feed has an owner and a steward")
    return by_role["owner"], by_role["steward"]


def _legal_basis(node: Node) -> LegalBasis:
    node.only("regime", "basis", "conditions", "onwardUse")
    return LegalBasis(
        regime=node.text("regime"),
        basis=node.text("basis"),
        conditions=node.text("conditions"),
        onward_use=node.text("onwardUse"),
    )


def _mode(custom: Node, primary_key: list[str]) -> FeedMode:
    mode = custom.choice("deliveryMode", FeedMode)
    if mode is FeedMode.INCREMENT and not primary_key:
        raise custom.child("deliveryMode").problem(
            "an increment needs a primary key, or no row could ever be brought up to date; mark its columns primaryKey"
        )
    return mode


def _delivery(document: Node) -> DeliveryFormat:
    servers = list(document.items("servers", label="server"))
    if len(servers) != 1:
        raise document.child("servers").problem(f"expected exactly one (the landing folder), found {len(servers)}")
    server = servers[0]
    server.only("server", "type", "description", "path", "format", "customProperties")
    landing = f"landing/{document.text('domain')}/{_feed_of(document)}/"
    _must_equal(server.child("path"), landing, "the landing folder of the feed")
    custom = server.custom()
    custom.only(
        "encoding", "delimiter", "dateFormat", "timestampFormat", "timeZone", "missingValues", "yesValue", "noValue",
        "fileNamePattern",
    )  # fmt: skip
    kind = server.one_of("format", _FILE_KINDS)
    if (kind == "csv") != custom.has("delimiter"):
        raise custom.child("delimiter").problem("CSV needs a delimiter, JSON lines must not have one")
    encoding = custom.text("encoding")
    try:
        "".encode(encoding)
    except LookupError:
        raise custom.child("encoding").problem(f"'{encoding}' is not an encoding Python knows, such as utf-8") from None
    return DeliveryFormat(
        kind=kind,
        encoding=encoding,
        delimiter=custom.text("delimiter") if kind == "csv" else None,
        date_format=custom.one_of("dateFormat", DATE_FORMATS) if custom.has("dateFormat") else None,
        timestamp_format=custom.one_of("timestampFormat", TIMESTAMP_FORMATS) if custom.has("timestampFormat") else None,
        timezone=custom.one_of("timeZone", _TIMEZONES),
        missing_values=custom.texts("missingValues"),
        yes_value=custom.text("yesValue") if custom.has("yesValue") else "Y",
        no_value=custom.text("noValue") if custom.has("noValue") else "N",
        file_name_pattern=custom.text("fileNamePattern"),
    )


def _feed_of(document: Node) -> str:
    return Path(document.file).name.removesuffix(FEED_FILE_SUFFIX)


def _table(document: Node, feed: str) -> Node:
    tables = list(document.items("schema"))
    if len(tables) != 1:
        raise document.child("schema").problem(f"expected exactly one table, found {len(tables)}; one file is one feed")
    table = tables[0]
    table.only(
        "name", "physicalType", "logicalType", "description", "dataGranularityDescription", "properties", "quality",
        "customProperties",
    )  # fmt: skip
    _must_equal(table.child("name"), feed, "the file name")
    return table


def _columns(table: Node) -> tuple[Column, ...]:
    columns = _all_of(read_column, table.items("properties"))
    if not columns:
        raise table.child("properties").problem("no columns; list every column that is delivered")
    for attribute in ("name", "physical_name"):
        counts = Counter(str(getattr(column, attribute)).lower() for column in columns)
        twice = [name for name, count in counts.items() if count > 1]
        if twice:
            raise table.child("properties").problem(f"columns named alike: {', '.join(twice)}; every name comes once")
    positions = sorted(column.key_position for column in columns if column.key_position is not None)
    if positions != list(range(1, len(positions) + 1)):
        raise table.child("properties").problem(
            f"primaryKeyPosition runs {positions}; number the key columns 1, 2, 3 … without gaps"
        )
    by_name = {column.name: column for column in columns}
    for column in columns:
        place = table.child("properties", f"properties['{column.name}']")
        if column.is_primary_key and not column.required:
            raise place.problem("is part of the primary key, so write required: true")
        if column.code_list_class is not None and column.code_list_class not in by_name:
            raise place.problem(f"codeListClass '{column.code_list_class}' is not a column of this feed")
    return columns


def _check_formats(table: Node, columns: tuple[Column, ...], delivery: DeliveryFormat) -> None:
    needs = {
        ColumnType.DATE: ("dateFormat", delivery.date_format),
        ColumnType.TIMESTAMP: ("timestampFormat", delivery.timestamp_format),
    }
    for column_type, (name, given) in needs.items():
        using = [column.name for column in columns if column.type is column_type]
        if using and given is None:
            raise table.problem(f"column '{using[0]}' is a {column_type}, so the server needs a {name}")
        if given is not None and not using:
            raise table.problem(f"the server has a {name} but no column is a {column_type}; take it out")


def _column_rules(
    table: Node, columns: tuple[Column, ...], delivery: DeliveryFormat, unknown_share: float, prefix: str, who: str
) -> tuple[ColumnRule, ...]:
    rules: list[ColumnRule] = []
    nodes = list(table.items("properties"))
    for node, column in zip(nodes, columns, strict=True):
        shared = standard_rules.column_rules(prefix, column, delivery, who, unknown_share)
        rules.extend(read_code_rules(node, shared, prefix))
    return tuple(rules)


def _row_rules(table: Node, columns: tuple[Column, ...], prefix: str) -> tuple[RowRule, ...]:
    def read(node: Node) -> RowRule:
        return _row_rule(node, columns, prefix)

    rules = _all_of(read, table.items("quality", label="id"))
    twice = [code for code, count in Counter(rule.code for rule in rules).items() if count > 1]
    if twice:
        raise table.child("quality").problem(f"id written twice: {', '.join(twice)}; every rule has its own code")
    return rules


def _row_rule(node: Node, columns: tuple[Column, ...], prefix: str) -> RowRule:
    node.only("id", "name", "type", "query", "mustBe", "dimension", "severity", "customProperties")
    code = rule_code(node, prefix)
    _must_equal(node.child("type"), "sql", "rules of a table are SQL; rules of one column stand at the column")
    if node.child("mustBe").value != 0:
        raise node.child("mustBe").problem("write 0: the query counts bad rows, and none is allowed")
    query = node.text("query")
    match = _ROW_QUERY.fullmatch(query)
    if match is None:
        raise node.child("query").problem(
            "write it as: select count(*) from ${object} where not (<what is true of a good row>)"
        )
    good = match["good"]
    words = set(re.findall(r"[a-z_][a-z0-9_]*", re.sub(r"'[^']*'", "", good.lower())))
    used = tuple(column.name for column in columns if column.name in words)
    if len(used) < 2:
        raise node.child("query").problem(
            "names fewer than two columns of this feed; check the spelling, or put the rule at its column"
        )
    custom = node.custom()
    custom.only("cause", "correct", "avoid", "who", *SHARE_KEYS)
    return RowRule(
        code=code,
        name=node.text("name", "write the rule as a short sentence that is true of good data"),
        severity=node.choice("severity", Severity),
        dimension=node.choice("dimension", Dimension),
        cause=custom.text("cause"),
        correct=custom.text("correct"),
        avoid=custom.text("avoid"),
        who=custom.text("who"),
        **read_rule_shares(custom),
        sql=good,
        columns=used,
    )


def _column_history(table: Node, columns: tuple[Column, ...]) -> tuple[ColumnChange, ...]:
    names = {column.name for column in columns}

    def read(node: Node) -> ColumnChange:
        node.only("date", "version", "change", "column", "note")
        change = ColumnChange(
            changed_on=node.date("date"),
            version=node.text("version"),
            change=node.one_of("change", _CHANGES),
            column=node.text("column"),
            note=node.text("note"),
        )
        if change.column != "all" and (change.column in names) == (change.change == "dropped"):
            state = "still" if change.change == "dropped" else "not"
            raise node.child("column").problem(
                f"'{change.column}' was {change.change}, yet it is {state} among the columns"
            )
        return change

    history = _all_of(read, table.custom().items("columnHistory", label="column"))
    if not history:
        raise table.child("customProperties").problem(
            "columnHistory is missing; start it with when all columns were added"
        )
    return history


def _service_level(document: Node) -> ServiceLevel:
    agreed: dict[str, Node] = {}
    for node in document.items("slaProperties", label="property"):
        node.only("property", "value", "unit", "description", "driver")
        agreed[node.text("property")] = node
    units = {"frequency": "month", "latency": "day", "retention": "year"}
    for name, unit in units.items():
        if name not in agreed:
            raise document.child("slaProperties").problem(f"'{name}' is missing; write it in the unit {unit}")
        _must_equal(agreed[name].child("unit"), unit, f"{name} is agreed in this unit")
    return ServiceLevel(
        frequency_months=agreed["frequency"].integer("value"),
        latency_days=agreed["latency"].integer("value"),
        retention_years=agreed["retention"].integer("value"),
        retention_reason=agreed["retention"].text("description", "say why it is kept that long"),
    )


def _check_together(contracts: tuple[FeedContract, ...]) -> None:
    problems: list[str] = []
    for attribute, meaning in (("rule_prefix", "ruleCodePrefix"), ("order", "catalogueOrder")):
        counts = Counter(getattr(contract, attribute) for contract in contracts)
        problems += [
            f"{contract.key}: {meaning} {getattr(contract, attribute)!r} is used by another feed too; give each its own"
            for contract in contracts
            if counts[getattr(contract, attribute)] > 1
        ]
    columns = {f"{contract.key}.{column}" for contract in contracts for column in contract.column_names}
    problems += [
        f"{contract.key}: column '{column.name}' references '{column.references}', which no contract has"
        for contract in contracts
        for column in contract.columns
        if column.references is not None and column.references not in columns
    ]
    if problems:
        raise ContractError(problems)
