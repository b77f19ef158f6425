"""Every broken delivery ends in its stated verdict, for its stated reason, and harms nobody else."""

from __future__ import annotations

import gzip
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.contracts import DeliveryRuleKind, FeedContract
from orchestration.ingest import IngestSummary, ingest_feed, load_receipts
from orchestration.quality import GateSummary, gate_feed, ledger_totals
from orchestration.settings import Settings
from tests.quality.broken import BROKEN_DELIVERIES
from tests.quality.broken.good_rows import CUSTODY, GOOD, LEGAL_AID, ORDERS, SEARCHES
from tests.quality.broken.making import (
    ACCEPTED,
    CONTRACTS,
    NOT_A_DELIVERY,
    QUARANTINE,
    REJECTED,
    Broken,
    contract,
    file_name,
    good,
)

ADVICE = re.compile(r"\b(send|export|deliver|write|name|rename|quote|double|leave|take|put|begin)\b", re.IGNORECASE)
KINDS = {"csv utf-8", "csv cp1252", "pipes", "JSON lines", "parquet", "gz", "stop and search"}


@dataclass
class Landed:
    """A landing folder and what was made of it."""

    settings: Settings
    told: list[str]

    def land(self, feed: str, name: str, content: bytes) -> Path:
        path = self.folder(feed) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def folder(self, feed: str) -> Path:
        return self.settings.landing_dir / feed

    def run(self, feed: str) -> tuple[IngestSummary, GateSummary]:
        ingested = ingest_feed(contract(feed), self.settings, report=self.told.append, others=CONTRACTS.values())
        judged = gate_feed(contract(feed), self.settings, report=self.told.append)
        assert judged.rows_received == judged.rows_accepted + judged.rows_quarantined + judged.rows_rejected
        ledger_totals(self.settings)
        return ingested, judged

    def rows(self, feed: str, table: str) -> list[dict[str, Any]]:
        path = self.settings.gate_dir / table / f"{feed.replace('/', '__')}.parquet"
        return pq.read_table(path).to_pylist()


@pytest.fixture
def here(tmp_path: Path) -> Landed:
    return Landed(Settings.from_environment(landing_dir=tmp_path / "landing", data_dir=tmp_path / "data"), [])


def identifier(broken: Broken) -> str:
    return f"{broken.kind}: {broken.case}"


def arrange(here: Landed, broken: Broken) -> None:
    here.folder(broken.feed).mkdir(parents=True, exist_ok=True)
    for name, content in (*broken.earlier.items(), *broken.files.items()):
        here.land(broken.feed, name, content)
    if broken.arrange:
        broken.arrange(here.folder(broken.feed))


def redeliver(here: Landed, broken: Broken) -> str:
    """A good delivery: in the place of the broken one where the name says all, else under a later date.

    It has as many rows as the feed is used to, if there were deliveries before.
    """
    feed, count = broken.feed, 90 if broken.earlier else 2
    name = file_name(feed, day="20240229")
    if feed == SEARCHES:
        shutil.rmtree(here.folder(feed))
        name = file_name(feed)
    here.land(feed, name, good(feed, count, start=7))
    return name


def test_there_are_enough_cases_of_every_kind() -> None:
    kinds = Counter(broken.kind for broken in BROKEN_DELIVERIES)
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 3
    assert len(BROKEN_DELIVERIES) >= 240
    feeds = Counter(broken.feed for broken in BROKEN_DELIVERIES)
    assert set(feeds) == set(CONTRACTS) >= set(GOOD)
    assert min(feeds.values()) >= 3
    assert len({identifier(broken) for broken in BROKEN_DELIVERIES}) == len(BROKEN_DELIVERIES)


def test_every_rule_about_deliveries_is_broken_by_a_case() -> None:
    shown = {rule for broken in BROKEN_DELIVERIES for rule in (*broken.rules, *broken.warnings)}
    # a date that has not come depends on the clock of the file system, not on content: it has a test of its own
    missing = {f"FILE-{kind.name}" for kind in DeliveryRuleKind} - shown
    assert missing == {"FILE-EXTRACT_DATE"}


