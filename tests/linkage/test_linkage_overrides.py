"""Decisions of people stand above every score and every rule, and a list that cannot be right is refused."""

import json

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from records_of import decided, groups, linked, records

from orchestration.linkage import Decision, OverridesError, read_overrides, run_linkage
from orchestration.linkage.matching.grouping import Pairs, build_up, build_up_decided
from orchestration.linkage.matching.overrides import COLUMNS
from orchestration.settings import PROJECT_ROOT, Settings

JOHN = {"surname": "Ravenshaw", "forename": "John", "date_of_birth": "1988-03-14", "postcode": "LS6 2AB"}
TWIN = JOHN | {"forename": "Adam"}
MARY = {"surname": "Oakden", "forename": "Mary", "date_of_birth": "1975-08-30", "postcode": "B1 2CD"}


def outcomes(result) -> list[tuple[int, str]]:
    return [(override.line, str(override.outcome)) for override in result.summary.overrides]


def test_an_include_makes_two_records_one_person_that_nothing_else_ties():
    result = linked(JOHN, MARY, overrides=(decided("include", 0, 1),))
    assert groups(result) == [{0, 1}]
    assert set(result.links["join_method"].to_pylist()) == {"override"}
    assert set(result.links["match_probability"].to_pylist()) == {1.0}
    assert outcomes(result) == [(2, "in force")]


def test_an_include_makes_the_whole_persons_one_even_twins():
    rows = (JOHN, JOHN | {"agency": "cps"}, TWIN | {"record_id": "police/feed/2"}, TWIN | {"agency": "cps"})
    assert groups(linked(*rows)) == [{0, 1}, {2, 3}]
    assert groups(linked(*rows, overrides=(decided("include", 0, 2),))) == [{0, 1, 2, 3}]


def test_an_include_of_what_is_one_person_anyway_is_not_needed():
    result = linked(JOHN, JOHN | {"middle_names": "Peter"}, overrides=(decided("include", 0, 1),))
    assert groups(result) == [{0, 1}]
    assert outcomes(result) == [(2, "not needed")]
    assert set(result.links["join_method"].to_pylist()) == {"probabilistic"}


def test_an_exclude_parts_two_records_that_say_the_same():
    result = linked(JOHN, JOHN, overrides=(decided("exclude", 0, 1),))
    assert groups(result) == [{0}, {1}]
    assert outcomes(result) == [(2, "in force")]
    third = linked(JOHN, JOHN, JOHN | {"agency": "cps"}, overrides=(decided("exclude", 0, 1),))
    assert sorted(len(group) for group in groups(third)) == [1, 2]


def test_an_exclude_cuts_the_weakest_tie_between_the_two():
    """0 and 1 share an identifier and all else; 2 shares names, birth date and home with both."""
    pnc = {"pnc_id": "2005/0712343W"}
    rows = (JOHN | pnc, JOHN | pnc | {"middle_names": "Peter"}, JOHN)
    assert groups(linked(*rows)) == [{0, 1, 2}]
    assert groups(linked(*rows, overrides=(decided("exclude", 0, 2),))) == [{0, 1}, {2}]


def test_an_exclude_of_two_that_nothing_ties_is_not_needed():
    assert outcomes(linked(JOHN, MARY, overrides=(decided("exclude", 0, 1),))) == [(2, "not needed")]


def test_an_include_and_an_exclude_in_one_tangle_both_hold():
    """0 and 1 are one by all they say, 2 and 3 as well; 0 and 2 are decided to be one, 1 and 3 never to be."""
    rows = (JOHN, JOHN | {"middle_names": "Peter"}, MARY, MARY | {"middle_names": "Ann"})
    found = groups(linked(*rows, overrides=(decided("include", 0, 2), decided("exclude", 1, 3, line=3))))
    assert any({0, 2} <= group for group in found)
    assert not any({1, 3} <= group for group in found)


def test_a_decision_about_a_record_that_is_gone_is_stale_and_said():
    result = linked(JOHN, JOHN, overrides=(decided("exclude", 0, 7),))
    assert groups(result) == [{0, 1}]
    assert outcomes(result) == [(2, "stale")]
    assert result.summary.overrides[0].missing_records == ("police/feed/7",)
    assert "line 2 (exclude) has no effect: one of the records" in result.summary.warnings()[0]
    assert result.summary.metadata()["overrides stale"] == 1


@given(st.integers(3, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, 2**32 - 1))))
def test_decided_pairs_are_kept_whatever_the_weights(size_and_seed):
    count, seed = size_and_seed
    rng = np.random.default_rng(seed)
    left, right = np.triu_indices(count, 1)
    weights = rng.normal(0, 15, len(left))
    true_part = rng.integers(0, 3, count)
    decided_now = rng.random(len(left)) < 0.3
    together = decided_now & (true_part[left] == true_part[right])
    never = decided_now & (true_part[left] != true_part[right])
    pairs = Pairs(left, right, weights, links=weights > 3, firm=weights > 25, forbidden=rng.random(len(left)) < 0.2)
    parts, natural = build_up_decided(count, pairs, together, never, cohesion=-5)
    assert (parts[left[together]] == parts[right[together]]).all()
    assert (parts[left[never]] != parts[right[never]]).all()
    assert all(parts[part] == part <= member for member, part in enumerate(parts.tolist()))
    nothing = np.zeros(len(left), bool)
    assert (build_up_decided(count, pairs, nothing, nothing, -5)[0] == build_up(count, pairs, -5)).all()
    assert (natural[left[never]] != natural[right[never]]).all()


