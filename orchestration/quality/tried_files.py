"""Files read and judged as they would be if they were landed, without landing them.

Belongs here: which feed a file is of, reading and judging it in a folder that is thrown away, and what would be
refused, set aside or outside a list, with the values it is about. Does not belong here: what would let it in
(`suggestions`), how it is shown (`console.try_commands`).

What is shown of a file never names anybody: values only of columns that hold codes or agreed wordings, and of a feed
about people only such as come in several rows and stand in no column of a name or identifier; of everything else its
shape, `99/99/9999`.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.contracts import (
    FILE_EXTENSIONS,
    Column,
    ColumnRule,
    ColumnRuleKind,
    ColumnType,
    DeliveryRuleKind,
    FeedContract,
    Severity,
)
from orchestration.contracts.mappings import mapped_contract
from orchestration.contracts.model import Holds
from orchestration.contracts.source_mapping import SourceMapping
from orchestration.ingest import Receipt, ingest_feed, load_receipts, raw_path
from orchestration.ingest.landing import expected_names, understand_name
from orchestration.ingest.names import force_slugs
from orchestration.ingest.raw import SCHEMA_FILE, raw_folder
from orchestration.ingest.tables import Header, match_header, normalised
from orchestration.quality.checks import without_qualifier
from orchestration.quality.gate import gate_feed
from orchestration.quality.gate_files import gate_path
from orchestration.quality.reference_lists import CLASS_SEPARATOR, reference_codes
from orchestration.quality.typed_sql import literal, text_name, text_value, typed_value
from orchestration.quality.verdicts import Verdict
from orchestration.settings import Settings

DELIMITERS = (",", ";", "|", "\t")

_FITS = 0.4
"""Share of a feed's columns a header must have to be taken for one of its files."""

_ROWS_TO_SHOW = 3
"""Of a feed about people, the rows a value must stand in to be shown: one row shifted by a column has names in it."""

_SAMPLE_BYTES = 1 << 16


@dataclass(frozen=True)
class SeenValue:
    """A text that a rule is broken by, or only its shape, and the rows it stands in."""

    text: str
    rows: int
    is_shape: bool = False


@dataclass(frozen=True)
class BrokenRule:
    """A rule that rows of the files break.

    Attributes:
        column: what it is about: a column, several joined by `;`, or None.
        rows: rows that break it.
        values: what they hold, the most frequent first.
        rows_not_shown: rows whose values are not shown because they may be somebody's name.
    """

    code: str
    name: str
    column: str | None
    rows: int
    values: tuple[SeenValue, ...] = ()
    rows_not_shown: int = 0


@dataclass(frozen=True)
class TriedFile:
    """What would become of one file.

    Attributes:
        path: as it was given.
        rows: rows read; 0 if it could not be.
        rows_quarantined: rows that would be set aside.
        is_refused: whether all of it would be.
        reasons: of a refusal, code of the rule and what was found.
        is_misnamed: whether it is refused for its name; its rows were tried under another.
    """

    path: Path
    rows: int
    rows_quarantined: int
    is_refused: bool
    is_misnamed: bool = False
    reasons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ColumnTexts:
    """What one column of the files holds where it does not read or is outside its list.

    Attributes:
        unread: texts that are not of the column's type, with their rows.
        unlisted: texts outside the column's list of codes or wordings, with their rows.
        given: rows that hold anything.
    """

    column: Column
    unread: Mapping[str, int]
    unlisted: Mapping[str, int]
    given: int


