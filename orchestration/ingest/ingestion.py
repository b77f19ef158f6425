"""Landing to raw for one feed and for all of them.

Belongs here: deciding which files need reading, and putting reading, raw file and receipt together. Does not belong
here: how files are found (`landing`), read (`*_reader`), or judged (the gate).

Safe to kill at any moment: raw files and receipts each appear whole, a raw file is named by its content, and a file
without a receipt is simply read again. What comes out depends on what lies in the landing folder, not on the order in
which it came or on how many runs it took.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from orchestration.atomic import remove_leftovers, write_table
from orchestration.contracts import DeliveryRuleKind, FeedContract, FeedMode, Severity
from orchestration.contracts.mappings import mapped_contract
from orchestration.contracts.source_mapping import SourceMapping
from orchestration.ingest.copies import ends_inside_a_line, has_every_row_twice
from orchestration.ingest.csv_reader import read_csv
from orchestration.ingest.drift import better_fit, extra_column_message, missing_column_message
from orchestration.ingest.jsonl_reader import read_jsonl
from orchestration.ingest.landing import (
    DeliveryName,
    FileStamp,
    LandingFile,
    expected_names,
    look_at_feed,
    look_outside_feeds,
)
from orchestration.ingest.line_reader import read_csv_by_line
from orchestration.ingest.manifests import Manifest, manifest_mismatches, read_manifest
from orchestration.ingest.mapped_reader import read_mapped
from orchestration.ingest.names import date_problems, force_problems, force_slugs
from orchestration.ingest.parquet_reader import read_parquet
from orchestration.ingest.problems import Problem, UnplacedFile, UnreadableError, problem_with
from orchestration.ingest.raw import (
    aside_path,
    raw_folder,
    raw_path,
    read_aside,
    write_aside,
    write_raw,
    write_schema_file,
)
from orchestration.ingest.receipts import Receipt, load_receipts, save_receipts
from orchestration.ingest.streams import empty_file_error
from orchestration.ingest.tables import UNREADABLE_KINDS, Reading
from orchestration.known_on import mark, require_fitting
from orchestration.reporter import Reporter
from orchestration.settings import Settings

_READER_VERSION = "4"
"""Change it when the same file would be read differently; every file is then read anew."""

_SAVE_EVERY_SECONDS = 10.0
"""A killed run repeats at most about this much reading (or one large file)."""


@dataclass(frozen=True)
class FileProblem:
    """A problem and the file that has it (path below the landing folder)."""

    path: str
    problem: Problem


@dataclass(frozen=True)
class IngestSummary:
    """What one run of ingest found for one feed.

    Attributes:
        feed: `agency/feed`.
        files: names of all landed files that follow the naming rule, below the feed's folder; those of a source that is
            mapped to the feed below the landing folder.
        new_files: of all files, how many were opened in this run.
        deliveries: different contents among all receipts.
        rows_received: rows in them.
        rows_new: rows read in this run.
        refused_files: files with a problem that refuses them.
        problems: every broken delivery rule of every file, also of earlier runs.
        unplaced: what lies in the feed's folder and is no delivery.
    """

    feed: str
    files: tuple[str, ...]
    new_files: int
    deliveries: int
    rows_received: int
    rows_new: int
    refused_files: int
    problems: tuple[FileProblem, ...]
    unplaced: tuple[UnplacedFile, ...]

    def metadata(self) -> Mapping[str, int | str]:
        """The summary in numbers and one text, for an asset's metadata."""
        worst = "; ".join(f"{item.path}: {item.problem.message}" for item in self.problems[:10])
        return {
            "files": len(self.files),
            "new_files": self.new_files,
            "deliveries": self.deliveries,
            "rows_received": self.rows_received,
            "rows_new": self.rows_new,
            "refused_files": self.refused_files,
            "problems": worst or "none",
            "unplaced": "; ".join(f"{item.path}: {item.message}" for item in self.unplaced[:10]) or "none",
        }


@dataclass(frozen=True)
class WaitingFile:
    """A landed file that is new or has changed: path below the landing folder, and when it was last written."""

    path: str
    mtime_ns: int


@dataclass(frozen=True)
class LandingSummary:
    """What one run of ingest found for all feeds.

    Attributes:
        feeds: by `agency/feed`.
        unplaced: files and folders outside any feed's folder.
    """

    feeds: Mapping[str, IngestSummary]
    unplaced: tuple[UnplacedFile, ...]


