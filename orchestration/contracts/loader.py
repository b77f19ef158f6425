"""Read `data_contracts/feeds/` into typed feed contracts; nothing else parses that YAML.

Belongs here: how each part of the contract standard (ODCS v3.1) becomes a field of `model`, and every check that makes
a contract usable, and how a site's folder is laid over those that ship. Does not belong here: wording of the shared
rules (`standard_rules`), what a site's file may say (`variants`), YAML mechanics (`reader`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from orchestration.contracts import standard_rules
from orchestration.contracts.columns import read_code_rules, read_column
from orchestration.contracts.delivery import read_delivery
from orchestration.contracts.mappings import MAPPING_MARK, MAPPING_SUFFIX, read_mapping
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
from orchestration.contracts.reader import ContractError, Faults, Node, must_equal, read_document
from orchestration.contracts.row_rules import read_row_rules
from orchestration.contracts.rules import ColumnRule
from orchestration.contracts.thresholds import read_excused_deliveries, read_row_count_bounds
from orchestration.contracts.variants import (
    SITE_FILE_SUFFIX,
    columns_with,
    delivery_with,
    read_variants,
)

FEED_FILE_SUFFIX = ".odcs.yaml"
API_VERSION = "v3.1.0"
_CHANGES = {"added": "", "renamed": "", "dropped": ""}
_SECURITY_CLASSIFICATIONS = {"OFFICIAL": "", "OFFICIAL-SENSITIVE": ""}


def load_feed_contracts(contracts_dir: Path, *site_dirs: Path) -> dict[str, FeedContract]:
    """Every feed contract under `<contracts_dir>/feeds`, by `agency/feed`, in catalogue order.

    Args:
        contracts_dir: the contracts that ship.
        site_dirs: folders of the same layout laid over them, each over the ones before it. A contract in one replaces
            that of the same feed; `<feed>.site.yaml` adds to it.

    Raises:
        ContractError: with every problem of every file, if any contract cannot be used.
    """
    sources = contract_sources(contracts_dir, *site_dirs)
    mappings = _mapping_files((contracts_dir, *site_dirs))
    faults = Faults()
    for key in sorted({feed for feed, _ in mappings} - sources.keys()):
        stranger = next(path for (feed, _), path in mappings.items() if feed == key)
        faults.of(_refuse_stranger, stranger, key, sorted(sources))
    contracts = faults.all_of(lambda key: load_feed_contract(*sources[key]), sources)
    contracts = faults.of(lambda found: faults.all_of(lambda one: _with_mappings(one, mappings), found), contracts)
    faults.of(_check_together, contracts)
    faults.check()
    return {contract.key: contract for contract in sorted(contracts, key=lambda item: (item.order, item.key))}


def contract_sources(contracts_dir: Path, *site_dirs: Path) -> dict[str, tuple[Path, Path | None]]:
    """The file each contract stands in and the one that adds to it, if any, by `agency/feed`.

    Raises:
        ContractError: there is no contract, or a file of a site that nothing reads.
    """
    feeds_dir = contracts_dir / "feeds"
    paths = _by_feed(feeds_dir, FEED_FILE_SUFFIX)
    if not paths:
        raise ContractError([f"{feeds_dir}: no contracts found; expected <agency>/<feed>{FEED_FILE_SUFFIX} below it"])
    faults = Faults()
    additions: dict[str, Path] = {}
    for folder in site_dirs:
        faults.of(_check_site, folder)
        paths |= _by_feed(folder / "feeds", FEED_FILE_SUFFIX)
        additions |= _by_feed(folder / "feeds", SITE_FILE_SUFFIX)
    for key in sorted(additions.keys() - paths.keys()):
        faults.of(_refuse_stranger, additions[key], key, sorted(paths))
    faults.check()
    return {key: (paths[key], additions.get(key)) for key in sorted(paths)}


def _mapping_files(folders: Sequence[Path]) -> dict[tuple[str, str], Path]:
    """The file of each mapping, by feed and source; one in a site's folder replaces that of the same name."""
    found: dict[tuple[str, str], Path] = {}
    for folder in folders:
        for path in sorted((folder / "feeds").glob(f"*/*{MAPPING_MARK}*{MAPPING_SUFFIX}")):
            feed, _, source = path.name.removesuffix(MAPPING_SUFFIX).partition(MAPPING_MARK)
            found[f"{path.parent.name}/{feed}", source] = path
    return found


