"""Small feeds and files for the tests of ingest and the gate. No tests here."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from orchestration.contracts import (
    Classification,
    Column,
    ColumnType,
    DeliveryFormat,
    ExcusedDeliveries,
    FeedContract,
    FeedMode,
    LegalBasis,
    Party,
    RowCountBounds,
    RowRule,
    ServiceLevel,
)
from orchestration.contracts.standard_rules import column_rules, delivery_rules
from orchestration.contracts.thresholds import ROW_COUNT_BOUNDS
from orchestration.settings import Settings

STOP_SEARCH_HEADER = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing"
)


def column(name: str, kind: ColumnType = ColumnType.TEXT, **facts: object) -> Column:
    """A column named in canonical spelling, `physical_name` the same unless given."""
    return Column(
        **{
            "name": name,
            "physical_name": name,
            "type": kind,
            "required": False,
            "description": f"{name} of the record",
            "classification": Classification.NONE,
            **facts,
        }
    )  # type: ignore[arg-type]


def feed(
    agency: str = "police",
    name: str = "custody_records",
    columns: Sequence[Column] = (),
    *,
    mode: FeedMode = FeedMode.INCREMENT,
    rules: Sequence[RowRule] = (),
    pattern: str | None = None,
    hard_share: float = 0.5,
    bounds: RowCountBounds | None = None,
    exceptions: Sequence[ExcusedDeliveries] = (),
    **delivery: object,
) -> FeedContract:
    """A contract with the shared rules for these columns."""
    written = DeliveryFormat(
        **{
            "kind": "csv",
            "encoding": "utf-8",
            "delimiter": ",",
            "date_format": "DD/MM/YYYY",
            "timestamp_format": "DD/MM/YYYY HH:MM",
            "timezone": "Europe/London",
            "missing_values": (),
            "yes_value": "Y",
            "no_value": "N",
            "file_name_pattern": pattern or f"{name}_<YYYYMMDD>[_<n>]",
            **delivery,
        }
    )  # type: ignore[arg-type]
    prefix = f"{agency[:3]}-{name[:3]}".upper()
    has_key = any(item.is_primary_key for item in columns)
    return FeedContract(
        agency=agency,
        feed=name,
        version="1.0.0",
        status="active",
        title=name,
        description=name,
        usage="",
        limitations="",
        grain="",
        owner=Party(name="Owner", contact="owner@example.org"),
        steward=Party(name="Steward", contact="steward@example.org"),
        legal_basis=LegalBasis(regime="", basis="", conditions="", onward_use=""),
        security_classification="OFFICIAL",
        mode=mode,
        columns=tuple(columns),
        delivery=written,
        service_level=ServiceLevel(frequency_months=1, latency_days=14, retention_years=7, retention_reason="test"),
        rules=tuple(rules),
        column_rules=tuple(rule for item in columns for rule in column_rules(prefix, item, written, "Owner")),
        delivery_rules=delivery_rules(
            prefix, written, hard_share, has_key, "Owner", columns=columns, mode=mode, bounds=bounds
        ),
        column_history=(),
        quarantine_soft_share=0.05,
        quarantine_hard_share=hard_share,
        unknown_codes_soft_share=0.02,
        row_count_bounds=bounds or ROW_COUNT_BOUNDS[mode],
        excused_deliveries=tuple(exceptions),
        rule_prefix=prefix,
        order=0,
    )


CUSTODY = feed(
    columns=(
        column("custody_number", ColumnType.IDENTIFIER, required=True, key_position=1),
        column("surname", required=True, classification=Classification.PERSONAL),
        column("sex", ColumnType.CODE, closed_codes=("M", "F", "U")),
        column("offence_code", ColumnType.CODE, code_list="offences"),
        column("arrested_at", ColumnType.TIMESTAMP, required=True),
        column("offence_date", ColumnType.DATE),
        column("offence_sequence", ColumnType.INTEGER),
    )
)

STOP_SEARCH = feed(
    "police",
    "stop_search",
    tuple(
        column(
            "".join(letter if letter.isalnum() else "_" for letter in header.lower()),
            ColumnType.TIMESTAMP if header == "Date" else ColumnType.TEXT,
            physical_name=header,
        )
        for header in STOP_SEARCH_HEADER.split(",")
    ),
    mode=FeedMode.SNAPSHOT_PER_PARTITION,
    pattern="<YYYY-MM>-<force-slug>-stop-and-search",
    timestamp_format="YYYY-MM-DDTHH:MM:SS+HH:MM",
)


def settings_in(folder: Path) -> Settings:
    """Settings whose landing, data and reference folders are below `folder`."""
    return Settings.from_environment(
        landing_dir=folder / "landing", data_dir=folder / "data", reference_dir=folder / "reference"
    )


def deliver(settings: Settings, contract: FeedContract, name: str, content: str | bytes) -> Path:
    """Lands a file; text is written as UTF-8, and gzipped if the name says so."""
    path = settings.landing_dir / contract.agency / contract.feed / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    if name.endswith(".gz") and isinstance(content, str):
        data = gzip.compress(data, mtime=0)
    path.write_bytes(data)
    return path


def manifest(path: Path, **claims: object) -> Path:
    """Lands a manifest beside a file: true sha256 unless told otherwise."""
    document = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), **claims}
    target = path.with_name(path.name + ".manifest.json")
    target.write_text(json.dumps(document))
    return target
