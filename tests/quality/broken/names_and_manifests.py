"""Faults of file names and of manifests. No tests here."""

from __future__ import annotations

from pathlib import Path

from tests.quality.broken.good_rows import CUSTODY, ORDERS, SEARCHES, SPELLS
from tests.quality.broken.making import (
    NOT_A_DELIVERY,
    UTF8,
    Broken,
    file_name,
    good,
    named,
    with_manifest,
)

MANIFESTS = (
    with_manifest("a manifest with other rows", {"rows": 4}, "4 rows", "send file and manifest again"),
    with_manifest("a manifest with another sha256", {"sha256": "0" * 64}, "sha256", "send both again"),
    with_manifest("a manifest of another feed", {"feed": "../../etc/passwd"}, "another feed"),
    with_manifest(
        "a manifest of another period", {"period_start": "2024-03-01", "period_end": "2024-03-31"}, "period starts"
    ),
    with_manifest(
        "a period that ends before it starts", {"period_start": "2024-01-31", "period_end": "2024-01-01"}, "before"
    ),
    with_manifest("a manifest of another day", {"extracted_at": "2023-06-30T02:00:00Z"}, "2023-06-30", "renamed"),
    with_manifest("a manifest without a real date", {"period_end": "31/01/2024"}, "ISO 8601"),
    with_manifest("a manifest that is no JSON", b"rows=3", "not valid JSON"),
    with_manifest("a manifest that is a list", b"[3]", "not a JSON object"),
    with_manifest("a manifest with other rows", {"rows": 30}, "30 rows", feed=SPELLS, kind="pipes"),
    with_manifest("a manifest with other rows", {"rows": 2}, "2 rows", feed=ORDERS, kind="JSON lines"),
)


def _link_outside(folder: Path) -> None:
    outside = folder.parents[2] / "outside.csv"
    outside.write_bytes(good(CUSTODY))
    (folder / file_name(CUSTODY)).symlink_to(outside)


def _nested(folder: Path) -> None:
    folder.joinpath(*["d"] * 60).mkdir(parents=True)


NAMES = (
    named("an Excel ending", UTF8, CUSTODY, "custody_records_20240131.xlsx"),
    named("a day that is not there", UTF8, CUSTODY, "custody_records_20240231.csv"),
    named("a year nobody lives in", UTF8, CUSTODY, "custody_records_22040131.csv", 3),
    named("a year before computers", UTF8, CUSTODY, "custody_records_10240131.csv", 3),
    named("a path of another system", UTF8, CUSTODY, "C:\\exports\\custody_records_20240131.csv"),
    named("a way up inside the name", UTF8, CUSTODY, "x\\..\\..\\custody_records_20240131.csv"),
    named("month 13", "stop and search", SEARCHES, "2024-13-kent-stop-and-search.csv"),
    named("no force", "stop and search", SEARCHES, "2024-01-stop-and-search.csv"),
    named("a year nobody lives in", "stop and search", SEARCHES, "2204-01-kent-stop-and-search.csv", 3),
    Broken("a hidden file", UTF8, CUSTODY, {".custody_records_20240131.csv": good(CUSTODY)}, NOT_A_DELIVERY),
    Broken(
        "a name that begins with a way up",
        UTF8,
        CUSTODY,
        {"..\\..\\custody_records_20240131.csv": good(CUSTODY)},
        NOT_A_DELIVERY,
    ),
    Broken(
        "a transfer still under way",
        UTF8,
        CUSTODY,
        {"custody_records_20240131.csv.part": good(CUSTODY)[:50]},
        NOT_A_DELIVERY,
    ),
    Broken(
        "a link out of the landing folder", UTF8, CUSTODY, {}, NOT_A_DELIVERY, ("symbolic-link",), arrange=_link_outside
    ),
    Broken("sixty folders deep", UTF8, CUSTODY, {}, NOT_A_DELIVERY, ("too-deep",), arrange=_nested),
    Broken(
        "a manifest alone",
        UTF8,
        CUSTODY,
        {f"{file_name(CUSTODY)}.manifest.json": b'{"rows": 3}'},
        NOT_A_DELIVERY,
        ("manifest-without-file",),
    ),
)
