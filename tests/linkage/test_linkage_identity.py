"""A person's id depends on the evidence alone: not on the order it came in, nor on anything remembered."""

import random
from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest
from labelled_people import labelled_people
from records_of import groups, linked, records

from orchestration.linkage import link_people, load_model
from orchestration.linkage.matching.identity import person_id_of

pytestmark = pytest.mark.slow

PERSON = {"surname": "Ravenshaw", "forename": "Ewan", "date_of_birth": "1988-03-14", "postcode": "LS6 2AB"}


def persons(result) -> dict[str, str]:
    return dict(zip(result.links["record_id"].to_pylist(), result.links["person_id"].to_pylist(), strict=True))


def test_the_id_is_that_of_the_earliest_record():
    first = PERSON | {"record_id": "laa/feed/1", "agency": "laa", "first_extract_date": "2024-11-30"}
    later = PERSON | {"record_id": "prison/feed/0", "agency": "prison", "first_extract_date": "2024-12-31"}
    assert set(persons(linked(later, first)).values()) == {person_id_of("laa/feed/1")}


def test_among_records_of_one_date_the_most_trusted_agency_founds():
    rows = [
        PERSON | {"record_id": f"{agency}/feed/1", "agency": agency} for agency in ("laa", "cps", "prison", "police")
    ]
    assert set(persons(linked(*rows)).values()) == {person_id_of("prison/feed/1")}


def test_the_older_founder_survives_a_merge_and_a_split():
    old = PERSON | {"record_id": "police/feed/0", "first_extract_date": "2024-11-30", "noms_number": "A1234AA"}
    new = PERSON | {"record_id": "police/feed/1", "first_extract_date": "2025-06-30"}
    merged = persons(linked(old, new))
    assert merged["police/feed/0"] == merged["police/feed/1"] == person_id_of("police/feed/0")
    split = persons(linked(old, new | {"noms_number": "A9999AA"}))
    assert split["police/feed/0"] == person_id_of("police/feed/0")
    assert split["police/feed/1"] == person_id_of("police/feed/1")


def test_renaming_a_person_keeps_the_id():
    before = persons(linked(PERSON, PERSON | {"agency": "cps"}))
    renamed = PERSON | {"surname": "Ravenshow"}
    assert persons(linked(renamed, PERSON | {"agency": "cps"})) == before


@pytest.fixture(scope="module")
def people():
    return labelled_people(150, seed=31, twins=8)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_the_records_changes_nothing(people, seed):
    model = load_model()
    order = list(range(people.records.num_rows))
    random.Random(seed).shuffle(order)
    shuffled = people.records.take(order)
    assert link_people(shuffled, model).links == link_people(people.records, model).links


def test_other_people_in_the_world_change_nobodys_score(people):
    """Term frequencies and the prior belong to the model, so a pair scores the same in any company."""
    model = load_model()
    with duckdb.connect() as connection:
        connection.register("records", people.records)
        some = connection.execute("from records where surname < 'H' order by record_id").to_arrow_table()
    company = pa.concat_tables([some, labelled_people(80, seed=977, first_number=5000).records])
    alone, among = link_people(some, model).links, link_people(company, model).links
    probabilities = dict(zip(among["record_id"].to_pylist(), among["match_probability"].to_pylist(), strict=True))
    assert [probabilities[name] for name in alone["record_id"].to_pylist()] == alone["match_probability"].to_pylist()


def test_a_record_id_that_is_repeated_is_refused():
    row = PERSON | {"record_id": "police/feed/1"}
    with pytest.raises(ValueError, match="police/feed/1"):
        link_people(records(row, row), load_model())


def test_records_too_alike_to_tell_apart_but_too_common_to_merge_stay_apart():
    strict = load_model()
    strict = replace(strict, thresholds=replace(strict.thresholds, accept=60.0))
    assert groups(link_people(records(PERSON, PERSON), strict)) == [{0}, {1}]
