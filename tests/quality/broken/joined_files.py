"""Faults of a file as a whole that can be read: sent twice over, cut, of another time or place. No tests here."""

from __future__ import annotations

import gzip

from tests.quality.broken.good_rows import (
    CASES,
    CPS,
    CUSTODY,
    DISPOSALS,
    ENCOUNTERS,
    LEGAL_AID,
    ORDERS,
    SEARCHES,
    SENTENCES,
    SPELLS,
)
from tests.quality.broken.making import (
    CP1252,
    GZIP,
    JSON_LINES,
    PIPES,
    QUARANTINE,
    SEARCH_FILES,
    UTF8,
    Broken,
    accepted,
    encoded,
    file_name,
    good,
    refused,
    renamed,
    rows,
    text,
    warned,
)


def _without_header(feed: str, content: bytes) -> bytes:
    return content.split(b"\n", 1)[1]


def _doubled(feed: str, count: int = 30) -> bytes:
    """The rows, and the rows again."""
    once = good(feed, count)
    return once + (once if feed == ORDERS else _without_header(feed, once))


def _some(feed: str, count: int, **changes: str) -> bytes:
    """25 good rows, the first ones changed."""
    changed = [row | (changes if place < count else {}) for place, row in enumerate(rows(feed, 25))]
    return encoded(feed, text(feed, changed))


def _joined_to_itself(case: str, kind: str, feed: str) -> Broken:
    """Header and all: the second header is no record."""
    content = good(feed, 3)
    return Broken(
        case,
        kind,
        feed,
        {file_name(feed): content + content},
        QUARANTINE,
        ("FILE-REPEATED_HEADER",),
        received=7,
        row=4,
        words=("Line 5:",),
        warnings=("FILE-DUPLICATE_KEY",),
    )


_TWICE = ("FILE-DUPLICATE_KEY", "FILE-DOUBLED")