@dataclass(frozen=True)
class FeedTrial:
    """What would become of the files of one feed.

    Attributes:
        files: in the order given.
        quarantined: rules that set rows aside; `counted`: rules that only count them.
        header: the columns the files lack, and those nobody promised.
        texts: by column; holds values of every kind, and is never shown as it is.
        private_texts: what stands in columns of names and identifiers; None of a feed that is not about people.
        name_texts: what stands in columns of names.
    """

    contract: FeedContract
    files: tuple[TriedFile, ...]
    quarantined: tuple[BrokenRule, ...]
    counted: tuple[BrokenRule, ...]
    header: Header
    texts: Mapping[str, ColumnTexts]
    private_texts: frozenset[str] | None = field(default=None, repr=False)
    name_texts: frozenset[str] = field(default=frozenset(), repr=False)

    def may_show(self, text: str, rows: int) -> bool:
        """Whether a value of a coded column is surely no name: by how often it comes, and where else it stands."""
        return _is_shown(text, rows, self.private_texts)

    @property
    def is_let_in(self) -> bool:
        """Whether every row of every file would be."""
        return not any(item.is_refused or item.rows_quarantined for item in self.files)

    @property
    def rows(self) -> int:
        """Rows read of all files."""
        return sum(item.rows for item in self.files)


def feed_of(path: Path, contracts: Iterable[FeedContract]) -> FeedContract | None:
    """The feed a file is of: by its name, or else the one whose columns its header has most of; None if none fits."""
    contracts = tuple(contracts)
    named = [contract for contract in contracts if contract.delivery.file_name_regex.fullmatch(path.name.lower())]
    if len(named) == 1:
        return named[0]
    contract, recognised = nearest_feed(path, contracts)
    return contract if recognised >= _FITS * len(contract.columns) else None


def nearest_feed(path: Path, contracts: Iterable[FeedContract]) -> tuple[FeedContract, int]:
    """The feed a file's header has most columns of, by their share, and how many."""
    found = [(_recognised(path, contract), contract) for contract in contracts]
    recognised, contract = max(found, key=lambda item: item[0] / len(item[1].columns))
    return contract, recognised


def _recognised(path: Path, contract: FeedContract) -> int:
    present = {normalised(cell) for cell in delivered_header(path, contract)}
    return sum(bool(_headers(column) & present) for column in contract.columns)


def _headers(column: Column) -> set[str]:
    return {normalised(text) for text in (column.name, column.physical_name, *column.headers)}


def delivered_header(path: Path, contract: FeedContract, delimiter: str | None = None) -> list[str]:
    """The names of a file's columns, split as fits the contract best; none if there is nothing like a header.

    Args:
        path: the file.
        contract: whose columns are looked for.
        delimiter: how to split; None tries all that are usual.
    """
    plain = path.name.lower().removesuffix(".gz")
    if plain.endswith(".parquet"):
        try:
            return list(pq.read_schema(path).names)
        except (pa.ArrowException, OSError):
            return []
    line = first_line(path)
    if line.lstrip().startswith("{"):
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            return []
        return list(record) if isinstance(record, dict) else []
    tried = [delimiter] if delimiter else [contract.delivery.delimiter or ",", *DELIMITERS]
    promised = {text for column in contract.columns for text in _headers(column)}
    splits = [_split(line, mark) for mark in tried]
    return max(splits, key=lambda cells: sum(normalised(cell) in promised for cell in cells))


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader(io.StringIO(line), delimiter=delimiter), [])]
    except csv.Error:
        return []


def first_line(path: Path) -> str:
    """The first line of a text file that is not blank, in whatever encoding its plain letters can be read."""
    with path.open("rb") as file:
        try:
            source = gzip.GzipFile(fileobj=file) if path.name.lower().endswith(".gz") else file
            sample = source.read(_SAMPLE_BYTES)
        except (OSError, EOFError):
            return ""
    text = sample.decode("utf-8-sig", "replace")
    return next((line for line in text.splitlines() if line.strip()), "")


def sources_of(path: Path, contracts: Iterable[FeedContract]) -> list[tuple[FeedContract, SourceMapping]]:
    """The feeds that a file of another system is mapped to, by its name, each with the mapping."""
    return [
        (contract, mapping)
        for contract in contracts
        for mapping in contract.mappings
        if mapped_contract(contract, mapping).delivery.file_name_regex.fullmatch(path.name.lower())
    ]