@dataclass(frozen=True)
class _Content:
    """What reading a file's bytes found: the same for every file with these bytes."""

    rows: int
    problems: tuple[Problem, ...]
    has_raw: bool


@dataclass
class _Run:
    """Receipts as they stand during one run over a feed."""

    contract: FeedContract
    settings: Settings
    reading_version: str
    now: datetime
    receipts: dict[str, Receipt]
    others: tuple[FeedContract, ...] = ()
    forces: frozenset[str] = frozenset()
    by_delivery: dict[str, list[Receipt]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for receipt in self.receipts.values():
            self.by_delivery.setdefault(receipt.delivery_id, []).append(receipt)

    def keep(self, receipt: Receipt) -> None:
        self.receipts[receipt.file_path] = receipt
        self.by_delivery.setdefault(receipt.delivery_id, []).append(receipt)


def ingest_all(
    contracts: Iterable[FeedContract], settings: Settings, *, report: Reporter | None = None
) -> LandingSummary:
    """Ingests every feed and notes what lies outside any feed's folder (`raw/_unplaced.parquet`)."""
    contracts = list(contracts)
    feeds = {contract.key: ingest_feed(contract, settings, report=report, others=contracts) for contract in contracts}
    outside = look_outside_feeds(contracts, settings.landing_dir)
    everything = sorted((*outside, *(item for summary in feeds.values() for item in summary.unplaced)))
    columns = {
        "path": [item.path for item in everything],
        "reason_code": [item.reason_code for item in everything],
        "message": [item.message for item in everything],
    }
    schema = pa.schema([(name, pa.string()) for name in columns])
    write_table(settings.raw_dir / "_unplaced.parquet", pa.table(columns, schema=schema))
    if report:
        for item in outside:
            report(f"{item.path}: {item.message}")
    return LandingSummary(feeds, outside)


def ingest_feed(
    contract: FeedContract,
    settings: Settings,
    *,
    report: Reporter | None = None,
    others: Iterable[FeedContract] = (),
) -> IngestSummary:
    """Brings a feed's raw files and receipts up to date with its landing folder.

    A file is opened only if it, its manifest or the way to read it changed since its receipt. Files with the same
    bytes are one delivery. A file that cannot be read is refused in its receipt; the others go on.

    Args:
        contract: the feed.
        settings: where landing and raw are.
        report: receives progress, one line at a time.
        others: feeds a file may have been meant for; a file that fits one of them better is told so.

    Raises:
        OSError: the raw folder cannot be written.
        KnownOnError: the data folder is of another day than the settings.
    """
    require_fitting(settings)
    mark(settings)
    tell = report or (lambda message: None)
    folder = raw_folder(contract, settings)
    remove_leftovers(folder)
    write_schema_file(contract, settings)
    landing = look_at_feed(contract, settings.landing_dir, settings.as_known_on)
    unplaced = list(landing.unplaced)
    run = _start(contract, settings, others)
    new_files, rows_new = 0, 0
    unsaved_since: float | None = None
    for file in landing.files:
        if _is_unchanged(run, file):
            continue
        started = time.monotonic()
        try:
            receipt = _receive(run, file)
        except (FileNotFoundError, PermissionError) as error:
            unplaced.append(_cannot_open(file, error))
            continue
        if receipt is None:
            text = "changed while it was being read; it will be read again on the next run"
            unplaced.append(UnplacedFile(file.relative_path, "still-arriving", text))
            continue
        run.keep(receipt)
        new_files += 1
        rows_new += receipt.rows_received
        for problem in receipt.problems:
            tell(f"{receipt.file_path}: {problem.message}")
        unsaved_since = unsaved_since or started
        if time.monotonic() - unsaved_since > _SAVE_EVERY_SECONDS:
            save_receipts(contract, settings, run.receipts.values())
            tell(f"{contract.key}: {new_files:,} new files, {rows_new:,} rows so far")
            unsaved_since = None
    if unsaved_since is not None or not run.receipts:
        save_receipts(contract, settings, run.receipts.values())
    for item in unplaced:
        tell(f"{item.path}: {item.message}")
    return _summary(contract, settings, landing.files, run, new_files, rows_new, unplaced)


def files_not_yet_ingested(contracts: Iterable[FeedContract], settings: Settings) -> list[WaitingFile]:
    """Landed files no run has read in their present state, in the order of the contracts, then of paths."""
    waiting: list[WaitingFile] = []
    for contract in contracts:
        run = _start(contract, settings)
        waiting += [
            WaitingFile(file.relative_path, file.stamp.mtime_ns)
            for file in look_at_feed(contract, settings.landing_dir, settings.as_known_on).files
            if not _is_unchanged(run, file)
        ]
    return waiting


def reading_version(contract: FeedContract) -> str:
    """Fingerprint of everything in a contract that decides how its files are read."""
    delivery = contract.delivery
    facts = [
        _READER_VERSION,
        contract.mode,
        [delivery.encoding, delivery.delimiter, delivery.date_format, delivery.timestamp_format, delivery.timezone],
        [delivery.yes_value, delivery.no_value, delivery.file_name_pattern],
        [[column.name, column.physical_name, column.type, *column.headers] for column in contract.columns],
        sorted(contract.absentable),
        [[rule.kind, rule.code] for rule in contract.delivery_rules],
        [contract.unreadable_limits.rows, contract.unreadable_limits.share],
        [mapping.fingerprint for mapping in contract.mappings],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def identities(path: Path, name: DeliveryName | None, mapped_to: str | None = None) -> tuple[str, str]:
    """SHA-256 of a file's bytes, and the identity of the delivery they are.

    The identity is the first half of the SHA-256; for a feed that is a snapshot per force and month, of those and the
    bytes: the same (say, empty) file for two forces is two deliveries. One file that is mapped to several feeds is a
    delivery of each.
    """
    plain = hashlib.sha256()
    partition = name.partition if name else None
    key = mapped_to or partition
    keyed = hashlib.sha256(f"{key}|".encode()) if key else None
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            plain.update(chunk)
            if keyed is not None:
                keyed.update(chunk)
    return plain.hexdigest(), (keyed or plain).hexdigest()[:32]


def _start(contract: FeedContract, settings: Settings, others: Iterable[FeedContract] = ()) -> _Run:
    return _Run(
        contract=contract,
        settings=settings,
        reading_version=reading_version(contract),
        now=datetime.now(UTC),
        receipts={receipt.file_path: receipt for receipt in load_receipts(contract, settings)},
        others=tuple(others),
        forces=force_slugs(settings.reference_dir) if contract.mode is FeedMode.SNAPSHOT_PER_PARTITION else frozenset(),
    )


def _is_unchanged(run: _Run, file: LandingFile) -> bool:
    receipt = run.receipts.get(file.relative_path)
    if receipt is None or receipt.reading_version != run.reading_version:
        return False
    manifest = file.manifest_stamp
    is_unknown = bool(force_problems(run.contract, file.name, run.forces))
    rule = run.contract.find_delivery_rule(DeliveryRuleKind.FORCE)
    was_unknown = rule is not None and rule.code in {item.rule_code for item in receipt.problems}
    return (
        was_unknown == is_unknown
        and FileStamp(receipt.file_size, receipt.file_mtime_ns) == file.stamp
        and receipt.manifest_size == (manifest.size if manifest else None)
        and receipt.manifest_mtime_ns == (manifest.mtime_ns if manifest else None)
        and (not receipt.has_raw or raw_path(run.contract, run.settings, receipt.delivery_id).exists())
    )


def _receive(run: _Run, file: LandingFile) -> Receipt | None:
    """Reads one file into raw; None if it changed meanwhile."""
    contract = mapped_contract(run.contract, file.mapping) if file.mapping else run.contract
    mapped_to = f"{contract.key}.{file.mapping.name}" if file.mapping else None
    sha256, delivery_id = identities(file.path, file.name, mapped_to)
    manifest = read_manifest(file.manifest_path) if file.manifest_path else Manifest()
    problems: list[Problem] = []
    content = _Content(0, (), False)
    rows_known: int | None = None
    if file.name is None:
        text = f"the name is not understood; expected {expected_names(contract)} with a real date; rename the file"
        problems.append(problem_with(contract, DeliveryRuleKind.FILE_NAME, text))
    else:
        problems += force_problems(contract, file.name, run.forces)
        problems += date_problems(contract, file, file.name)
        content = _known_content(run, delivery_id, file.name) or _read_content(
            run, file, file.name, delivery_id, manifest
        )
        problems += content.problems
        beside = read_aside(contract, run.settings, delivery_id) if content.has_raw else ()
        if content.has_raw and file.mapping is None:
            rows_known = content.rows - sum(line.kind not in UNREADABLE_KINDS for line in beside)
        if not beside or beside[-1].kind is not DeliveryRuleKind.FOOTER:
            problems += _cut_short_problems(contract, file, file.name, content, manifest)
        is_lines = file.name.extension.startswith("jsonl")
        if content.has_raw and is_lines and content.rows == 0 and manifest.rows != 0 and file.mapping is None:
            text = "the file has no rows and no manifest that says 0; send one, or send the rows"
            problems.append(problem_with(contract, DeliveryRuleKind.EMPTY_FILE, text))
    named_on = file.name.extract_date if file.name and not file.name.month else None
    mismatches = manifest_mismatches(contract, manifest, sha256=sha256, rows=rows_known, extracted_on=named_on)
    problems += [problem_with(contract, DeliveryRuleKind.MANIFEST, text) for text in mismatches]
    if FileStamp.of(file.path) != file.stamp:
        return None
    earlier = run.receipts.get(file.relative_path)
    return Receipt(
        agency=contract.agency,
        feed=contract.feed,
        file_path=file.relative_path,
        file_size=file.stamp.size,
        file_mtime_ns=file.stamp.mtime_ns,
        sha256=sha256,
        delivery_id=delivery_id,
        extract_date=file.name.extract_date if file.name else None,
        file_sequence=file.name.file_sequence if file.name else None,
        force_slug=file.name.force_slug if file.name else None,
        month=file.name.month if file.name else None,
        manifest_size=file.manifest_stamp.size if file.manifest_stamp else None,
        manifest_mtime_ns=file.manifest_stamp.mtime_ns if file.manifest_stamp else None,
        manifest_rows=manifest.rows,
        manifest_sha256=manifest.sha256,
        rows_received=content.rows,
        problems=tuple(sorted(problems)),
        has_raw=content.has_raw,
        reading_version=run.reading_version,
        received_at=earlier.received_at if earlier and earlier.sha256 == sha256 else run.now,
        mapping=file.mapping.label if file.mapping else None,
        is_simulated=manifest.simulated,
    )


def _cut_short_problems(
    contract: FeedContract, file: LandingFile, name: DeliveryName, content: _Content, manifest: Manifest
) -> list[Problem]:
    """A last line without its end, where no manifest says whether all has come (gzip and Parquet know themselves)."""
    is_settled = manifest.rows is not None or manifest.sha256 is not None
    if name.extension != "csv" or not content.rows or is_settled or not ends_inside_a_line(file.path):
        return []
    text = f"the last line, row {content.rows:,}, does not end: if the transfer was cut short, send the file again"
    return [problem_with(contract, DeliveryRuleKind.CUT_SHORT, text)]


def _known_content(run: _Run, delivery_id: str, name: DeliveryName) -> _Content | None:
    """What an earlier file with the same bytes and the same kind of name held, if it was read."""
    about_content = {rule.code for rule in run.contract.delivery_rules if rule.kind in _ABOUT_CONTENT}
    for receipt in run.by_delivery.get(delivery_id, ()):
        if (
            receipt.has_raw
            and receipt.reading_version == run.reading_version
            and receipt.file_path.lower().endswith(f".{name.extension}")
            and raw_path(run.contract, run.settings, delivery_id).exists()
        ):
            problems = tuple(item for item in receipt.problems if item.rule_code in about_content)
            return _Content(receipt.rows_received, problems, True)
    return None


_ABOUT_CONTENT = (
    DeliveryRuleKind.MISSING_COLUMN,
    DeliveryRuleKind.UNKNOWN_COLUMN,
    DeliveryRuleKind.DOUBLED,
)
"""Rules that files with the same bytes keep or break alike, though they can be read."""


def _read_content(run: _Run, file: LandingFile, name: DeliveryName, delivery_id: str, manifest: Manifest) -> _Content:
    contract = run.contract
    target = raw_path(contract, run.settings, delivery_id)
    try:
        is_empty_lines = name.extension.startswith("jsonl") and manifest.rows == 0
        if file.stamp.size == 0 and not is_empty_lines:
            raise empty_file_error("the transfer or the export failed; send the file again")
        reading, rows = _store(run, file, name.extension, delivery_id)
    except UnreadableError as error:
        return _Content(0, (problem_with(contract, error.kind, error.message),), False)
    problems: list[Problem] = []
    header = reading.header
    if header.missing:
        message = missing_column_message(header, better_fit(contract, header, run.others))
        problems.append(problem_with(contract, DeliveryRuleKind.MISSING_COLUMN, message))
    if header.extra:
        problems.append(problem_with(contract, DeliveryRuleKind.UNKNOWN_COLUMN, extra_column_message(header)))
    if not contract.primary_key and has_every_row_twice(contract, target, rows):
        text = "practically every row comes more than once, in all its columns; send the file again with each row once"
        problems.append(problem_with(contract, DeliveryRuleKind.DOUBLED, text))
    return _Content(rows + len(reading.aside), tuple(problems), True)


def _store(run: _Run, file: LandingFile, extension: str, delivery_id: str) -> tuple[Reading, int]:
    """Reads a file into raw and gives the reading and the rows written; where a line is at fault, line by line.

    A record of another system may be many rows, and a line of it none: such a file is read whole or not at all.
    """
    contract = run.contract
    target = raw_path(contract, run.settings, delivery_id)
    aside = aside_path(contract, run.settings, delivery_id)
    try:
        reading = _open(contract, file.path, extension, file.mapping)
        rows = write_raw(contract, target, delivery_id, reading)
    except UnreadableError as error:
        if not error.is_of_line or not extension.startswith("csv") or file.mapping is not None:
            raise
        reading = read_csv_by_line(contract, file.path, compressed=extension.endswith(".gz"))
        rows = write_raw(contract, target, delivery_id, reading)
    write_aside(aside, reading.aside)
    return reading, rows


def _open(contract: FeedContract, path: Path, extension: str, mapping: SourceMapping | None) -> Reading:
    compressed = extension.endswith(".gz")
    if mapping is not None:
        if extension.removesuffix(".gz") != mapping.kind:
            raise UnreadableError(f"the source {mapping.label} comes as .{mapping.kind}, the file is .{extension}")
        return read_mapped(contract, mapping, path, compressed=compressed)
    match extension.removesuffix(".gz"):
        case "csv":
            return read_csv(contract, path, compressed=compressed)
        case "jsonl":
            return read_jsonl(contract, path, compressed=compressed)
        case "parquet":
            return read_parquet(contract, path)
    raise UnreadableError(f"files of kind .{extension} are not read; deliver CSV, JSON lines or Parquet")


def _cannot_open(file: LandingFile, error: OSError) -> UnplacedFile:
    if isinstance(error, PermissionError):
        text = "may not be read by the warehouse; give its user read permission"
        return UnplacedFile(file.relative_path, "no-permission", text)
    return UnplacedFile(file.relative_path, "gone", "vanished while the folder was being read")


def _summary(
    contract: FeedContract,
    settings: Settings,
    files: tuple[LandingFile, ...],
    run: _Run,
    new_files: int,
    rows_new: int,
    unplaced: list[UnplacedFile],
) -> IngestSummary:
    receipts = sorted(run.receipts.values(), key=lambda receipt: receipt.file_path)
    rows = {receipt.delivery_id: receipt.rows_received for receipt in receipts if receipt.has_raw}
    rejecting = {rule.code for rule in contract.delivery_rules if rule.severity is Severity.REJECT}
    home = f"{contract.key}/"
    return IngestSummary(
        feed=contract.key,
        files=tuple(file.relative_path.removeprefix(home) for file in files if file.name is not None),
        new_files=new_files,
        deliveries=len({receipt.delivery_id for receipt in receipts}),
        rows_received=sum(rows.values()),
        rows_new=rows_new,
        refused_files=sum(any(item.rule_code in rejecting for item in receipt.problems) for receipt in receipts),
        problems=tuple(FileProblem(receipt.file_path, item) for receipt in receipts for item in receipt.problems),
        unplaced=tuple(sorted(unplaced)),
    )
