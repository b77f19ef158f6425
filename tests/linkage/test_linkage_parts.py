"""The parts of linkage, one by one: records, blocking, clusters, expectation maximisation, accuracy."""

from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from records_of import records

from orchestration.linkage import Rate, evaluate
from orchestration.linkage.learning.expectation import Outcomes, maximise_expectation
from orchestration.linkage.matching.blocking import BlockingRule, block
from orchestration.linkage.matching.grouping import Pairs, build_up, component_labels
from orchestration.linkage.matching.records import SharingLimits, load_input, make_profiles, standardise


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        yield opened


def standard(connection, *rows):
    connection.register("delivered", records(*rows))
    load_input(connection, "delivered")
    standardise(connection, SharingLimits())
    make_profiles(connection)
    columns = "surname, forename, middle, cast(dob as varchar), postcode, pnc_id, cro_number"
    return connection.execute(f"select {columns} from standard_records order by record_id").fetchall()


def test_a_title_where_the_forename_should_be_moves_up_the_names_after_it(connection):
    rows = standard(connection, {"surname": "Ravenshaw", "forename": "MR", "middle_names": "John Peter"})
    assert rows[0][:3] == ("RAVENSHAW", "JOHN", "PETER")


@pytest.mark.parametrize(
    ("born", "kept"),
    [
        ("1988-03-14", "1988-03-14"),
        ("14/03/1988", "1988-03-14"),
        ("1900-01-01", None),
        ("2025-02-01", None),  # after the record was seen
        ("1901-06-05", None),  # older than anybody
        ("not a date", None),
        (None, None),
    ],
)
def test_a_birth_date_nobody_can_have_is_no_birth_date(connection, born, kept):
    assert standard(connection, {"surname": "A", "date_of_birth": born})[0][3] == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [("ls6 2ab", "LS62AB"), ("LS62AB", "LS62AB"), ("NF1 1NF", None), ("ZZ99 3VZ", None), ("LS6", None)],
)
def test_a_postcode_is_whole_and_real_or_nothing(connection, written, kept):
    assert standard(connection, {"surname": "A", "postcode": written})[0][4] == kept


def test_an_identifier_whose_serial_is_noughts_is_nothing(connection):
    rows = standard(connection, {"surname": "A", "pnc_id": "2000/0000000Z", "cro_number": "000000/00Z"})
    assert rows[0][5:] == (None, None)


SURNAMES = ("Abbott", "Brandt", "Coker", "Dunmore", "Fenwick", "Girford", "Halloran", "Jessop", "Kilpatrick")
FORENAMES = ("Adam", "Bridget", "Conor", "Deborah", "Fiona", "Gareth", "Hamish", "Joan", "Kathleen")


def sharing_a_pnc_id(people, **of_all):
    """Records of one PNC id, each with another surname, forename and birth date unless all have one."""
    return [
        {"surname": surname, "forename": forename, "date_of_birth": f"198{year}-03-14", "pnc_id": "2005/0712343W"}
        | of_all
        for year, (surname, forename) in enumerate(zip(SURNAMES[:people], FORENAMES[:people], strict=True))
    ]


@pytest.mark.parametrize(("people", "kept"), [(8, "2005/0712343W"), (9, None)])
def test_an_identifier_of_more_people_than_eight_is_nobodys(connection, people, kept):
    assert {row[5] for row in standard(connection, *sharing_a_pnc_id(people))} == {kept}


def test_people_are_counted_and_not_their_records(connection):
    """Eight people may share an identifier, however often it was written down."""
    eight = sharing_a_pnc_id(8)
    assert {row[5] for row in standard(connection, *eight, *eight[:3])} == {"2005/0712343W"}


@pytest.mark.parametrize("of_all", [{"surname": "Ravenshaw"}, {"forename": "Ewan"}, {"date_of_birth": "1988-03-14"}])
def test_a_prolific_offenders_many_names_or_dates_do_not_take_their_identifier_away(connection, of_all):
    """Nine people differ in everything. One person of nine aliases has one birth date, of nine birth dates one name."""
    assert {row[5] for row in standard(connection, *sharing_a_pnc_id(9, **of_all))} == {"2005/0712343W"}


def test_records_equal_in_all_they_say_are_one_profile_and_incomplete_ones_are_not(connection):
    full = {"surname": "Ravenshaw", "forename": "Ewan", "date_of_birth": "1988-03-14"}
    part = full | {"date_of_birth": None}
    standard(connection, full | {"ptiurn": "A"}, full | {"ptiurn": "B"}, part, part)
    sizes = connection.execute("select record_count, ptiurn from profiles order by record_count desc").fetchall()
    assert [(count, cases or []) for count, cases in sizes] == [(2, ["A", "B"]), (1, []), (1, [])]


