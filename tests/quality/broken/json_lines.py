"""Faults of JSON lines. No tests here."""

from __future__ import annotations

import json

from tests.quality.broken.good_rows import ORDERS
from tests.quality.broken.making import (
    JSON_LINES,
    accepted,
    cell,
    good,
    json_lines,
    line_aside,
    order,
    raw_order,
    refused,
)

JSON_FILES = (
    accepted("UTF-8 byte order mark", JSON_LINES, ORDERS, b"\xef\xbb\xbf" + good(ORDERS)),
    accepted(
        "a nested object under an extra name",
        JSON_LINES,
        ORDERS,
        raw_order(', "officer": {"team": 1}'),
        "FILE-UNKNOWN_COLUMN",
    ),
    cell("a date and time for a date", JSON_LINES, ORDERS, "TYPE-start_date", start_date="2024-01-02T00:00:00"),
    cell("words for a number", JSON_LINES, ORDERS, "TYPE-event_number", event_number="one"),
    cell("a code outside a closed list", JSON_LINES, ORDERS, "101", at="order_type", order_type="Community"),
    refused(
        "an array around the objects",
        JSON_LINES,
        ORDERS,
        json.dumps([order(), order()]).encode(),
        "UNREADABLE",
        "line 1",
        "no array",
    ),
    refused(
        "an object spread over lines",
        JSON_LINES,
        ORDERS,
        json.dumps(order(), indent=1).encode(),
        "UNREADABLE",
        "line 1",
    ),
    refused(
        "a nested object for a value",
        JSON_LINES,
        ORDERS,
        json_lines(order(), order(surname={"text": "Müller"})),
        "UNREADABLE",
        "record 2",
        "surname",
    ),
    refused(
        "objects in a list",
        JSON_LINES,
        ORDERS,
        json_lines(order(requirements=[{"code": "UPW"}])),
        "UNREADABLE",
        "record 1",
        "requirements",
    ),
    line_aside(
        "one key twice in an object",
        JSON_LINES,
        ORDERS,
        raw_order(', "surname": "Smith"'),
        "UNREADABLE_ROW",
        line=3,
        row=3,
        received=3,
    ),
    line_aside(
        "a line that is no object", JSON_LINES, ORDERS, good(ORDERS) + b"[1]\n", "UNREADABLE_ROW", line=4, row=4
    ),
    refused(
        "two spellings of one key",
        JSON_LINES,
        ORDERS,
        raw_order(', "SURNAME": "Smith"'),
        "UNREADABLE",
        "more than once",
    ),
    refused("an escaped NUL", JSON_LINES, ORDERS, json_lines(order(surname="An\0a")), "UNREADABLE", "surname", "NUL"),
    refused(
        "keys that are numbers of records",
        JSON_LINES,
        ORDERS,
        json_lines({f"X{n}": 1 for n in range(2_000)}),
        "UNREADABLE",
        "2,000",
    ),
    refused("cut in the last line", JSON_LINES, ORDERS, good(ORDERS)[:-20], "UNREADABLE", "line 3"),
    refused("no lines and no manifest", JSON_LINES, ORDERS, b"\n", "EMPTY_FILE", "manifest"),
    refused("one line of 5 MB", JSON_LINES, ORDERS, b'{"crn": "' + b"x" * 5_000_000 + b'"}', "UNREADABLE", "4 MiB"),
    refused(
        "a key in no object",
        JSON_LINES,
        ORDERS,
        json_lines({k: v for k, v in order().items() if k != "crn"}),
        "MISSING_COLUMN",
        "crn",
        received=1,
    ),
)
