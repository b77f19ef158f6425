"""Faults of the published stop-and-search files. No tests here."""

from __future__ import annotations

from tests.quality.broken.good_rows import SEARCHES
from tests.quality.broken.making import (
    HTML,
    SEARCH_FILES,
    accepted,
    cell,
    encoded,
    good,
    refused,
    rows,
    text,
    warned,
)

SEARCH_FAULTS = (
    accepted("identical searches", SEARCH_FILES, SEARCHES, encoded(SEARCHES, text(SEARCHES, rows(SEARCHES, 1) * 3))),
    warned("a label in new words", SEARCH_FILES, SEARCHES, "EXPECTED_CODES-gender", Gender="Non-binary"),
    warned("a date without its offset", SEARCH_FILES, SEARCHES, Date="2024-01-02 12:00"),
    cell("the 31st of February", SEARCH_FILES, SEARCHES, "TYPE-date", Date="2024-02-31T12:00:00+00:00"),
    cell("a coordinate in words", SEARCH_FILES, SEARCHES, "TYPE-latitude", Latitude="north", Longitude="0.1"),
    refused(
        "a pound sign in another encoding",
        SEARCH_FILES,
        SEARCHES,
        good(SEARCHES).replace(b"Arrest", b"\xa360 fine", 1),
        "UNREADABLE",
        "line 2",
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
