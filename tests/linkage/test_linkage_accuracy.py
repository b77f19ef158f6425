"""How right the shipped model is, on people it never saw."""

import duckdb
import pytest
from labelled_people import labelled_people

from orchestration.linkage import evaluate, link_people, load_model

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("dirt", "precision", "recall"), [(1.0, 0.995, 0.985), (2.0, 0.99, 0.97)])
def test_people_are_linked_within_the_stated_error(dirt, precision, recall):
    people = labelled_people(900, seed=404, twins=30, dirt=dirt)
    report = evaluate(link_people(people.records, load_model()).links, people.truth)
    assert report.pairs.precision.value >= precision
    assert report.pairs.recall.value >= recall


def test_no_twins_merge_where_everybody_is_a_twin():
    """Two thousand pairs of one surname, birth date and home, each twin with some ten records, slips and all."""
    people = labelled_people(4000, seed=405, twins=2000)
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
    assert len(twins) == 2000
    assert [pair for pair in twins if holders[pair[0]] & holders[pair[1]]] == []
