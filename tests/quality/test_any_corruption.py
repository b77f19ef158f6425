"""Whatever happens to a delivery on its way, it ends in a verdict: no accident, and every row accounted for."""

from __future__ import annotations

import atexit
import gzip
import os
import random
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orchestration.ingest import ingest_feed
from orchestration.quality import gate_feed, ledger_totals
from orchestration.quality.verdicts import Verdict
from orchestration.settings import Settings
from tests.quality.broken.good_rows import (
    CASES,
    CPS,
    CUSTODY,
    LEGAL_AID,
    ORDERS,
    RESULTS,
    SEARCHES,
    SENTENCES,
    SPELLS,
    Row,
)
from tests.quality.broken.making import CONTRACTS, contract, file_name, good, header, parquet, rows, text

pytestmark = pytest.mark.slow

EXAMPLES = 500 if os.environ.get("CI") else 60
"""500 take 65 to 80 seconds on two busy cores, 60 about fifteen."""

GOOD_ROWS = 3
"""Rows of the feed beside it, which no corruption may touch."""

GATE_FILES = 5

MOST_FILES = 2
"""Corrupted files an example lands at once: with two, one delivery's fault can be seen to spoil another's verdict."""

FEEDS = (CUSTODY, CPS, SPELLS, SENTENCES, ORDERS, LEGAL_AID, RESULTS, SEARCHES)
NASTY = (
    "", " ", "\t", "\n", "\r", '"', "'", "\\", ",", "|", ";", "\u00a0", "\u2028", "\ufeff", "\ufffd", "é", "\U0001f512",
    "=cmd|' /C calc'!A0", "@SUM(1)", "-1", "+1", "0", "1.23E+10", "1e400", "NaN", "inf", "-0", "00", "1,000", "٣", "½",
    "0000-01-01", "01/01/0000", "01-JAN-0000", "9999-12-31T24:00:00Z", "31/12/9999", "31/02/2024", "2024-02-31",
    "29-FEB-2023", "infinity", "epoch", "today", "null", "NULL", "None", "N/A", "NK", "true", "Y\n", "A1234BC\n", "M ",
    "2024-01-01T00:00:00+99:99", "x" * 5_000, "'; drop table judged_rows; --", "${object}", "%s", "{}", "[]", "é" * 300,
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-32", "latin-1", "cp037", "utf-7")
FAULTS = (
    "cell",
    "cell",
    "cell",
    "cell",
    "shuffle",
    "flip",
    "cut",
    "insert",
    "repeat",
    "shuffle",
    "cell",
    "drop",
    "rename",
    "encoding",
    "delimiter",
    "none",
)


@dataclass(frozen=True)
class Corruption:
    """What happens to one file: kinds of fault in order, and the seed of where and how."""

    extension: str | None
    faults: tuple[str, ...]
    seed: int


corruptions = st.builds(
    Corruption,
    st.sampled_from((None, None, "gz", "parquet", "csv", "jsonl")),
    st.lists(st.sampled_from(FAULTS), min_size=1, max_size=4).map(tuple),
    st.integers(0, 2**32 - 1),
)


def corrupted(feed: str, corruption: Corruption) -> tuple[str, bytes]:
    """Extension and bytes of a good delivery after its faults."""
    chance = random.Random(corruption.seed)
    records, names = rows(feed, chance.choice((0, 1, 3, 25))), header(feed)
    for fault in corruption.faults:
        records, names = _fault_in_table(fault, records, names, chance)
    content, extension = _written(feed, corruption, records, names, chance)
    for fault in corruption.faults:
        content = _fault_in_bytes(fault, content, chance)
    if extension.endswith(".gz"):
        content = gzip.compress(content, mtime=0)
        for fault in corruption.faults[1:]:
            content = _fault_in_bytes(fault, content, chance)
    return extension, content


def _fault_in_table(
    fault: str, records: list[Row], names: list[str], chance: random.Random
) -> tuple[list[Row], list[str]]:
    if fault == "shuffle":
        records, names = chance.sample(records, len(records)), chance.sample(names, len(names))
    elif fault == "cell":
        for record in records[:3]:
            record |= {name: chance.choice(NASTY) for name in chance.sample(names, min(3, len(names)))}
    elif fault == "drop" and len(names) > 1:
        dropped = chance.choice(names)
        names = [name for name in names if name != dropped]
    elif fault == "rename":
        old, new = chance.choice(names), chance.choice((*NASTY, *names))
        names = [new if name == old else name for name in names]
        records = [{new if name == old else name: value for name, value in record.items()} for record in records]
    return records, names


def _written(
    feed: str, corruption: Corruption, records: list[Row], names: list[str], chance: random.Random
) -> tuple[bytes, str]:
    kind = contract(feed).delivery.kind
    extension = {None: kind, "gz": f"{kind}.gz"}.get(corruption.extension, corruption.extension) or kind
    if extension == "parquet":
        return parquet({name: [record.get(name) for record in records] for name in names}), extension
    delimiter = chance.choice(",;|\t") if "delimiter" in corruption.faults else None
    encoding = contract(feed).delivery.encoding
    if "encoding" in corruption.faults:
        encoding = chance.choice(ENCODINGS)
    kept = [{name: record.get(name, "") for name in names} for record in records]
    return text(feed, kept, names, delimiter=delimiter).encode(encoding, "replace"), extension


def _fault_in_bytes(fault: str, content: bytes, chance: random.Random) -> bytes:
    place = chance.randint(0, max(len(content) - 1, 0))
    if fault == "flip" and content:
        return content[:place] + bytes([content[place] ^ (1 << chance.randint(0, 7))]) + content[place + 1 :]
    if fault == "cut":
        return content[:place]
    if fault == "insert":
        return content[:place] + chance.choice(NASTY).encode() + chance.randbytes(2) + content[place:]
    if fault == "repeat":
        return content + content[place:]
    return content


def gated_beside(here: Settings, feed: str) -> str:
    """Another feed with a good delivery, ingested and judged as once for all: its files are copied in."""
    untouched = LEGAL_AID if feed != LEGAL_AID else CASES
    shutil.copytree(gated_once(untouched), here.data_dir, dirs_exist_ok=True)
    return untouched


@cache
def gated_once(feed: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="untouched-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    here = Settings.from_environment(landing_dir=folder / "landing", data_dir=folder / "data")
    home = here.landing_dir / feed
    home.mkdir(parents=True)
    (home / file_name(feed)).write_bytes(good(feed, GOOD_ROWS))
    ingest_feed(contract(feed), here)
    assert gate_feed(contract(feed), here).rows_accepted == GOOD_ROWS
    return here.data_dir


def gate_files(here: Settings, feed: str) -> dict[str, bytes]:
    """Every gate file of a feed."""
    name = f"{feed.replace('/', '__')}.parquet"
    found = {path.parent.name: path.read_bytes() for path in here.gate_dir.glob(f"*/{name}")}
    assert len(found) == GATE_FILES
    return found


@given(feed=st.sampled_from(FEEDS), found=st.lists(corruptions, min_size=1, max_size=MOST_FILES))
@hypothesis_settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_any_corruption_ends_in_a_verdict_and_every_row_is_accounted_for(feed: str, found: list[Corruption]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Settings.from_environment(landing_dir=Path(folder) / "landing", data_dir=Path(folder) / "data")
        home = here.landing_dir / feed
        home.mkdir(parents=True)
        for month, corruption in enumerate(found, start=1):
            extension, content = corrupted(feed, corruption)
            (home / file_name(feed, extension, f"2024{month:02}28")).write_bytes(content)
        untouched = gated_beside(here, feed)
        before = gate_files(here, untouched)
        ingested = ingest_feed(contract(feed), here, others=CONTRACTS.values())
        judged = gate_feed(contract(feed), here)
        gate_feed(contract(untouched), here)
        assert gate_files(here, untouched) == before
        totals = ledger_totals(here)
        deliveries = pq.read_table(here.gate_dir / "deliveries" / f"{feed.replace('/', '__')}.parquet").to_pylist()
    assert ingested.rows_received == judged.rows_received == totals.rows_received - GOOD_ROWS
    assert totals.rows_received == totals.rows_accepted + totals.rows_quarantined + totals.rows_rejected
    assert judged.deliveries == ingested.deliveries == len(deliveries)
    assert sum(item["receipts"] for item in deliveries) == len(found)
    for item in deliveries:
        assert item["verdict"] in set(Verdict)
        assert bool(item["reasons"]) == (item["verdict"] != Verdict.ACCEPTED)
        assert item["rows_quarantined"] <= item["rows_received"]
