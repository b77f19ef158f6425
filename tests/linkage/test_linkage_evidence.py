"""What is told of the linkage's accuracy: on people known, and of a build of which nobody knows who is who."""

from __future__ import annotations

import itertools
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from labelled_people import labelled_people
from records_of import records

from orchestration.linkage import load_model
from orchestration.linkage.accuracy.build import build_rows
from orchestration.linkage.accuracy.causes import Cause, examples, reasons, wrong_persons
from orchestration.linkage.accuracy.intervals import Rate
from orchestration.linkage.accuracy.level import check_level, measure_level, recorded_level
from orchestration.linkage.accuracy.reference_people import ReferencePeople, linked_connection, reference_people
from orchestration.linkage.accuracy.rows import AccuracyRow, Source, as_table, rate_row, repeat_link_rows
from orchestration.linkage.accuracy.truth import BREAKDOWNS
from orchestration.linkage.evidence import EVIDENCE_FILE, write_evidence
from orchestration.settings import Settings


def repeat_links(pairs: dict[str, tuple[str, str]]) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    ids = list(pairs)
    links = pa.table({"record_id": ids, "person_id": [pairs[one][0] for one in ids]})
    truth = pa.table({"record_id": ids, "true_person_id": [pairs[one][1] for one in ids]})
    rows = repeat_link_rows(links, truth, Source.REFERENCE)
    return {(row.breakdown_value, row.measure): (row.numerator, row.denominator) for row in rows}


def test_a_merged_stranger_is_one_false_link_however_many_records_he_has() -> None:
    """Ann's three records and Bob's two are one linked person: four links, one of them false. Pairs would say six."""
    found = repeat_links({f"hmcts/defendants/{n}": ("ann", "ann" if n < 3 else "bob") for n in range(5)})
    assert found == {
        ("hmcts/defendants", "false_link_rate"): (1, 4),
        ("hmcts/defendants", "missed_link_rate"): (0, 3),
    }


def test_a_person_in_three_pieces_is_missed_twice() -> None:
    found = repeat_links({f"hmcts/defendants/{n}": (f"piece {n // 2}", "ann") for n in range(6)})
    assert found["hmcts/defendants", "missed_link_rate"] == (2, 5)
    assert found["hmcts/defendants", "false_link_rate"] == (0, 3)


def test_feeds_are_told_apart() -> None:
    found = repeat_links(
        {"hmcts/defendants/1": ("a", "a"), "cps/defendants/1": ("a", "b"), "hmcts/defendants_old/1": ("a", "c")}
    )
    assert set(found.values()) == {(0, 0)}
    assert len(found) == 6


def test_what_has_nothing_to_count_has_no_value_and_no_interval() -> None:
    row = rate_row(Source.REFERENCE, "precision", "sex", "male", "pairs", Rate(0, 0))
    assert (row.denominator, row.value, row.ci_low, row.ci_high) == (0, None, None, None)


def test_the_shipped_model_reaches_its_recorded_level_and_the_warehouses_targets() -> None:
    """The record is what model and code give. If this fails after a change that is meant: linkage check --record."""
    recorded = recorded_level(load_model().version, Path())
    assert recorded is not None
    assert recorded.people_digest == reference_people().digest
    now = measure_level(load_model(), reference_people())
    check_level(now, recorded)
    assert now.row("precision", "pairs").value >= 0.995
    assert now.row("recall", "pairs").value >= 0.95

    def comparable(rows: tuple[AccuracyRow, ...]) -> set[AccuracyRow]:
        return {row._replace(reason=None) for row in rows if row.breakdown != "threshold"}

    assert comparable(now.rows) == comparable(recorded.rows)