@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN_DELIVERIES, ids=identifier)
def test_a_broken_delivery_ends_in_its_verdict_and_a_good_one_is_accepted_after_it(
    here: Landed, broken: Broken
) -> None:
    arrange(here, broken)
    ingested, judged = here.run(broken.feed)
    deliveries = [row for row in here.rows(broken.feed, "deliveries") if row["file_name"] not in broken.earlier]
    if broken.verdict == NOT_A_DELIVERY:
        assert deliveries == []
        assert tuple(item.reason_code for item in ingested.unplaced) == broken.rules
        assert all(item.path.startswith(broken.feed) and ADVICE.search(item.message) for item in ingested.unplaced)
    else:
        (delivery,) = deliveries
        assert delivery["verdict"] == broken.verdict, delivery["reasons"]
        assert delivery["rows_received"] == broken.received
        assert delivery["file_name"] in broken.files
        check_reasons(here, broken, judged, delivery)
    if broken.verdict in {ACCEPTED, QUARANTINE}:
        return
    earlier = len(load_receipts(contract(broken.feed), here.settings))
    name = redeliver(here, broken)
    here.run(broken.feed)
    verdicts = {row["file_name"]: row["verdict"] for row in here.rows(broken.feed, "deliveries")}
    assert verdicts[name] == ACCEPTED
    assert len(load_receipts(contract(broken.feed), here.settings)) >= earlier


def check_reasons(here: Landed, broken: Broken, judged: GateSummary, delivery: dict[str, Any]) -> None:
    """The right rules are named, where it is wrong, and what to do."""
    rules: FeedContract = contract(broken.feed)
    codes = {code for code in delivery["reason_codes"].split(";") if code}
    own = [row for row in here.rows(broken.feed, "rule_results") if row["delivery_id"] == delivery["delivery_id"]]
    results = {row["rule_code"]: row for row in own if row["failed"]}
    earlier = sum(row["rows_received"] for row in here.rows(broken.feed, "deliveries")) - broken.received
    if broken.verdict == ACCEPTED:
        assert (codes, set(results)) == (set(), broken.codes)
        assert judged.rows_accepted == broken.received + earlier
        return
    assert {f"{rules.rule_prefix}-{rule}" for rule in broken.warnings} <= set(results)
    assert broken.codes <= codes
    if broken.verdict == REJECTED:
        (refused,) = judged.rejected
        assert refused.file_name == delivery["file_name"]
        assert ADVICE.search(refused.reasons), refused.reasons
        assert all(word in refused.reasons for word in broken.words), refused.reasons
        assert any(refused.file_name in line and refused.reasons in line for line in here.told)
        assert judged.rows_rejected == broken.received
        return
    assert broken.verdict == QUARANTINE
    found = here.rows(broken.feed, "quarantined_rows")
    assert {row["row_number"] for row in found} == {broken.row}
    assert broken.column in {row["column_name"] for row in found if row["rule_code"] in broken.codes}
    for row in found:
        assert rules.rule(row["rule_code"]).correct in row["message"]
        assert all(word in row["message"] for word in broken.words)
    assert judged.rows_quarantined == 1


def test_broken_deliveries_of_every_kind_together_stop_no_good_one(here: Landed) -> None:
    """The first refused delivery of every kind lands at once beside good ones of untouched feeds."""
    shown: dict[str, Broken] = {}
    for broken in BROKEN_DELIVERIES:
        if broken.verdict == REJECTED and broken.feed not in {LEGAL_AID, ORDERS}:
            shown.setdefault(broken.feed, broken)
    untouched = (LEGAL_AID, ORDERS)
    for feed in untouched:
        here.land(feed, file_name(feed), good(feed))
        here.run(feed)
    before = {feed: (here.rows(feed, "deliveries"), here.rows(feed, "rule_results")) for feed in untouched}
    for broken in shown.values():
        arrange(here, broken)
    for feed in (*shown, *untouched):
        here.run(feed)
    assert {feed: (here.rows(feed, "deliveries"), here.rows(feed, "rule_results")) for feed in untouched} == before
    totals = ledger_totals(here.settings)
    assert totals.rejected_deliveries == len(shown)
    assert totals.rows_received == totals.rows_accepted + totals.rows_quarantined + totals.rows_rejected
    assert totals.rows_accepted == 6