def try_files(
    contract: FeedContract,
    paths: Sequence[Path],
    settings: Settings,
    scratch: Path,
    mapping: SourceMapping | None = None,
) -> FeedTrial:
    """What would become of these files if they were landed for a feed.

    Args:
        contract: the feed.
        paths: the files.
        settings: where the reference lists are.
        scratch: an empty folder for what is written meanwhile.
        mapping: by which they are read, if they are of another system.

    Raises:
        FileNotFoundError: a file is not there.
        ReferenceListError: a list the contract names is not there.
        GateError: a rule cannot be asked.
    """
    named = mapped_contract(contract, mapping) if mapping else contract
    folder = f"{contract.agency}/{mapping.name if mapping else contract.feed}"
    here = replace(settings, landing_dir=scratch / "landing", data_dir=scratch / "data")
    landed = {f"{folder}/{place}/{name}": path for place, path, name in _names(named, paths, here)}
    for relative, path in landed.items():
        target = here.landing_dir / relative
        target.parent.mkdir(parents=True)
        shutil.copy2(path, target)
    ingest_feed(contract, here)
    gate_feed(contract, here)
    receipts = {receipt.file_path: receipt for receipt in load_receipts(contract, here)}
    verdicts = {row["delivery_id"]: row for row in pq.read_table(gate_path(contract, here, "deliveries")).to_pylist()}
    refusing = {rule.code for rule in contract.all_rules if rule.severity is Severity.REJECT}
    files = [
        _tried(named, path, receipts[relative], verdicts[receipts[relative].delivery_id], refusing)
        for relative, path in landed.items()
    ]
    raw = sorted({raw_path(contract, here, receipt.delivery_id) for receipt in receipts.values() if receipt.has_raw})
    texts = _column_texts(contract, here, raw)
    results = pq.read_table(gate_path(contract, here, "rule_results")).to_pylist()
    failed: Counter[str] = Counter()
    for row in results:
        failed[row["rule_code"]] += row["failed"]
    about_rows = [rule for rule in contract.all_rules if failed[rule.code] and _is_about_rows(contract, rule.code)]
    hidden = _private_texts(contract, raw)
    broken = {rule.code: _broken(contract, rule.code, failed[rule.code], texts, hidden, here) for rule in about_rows}
    return FeedTrial(
        contract=contract,
        files=tuple(files),
        quarantined=tuple(broken[rule.code] for rule in about_rows if rule.severity is Severity.QUARANTINE),
        counted=tuple(broken[rule.code] for rule in about_rows if rule.severity is not Severity.QUARANTINE),
        header=_header(contract, raw, paths),
        texts=texts,
        private_texts=hidden,
        name_texts=_texts_of([column.name for column in contract.columns if column.holds in _NAMES], raw),
    )


def _names(contract: FeedContract, paths: Sequence[Path], settings: Settings) -> list[tuple[int, Path, str]]:
    """Each file under its own name, or under one that is understood, so that its rows can be judged all the same."""
    named = []
    for place, path in enumerate(paths):
        if not path.is_file():
            raise FileNotFoundError(f"{path}: no such file")
        file_name = path.name
        if understand_name(contract, file_name) is None:
            lower = file_name.lower()
            extension = next((item for item in FILE_EXTENSIONS[::-1] if lower.endswith(f".{item}")), "csv")
            day = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            slug = min(force_slugs(settings.reference_dir), default="force")
            file_name = (
                contract.delivery.file_name_pattern.replace("[_<n>]", f"_{place + 1}")
                .replace("<YYYYMMDD>", f"{day:%Y%m%d}")
                .replace("<YYYY-MM>", f"{day:%Y-%m}")
                .replace("<force-slug>", slug)
                + f".{extension}"
            )
        named.append((place, path, file_name))
    return named