def _with_mappings(contract: FeedContract, files: Mapping[tuple[str, str], Path]) -> FeedContract:
    own = [path for (feed, _), path in sorted(files.items()) if feed == contract.key]
    faults = Faults()
    mappings = faults.all_of(lambda path: read_mapping(path, "/".join(path.parts[-4:]), contract), own)
    faults.check()
    return replace(contract, mappings=mappings)


def _by_feed(feeds_dir: Path, suffix: str) -> dict[str, Path]:
    return {
        f"{path.parent.name}/{path.name.removesuffix(suffix)}": path for path in sorted(feeds_dir.glob(f"*/*{suffix}"))
    }


def _check_site(folder: Path) -> None:
    """A site's folder holds nothing that would be passed over in silence."""
    suffixes = (FEED_FILE_SUFFIX, SITE_FILE_SUFFIX, f"{MAPPING_MARK}<source>{MAPPING_SUFFIX}")
    expected = f"feeds/<agency>/<feed> with {', '.join(suffixes[:-1])} or {suffixes[-1]}"
    if not folder.is_dir():
        raise ContractError([f"WAREHOUSE_CONTRACTS_DIR ({folder}) is no folder; make it, or unset the variable"])
    written = sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml"})
    strays = [
        path
        for path in written
        if not (
            path.parent.parent == folder / "feeds"
            and (path.name.endswith((FEED_FILE_SUFFIX, SITE_FILE_SUFFIX)) or MAPPING_MARK in path.name)
        )
    ]
    if strays:
        raise ContractError([f"{path}: is read by nothing; a site's folder holds {expected}" for path in strays])
    if not written:
        raise ContractError([f"WAREHOUSE_CONTRACTS_DIR ({folder}) holds no contract; expected {expected}"])


def _refuse_stranger(path: Path, key: str, known: list[str]) -> None:
    alike = get_close_matches(key, known, n=1)
    meant = f"is it {alike[0]}?" if alike else f"there are: {', '.join(known)}"
    raise ContractError([f"{path}: adds to {key}, which no contract is about; {meant}"])


def load_feed_contract(path: Path, additions: Path | None = None) -> FeedContract:
    """The contract in one file `…/<agency>/<feed>.odcs.yaml`, with what a site adds to it in a file of its own.

    Raises:
        ContractError: with every problem found in either file.
    """
    shown_as = "/".join(path.parts[-4:])
    document = read_document(path, shown_as)
    agency, feed = path.parent.name, path.name.removesuffix(FEED_FILE_SUFFIX)
    faults = Faults()
    faults.of(
        document.only,
        "apiVersion", "kind", "id", "name", "version", "status", "domain", "tags", "description", "team", "servers",
        "schema", "slaProperties", "customProperties", "contractCreatedTs",
    )  # fmt: skip
    faults.of(must_equal, document.child("apiVersion"), API_VERSION, "the version the warehouse reads")
    faults.of(must_equal, document.child("domain"), agency, "the folder the file is in")
    faults.of(must_equal, document.child("id"), f"{agency}-{feed}".replace("_", "-"), "<agency>-<feed> with hyphens")

    version, status, title = (faults.of(document.text, key) for key in ("version", "status", "name"))
    words = document.child("description")
    description, usage, limitations = (faults.of(words.text, key) for key in ("purpose", "usage", "limitations"))
    parties = faults.of(_parties, document.child("team"))
    who = faults.of(lambda found: found.steward.name, parties)
    custom = faults.of(document.custom)
    prefix = faults.of(_rule_prefix, custom)
    order = faults.of(Node.integer, custom, "catalogueOrder")
    security = faults.of(Node.one_of, custom, "securityClassification", _SECURITY_CLASSIFICATIONS)
    legal_basis = faults.of(_legal_basis, custom)
    variants = faults.of(read_variants, additions, str(additions)) if additions else None
    delivery = faults.of(read_delivery, document, f"landing/{agency}/{feed}/")
    service_level = faults.of(_service_level, document)

    table = faults.of(_table, document, feed)
    grain = faults.of(Node.text, table, "dataGranularityDescription", "say what one row is")
    columns = faults.of(_columns, table)
    if variants is not None:
        delivery = faults.of(delivery_with, delivery, columns, variants)
        columns = faults.of(columns_with, columns, variants)
    columns = faults.of(_with_yes_no_spellings, columns, delivery)
    faults.of(_check_formats, table, columns, delivery)
    history = faults.of(_column_history, table, columns)
    rules = faults.of(read_row_rules, table, columns, prefix)

    mode = faults.of(Node.choice, custom, "deliveryMode", FeedMode)
    faults.of(_check_mode, custom, mode, columns)
    versions_ordered_by = faults.of(_versions_ordered_by, custom, columns)
    thresholds = faults.of(_thresholds, custom)
    soft_share = faults.of(Node.share, thresholds, "quarantineSoftShare")
    hard_share = faults.of(Node.share, thresholds, "quarantineHardShare")
    unknown_share = faults.of(Node.share, thresholds, "unknownCodesSoftShare")
    bounds = faults.of(read_row_count_bounds, thresholds, mode)
    excused = faults.of(read_excused_deliveries, thresholds)
    column_rules = faults.of(_column_rules, table, columns, delivery, unknown_share, prefix, who)
    faults.check()
    return FeedContract(
        files=(shown_as, *((str(additions),) if additions else ())),
        agency=agency,
        feed=feed,
        version=version,
        status=status,
        title=title,
        description=description,
        usage=usage,
        limitations=limitations,
        grain=grain,
        owner=parties.owner,
        steward=parties.steward,
        legal_basis=legal_basis,
        security_classification=security,
        mode=mode,
        columns=columns,
        delivery=delivery,
        service_level=service_level,
        rules=rules,
        column_rules=column_rules,
        delivery_rules=standard_rules.delivery_rules(
            prefix, delivery, hard_share, _has_key(columns), who, columns=columns, mode=mode, bounds=bounds
        ),
        column_history=history,
        quarantine_soft_share=soft_share,
        quarantine_hard_share=hard_share,
        unknown_codes_soft_share=unknown_share,
        row_count_bounds=bounds,
        excused_deliveries=excused,
        rule_prefix=prefix,
        order=order,
        versions_ordered_by=versions_ordered_by,
    )


