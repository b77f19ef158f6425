"""Which causes can have reached a mart: the records a tiny build cannot vary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from orchestration.publish.causes import Build, Cause, Delivery, possible_causes
from orchestration.publish.evidence import BuildEvidence, FeedEvidence, NodeEvidence

MART, OTHER = "model.justice.sittings", "model.justice.clock"

EVIDENCE = BuildEvidence(
    software={"duckdb": "1.5.6"},
    code={"ingest": "i", "quality": "q", "linkage": "l"},
    feeds={"hmcts/hearings": FeedEvidence("rules", "codes")},
    nodes={
        MART: NodeEvidence("marts.sittings", "m", ("model.justice.stg_hearings",)),
        "model.justice.stg_hearings": NodeEvidence("staging.stg_hearings", "s", ("source.justice.raw_hmcts.hearings",)),
        "source.justice.raw_hmcts.hearings": NodeEvidence("raw_hmcts.hearings"),
        OTHER: NodeEvidence("marts.clock", "c", ("source.justice.gate.deliveries", "source.justice.linkage.quality")),
        "source.justice.gate.deliveries": NodeEvidence("gate.deliveries"),
        "source.justice.linkage.quality": NodeEvidence("linkage.quality"),
    },
)
BEFORE = Build(
    build_id="a",
    data_as_of=date(2026, 11, 9),
    linkage_build="1-aa",
    linkage_model="justice-1",
    key_fingerprint="k",
    evidence=EVIDENCE,
    deliveries=(Delivery("hmcts/hearings", "d1", date(2026, 11, 2), None, True, 10),),
)


def after(evidence: BuildEvidence = EVIDENCE, **changes: object) -> Build:
    return replace(BEFORE, build_id="b", evidence=evidence, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("evidence", "cause", "detail"),
    [
        (replace(EVIDENCE, code={**EVIDENCE.code, "quality": "q2"}), Cause.RULE_CHANGE, "code of quality"),
        (replace(EVIDENCE, software={"duckdb": "2.0.0"}), Cause.RULE_CHANGE, "duckdb 1.5.6 became 2.0.0"),
        (
            replace(EVIDENCE, feeds={"hmcts/hearings": FeedEvidence("rules", "more codes")}),
            Cause.CODE_LIST_CHANGE,
            "codes the gate accepts of hmcts/hearings",
        ),
    ],
)
def test_what_judges_and_reads_deliveries_is_a_cause(evidence: BuildEvidence, cause: Cause, detail: str) -> None:
    found = possible_causes(MART, BEFORE, after(evidence))
    assert found.closed == found.open == {cause: detail}


def test_the_code_of_the_gate_is_none_where_no_delivery_comes_in() -> None:
    other_code = replace(EVIDENCE, code={**EVIDENCE.code, "quality": "q2"})
    assert set(possible_causes(OTHER, BEFORE, after(other_code)).open) == {Cause.UNEXPLAINED}


def test_rows_let_in_by_another_rule_are_no_decision() -> None:
    rows_more = (replace(BEFORE.deliveries[0], rows=12),)
    decided = possible_causes(MART, BEFORE, after(deliveries=rows_more))
    assert set(decided.open) == {Cause.CORRECTION}
    ruled = replace(EVIDENCE, feeds={"hmcts/hearings": FeedEvidence("other rules", "codes")})
    assert set(possible_causes(MART, BEFORE, after(ruled, deliveries=rows_more)).open) == {Cause.RULE_CHANGE}


def test_a_delivery_taken_out_is_a_correction() -> None:
    found = possible_causes(MART, BEFORE, after(deliveries=()))
    assert found.open == {
        Cause.CORRECTION: "1 delivery of hmcts/hearings (extract of 2026-11-02) counted no longer",
    }


@pytest.mark.parametrize(
    ("extracted", "of_open_periods"), [(date(2026, 11, 9), Cause.LATE_DATA), (date(2026, 11, 10), Cause.NEW_DATA)]
)
def test_an_extract_of_the_very_day_the_earlier_build_spoke_for_is_late(
    extracted: date, of_open_periods: Cause
) -> None:
    """The earlier build said how things stood on 9 November: an extract of that day which it lacked came late."""
    came = Delivery("hmcts/hearings", "d2", extracted, None, True, 10)
    found = possible_causes(MART, BEFORE, after(deliveries=(*BEFORE.deliveries, came)))
    assert (set(found.closed), set(found.open)) == ({Cause.LATE_DATA}, {of_open_periods})


def test_a_refused_delivery_is_none() -> None:
    refused = Delivery("hmcts/hearings", "d2", date(2026, 11, 16), None, False, 0)
    found = possible_causes(MART, BEFORE, after(deliveries=(*BEFORE.deliveries, refused)))
    assert set(found.open) == {Cause.UNEXPLAINED}


def test_time_alone_is_told_where_nothing_else_is_met() -> None:
    found = possible_causes(OTHER, BEFORE, after(data_as_of=date(2026, 12, 7)))
    assert found.open == {Cause.NEW_DATA: "data as of 2026-11-09 became 2026-12-07"}


def test_another_linkage_model_counts_through_its_error_rates() -> None:
    found = possible_causes(OTHER, BEFORE, after(linkage_model="justice-2"))
    assert found.open == {Cause.RELINKAGE: "linkage model justice-1 became justice-2"}


def test_long_lists_are_cut_and_say_so() -> None:
    feeds = [f"hmcts/feed{number}" for number in range(8)]
    nodes = {
        MART: NodeEvidence("marts.sittings", "m", tuple(f"source.justice.raw_hmcts.feed{n}" for n in range(8))),
        **{f"source.justice.raw_hmcts.feed{n}": NodeEvidence(f"raw_hmcts.feed{n}") for n in range(8)},
    }
    evidence = replace(EVIDENCE, nodes=nodes, feeds={})
    new = tuple(Delivery(feed, feed, date(2026, 10, 1), None, True, 1) for feed in feeds)
    found = possible_causes(MART, replace(BEFORE, evidence=evidence), after(evidence, deliveries=new))
    assert "8 deliveries of hmcts/feed0, hmcts/feed1" in found.open[Cause.LATE_DATA]
    assert "and 2 more" in found.open[Cause.LATE_DATA]