def _tried(
    contract: FeedContract, path: Path, receipt: Receipt, verdict: Mapping[str, object], refusing: set[str]
) -> TriedFile:
    reasons = [(item.rule_code, item.message) for item in receipt.problems if item.rule_code in refusing]
    is_refused = verdict["verdict"] == Verdict.REJECTED
    if is_refused and not reasons:
        reasons = [(str(verdict["reason_codes"]), str(verdict["reasons"]))]
    is_misnamed = understand_name(contract, path.name) is None
    if is_misnamed:
        rule = contract.delivery_rule(DeliveryRuleKind.FILE_NAME)
        text = f"the name is not understood; expected {expected_names(contract)}; rename the file"
        reasons, is_refused = [(rule.code, text), *reasons], True
    return TriedFile(
        path=path,
        rows=receipt.rows_received,
        rows_quarantined=int(str(verdict["rows_quarantined"])),
        is_refused=is_refused,
        is_misnamed=is_misnamed,
        reasons=tuple(reasons),
    )


def _is_about_rows(contract: FeedContract, code: str) -> bool:
    rule = contract.rule(code)
    about_files = {item.code for item in contract.delivery_rules} - {
        item.code for item in contract.delivery_rules if item.kind in _ABOUT_ROWS
    }
    return rule.code not in about_files


_ABOUT_ROWS = (DeliveryRuleKind.DUPLICATE_KEY, DeliveryRuleKind.BLANK_ROW)


def _header(contract: FeedContract, raw: Sequence[Path], paths: Sequence[Path]) -> Header:
    """The columns of the first file that lacks any; of those that could not be read, by the first line."""
    headers = [
        match_header(contract, [item for item in pq.read_schema(path).names if not item.startswith("_")])
        for path in raw
    ]
    if not headers:
        delivered = list(dict.fromkeys(cell for cell in delivered_header(paths[0], contract) if cell))
        present = {normalised(cell) for cell in delivered}
        missing = tuple(column.physical_name for column in contract.columns if not _headers(column) & present)
        return Header((), missing, (), len(contract.columns) - len(missing), len(contract.columns))
    return max(headers, key=lambda header: len(header.missing))


def _column_texts(contract: FeedContract, settings: Settings, raw: Sequence[Path]) -> dict[str, ColumnTexts]:
    """Of each column the texts that do not read, and those outside its list."""
    if not raw:
        return {}
    codes = reference_codes(contract, settings.reference_dir)
    files = ", ".join(literal(str(path)) for path in (*raw, raw_folder(contract, settings) / SCHEMA_FILE))
    found: dict[str, ColumnTexts] = {}
    with closing(duckdb.connect()) as connection:
        connection.execute(f"create view delivered as select * from read_parquet([{files}], union_by_name = true)")
        for column in contract.columns:
            text = text_name(column.name)
            coded = without_qualifier(column)
            given = text_value(contract, column)
            of_class = "null"
            if column.code_list_class is not None:
                of_class = text_value(contract, contract.column(column.code_list_class))
            delivered = f"select {given} as {text}, {of_class} as of_class from delivered"
            rows = connection.execute(
                f"select {text}, {typed_value(contract, column)} is null, {coded}, of_class, count(*) "
                f"from ({delivered}) where {text} is not null group by all"
            ).fetchall()
            unread: Counter[str] = Counter()
            unlisted: Counter[str] = Counter()
            for value, is_unread, code, its_class, count in rows:
                if is_unread and value not in column.open_end_values:
                    unread[value] += count
                elif not _is_listed(column, code, its_class, codes):
                    unlisted[value] += count
            found[column.name] = ColumnTexts(column, unread, unlisted, sum(row[-1] for row in rows))
    return found


def _is_listed(column: Column, code: str, its_class: str | None, codes: Mapping[str, frozenset[str]]) -> bool:
    allowed = column.closed_codes or column.expected_codes
    if allowed:
        return all(item in allowed for item in _items(column, code))
    if column.code_list is not None:
        if column.code_list_class is not None:
            return its_class is None or f"{its_class}{CLASS_SEPARATOR}{code}" in codes[column.code_list]
        return all(item in codes[column.code_list] for item in _items(column, code))
    if column.group_list is not None:
        whole = code.lower()
        return whole in codes[column.group_list] or whole.partition(" - ")[0] in codes[column.group_list]
    return True


