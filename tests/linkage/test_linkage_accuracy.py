"""How right the shipped model is, on people it never saw."""

import duckdb
import pytest
from labelled_people import labelled_people

from orchestration.linkage import TrainingParameters, evaluate, link_people, load_model, train_model
from orchestration.linkage.blocking import WIDE_BLOCKING_RULES
from orchestration.settings import Settings


@pytest.mark.parametrize(("dirt", "precision", "recall"), [(1.0, 0.995, 0.985), (2.0, 0.99, 0.97)])
def test_people_are_linked_within_the_stated_error(dirt, precision, recall):
    people = labelled_people(900, seed=404, twins=30, dirt=dirt)
    report = evaluate(link_people(people.records, load_model()).links, people.truth)
    assert report.pairs.precision.value >= precision
    assert report.pairs.recall.value >= recall


def test_no_twins_merge_where_every_second_person_is_a_twin():
    people = labelled_people(1200, seed=405, twins=300)
    result = link_people(people.records, load_model())
    with duckdb.connect() as connection:
        connection.register("links", result.links)
        connection.register("truth", people.truth)
        rows = connection.execute(
            "select distinct person_id, true_person_id from links inner join truth using (record_id)"
        )
        holders: dict[str, set[str]] = {}
        for person, true in rows.fetchall():
            holders.setdefault(true, set()).add(person)
    twins = [(str(person.number), str(person.twin_of)) for person in people.people if person.twin_of is not None]
    assert len(twins) == 300
    assert [pair for pair in twins if holders[pair[0]] & holders[pair[1]]] == []


def test_a_public_labelled_file_is_linked_better_than_by_splinks_documented_model():
    """Splink's documented model: precision 1.00, recall 0.72, F1 0.84. Learnt without labels, then scored with them."""
    path = Settings.from_environment().realdata_dir / "splink" / "fake_1000.csv"
    if not path.is_file():
        pytest.skip(f"no labelled file at {path}; set WAREHOUSE_REALDATA_DIR to the folder that holds splink/")
    with duckdb.connect() as connection:
        connection.execute(f"create table people as from read_csv('{path}', all_varchar = true)")
        records = connection.execute("""
            select unique_id as record_id, first_name as forename, surname, dob as date_of_birth, city as place, email
            from people
        """).to_arrow_table()
        truth = connection.execute(
            "select unique_id as record_id, cluster as true_person_id from people"
        ).to_arrow_table()
    parameters = TrainingParameters(version="fake_1000", prior=None, blocking_rules=WIDE_BLOCKING_RULES)
    report = evaluate(link_people(records, train_model(records, parameters)).links, truth)
    assert report.true_persons == 251
    assert report.pairs.precision.value >= 0.97
    assert report.pairs.f1 >= 0.90