def test_the_record_tells_accuracy_by_every_group_and_every_pair_of_agencies() -> None:
    recorded = recorded_level(load_model().version, Path())
    assert recorded is not None
    accuracy = {(row.breakdown, row.breakdown_value) for row in recorded.rows if row.measure == "recall"}
    assert {breakdown for breakdown, _ in accuracy} >= {*BREAKDOWNS, "agency_pair", "threshold", "all"}
    agencies = ("cps", "hmcts", "laa", "police", "prison", "probation")
    pairs = {f"{one} and {other}" for one, other in itertools.combinations_with_replacement(agencies, 2)}
    assert {value for breakdown, value in accuracy if breakdown == "agency_pair"} == pairs
    for row in recorded.rows:
        if row.unit in ("pairs", "clusters") and row.value is not None:
            assert row.ci_low is not None and row.ci_low <= row.value <= row.ci_high


def test_the_curve_over_thresholds_trades_recall_for_precision() -> None:
    recorded = recorded_level(load_model().version, Path())
    assert recorded is not None
    recall = [row.value for row in recorded.rows if (row.measure, row.breakdown) == ("recall", "threshold")]
    assert len(recall) >= 10
    assert recall == sorted(recall, reverse=True)
    persons = [row.value for row in recorded.rows if row.measure == "persons_found"]
    assert persons == sorted(persons)


@pytest.fixture(scope="module")
def of_build() -> tuple[list[AccuracyRow], dict[str, int]]:
    """Rows of a small build, and what the tables they are made from hold."""
    people = labelled_people(150, seed=5)
    with linked_connection(people.records, load_model()) as connection:
        rows = list(build_rows(connection, load_model()))
        counts = {
            name: connection.execute(query).fetchall()[0][0]
            for name, query in {
                "pairs": "select count(*) from edges",
                "records": "select count(*) from person_links",
                "persons": "select count(distinct person_id) from person_links",
                "profiles": "select count(*) from profiles",
            }.items()
        }
    return rows, counts


def part(rows: list[AccuracyRow], measure: str) -> list[AccuracyRow]:
    return [row for row in rows if row.measure == measure]


def test_every_compared_pair_is_in_one_bin_of_weights(of_build: tuple[list[AccuracyRow], dict[str, int]]) -> None:
    rows, counts = of_build
    bins = part(rows, "compared")
    assert sum(row.numerator for row in bins) == counts["pairs"] == bins[0].denominator
    assert [row.match_weight for row in bins] == sorted(row.match_weight for row in bins)


def test_fewer_pairs_and_more_persons_the_higher_the_threshold(
    of_build: tuple[list[AccuracyRow], dict[str, int]],
) -> None:
    rows, counts = of_build
    pairs = {row.match_weight: row.numerator for row in part(rows, "at_or_above")}
    persons = {row.match_weight: row.numerator for row in part(rows, "persons_found")}
    assert load_model().thresholds.accept in pairs
    in_order = sorted(pairs)
    assert all(pairs[low] >= pairs[high] for low, high in itertools.pairwise(in_order))
    assert all(persons[low] <= persons[high] <= counts["profiles"] for low, high in itertools.pairwise(in_order))
    # Without twins in it the rules keep few apart: links simply followed give about the persons there are.
    assert abs(persons[load_model().thresholds.accept] - counts["persons"]) <= 0.05 * counts["persons"]


def test_shares_of_records_and_persons_add_up(of_build: tuple[list[AccuracyRow], dict[str, int]]) -> None:
    rows, counts = of_build
    assert sum(row.numerator for row in part(rows, "joined")) == counts["records"]
    assert sum(row.numerator for row in part(rows, "persons")) == counts["persons"]
    unlinkable = [row.value for row in part(rows, "unlinkable")]
    assert unlinkable == sorted(unlinkable) and unlinkable[0] >= 0 and unlinkable[-1] <= 1


def test_no_records_give_rows_without_values_and_no_fault() -> None:
    with linked_connection(records(), load_model()) as connection:
        rows = list(build_rows(connection, load_model()))
    assert {row.value for row in rows if row.denominator == 0} == {None}


PLAIN = {"surname": "Smythe", "forename": "Gareth", "date_of_birth": "1980-05-17", "postcode": "LS1 4AP"}
OTHER = {"surname": "Okafor", "forename": "Delroy", "date_of_birth": "1971-11-02", "postcode": "BS3 2QQ"}