def _items(column: Column, text: str) -> list[str]:
    return [item.strip() for item in text.split(";") if item.strip()] if column.type is ColumnType.LIST else [text]


def _private_texts(contract: FeedContract, raw: Sequence[Path]) -> frozenset[str] | None:
    """Everything in columns of names and identifiers, in small letters; None of a feed that is not about people."""
    private = [column.name for column in contract.columns if column.classification in {"personal", "identifier"}]
    if not private:
        return None
    return _texts_of(private, raw)


_NAMES = (Holds.SURNAME, Holds.FORENAMES, Holds.FURTHER_FORENAMES)


def _texts_of(columns: Sequence[str], raw: Sequence[Path]) -> frozenset[str]:
    """Everything that stands in these columns, in small letters."""
    texts: set[str] = set()
    for path in raw:
        present = [item for item in columns if item in pq.read_schema(path).names]
        for values in pq.read_table(path, columns=present).columns:
            texts |= {str(value).strip().lower() for value in values.unique().to_pylist() if value is not None}
    return frozenset(texts)


def _broken(
    contract: FeedContract,
    code: str,
    rows: int,
    texts: Mapping[str, ColumnTexts],
    hidden: frozenset[str] | None,
    settings: Settings,
) -> BrokenRule:
    rule = contract.rule(code)
    if not isinstance(rule, ColumnRule):
        columns = ";".join(getattr(rule, "columns", ())) or None
        return BrokenRule(code, rule.name, columns, rows)
    found = texts.get(rule.column)
    if found is None:
        return BrokenRule(code, rule.name, rule.column, rows)
    if rule.kind in _CODED and is_showable(found.column):
        values, not_shown = _shown_values(found.unlisted, hidden)
        return BrokenRule(code, rule.name, rule.column, rows, values, not_shown)
    if rule.kind is ColumnRuleKind.TYPE and found.column.type is ColumnType.YES_NO:
        values, not_shown = _shown_values(found.unread, hidden)
        return BrokenRule(code, rule.name, rule.column, rows, values, not_shown)
    if rule.kind is ColumnRuleKind.TYPE:
        return BrokenRule(code, rule.name, rule.column, rows, _shapes(found.unread))
    return BrokenRule(code, rule.name, rule.column, rows)


_CODED = (ColumnRuleKind.CLOSED_CODES, ColumnRuleKind.EXPECTED_CODES, ColumnRuleKind.CODE_LIST)


def is_showable(column: Column) -> bool:
    """Whether its values are codes or agreed wordings, which may be shown."""
    return column.has_categories and column.classification not in {"personal", "identifier"}


def _shown_values(counts: Mapping[str, int], hidden: frozenset[str] | None) -> tuple[tuple[SeenValue, ...], int]:
    """The values that may be shown, the most frequent first, and the rows of the others."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = [(text, rows) for text, rows in ordered if _is_shown(text, rows, hidden)]
    rest = sum(counts.values()) - sum(rows for _, rows in shown)
    return tuple(SeenValue(text, rows) for text, rows in shown), rest


def _is_shown(text: str, rows: int, hidden: frozenset[str] | None) -> bool:
    return hidden is None or (rows >= _ROWS_TO_SHOW and text.lower() not in hidden)


def _shapes(counts: Mapping[str, int]) -> tuple[SeenValue, ...]:
    """Texts with every digit as 9 and every letter as A."""
    shapes: Counter[str] = Counter()
    for text, rows in counts.items():
        shapes[re.sub(r"[^\W\d_]+", lambda word: "A" * min(len(word[0]), 9), re.sub(r"\d", "9", text))[:30]] += rows
    ordered = sorted(shapes.items(), key=lambda item: (-item[1], item[0]))
    return tuple(SeenValue(text, rows, is_shape=True) for text, rows in ordered)
