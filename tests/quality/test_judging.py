"""What judging counts, against every rule worked out row by row in plain Python, on deliveries made to be nasty."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.contracts import (
    Column,
    ColumnRule,
    ColumnRuleKind,
    ColumnType,
    Dimension,
    FeedContract,
    RowRule,
    Severity,
)
from orchestration.quality import counting, judged_rows, repeated_keys
from orchestration.quality.checks import checks_of
from orchestration.quality.judging import Judging
from tests.ingest.small_feeds import column, feed

Row = dict[str, str | None]


def row_rule(code: str, sql: str, columns: tuple[str, ...], severity: Severity = Severity.QUARANTINE) -> RowRule:
    return RowRule(
        code=code,
        name=f"{sql} holds",
        severity=severity,
        dimension=Dimension.CONSISTENCY,
        cause="",
        correct="",
        avoid="",
        who="",
        sql=sql,
        columns=columns,
    )


CONTRACT = feed(
    "hmcts",
    "hearings",
    (
        column("hearing_id", ColumnType.IDENTIFIER, required=True, key_position=2),
        column("court", ColumnType.CODE, required=True, key_position=1, code_list="courts"),
        column("asn", ColumnType.IDENTIFIER, pattern="^[A-Z]{2}[0-9]+$"),
        column("surname", required=True),
        column("sex", ColumnType.CODE, closed_codes=("M", "F")),
        column("plea", ColumnType.CODE, expected_codes=("G", "NG", "it's")),
        column("bail", ColumnType.LIST, code_list="bail_exceptions"),
        column("outcome_class", ColumnType.CODE),
        column("outcome", ColumnType.CODE, code_list="trial_outcomes", code_list_class="outcome_class"),
        column("listed_on", ColumnType.DATE, required=True, minimum="1990-01-01", maximum="2026-12-31"),
        column("ended_on", ColumnType.DATE, open_end_values=("31/12/9999", "OPEN")),
        column("began_at", ColumnType.TIMESTAMP, minimum="2000-01-01"),
        column("minutes", ColumnType.INTEGER, minimum="0", maximum="600"),
        column("fee", ColumnType.NUMBER, maximum="99.5"),
        column("in_person", ColumnType.YES_NO),
    ),
    rules=(
        row_rule("HMC-HEA-001", "ended_on >= listed_on", ("listed_on", "ended_on")),
        row_rule("HMC-HEA-002", "sex <> 'M' or in_person", ("sex", "in_person"), Severity.WARNING),
        row_rule("HMC-HEA-003", "cast(began_at as date) = listed_on", ("listed_on", "began_at"), Severity.WARNING),
        row_rule("HMC-HEA-004", "asn is not null or surname = 'Smith'", ("asn", "surname")),
    ),
    missing_values=("NK", "N/K"),
)
CODES = {
    "courts": frozenset({"A", "B"}),
    "bail_exceptions": frozenset({"X", "Y", "it's"}),
    "trial_outcomes": frozenset({"CRACKED|A", "EFFECTIVE|B"}),
}
CHECKS = checks_of(CONTRACT, CODES)

BLANKS = (None, "", "  ", "NK", " N/K ", "\u00a0")
NASTY: dict[str, tuple[str | None, ...]] = {
    "hearing_id": (*BLANKS, "1.2E+10", "1,2e+9", "1E5", *(f"H{number}" for number in range(40))),
    "court": ("A", "B", " A", "B\u2003", "a", "", "C", None),
    "asn": (*BLANKS, "AB12", " AB12 ", "ab12", "AB", "AB12\n", "AB1x", *(f"CD{number}" for number in range(60))),
    "surname": (
        None, " ", "NK", "nk", "Smith", "Smith ", "O'Neill", "\tSmith", "É", "'; drop table judged_rows; --",
        "M\u00c3\u00bcller", "M\ufffdller", "M?ller", "Really?", "\u00c3sk", "O\u00e2\u20ac\u2122Hara", "Bell\x07",
        "\u0393\u03b1?",
    ),
    "sex": ("M", "F", " F", "m", "X", None, "NK"),
    "plea": ("G", "NG", "it's", "its", "g", "", None),
    "bail": (None, "X", "X;Y", " X ; Y ", "X;;Y", ";", "X;Z", "Z", "x", "it's;X", "NK", "X;NK"),
    "outcome_class": ("CRACKED", "EFFECTIVE", "OTHER", None, ""),
    "outcome": ("A", "B", " A", "a", None, "NK"),
    "listed_on": (
        None, "01/01/1990", "31/12/1989", "31/12/2026", "01/01/2027", "29/02/2024", "29/02/2023", "1/2/2024",
        "2024-02-01", " 05/06/2024 ", "01/01/0000", "N/K", "05/06/2024", "06/06/2024", "05/06/24",
    ),
    "ended_on": (None, "31/12/9999", "OPEN", "open", "05/06/2024", "04/06/2024", "07/06/2024", "32/01/2024", ""),
    "began_at": (
        None, "05/06/2024 10:00", "05/06/2024 24:00", "05/06/2024 9:00", "31/12/1999 23:59", "01/01/2000 00:00",
        "05/06/2024", "05/06/0000 10:00", "NK", "06/06/2024 23:59",
    ),
    "minutes": (None, "0", "-1", "+600", "601", "1.0", "12 ", "99999999999", "2147483647", "", "1e2", "٣"),
    "fee": (None, "0", "99.5", "99.51", "-3", "1,5", "1.", ".5", "+2.25", "NK", "1e1", "12345678901234567890"),
    "in_person": ("Y", "N", "y", "n", "Yes", None, "", "1"),
}  # fmt: skip


def deliveries(seed: int, sizes: tuple[int, ...]) -> dict[str, list[Row]]:
    """Rows by delivery; values of every kind in every column, in no order."""
    rng = random.Random(seed)
    return {
        f"delivery{number}": [{name: rng.choice(NASTY[name]) for name in CONTRACT.column_names} for _ in range(size)]
        for number, size in enumerate(sizes)
    }


def write_raw(folder: Path, rows: dict[str, list[Row]]) -> list[Path]:
    """Raw files as ingest writes them."""
    files = []
    for delivery_id, members in rows.items():
        columns: dict[str, Any] = {
            name: pa.array([row[name] for row in members], pa.string()) for name in CONTRACT.column_names
        }
        columns["_delivery_id"] = pa.array([delivery_id] * len(members), pa.string())
        columns["_row_number"] = pa.array(range(1, len(members) + 1), pa.int64())
        files.append(folder / f"{delivery_id}.parquet")
        pq.write_table(pa.table(columns), files[-1], row_group_size=97)
    return files


SPACES = "".join(map(chr, (code for code in range(0x3001) if unicodedata.category(chr(code)) == "Zs")))


def text_of(contract: FeedContract, raw: str | None) -> str | None:
    text = None if raw is None else raw.strip(SPACES)
    return None if text is None or text in ("", *contract.delivery.missing_values) else text


def read_date(text: str) -> date | None:
    moment = read_moment(text + " 00:00") if re.fullmatch(r"[0-9]{2}/[0-9]{2}/[0-9]{4}", text) else None
    return moment.date() if moment else None


def read_moment(text: str) -> datetime | None:
    if not re.fullmatch(r"[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}", text):
        return None
    try:
        return datetime.strptime(text, "%d/%m/%Y %H:%M")
    except ValueError:
        return None


def read_integer(text: str) -> int | None:
    value = int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else None
    return value if value is not None and -(2**31) <= value < 2**31 else None


def read_number(text: str) -> float | None:
    value = float(text) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text) else None
    return value if value is not None and abs(value) < 10**14 else None


READERS: dict[ColumnType, Callable[[str], Any]] = {
    ColumnType.DATE: read_date,
    ColumnType.TIMESTAMP: read_moment,
    ColumnType.INTEGER: read_integer,
    ColumnType.NUMBER: read_number,
    ColumnType.YES_NO: lambda text: {"Y": True, "N": False}.get(text.upper()),
}


def column_answer(rule: ColumnRule, texts: Row, typed: dict[str, Any]) -> bool | None:
    """Whether a row keeps a rule about one column; None if the rule does not apply to it."""
    about = CONTRACT.column(rule.column)
    text, value = texts[rule.column], typed[rule.column]
    if rule.kind is ColumnRuleKind.REQUIRED:
        return text is not None
    if text is None or (rule.kind is ColumnRuleKind.RANGE and value is None):
        return None
    answers: dict[ColumnRuleKind, Callable[[], bool | None]] = {
        ColumnRuleKind.TYPE: lambda: value is not None or text in about.open_end_values,
        ColumnRuleKind.CLOSED_CODES: lambda: text in about.closed_codes,
        ColumnRuleKind.EXPECTED_CODES: lambda: text in about.expected_codes,
        ColumnRuleKind.CODE_LIST: lambda: code_answer(about, text, texts),
        ColumnRuleKind.PATTERN: lambda: re.search(str(about.pattern).replace("$", r"\Z"), text) is not None,
        ColumnRuleKind.SPREADSHEET: lambda: re.search(r"^[+-]?[0-9]([.,][0-9]+)?[Ee]\+[0-9]+\Z", text) is None,
        ColumnRuleKind.RANGE: lambda: in_range(about, value),
        ColumnRuleKind.LEGIBLE: lambda: not is_garbled(text),
    }
    return answers[rule.kind]()


def is_garbled(text: str) -> bool:
    """A replacement character, a key that does not print, two bytes of one letter as two, or ? between letters."""
    if any(letter == "\ufffd" or (unicodedata.category(letter) == "Cc" and letter not in "\t\n\r") for letter in text):
        return True
    for first, second in pairwise(text):
        byte = second.encode("cp1252", "replace")[0] if ord(second) > 0xFF else ord(second)
        if (first in "\u00c2\u00c3\u00c4\u00c5" and 0x80 <= byte <= 0xBF) or first + second == "\u00e2\u20ac":
            return True
    return any(
        a.isalpha() and mark == "?" and b.isalpha() for a, mark, b in zip(text, text[1:], text[2:], strict=False)
    )


def in_range(about: Column, value: Any) -> bool:
    read = {ColumnType.DATE: date.fromisoformat, ColumnType.TIMESTAMP: datetime.fromisoformat}.get(about.type, float)
    is_low = about.minimum is not None and value < read(about.minimum)
    is_high = about.maximum is not None and value > read(about.maximum)
    return not (is_low or is_high)


def code_answer(about: Column, text: str, texts: Row) -> bool | None:
    allowed = CODES[str(about.code_list)]
    if about.code_list_class is not None:
        above = texts[about.code_list_class]
        return None if above is None else f"{above}|{text}" in allowed
    if about.type is ColumnType.LIST:
        items = [item.strip(SPACES) for item in text.split(";")]
        return all(item in allowed for item in items if item)
    return text in allowed


def row_answer(code: str, row: dict[str, Any]) -> bool | None:
    """The four row rules by hand; None where something that is needed is missing."""
    match code:
        case "HMC-HEA-001":
            needed = row["listed_on"] is not None and row["ended_on"] is not None
            return row["ended_on"] >= row["listed_on"] if needed else None
        case "HMC-HEA-002":
            if (row["sex"] is not None and row["sex"] != "M") or row["in_person"]:
                return True
            return False if row["sex"] == "M" and row["in_person"] is False else None
        case "HMC-HEA-003":
            needed = row["began_at"] is not None and row["listed_on"] is not None
            return row["began_at"].date() == row["listed_on"] if needed else None
        case "HMC-HEA-004":
            if row["asn"] is not None or row["surname"] == "Smith":
                return True
            return None if row["surname"] is None else False
    raise AssertionError(code)


@dataclass
class Truth:
    """What one delivery comes to."""

    quarantined: int
    checked: Counter[str]
    failed: Counter[str]
    lines: set[tuple[int, str]]


def truth_of(rows: list[Row]) -> Truth:
    truth = Truth(0, Counter(), Counter(), set())
    keys: Counter[tuple[str | None, ...]] = Counter()
    for number, row in enumerate(rows, start=1):
        texts = {name: text_of(CONTRACT, row[name]) for name in CONTRACT.column_names}
        typed: dict[str, Any] = {}
        for about in CONTRACT.columns:
            text = texts[about.name]
            is_open = text is None or text in about.open_end_values
            typed[about.name] = None if is_open else READERS.get(about.type, str)(str(text))
        broken = set()
        for rule in (*CONTRACT.column_rules, *CONTRACT.rules):
            answer = column_answer(rule, texts, typed) if isinstance(rule, ColumnRule) else row_answer(rule.code, typed)
            truth.checked[rule.code] += answer is not None
            truth.failed[rule.code] += answer is False
            if answer is False and rule.severity is Severity.QUARANTINE:
                broken.add((number, rule.code))
        truth.quarantined += bool(broken)
        truth.lines |= broken
        key = tuple(texts[name] for name in CONTRACT.primary_key)
        if None not in key:
            keys[key] += 1
    truth.checked["HMC-HEA-FILE-DUPLICATE_KEY"] = len(rows)
    truth.failed["HMC-HEA-FILE-DUPLICATE_KEY"] = sum(keys.values()) - len(keys)
    return truth


WAYS = {
    "held, row by row": {},
    "held, values listed": {"_FEW_ROWS": 0},
    "held, few values listed": {"_FEW_ROWS": 0, "MAX_LISTED_VALUES": 20},
    "held in several batches": {"_HELD_BYTES": 1},
    "scanned where they lie": {"_FEW_ROWS": 0, "_SMALL_FILE_BYTES": 0},
    "scanned, no values listed": {"_FEW_ROWS": 0, "_SMALL_FILE_BYTES": 0, "MAX_LISTED_VALUES": 0},
    "scanned, first rows are varied": {
        "_FEW_ROWS": 0,
        "_SMALL_FILE_BYTES": 0,
        "_SAMPLE_ROWS": 50,
        "_MOST_VALUES_IN_SAMPLE": 0.3,
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("most_values_shown", [10_000, 3])
def test_every_kind_of_rule_counts_as_worked_out_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, most_values_shown: int
) -> None:
    for constant, value in WAYS[way].items():
        monkeypatch.setattr(judged_rows, constant, value)
    monkeypatch.setattr(counting, "MAX_DISTINCT_VALUES", most_values_shown)
    monkeypatch.setattr(repeated_keys, "_ROWS_AT_ONCE", 100)
    rows = deliveries(seed=20260322, sizes=(400, 1, 150))
    with Judging(CONTRACT, CHECKS, CODES, write_raw(tmp_path, rows)) as judging:
        counts = judging.count()
        lines = judging.rows_breaking(list(rows)[:2], [check.code for check in CHECKS if not check.key])
    assert set(counts) == set(rows)
    quarantining = {rule.code for rule in CONTRACT.all_rules if rule.severity is Severity.QUARANTINE}
    for delivery_id, members in rows.items():
        truth, found = truth_of(members), counts[delivery_id]
        assert found.failed == {check.code: truth.failed[check.code] for check in CHECKS}
        assert found.checked == {check.code: truth.checked[check.code] for check in CHECKS}
        assert (found.rows, found.quarantined) == (len(members), truth.quarantined)
        named = {
            (row["row_number"], row["rule_code"])
            for row in lines.to_pylist()
            if row["delivery_id"] == delivery_id and row["rule_code"] in quarantining
        }
        assert named == (truth.lines if delivery_id in list(rows)[:2] else set())
    assert all(truth_of(rows["delivery0"]).failed[check.code] for check in CHECKS), "each rule is broken by some row"


def test_a_column_the_contract_has_gained_is_missing_in_older_raw_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = deliveries(seed=5, sizes=(30,))
    (file,) = write_raw(tmp_path, rows)
    pq.write_table(pq.read_table(file).drop_columns(["surname"]), file)
    without = [{**row, "surname": None} for row in rows["delivery0"]]
    for small in (judged_rows._SMALL_FILE_BYTES, 0):
        monkeypatch.setattr(judged_rows, "_SMALL_FILE_BYTES", small)
        with Judging(CONTRACT, CHECKS, CODES, [file]) as judging:
            counts = judging.count()["delivery0"]
        assert counts.failed["HMC-HEA-REQUIRED-surname"] == 30
        assert counts.quarantined == truth_of(without).quarantined


def test_keys_with_one_hash_are_still_compared_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = deliveries(seed=9, sizes=(200,))
    monkeypatch.setattr(repeated_keys, "key_hash", lambda key: f"hash({judged_rows.DELIVERY_ID})")
    with Judging(CONTRACT, CHECKS, CODES, write_raw(tmp_path, rows)) as judging:
        failed = judging.count()["delivery0"].failed
    truth = truth_of(rows["delivery0"])
    assert failed["HMC-HEA-FILE-DUPLICATE_KEY"] == truth.failed["HMC-HEA-FILE-DUPLICATE_KEY"] > 0


def test_files_are_read_together_while_they_are_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged_rows, "_SMALL_FILE_BYTES", 10)
    monkeypatch.setattr(judged_rows, "_HELD_BYTES", 20)
    files = []
    for number, size in enumerate((8, 8, 50, 4, 1)):
        files.append(tmp_path / str(number))
        files[-1].write_bytes(b"x" * size)
    one, two, three, four, five = files
    assert judged_rows.batches_of(files) == ((one, two, four), (five,), (three,))
    assert judged_rows.batches_of([]) == ()