def known(*rows: tuple[dict[str, str | None], str]) -> ReferencePeople:
    """Reference people from records and who each is of; all of one group."""
    table = records(*(row for row, _ in rows))
    who = [person for _, person in rows]
    groups = pa.table({"true_person_id": sorted(set(who)), **{name: ["one"] * len(set(who)) for name in BREAKDOWNS}})
    return ReferencePeople(table, pa.table({"record_id": table["record_id"], "true_person_id": who}), groups, "", "")


def test_a_person_in_pieces_that_share_no_key_was_never_compared() -> None:
    [wrong] = wrong_persons(load_model(), known((PLAIN, "ann"), (OTHER, "ann")))
    assert (wrong.is_over_merged, wrong.cause) == (False, Cause.NEVER_COMPARED)
    assert "different surname" in wrong.against
    assert "different birth date" in wrong.levels.values()


def test_a_person_of_two_pnc_ids_and_birth_dates_is_kept_apart_by_a_rule() -> None:
    one = PLAIN | {"pnc_id": "1999/0000123K", "noms_number": "A1234BC"}
    [wrong] = wrong_persons(load_model(), known((one, "ann"), (one | {"noms_number": "A1234BD"}, "ann")))
    assert wrong.cause is Cause.KEPT_APART
    assert wrong.match_weight >= load_model().thresholds.accept


def test_two_people_written_down_alike_are_merged_and_it_is_said_what_agreed() -> None:
    one = PLAIN | {"pnc_id": "1999/0000123K"}
    people = known((one, "ann"), (one, "bob"), (one | {"middle_names": "Lee"}, "bob"))
    [wrong] = wrong_persons(load_model(), people)
    assert (wrong.is_over_merged, wrong.cause) == (True, Cause.MISLED)
    [example] = examples([wrong])
    assert example.kind == "over_merged"
    assert {"same surname", "same birth date", "same PNC id"} <= set(example.levels)
    why = reasons([wrong], people.groups)
    assert why[True, "all", "all"].startswith("1 recorded alike")
    assert why[True, "sex", "one"] == why[True, "all", "all"]


def test_no_value_of_a_record_is_in_a_reason_or_an_example() -> None:
    people = labelled_people(300, seed=31, twins=20, dirt=3.0)
    truth, groups = people.truth, [{"true_person_id": who} for who in set(people.truth["true_person_id"].to_pylist())]
    table = pa.Table.from_pylist([row | dict.fromkeys(BREAKDOWNS, "one") for row in groups])
    wrong = wrong_persons(load_model(), ReferencePeople(people.records, truth, table, "", ""))
    assert len(wrong) >= 5
    said = " ".join([*reasons(wrong, table).values(), *(str(example) for example in examples(wrong))]).lower()
    columns = ("surname", "forename", "date_of_birth", "postcode", "pnc_id", "cro_number", "noms_number", "asn")
    values = {value.lower() for name in columns for value in people.records[name].to_pylist() if value}
    words = set(said.replace("(", " ").replace(")", " ").replace(",", " ").replace("'", " ").split())
    assert not words & {word for value in values for word in value.split() if len(word) > 3}


def test_the_table_is_the_same_whatever_the_order_of_rows(tmp_path: Path) -> None:
    rows = recorded_level(load_model().version, Path()).rows  # type: ignore[union-attr]
    assert as_table(rows, "m") == as_table(reversed(rows), "m")


def test_a_run_writes_the_record_the_build_and_the_truth_where_there_is_one(tmp_path: Path) -> None:
    settings = Settings.from_environment(data_dir=tmp_path / "data", truth_dir=tmp_path / "nothing")
    people = labelled_people(40, seed=2)
    with linked_connection(people.records, load_model()) as connection:
        write_evidence(connection, settings, load_model())
    table = pq.read_table(settings.linkage_dir / EVIDENCE_FILE)
    assert set(table["source"].to_pylist()) == {"reference_world", "this_build"}
    assert set(table["model_version"].to_pylist()) == {load_model().version}