GOOD = "include,police,custody_records,13|1,cps,defendants,U|1,seen the file,A. Clerk,2025-03-01"


def written(folder, *lines: str, header: str = ",".join(COLUMNS)):
    folder.mkdir(exist_ok=True)
    (folder / "person_links.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return folder


def test_a_good_list_is_read_as_it_is(tmp_path):
    first, second = read_overrides(written(tmp_path, GOOD, "", GOOD.replace("include", "exclude").replace("13|1", "2")))
    assert (first.line, first.decision, first.record_a) == (2, Decision.INCLUDE, "police/custody_records/13|1")
    assert (second.line, second.decision, str(second.decided_on)) == (4, Decision.EXCLUDE, "2025-03-01")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (GOOD.replace("include", "includ"), r"line 3, decision: 'includ'; write include or exclude"),
        (GOOD.replace("seen the file", " "), r"line 3, reason: empty"),
        (GOOD.replace("2025-03-01", "1/3/25"), r"line 3, decided_on: '1/3/25' is no date; write it as 2026-03-31"),
        (
            GOOD.replace("cps,def", "cps,offend"),
            r"line 3, feed_b: no feed cps/offendendants; choose from: cps/d",
        ),
        (GOOD + ",more", r"line 3: 11 values for 10 columns"),
        (
            GOOD.replace("cps,defendants,U|1", "police,custody_records,13|1"),
            r"line 3, record_key_b: .* the same",
        ),
        ("include,cps,defendants,U|1,police,custody_records,13|1,again,B. Clerk,2025-03-02", r"line 3 repeats line 2"),
        (GOOD.replace("include", "exclude"), r"line 3 keeps apart what line 2 makes one person"),
    ],
)
def test_a_list_that_cannot_be_used_says_where_and_what_to_do(tmp_path, line, message):
    folder = written(tmp_path, GOOD, line)
    with pytest.raises(OverridesError, match=message):
        read_overrides(folder, {"police/custody_records", "cps/defendants"})


def test_a_contradiction_through_others_names_every_line(tmp_path):
    def row(decision: str, one: int, other: int) -> str:
        return f"{decision},police,custody_records,{one},police,custody_records,{other},seen,A. Clerk,2025-03-01"

    folder = written(tmp_path, row("include", 1, 2), row("include", 5, 6), row("include", 3, 2), row("exclude", 1, 3))
    with pytest.raises(OverridesError, match=r"line 5 keeps apart what lines 2, 4 make one person"):
        read_overrides(folder)


def test_all_faults_are_listed_at_once(tmp_path):
    with pytest.raises(OverridesError) as error:
        read_overrides(written(tmp_path, GOOD.replace("A. Clerk", ""), GOOD.replace("seen the file", "")))
    assert "line 2, decided_by" in str(error.value)
    assert "line 3, reason" in str(error.value)


def test_another_header_or_no_list_is_refused(tmp_path):
    with pytest.raises(OverridesError, match="line 1: the columns must be decision,agency_a"):
        read_overrides(written(tmp_path, header="decision,a,b"))
    with pytest.raises(FileNotFoundError, match="WAREHOUSE_OVERRIDES_DIR"):
        read_overrides(tmp_path / "elsewhere")


def test_the_list_that_ships_decides_nothing():
    assert read_overrides(PROJECT_ROOT / "seeds" / "overrides") == ()


def test_a_run_applies_the_users_list_and_gives_an_account_of_it(tmp_path):
    settings = Settings.from_environment(
        data_dir=tmp_path / "data",
        overrides_dir=written(
            tmp_path / "decisions",
            GOOD.replace("include", "exclude"),
            GOOD.replace("13|1", "13|2"),
        ),
    )
    settings.build_dir.mkdir(parents=True)
    rows = records(JOHN | {"record_id": "police/custody_records/13|1"}, JOHN | {"record_id": "cps/defendants/U|1"})
    with duckdb.connect(str(settings.build_database)) as connection:
        connection.register("delivered", rows)
        connection.execute("create schema linkage")
        connection.execute("create table linkage.person_records_to_link as from delivered")
    assert run_linkage(settings).persons == 2
    account = json.loads((settings.linkage_dir / "summary.json").read_text())["overrides"]
    assert [(entry["line"], entry["outcome"], entry["missing_records"]) for entry in account] == [
        (2, "in force", []),
        (3, "stale", ["police/custody_records/13|2"]),
    ]