def test_blocking_counts_what_each_rule_brings_and_skips_keys_too_widely_shared(connection):
    connection.execute("""
        create table profiles as
        select * from (values (1, 'a', ['x']), (2, 'a', ['x', 'y']), (3, 'b', ['y']), (4, null, null), (5, 'b', ['z']))
            as p (profile_id, name, cases)
    """)
    rules = (
        BlockingRule("name", ("name",)),
        BlockingRule("case", each_of="cases"),
        BlockingRule("none", ("name",), None, 1),
    )
    counts = block(connection, rules)
    assert [(count.comparisons, count.new_comparisons) for count in counts] == [(2, 2), (2, 1), (0, 0)]
    assert counts[2].skipped_profiles == 4
    pairs = connection.execute("select join_key_l, join_key_r from blocked_pairs order by 1, 2").fetchall()
    assert pairs == [(1, 2), (2, 3), (3, 5)]


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)))))
def test_component_labels_are_the_least_node_reachable(graph):
    count, edges = graph
    reach = {node: {node} for node in range(count)}
    for one, other in edges:
        merged = reach[one] | reach[other]
        for node in merged:
            reach[node] = merged
    left, right = (np.array([edge[side] for edge in edges], dtype=np.intp) for side in (0, 1))
    assert component_labels(count, left, right).tolist() == [min(reach[node]) for node in range(count)]


def all_pairs(weights):
    left, right = np.triu_indices(len(weights), 1)
    return left, right, np.array(weights, dtype=float)[left, right]


def test_a_forbidden_pair_is_never_joined_through_a_third():
    left, right, weights = all_pairs([[0, 20, 30], [20, 0, 25], [30, 25, 0]])
    forbidden = np.array([True, False, False])  # 0 and 1
    pairs = Pairs(left, right, weights, links=weights > 3, firm=np.zeros(3, bool), forbidden=forbidden)
    parts = build_up(3, pairs, cohesion=-5)
    assert parts.tolist() == [0, 1, 0]


def test_one_link_does_not_hold_two_groups_together_unless_it_is_firm():
    weights = [[0, 30, 4, -30], [30, 0, -30, -30], [4, -30, 0, 30], [-30, -30, 30, 0]]
    left, right, values = all_pairs(weights)
    firm = np.array([False, True, False, False, False, False])  # 0 and 2
    nothing = np.zeros(6, bool)
    loose = Pairs(left, right, values, links=values > 3, firm=nothing, forbidden=nothing)
    assert build_up(4, loose, cohesion=-5).tolist() == [0, 0, 2, 2]
    assert build_up(4, replace(loose, firm=firm), cohesion=-5).tolist() == [0, 0, 0, 0]


def test_expectation_maximisation_finds_the_rates_that_made_the_data():
    rng = np.random.default_rng(5)
    matches = np.r_[np.ones(4_000, bool), np.zeros(36_000, bool)]
    true_m, true_u = {"a": 0.9, "b": 0.8, "c": 0.95}, {"a": 0.01, "b": 0.02, "c": 0.005}
    levels = {
        name: np.where(rng.random(40_000) < np.where(matches, true_m[name], true_u[name]), 0, 1).astype(np.int64)
        for name in true_m
    }
    settings = {
        "comparisons": [
            {
                "output_column_name": name,
                "comparison_levels": [
                    {"is_null_level": True},
                    {"u_probability": true_u[name]},
                    {"u_probability": 1 - true_u[name]},
                ],
            }
            for name in true_m
        ]
    }
    learnt = maximise_expectation(Outcomes(levels, np.zeros(40_000), np.ones(40_000)), settings, total_pairs=40_000)
    assert learnt.prior == pytest.approx(0.1, abs=0.005)
    for name, rate in true_m.items():
        assert learnt.m[name][0] == pytest.approx(rate, abs=0.01)


def test_accuracy_of_a_worked_example():
    """Truth {a b c} {d} {e f}; links {a b} {c d} {e f}: 3 linked pairs, 4 true ones, 2 in common."""
    links = pa.table({"record_id": list("abcdef"), "person_id": ["1", "1", "2", "2", "3", "3"]})
    truth = pa.table({"record_id": list("abcdefg"), "true_person_id": ["x", "x", "x", "y", "z", "z", "w"]})
    report = evaluate(links, truth)
    assert (report.pairs.precision.hits, report.pairs.precision.count) == (2, 3)
    assert (report.pairs.recall.hits, report.pairs.recall.count) == (2, 4)
    assert (report.clusters.precision.hits, report.clusters.recall.count) == (1, 3)
    assert (report.over_merged, report.under_merged, report.unmatched_records) == (1, 1, 1)
    assert report.pairs.f1 == pytest.approx(4 / 7)


def test_accuracy_by_agency_pair_adds_up_to_the_whole():
    links = pa.table({"record_id": ["cps/f/1", "police/f/1", "police/f/2"], "person_id": ["1", "1", "1"]})
    truth = pa.table({"record_id": ["cps/f/1", "police/f/1", "police/f/2"], "true_person_id": ["x", "x", "y"]})
    by_pair = evaluate(links, truth).by_agency_pair
    assert (by_pair["cps", "police"].precision.hits, by_pair["cps", "police"].precision.count) == (1, 2)
    assert (by_pair["police", "police"].precision.hits, by_pair["police", "police"].precision.count) == (0, 1)


def test_the_wilson_interval_matches_a_published_value():
    """81 of 263: 0.2553 to 0.3662 (Newcombe 1998, Statistics in Medicine 17, table I, method 3)."""
    rate = Rate(81, 263)
    assert (rate.low, rate.high) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))


def test_truth_that_names_no_linked_record_is_refused():
    with pytest.raises(ValueError, match="in common"):
        evaluate(
            pa.table({"record_id": ["a"], "person_id": ["1"]}), pa.table({"record_id": ["b"], "true_person_id": ["x"]})
        )