JOINED_FILES = (
    refused(
        "every search twice", SEARCH_FILES, SEARCHES, _doubled(SEARCHES), "DOUBLED", "send the file again", received=60
    ),
    refused(
        "a file joined to itself, header and all",
        SEARCH_FILES,
        SEARCHES,
        good(SEARCHES, 30) * 2,
        "DOUBLED",
        "each row once",
        received=61,
    ),
    accepted(
        "one search in three with a twin",
        SEARCH_FILES,
        SEARCHES,
        good(SEARCHES, 30) + _without_header(SEARCHES, good(SEARCHES, 10)),
        received=40,
    ),
    accepted("every row twice", UTF8, CUSTODY, _doubled(CUSTODY), *_TWICE, received=60),
    accepted(
        "every row twice", PIPES, SENTENCES, _doubled(SENTENCES), "FILE-DUPLICATE_KEY", "FILE-DOUBLED", received=60
    ),
    accepted(
        "every line twice", JSON_LINES, ORDERS, _doubled(ORDERS), "FILE-DUPLICATE_KEY", "FILE-DOUBLED", received=60
    ),
    accepted(
        "every row twice, packed",
        GZIP,
        CUSTODY,
        gzip.compress(_doubled(CUSTODY)),
        *_TWICE,
        received=60,
        extension="csv.gz",
    ),
    _joined_to_itself("joined to itself, header and all", UTF8, CUSTODY),
    _joined_to_itself("joined to itself, header and all", PIPES, SPELLS),
    _joined_to_itself("joined to itself, header and all", CP1252, CPS),
    accepted("the last line has no end", UTF8, CUSTODY, good(CUSTODY)[:-1], "FILE-CUT_SHORT"),
    accepted("the last line has no end", CP1252, CPS, good(CPS)[:-1], "FILE-CUT_SHORT"),
    accepted("the last line has no end", PIPES, SPELLS, good(SPELLS)[:-1], "FILE-CUT_SHORT"),
    accepted("the last line has no end, and is whole", JSON_LINES, ORDERS, good(ORDERS)[:-1]),
    accepted(
        "the last line has no end, packed and so whole",
        GZIP,
        CUSTODY,
        gzip.compress(good(CUSTODY)[:-1]),
        extension="csv.gz",
    ),
    refused("cut in the middle of the last line", UTF8, CUSTODY, good(CUSTODY)[:-30], "UNREADABLE", "cut short"),
    refused("cut in the middle of the last line", PIPES, SPELLS, good(SPELLS)[:-9], "UNREADABLE", "cut short"),
    refused("cut in the middle of the last line", CP1252, CPS, good(CPS)[:-20], "UNREADABLE", "cut short"),
    refused(
        "a column with a new name that says the same",
        UTF8,
        CUSTODY,
        renamed(CUSTODY, "nationality", "nationality_code"),
        "MISSING_COLUMN",
        "nationality renamed to nationality_code?",
        received=3,
    ),
    refused(
        "a column in initials",
        UTF8,
        LEGAL_AID,
        renamed(LEGAL_AID, "date_of_birth", "dob"),
        "MISSING_COLUMN",
        "date_of_birth renamed to dob?",
        received=3,
    ),
    refused(
        "a mistyped heading",
        CP1252,
        CPS,
        renamed(CPS, "SURNAME", "SURNMAE"),
        "MISSING_COLUMN",
        "renamed to",
        received=3,
    ),
    refused(
        "encounters among the searches",
        SEARCH_FILES,
        SEARCHES,
        good(ENCOUNTERS),
        "MISSING_COLUMN",
        "looks like police/stop_account in the wrong folder",
        received=3,
    ),
    refused(
        "sentences among the spells",
        PIPES,
        SPELLS,
        good(SENTENCES),
        "MISSING_COLUMN",
        "looks like prison/sentences in the wrong folder",
        received=3,
    ),
    refused(
        "a file of another agency, with its delimiter",
        UTF8,
        CUSTODY,
        good(SENTENCES),
        "MISSING_COLUMN",
        "looks like prison/sentences in the wrong folder",
        received=3,
    ),
    Broken(
        "an optional date in a new format",
        UTF8,
        DISPOSALS,
        {file_name(DISPOSALS): _some(DISPOSALS, 25, offence_date="2024-01-02")},
        "rejected",
        ("FILE-QUARANTINE_SHARE", "TYPE-offence_date"),
        received=25,
        warnings=("FILE-CHANGED_TYPE",),
    ),
    accepted(
        "a search of another month",
        SEARCH_FILES,
        SEARCHES,
        encoded(SEARCHES, text(SEARCHES, rows(SEARCHES, 2) + rows(SEARCHES, 1, Date="2024-02-01T00:30:00+00:00"))),
        "FILE-EVENT_DATES",
    ),
    accepted(
        "the first half hour of a month by London's clocks",
        SEARCH_FILES,
        SEARCHES,
        encoded(SEARCHES, text(SEARCHES, rows(SEARCHES, 3, Date="2024-05-31T23:30:00+00:00"))),
        name="2024-06-kent-stop-and-search.csv",
    ),
    warned("decided after the extract", UTF8, CUSTODY, "FILE-EVENT_DATES", disposal_at="31/12/2024 15:00"),
    warned("closed after the extract", UTF8, CASES, "FILE-EVENT_DATES", case_status="CLOSED", closed_date="2025-01-05"),
    accepted(
        "an extract of last year under a new name",
        UTF8,
        CASES,
        _some(CASES, 0),
        "FILE-STALE",
        name="cases_20250131.csv",
        received=25,
    ),
    accepted(
        "sentences of last year under a new name",
        PIPES,
        SENTENCES,
        _some(SENTENCES, 0),
        "FILE-STALE",
        name="sentences_20250131.csv",
        received=25,
    ),
    accepted("few and old", UTF8, CASES, good(CASES), name="cases_20250131.csv"),
    warned("a name read in the wrong encoding", UTF8, CUSTODY, "LEGIBLE-surname", surname="MÃ¼ller"),
    warned("a name read in the wrong encoding", CP1252, CPS, "LEGIBLE-forenames", FORENAMES="ZoÃ«"),
    warned("a letter lost for a question mark", PIPES, "prison/prisoners", "LEGIBLE-surname", surname="M?LLER"),
    warned("a letter nobody could decode", JSON_LINES, ORDERS, "LEGIBLE-surname", surname="M\ufffdller"),
    warned("a key that does not print", UTF8, LEGAL_AID, "LEGIBLE-surname", surname="O\x07Brien"),
    warned("an apostrophe in three letters", UTF8, LEGAL_AID, "LEGIBLE-surname", surname="Oâ€™Brien"),
    warned("letters that only look damaged", UTF8, LEGAL_AID, surname="SÃO ÅSA ÂNGELA?"),
)