def _with_yes_no_spellings(columns: tuple[Column, ...], delivery: DeliveryFormat) -> tuple[Column, ...]:
    """Columns that say yes or no also read the feed's further spellings of the two."""
    return tuple(
        replace(column, spellings=(*column.spellings, *delivery.yes_no_spellings))
        if column.type is ColumnType.YES_NO
        else column
        for column in columns
    )


class _Parties(NamedTuple):
    owner: Party
    steward: Party


def _parties(team: Node) -> _Parties:
    team.only("name", "description", "members")
    faults = Faults()
    members = faults.all_of(_member, team.items("members", label="role"))
    faults.check()
    by_role = {role: party for role, party in members if party is not None}
    for role in ("owner", "steward"):
        if role not in by_role:
            raise team.child("members").problem(f"nobody with role '{role}'; every feed has an owner and a steward")
    return _Parties(by_role["owner"], by_role["steward"])


def _member(node: Node) -> tuple[str, Party | None]:
    """The role, and who has it now."""
    node.only("username", "name", "role", "description", "dateIn", "dateOut", "replacedByUsername")
    faults = Faults()
    role, name, contact = (faults.of(node.text, key) for key in ("role", "name", "username"))
    faults.check()
    return role, None if node.has("dateOut") else Party(name=name, contact=contact)


def _rule_prefix(custom: Node) -> str:
    return custom.text("ruleCodePrefix", "write the prefix of this feed's rule codes, such as POL-CUS")


def _thresholds(custom: Node) -> Node:
    thresholds = custom.child("qualityThresholds")
    thresholds.only(
        "quarantineSoftShare", "quarantineHardShare", "unknownCodesSoftShare", "rowCount", "historyExceptions"
    )
    return thresholds


def _legal_basis(custom: Node) -> LegalBasis:
    node = custom.child("legalBasis")
    node.only("regime", "basis", "conditions", "onwardUse")
    faults = Faults()
    regime, basis, conditions, onward_use = (
        faults.of(node.text, key) for key in ("regime", "basis", "conditions", "onwardUse")
    )
    faults.check()
    return LegalBasis(regime=regime, basis=basis, conditions=conditions, onward_use=onward_use)


def _has_key(columns: tuple[Column, ...]) -> bool:
    return any(column.is_primary_key for column in columns)


def _check_mode(custom: Node, mode: FeedMode, columns: tuple[Column, ...]) -> None:
    if mode is FeedMode.INCREMENT and not _has_key(columns):
        raise custom.child("deliveryMode").problem(
            "an increment needs a primary key, or no row could ever be brought up to date; mark its columns primaryKey"
        )


