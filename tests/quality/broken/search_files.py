"""Faults of the published stop-and-search files. No tests here."""

from __future__ import annotations

from tests.quality.broken.good_rows import SEARCHES
from tests.quality.broken.making import (
    HTML,
    QUARANTINE,
    REJECTED,
    SEARCH_FILES,
    Broken,
    accepted,
    cell,
    contract,
    encoded,
    file_name,
    good,
    line_aside,
    refused,
    rows,
    text,
    warned,
)

_DEFAULTS = {
    "Part of a policing operation": "False",
    "Outcome linked to object of search": "False",
    "Removal of more than just outer clothing": "False",
}

SEARCH_FAULTS = (
    accepted("identical searches", SEARCH_FILES, SEARCHES, encoded(SEARCHES, text(SEARCHES, rows(SEARCHES, 1) * 3))),
    accepted(
        "yes and no, ages and cases as forces write them",
        SEARCH_FILES,
        SEARCHES,
        encoded(
            SEARCHES,
            text(
                SEARCHES,
                [
                    row | {"Age range": age, "Outcome linked to object of search": linked, "Gender": "Male"}
                    for row, age, linked in zip(
                        rows(SEARCHES, 3), ("17-Oct", "Oct-17", "Over 34"), ("1", "Y", "false"), strict=True
                    )
                ],
            ),
        ),
    ),
    Broken(
        "a row of nothing but commas",
        SEARCH_FILES,
        SEARCHES,
        {file_name(SEARCHES): encoded(SEARCHES, text(SEARCHES, rows(SEARCHES, 2)) + "," * 14 + "\n")},
        QUARANTINE,
        ("FILE-BLANK_ROW",),
        3,
        row=3,
        column=";".join(contract(SEARCHES).column_names),
    ),
    Broken(
        "a force whose name is misspelt",
        SEARCH_FILES,
        SEARCHES,
        {"2024-01-metropolitian-stop-and-search.csv": good(SEARCHES)},
        REJECTED,
        ("FILE-FORCE",),
        3,
        words=("is it metropolitan?",),
    ),
    Broken(
        "a force of another country",
        SEARCH_FILES,
        SEARCHES,
        {"2024-01-northern-ireland-stop-and-search.csv": good(SEARCHES)},
        REJECTED,
        ("FILE-FORCE",),
        3,
        words=("not in the reference list",),
    ),
    warned("a label in new words", SEARCH_FILES, SEARCHES, "EXPECTED_CODES-gender", Gender="Non-binary"),
    warned("a date without its offset", SEARCH_FILES, SEARCHES, Date="2024-01-02 12:00"),
    cell("the 31st of February", SEARCH_FILES, SEARCHES, "TYPE-date", Date="2024-02-31T12:00:00+00:00"),
    cell("a coordinate in words", SEARCH_FILES, SEARCHES, "TYPE-latitude", Latitude="north", Longitude="0.1"),
    line_aside(
        "a pound sign in another encoding",
        SEARCH_FILES,
        SEARCHES,
        good(SEARCHES).replace(b"Arrest", b"\xa360 fine", 1),
        "UNREADABLE_ROW",
        line=2,
        row=1,
        received=3,
    ),
    Broken(
        "a row of defaults",
        SEARCH_FILES,
        SEARCHES,
        {file_name(SEARCHES): encoded(SEARCHES, text(SEARCHES, [*rows(SEARCHES, 2), _DEFAULTS]))},
        QUARANTINE,
        ("FILE-BLANK_ROW",),
        3,
        row=3,
        column=";".join(contract(SEARCHES).column_names),
    ),
    Broken(
        "a footer with all its commas",
        SEARCH_FILES,
        SEARCHES,
        {file_name(SEARCHES): encoded(SEARCHES, text(SEARCHES, rows(SEARCHES, 2)) + "Total rows: 2" + "," * 14 + "\n")},
        QUARANTINE,
        ("FILE-BLANK_ROW",),
        3,
        row=3,
        column=";".join(contract(SEARCHES).column_names),
    ),
    refused("a web page", SEARCH_FILES, SEARCHES, HTML, "WRONG_CONTENT", "web page"),
    refused(
        "the outcomes file of the same download",
        SEARCH_FILES,
        SEARCHES,
        b"Crime ID,Month,Reported by\n1,2024-01,Kent\n",
        "MISSING_COLUMN",
        "does not look like",
        received=1,
    ),
)
