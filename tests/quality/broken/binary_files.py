"""Faults of Parquet and of gzip. No tests here."""

from __future__ import annotations

import gzip
from datetime import date

import pyarrow as pa

from tests.quality.broken.good_rows import CUSTODY, LEGAL_AID, ORDERS
from tests.quality.broken.making import (
    GZIP,
    PARQUET,
    accepted,
    bad_utf8,
    dates,
    flipped,
    good,
    parquet,
    parquet_of,
    refused,
    set_aside,
    zip_archive,
)

PARQUET_FILES = (
    accepted(
        "columns with types of their own",
        PARQUET,
        LEGAL_AID,
        parquet_of(
            LEGAL_AID, maat_id=pa.array([4000001, 4000002, 4000003]), application_date=dates(*[date(2024, 1, 2)] * 3)
        ),
        extension="parquet",
    ),
    set_aside(
        "a date in another notation",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, application_date=pa.array(["2024-01-02", "02/01/2024", "2024-01-02"])),
        "TYPE-application_date",
        "application_date",
        extension="parquet",
    ),
    set_aside(
        "a missing required value",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, application_date=dates(date(2024, 1, 2), None, date(2024, 1, 2))),
        "REQUIRED-application_date",
        "application_date",
        extension="parquet",
    ),
    refused("cut short", PARQUET, LEGAL_AID, parquet_of(LEGAL_AID)[:-30], "UNREADABLE", "Parquet", extension="parquet"),
    refused("no Parquet at all", PARQUET, LEGAL_AID, good(LEGAL_AID), "UNREADABLE", "Parquet", extension="parquet"),
    refused(
        "text in another encoding",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, surname=bad_utf8()),
        "UNREADABLE",
        "surname",
        "UTF-8",
        extension="parquet",
    ),
    refused(
        "a NUL character",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, surname=pa.array(["a", "b\0", "c"])),
        "UNREADABLE",
        "surname",
        "NUL",
        extension="parquet",
    ),
    refused(
        "a structure for a value",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, surname=pa.array([{"a": "b"}] * 3)),
        "UNREADABLE",
        "surname",
        "nested",
        extension="parquet",
    ),
    refused(
        "durations",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, surname=pa.array([1, 2, 3], pa.duration("s"))),
        "UNREADABLE",
        "surname",
        "duration",
        extension="parquet",
    ),
    refused(
        "a missing column",
        PARQUET,
        LEGAL_AID,
        parquet_of(LEGAL_AID, surname=None),
        "MISSING_COLUMN",
        "surname",
        received=3,
        extension="parquet",
    ),
    refused("no columns", PARQUET, LEGAL_AID, parquet({}), "MISSING_COLUMN", "maat_id", extension="parquet"),
)


GZIP_FILES = (
    accepted(
        "two parts one after the other",
        GZIP,
        CUSTODY,
        gzip.compress(good(CUSTODY)[:40]) + gzip.compress(good(CUSTODY)[40:]),
        extension="csv.gz",
    ),
    refused(
        "cut in the middle",
        GZIP,
        CUSTODY,
        gzip.compress(good(CUSTODY, 9))[:-60],
        "UNREADABLE",
        "cut short",
        extension="csv.gz",
    ),
    refused(
        "the last byte missing",
        GZIP,
        CUSTODY,
        gzip.compress(good(CUSTODY))[:-1],
        "UNREADABLE",
        "cut short",
        extension="csv.gz",
    ),
    refused(
        "a byte changed on the way",
        GZIP,
        CUSTODY,
        flipped(gzip.compress(good(CUSTODY)), -6),
        "UNREADABLE",
        "damaged",
        extension="csv.gz",
    ),
    refused("not packed at all", GZIP, CUSTODY, good(CUSTODY), "UNREADABLE", "gzip", extension="csv.gz"),
    refused(
        "packed twice",
        GZIP,
        CUSTODY,
        gzip.compress(gzip.compress(good(CUSTODY))),
        "WRONG_CONTENT",
        "gzip",
        extension="csv.gz",
    ),
    refused("packed under a plain name", GZIP, CUSTODY, gzip.compress(good(CUSTODY)), "WRONG_CONTENT", "gzip"),
    refused(
        "a packed spreadsheet",
        GZIP,
        CUSTODY,
        gzip.compress(zip_archive()),
        "WRONG_CONTENT",
        "spreadsheet",
        extension="csv.gz",
    ),
    refused(
        "packed JSON lines cut short",
        GZIP,
        ORDERS,
        gzip.compress(good(ORDERS))[:-9],
        "UNREADABLE",
        "cut short",
        extension="jsonl.gz",
    ),
)