def _versions_ordered_by(custom: Node, columns: tuple[Column, ...]) -> str | None:
    name = custom.optional_text("versionsOrderedBy")
    if name is not None and name not in {column.name for column in columns}:
        raise custom.child("versionsOrderedBy").problem(f"'{name}' is not a column of this feed; check the spelling")
    return name


def _table(document: Node, feed: str) -> Node:
    tables = list(document.items("schema"))
    if len(tables) != 1:
        raise document.child("schema").problem(f"expected exactly one table, found {len(tables)}; one file is one feed")
    table = tables[0]
    table.only(
        "name", "physicalType", "logicalType", "description", "dataGranularityDescription", "properties", "quality",
        "customProperties",
    )  # fmt: skip
    must_equal(table.child("name"), feed, "the file name")
    return table


def _columns(table: Node) -> tuple[Column, ...]:
    faults = Faults()
    columns = faults.all_of(read_column, table.items("properties"))
    faults.check()
    if not columns:
        raise table.child("properties").problem("no columns; list every column that is delivered")
    faults.of(_check_names, table, columns)
    faults.of(_check_key_positions, table, columns)
    faults.all_of(lambda column: _check_column(table, column, columns), columns)
    faults.check()
    return columns


def _check_names(table: Node, columns: tuple[Column, ...]) -> None:
    for attribute in ("name", "physical_name", "staged_name"):
        counts = Counter(str(getattr(column, attribute)).lower() for column in columns)
        twice = [name for name, count in counts.items() if count > 1]
        if twice:
            raise table.child("properties").problem(f"columns named alike: {', '.join(twice)}; every name comes once")
    held = Counter(column.holds for column in columns if column.holds is not None)
    twice = [holds for holds, count in held.items() if count > 1]
    if twice:
        raise table.child("properties").problem(f"held by two columns: {', '.join(twice)}; a record has one of each")


def _check_key_positions(table: Node, columns: tuple[Column, ...]) -> None:
    positions = sorted(column.key_position for column in columns if column.key_position is not None)
    if positions != list(range(1, len(positions) + 1)):
        raise table.child("properties").problem(
            f"primaryKeyPosition runs {positions}; number the key columns 1, 2, 3 … without gaps"
        )


def _check_column(table: Node, column: Column, columns: tuple[Column, ...]) -> None:
    place = table.child("properties", f"properties['{column.name}']")
    if column.is_primary_key and not column.required:
        raise place.problem("is part of the primary key, so write required: true")
    if column.code_list_class is not None and column.code_list_class not in {other.name for other in columns}:
        raise place.problem(f"codeListClass '{column.code_list_class}' is not a column of this feed")
    dates = {other.name for other in columns if other.type is ColumnType.DATE}
    if column.in_use_on is not None and column.in_use_on not in dates:
        raise place.problem(f"inUseOn '{column.in_use_on}' is not a date of this feed")


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

    faults = Faults()
    history = faults.all_of(read, table.custom().items("columnHistory", label="column"))
    faults.check()
    if not history:
        raise table.child("customProperties").problem(
            "columnHistory is missing; start it with when all columns were added"
        )
    return history


def _service_level(document: Node) -> ServiceLevel:
    faults = Faults()
    agreed: dict[str, Node] = {}
    for node in document.items("slaProperties", label="property"):
        faults.of(node.only, "property", "value", "unit", "description", "driver")
        agreed[faults.of(node.text, "property")] = node
    frequency, latency, retention = (
        faults.of(_agreed, document, agreed, name, unit)
        for name, unit in (("frequency", "month"), ("latency", "day"), ("retention", "year"))
    )
    reason = faults.of(
        lambda agreed: agreed["retention"].text("description", "say why it is kept that long"),
        agreed if "retention" in agreed else retention,
    )
    faults.check()
    return ServiceLevel(
        frequency_months=frequency, latency_days=latency, retention_years=retention, retention_reason=reason
    )


def _agreed(document: Node, agreed: dict[str, Node], name: str, unit: str) -> int:
    if name not in agreed:
        raise document.child("slaProperties").problem(f"'{name}' is missing; write it in the unit {unit}")
    must_equal(agreed[name].child("unit"), unit, f"{name} is agreed in this unit")
    return agreed[name].integer("value")


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
