"""Manifests: what the sender says it sent, compared with what arrived.

Belongs here: reading a manifest and the comparison. Does not belong here: finding manifests (`landing`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.contracts import FeedContract

_MAX_BYTES = 1 << 20
_CLOCK_TOLERANCE = timedelta(days=1)
"""Midnight falls differently in UTC and in London."""


@dataclass(frozen=True)
class Manifest:
    """What a manifest claims; None where it does not say.

    Attributes:
        simulated: whether the sender says that the rows are made up; a real delivery says nothing.
        faults: why the manifest itself cannot be used, in words; empty if it can.
    """

    feed: str | None = None
    rows: int | None = None
    sha256: str | None = None
    extracted_on: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    simulated: bool | None = None
    faults: tuple[str, ...] = ()


def read_manifest(path: Path) -> Manifest:
    """Reads a manifest; one that cannot be understood comes back with its faults."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            return Manifest(faults=("the manifest is larger than 1 MiB; is it the data file?",))
        document = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        return Manifest(faults=("the manifest is not valid JSON; write it again",))
    if not isinstance(document, dict):
        return Manifest(faults=("the manifest is not a JSON object; write it again",))
    faults: list[str] = []
    feed = _text(document.get("feed"), "feed", faults)
    digest = _text(document.get("sha256"), "sha256", faults)
    rows = document.get("rows")
    if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int) or not 0 <= rows < 2**62):
        faults.append("the manifest's rows is not a whole number; write the number of data rows")
        rows = None
    simulated = document.get("simulated")
    if simulated is not None and not isinstance(simulated, bool):
        faults.append("the manifest's simulated is neither true nor false; write true of made-up rows, or leave it out")
        simulated = None
    return Manifest(
        feed=feed,
        rows=rows,
        sha256=digest.lower() if digest else None,
        extracted_on=_day(document.get("extracted_at"), "extracted_at", faults),
        period_start=_day(document.get("period_start"), "period_start", faults),
        period_end=_day(document.get("period_end"), "period_end", faults),
        simulated=simulated,
        faults=tuple(faults),
    )


def manifest_mismatches(
    contract: FeedContract, manifest: Manifest, *, sha256: str, rows: int | None, extracted_on: date | None = None
) -> list[str]:
    """Where a manifest and its file disagree, in words.

    `rows` is None if the file could not be read, `extracted_on` if its name gives no day.
    """
    found = list(manifest.faults)
    if manifest.feed is not None and manifest.feed.lower() not in (contract.key, contract.feed):
        found.append(f"the manifest is for another feed than {contract.key}; deliver the file to its own folder")
    if manifest.rows is not None and rows is not None and manifest.rows != rows:
        found.append(
            f"the manifest says {manifest.rows:,} rows, the file has {rows:,}; the transfer or the export was cut "
            "short or doubled: send file and manifest again"
        )
    if manifest.sha256 is not None and manifest.sha256 != sha256:
        found.append(
            f"the manifest's sha256 begins {manifest.sha256[:12]}, the file's {sha256[:12]}; the file changed after "
            "the manifest was written: send both again"
        )
    return found + _date_mismatches(manifest, extracted_on)


def _date_mismatches(manifest: Manifest, extracted_on: date | None) -> list[str]:
    found: list[str] = []
    claimed, start, end = manifest.extracted_on, manifest.period_start, manifest.period_end
    if extracted_on and claimed and abs(claimed - extracted_on) > _CLOCK_TOLERANCE:
        found.append(
            f"the manifest says extracted on {claimed}, the file name {extracted_on}; the file was renamed or its "
            "manifest belongs to another: send both again"
        )
    if start and end and end < start:
        found.append(f"the manifest's period ends {end}, before it starts {start}; write the period of the extract")
    began, extracted = start or end, extracted_on or claimed
    if began and extracted and began > extracted + _CLOCK_TOLERANCE:
        found.append(
            f"the manifest's period starts {began}, after the extract of {extracted}; the manifest belongs to another "
            "file or the dates are wrong: send both again"
        )
    return found


def _day(value: Any, name: str, faults: list[str]) -> date | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value).date()
    except (TypeError, ValueError):
        faults.append(f"the manifest's {name} is not an ISO 8601 date; write it as 2024-01-31")
        return None


def _text(value: Any, name: str, faults: list[str]) -> str | None:
    if value is None or isinstance(value, str):
        return value
    faults.append(f"the manifest's {name} is not text; write it as a JSON string")
    return None
