"""Faults of CSV in cp1252 and of pipe-delimited text. No tests here."""

from __future__ import annotations

from tests.quality.broken.good_rows import CPS, SENTENCES, SPELLS
from tests.quality.broken.making import (
    CP1252,
    HTML,
    PIPES,
    accepted,
    cell,
    good,
    joined,
    line_aside,
    lines,
    refused,
    reordered,
    rows,
    text,
    warned,
)

CP1252_FILES = (
    accepted("UTF-8 that says so", CP1252, CPS, b"\xef\xbb\xbf" + text(CPS, rows(CPS)).encode()),
    accepted("headings in small letters", CP1252, CPS, joined(CPS, lines(CPS)[0].lower(), *lines(CPS)[1:], end="\r\n")),
    warned("an unknown ethnicity", CP1252, CPS, "CODE_LIST-ethnicity", ETHNICITY="Z9"),
    cell("a reference rounded by a spreadsheet", CP1252, CPS, "SPREADSHEET-ptiurn", PTIURN="1.23E+10"),
    cell("an outcome in other words", CP1252, CPS, "101", at="outcome", OUTCOME="Guilty"),
    cell("an ISO date", CP1252, CPS, "TYPE-dob", DOB="1990-06-05"),
    refused(
        "UTF-8 that does not say so", CP1252, CPS, text(CPS, rows(CPS)).encode(), "UNREADABLE", "UTF-8", "export it as"
    ),
    line_aside(
        "a byte that cp1252 does not have",
        CP1252,
        CPS,
        good(CPS).replace(b"Anna", b"An\x81a", 1),
        "UNREADABLE_ROW",
        line=2,
        row=1,
        received=3,
    ),
    line_aside("a ragged row", CP1252, CPS, good(CPS) + b"x,1\n", "RAGGED_ROW", line=5, row=4),
    refused("a web page", CP1252, CPS, HTML, "WRONG_CONTENT", "web page"),
)


PIPE_FILES = (
    accepted("columns in another order", PIPES, SPELLS, reordered(SPELLS)),
    warned("a negative length", PIPES, SENTENCES, "RANGE-length_months", length_months="-6"),
    cell(
        "a spell that ends before it begins", PIPES, SPELLS, "001", at="status_from;status_to", status_to="31-DEC-2023"
    ),
    cell("the 30th of February", PIPES, SPELLS, "TYPE-status_from", status_from="30-FEB-2024"),
    cell("a year of two digits", PIPES, SPELLS, "TYPE-status_from", status_from="01-JAN-24"),
    cell("a month in French", PIPES, SPELLS, "TYPE-status_from", status_from="01-AOU-2024"),
    cell("a booking rounded by a spreadsheet", PIPES, SPELLS, "SPREADSHEET-booking_number", booking_number="1E+05"),
    refused(
        "commas for pipes",
        PIPES,
        SPELLS,
        text(SPELLS, rows(SPELLS), delimiter=",").encode(),
        "MISSING_COLUMN",
        "delimiter",
        received=3,
    ),
    line_aside(
        "an unquoted pipe in a value",
        PIPES,
        SPELLS,
        good(SPELLS).replace(b"LEI", b"L|EI", 1),
        "RAGGED_ROW",
        line=2,
        row=1,
        received=3,
    ),
    line_aside("a count of rows", PIPES, SPELLS, good(SPELLS) + b"3 rows selected.\n", "FOOTER", line=5, row=4),
    refused(
        "the other prison feed's file",
        PIPES,
        SENTENCES,
        good(SPELLS),
        "MISSING_COLUMN",
        "looks like prison/custody_spells in the wrong folder",
        received=3,
    ),
)
