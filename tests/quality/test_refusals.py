"""Which refused deliveries still await a correction: the worked cases of each kind of feed, in any order."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.contracts import FeedContract, FeedMode
from orchestration.quality.refusals import JudgedDelivery, refusals
from orchestration.quality.standing import GateStanding, refusal_sentences, refusals_markdown
from tests.ingest.small_feeds import feed

INCREMENT = feed(mode=FeedMode.INCREMENT)
SNAPSHOT = feed(mode=FeedMode.SNAPSHOT)
PARTITIONED = feed(mode=FeedMode.SNAPSHOT_PER_PARTITION)
MAY, JUNE = date(2026, 5, 3), date(2026, 6, 2)


def delivery(
    name: str,
    extracted: date | None,
    *,
    sequence: int = 1,
    refused: bool = False,
    partition: str | None = None,
    sha256: str | None = None,
) -> JudgedDelivery:
    return JudgedDelivery(name, f"{name}.csv", sha256 or f"sha of {name}", extracted, sequence, partition, refused)


def corrections(contract: FeedContract, *deliveries: JudgedDelivery) -> dict[str, str | None]:
    """Refused delivery -> what corrected it."""
    return {
        item.delivery.delivery_id: item.corrected_by.delivery_id if item.corrected_by else None
        for item in refusals(contract, deliveries)
    }


def outstanding(contract: FeedContract, deliveries: list[JudgedDelivery]) -> set[str]:
    """Refused deliveries that nothing has corrected."""
    return {item.delivery.delivery_id for item in refusals(contract, deliveries) if item.is_outstanding}


CASES = [
    # the corrected redelivery of an increment carries its date; next month's extract does not bring May's rows
    (INCREMENT, [delivery("a", MAY, refused=True), delivery("b", MAY, sequence=2)], {"a": "b"}),
    (INCREMENT, [delivery("a", MAY, refused=True), delivery("b", JUNE)], {"a": None}),
    # the first part was accepted before the second was refused: it does not hold the second one's rows
    (INCREMENT, [delivery("a", MAY), delivery("b", MAY, sequence=2, refused=True)], {"b": None}),
    # a snapshot is made good by any later one, never by an earlier one
    (SNAPSHOT, [delivery("a", MAY, refused=True), delivery("b", JUNE)], {"a": "b"}),
    (SNAPSHOT, [delivery("a", MAY), delivery("b", JUNE, refused=True)], {"b": None}),
    (SNAPSHOT, [delivery("a", MAY, refused=True), delivery("b", JUNE, refused=True)], {"a": None, "b": None}),
    # the earliest of several corrections is the one named
    (SNAPSHOT, [delivery("a", MAY, refused=True), delivery("c", JUNE), delivery("b", MAY, sequence=2)], {"a": "b"}),
    # another force's file, or another month's, corrects nothing
    (
        PARTITIONED,
        [
            delivery("a", MAY, refused=True, partition="avon|2026-04"),
            delivery("b", MAY, partition="kent|2026-04"),
            delivery("c", JUNE, partition="avon|2026-05"),
        ],
        {"a": None},
    ),
    (
        PARTITIONED,
        [
            delivery("a", MAY, refused=True, partition="avon|2026-04"),
            delivery("b", MAY, sequence=2, partition="avon|2026-04"),
        ],
        {"a": "b"},
    ),
    # a name nobody understood: only the same bytes under a good name are known to be its correction
    (SNAPSHOT, [delivery("a", None, refused=True), delivery("b", JUNE)], {"a": None}),
    (
        PARTITIONED,
        [delivery("a", None, refused=True, sha256="x"), delivery("b", MAY, partition="kent|2026-04", sha256="x")],
        {"a": "b"},
    ),
]


@pytest.mark.parametrize(("contract", "deliveries", "expected"), CASES)
def test_what_corrects_a_refused_delivery(
    contract: FeedContract, deliveries: list[JudgedDelivery], expected: dict[str, str | None]
) -> None:
    assert corrections(contract, *deliveries) == expected
    assert corrections(contract, *reversed(deliveries)) == expected
    assert outstanding(contract, deliveries) == {name for name, corrected in expected.items() if corrected is None}


DELIVERIES = st.lists(
    st.builds(
        lambda number, day, sequence, refused, slug: delivery(
            f"d{number}", day and date(2026, 5, day), sequence=sequence, refused=refused or day == 0, partition=slug
        ),
        st.integers(0, 999),
        st.one_of(st.none(), st.integers(1, 4)),
        st.integers(1, 3),
        st.booleans(),
        st.sampled_from([None, "kent|2026-04", "avon|2026-04"]),
    ).map(lambda item: item if item.extract_date else delivery(item.delivery_id, None, refused=True)),
    unique_by=lambda item: item.delivery_id,
    max_size=12,
)


@given(DELIVERIES, st.sampled_from(FeedMode), st.randoms(use_true_random=False))
def test_the_order_of_deliveries_never_matters_and_accepting_more_never_reopens(
    deliveries: list[JudgedDelivery], mode: FeedMode, chance: random.Random
) -> None:
    contract = feed(mode=mode)
    shuffled = chance.sample(deliveries, len(deliveries))
    assert refusals(contract, shuffled) == refusals(contract, deliveries)
    accepted = [item for item in deliveries if not item.is_rejected]
    fewer = [item for item in deliveries if item not in accepted[:1]]
    assert outstanding(contract, deliveries) <= outstanding(contract, fewer)


def standing(*items: JudgedDelivery) -> GateStanding:
    return GateStanding(
        "police/custody_records", len(items), 0, 0, None, 0, 0, 0, 0, (), refusals(SNAPSHOT, items),
        {"POL-CUS-FILE-EMPTY_FILE": "The file is not of zero bytes"},
    )  # fmt: skip


def test_a_sentence_names_file_and_rule_and_a_long_list_is_cut() -> None:
    many = [
        JudgedDelivery(f"d{n}", f"may_{n}.csv", None, MAY, n, None, True, ("POL-CUS-FILE-EMPTY_FILE",), "it is empty")
        for n in range(7)
    ]
    lines = refusal_sentences(standing(*many)).splitlines()
    assert lines[0] == (
        'police/custody_records: may_0.csv is refused by POL-CUS-FILE-EMPTY_FILE "The file is not of zero bytes": '
        "it is empty."
    )
    assert len(lines) == 6
    assert lines[-1] == "police/custody_records: and 2 more refused deliveries."
    assert refusal_sentences(standing(*many, delivery("good", JUNE))) == ""


def test_a_cell_of_the_markdown_table_cannot_break_the_table() -> None:
    odd = JudgedDelivery("d", "a|b.csv", None, MAY, 1, None, True, ("X",), "two\nlines")
    table = refusals_markdown(refusals(SNAPSHOT, [odd])).splitlines()
    assert len(table) == 3
    assert table[2] == "| a\\|b.csv | 2026-05-03 | X | two lines | **outstanding** |"