def test_other_content_under_the_same_name_replaces_what_it_corrects(here: Landed) -> None:
    here.land(CUSTODY, file_name(CUSTODY), good(CUSTODY).replace(b",F,", b",X,", 1))
    assert here.run(CUSTODY)[1].rows_quarantined == 1
    here.land(CUSTODY, file_name(CUSTODY), good(CUSTODY))
    _, judged = here.run(CUSTODY)
    assert (judged.deliveries, judged.accepted, judged.rows_accepted) == (1, 1, 3)


def test_a_folder_that_may_not_be_listed_is_reported(here: Landed, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.ingest import landing

    listed = landing._entries

    def refusing(folder: Path) -> Any:
        if folder.name == "closed":
            raise PermissionError(folder)
        return listed(folder)

    here.land(CUSTODY, file_name(CUSTODY), good(CUSTODY))
    (here.folder(CUSTODY) / "closed").mkdir()
    monkeypatch.setattr(landing, "_entries", refusing)
    ingested, judged = here.run(CUSTODY)
    assert [item.reason_code for item in ingested.unplaced] == ["no-permission"]
    assert judged.accepted == 1


def test_a_line_of_200_megabytes_is_refused_without_being_held(here: Landed) -> None:
    """Packed, so that the test need not write it; peak memory is what Python itself allocates."""
    import tracemalloc

    megabyte = gzip.compress(b"x" * 1_000_000)
    here.land(CUSTODY, file_name(CUSTODY, "csv.gz"), gzip.compress(good(CUSTODY)) + megabyte * 200)
    here.land(ORDERS, file_name(ORDERS, "jsonl.gz"), gzip.compress(good(ORDERS)) + megabyte * 200)
    tracemalloc.start()
    try:
        for feed in (CUSTODY, ORDERS):
            ingested, judged = here.run(feed)
            assert (ingested.refused_files, judged.rows_received) == (1, 0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100 << 20
    assert ingested.problems[0].problem.message.endswith("write one record a line")


def test_an_extract_date_that_had_not_come_is_counted_by_the_time_of_writing(here: Landed) -> None:
    import os
    from datetime import UTC, datetime

    path = here.land(CUSTODY, file_name(CUSTODY), good(CUSTODY))
    for written, failed in (((2024, 1, 1), 1), ((2024, 2, 1), 0), ((1980, 1, 1), 0)):
        moment = datetime(*written, 12, tzinfo=UTC).timestamp()
        os.utime(path, (moment, moment))
        here.run(CUSTODY)
        results = {row["rule_code"]: row["failed"] for row in here.rows(CUSTODY, "rule_results")}
        assert results["POL-CUS-FILE-EXTRACT_DATE"] == failed
        assert here.rows(CUSTODY, "deliveries")[0]["verdict"] == ACCEPTED


def test_formulas_stay_text_and_no_file_written_by_the_gate_is_a_spreadsheet(here: Landed) -> None:
    content = good(CUSTODY).replace(b"M\xc3\xbcller", b"=cmd|' /C calc'!A0").replace(b",F,", b",X,", 1)
    here.land(CUSTODY, file_name(CUSTODY), content)
    here.run(CUSTODY)
    written = [path for path in here.settings.data_dir.rglob("*") if path.is_file()]
    assert {path.suffix for path in written} == {".parquet"}
    assert "cmd|" not in str([here.rows(CUSTODY, t) for t in ("deliveries", "quarantined_rows", "rule_results")])
