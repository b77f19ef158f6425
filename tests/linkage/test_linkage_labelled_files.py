"""Any labelled file: what of it is recognised, what is refused and how, and how well its people are found."""

from __future__ import annotations

import pandas as pd
import pytest
from labelled_files import australian, clients, historical, registry

from orchestration.linkage.accuracy.evaluation import accuracy_lines, evaluate_file
from orchestration.linkage.accuracy.labelled import LabelledFileError, read_labelled
from orchestration.settings import Settings

pytestmark = pytest.mark.slow

PEOPLE = pd.DataFrame(
    {
        "Ref": ["1", "2", "3", "4"],
        "Last Name": ["Smith", "Smyth", "Okafor", "Nowak"],
        "FIRST-NAME": ["John", "Jon", "Ada", "Piotr"],
        "DoB": ["21/03/1980", "21/03/1980", "02/12/1991", ""],
        "Gender": ["m", "m", "f", "m"],
        "shoe": ["9", "9", "5", "10"],
        "who": ["a", "a", "b", "c"],
    }
)


def write(tmp_path, table: pd.DataFrame, name: str = "people.csv", **options):
    path = tmp_path / name
    table.to_parquet(path) if name.endswith("parquet") else table.to_csv(path, index=False, **options)
    return path


@pytest.mark.parametrize(
    ("table", "id_column", "cluster_column", "precision", "f1"),
    [
        pytest.param(australian(1500, 1), "rec_id", "entity", 0.99, 0.99, id="australian"),
        pytest.param(australian(1000, 2, dirt=2.0), "rec_id", "entity", 0.98, 0.98, id="australian, twice the errors"),
        pytest.param(registry(2500, 3), "no", "IDENTITY", 0.95, 0.93, id="registry"),
        pytest.param(historical(1500, 4), "unique_id", "cluster", 0.98, 0.96, id="historical"),
        pytest.param(clients(1500, 5), "Client ID", "Person", 0.98, 0.97, id="clients"),
        pytest.param(clients(1500, 6).drop(columns="D.O.B."), "Client ID", "Person", 0.92, 0.90, id="no birth dates"),
    ],
)
def test_people_are_found_in_files_of_every_shape(tmp_path, table, id_column, cluster_column, precision, f1):
    report = evaluate_file(write(tmp_path, table), id_column, cluster_column).report
    assert report.records == len(table)
    assert report.true_persons == table.iloc[:, [c.lower() for c in table].index(cluster_column.lower())].nunique()
    assert report.pairs.precision.value >= precision
    assert report.pairs.f1 >= f1


def test_the_public_file_is_linked_better_than_by_splinks_documented_model():
    """Splink's documented model: precision 1.00, recall 0.72, F1 0.84 clustered."""
    path = Settings.from_environment().realdata_dir / "splink" / "fake_1000.csv"
    if not path.is_file():
        pytest.skip(f"no labelled file at {path}; set WAREHOUSE_REALDATA_DIR to the folder that holds splink/")
    report = evaluate_file(path, "unique_id", "cluster").report
    assert (report.records, report.true_persons) == (1000, 251)
    assert report.pairs.precision.value >= 0.98
    assert report.pairs.f1 >= 0.94
    assert report.pairs.balance.low > 0.84


def test_the_same_file_gives_the_same_figures_whatever_the_order_of_its_rows(tmp_path):
    table = clients(600, 9)
    first = evaluate_file(write(tmp_path, table), "Client ID", "Person")
    again = evaluate_file(write(tmp_path, table.iloc[::-1], "back.csv"), "Client ID", "Person")
    assert accuracy_lines(first.report) == accuracy_lines(again.report)


def test_columns_are_recognised_by_name_and_the_reader_is_told(tmp_path):
    file = read_labelled(write(tmp_path, PEOPLE), "ref", "WHO")
    assert file.mapping == {"surname": ("Last Name",), "forename": ("FIRST-NAME",), "date_of_birth": ("DoB",)}
    assert file.records["date_of_birth"].to_pylist() == ["1980-03-21", "1980-03-21", "1991-12-02", None]
    notes = " / ".join(file.notes)
    assert "surname=Last Name" in notes and "never compared, by principle: Gender" in notes
    assert "not used: shoe" in notes and "birth dates are read as %d/%m/%Y" in notes


def test_a_stated_mapping_wins_and_an_empty_one_leaves_the_column_out(tmp_path):
    table = PEOPLE.rename(columns={"Last Name": "Nachname"})
    file = read_labelled(write(tmp_path, table), "Ref", "who", {"surname": "nachname", "date_of_birth": ""})
    assert file.mapping == {"surname": ("Nachname",), "forename": ("FIRST-NAME",)}
    assert "date_of_birth" not in file.records.column_names


@pytest.mark.parametrize(
    ("dates", "read"),
    [
        (["03/25/1980", "04/05/1991"], ["1980-03-25", "1991-04-05"]),
        (["25/03/1980", "04/05/1991"], ["1980-03-25", "1991-05-04"]),
        (["19800325", "19910405"], ["1980-03-25", "1991-04-05"]),
        (["25 Mar 1980", "5 April 1991"], ["1980-03-25", "1991-04-05"]),
        (["1854", "1856"], ["1854-01-01", "1856-01-01"]),
        (["25/03/45", "04/05/91"], ["1945-03-25", "1991-05-04"]),
        (["1980-03-25 00:00:00", "not known"], ["1980-03-25", None]),
    ],
)
def test_dates_are_read_as_the_files_other_dates_are(tmp_path, dates, read):
    table = pd.DataFrame({"id": [1, 2], "name": ["A Smith", "A Smith"], "dob": dates, "who": [1, 1]})
    assert read_labelled(write(tmp_path, table), "id", "who").records["date_of_birth"].to_pylist() == read


def test_whole_names_and_birth_parts_are_put_together(tmp_path):
    table = pd.DataFrame(
        {
            "id": [1, 2], "Full Name": ["Smith-Jones, John Paul", "John Paul Smith"], "by": [1980, 1980], "bm": [3, 12],
            "bd": [9, 25], "house number": ["7", "8"], "street": ["High St", "Low St"], "zip": ["90210", "90211"],
            "who": [1, 1],
        }
    )  # fmt: skip
    rows = read_labelled(write(tmp_path, table), "id", "who").records.to_pylist()
    assert [(row["surname"], row["forename"], row["middle_names"]) for row in rows] == [
        ("Smith-Jones", "John", "Paul"),
        ("Smith", "John", "Paul"),
    ]
    assert [row["date_of_birth"] for row in rows] == ["1980-03-09", "1980-12-25"]
    assert [row["address"] for row in rows] == ["7 High St", "8 Low St"]
    assert [row["area_code"] for row in rows] == ["90210", "90211"]


@pytest.mark.parametrize(("name", "options"), [("p.parquet", {}), ("p.csv", {"sep": ";"}), ("p.tsv", {"sep": "\t"})])
def test_parquet_and_any_delimiter_are_read(tmp_path, name, options):
    assert read_labelled(write(tmp_path, PEOPLE, name, **options), "Ref", "who").records.num_rows == 4


def test_a_file_in_latin_1_is_read(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes("id,surname,forename,who\n1,Müller,Jörg,a\n2,Muller,Jorg,a\n".encode("latin-1"))
    assert read_labelled(path, "id", "who").records["surname"].to_pylist() == ["Müller", "Muller"]


def test_records_without_a_label_are_linked_but_not_scored(tmp_path):
    table = clients(400, 11)
    table.loc[:49, "Person"] = None
    outcome = evaluate_file(write(tmp_path, table), "Client ID", "Person")
    assert outcome.result.links.num_rows == len(table)
    assert outcome.report.records == len(table) - 50
    assert any("50 of" in note and "not scored" in note for note in outcome.file.notes)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda t: t, {"id_column": "key"}, r"no column 'key' \(asked for by --id\). It has: Ref, Last Name"),
        (lambda t: t, {"cluster_column": "cluster"}, r"no column 'cluster' \(asked for by --cluster\)"),
        (lambda t: t.assign(Ref=["1", "2", "1", "4"]), {}, r"column Ref: '1' stands in 2 rows \(first in rows 1 and 3"),
        (lambda t: t.assign(Ref=["1", None, "3", "4"]), {}, r"row 2 after the header: column Ref is blank"),
        (lambda t: t.assign(who=[None] * 4), {}, r"column who is blank in every row"),
        (lambda t: t.assign(who=list("abcd")), {}, r"every row has a value of its own in column who"),
        (lambda t: t.drop(columns=["Last Name", "FIRST-NAME"]), {}, r"no column of names.*--map surname=COLUMN"),
        (lambda t: t.iloc[:0], {}, r"holds no rows"),
        (lambda t: t, {"stated": {"sirname": "x"}}, r"'sirname' is none of surname, forename"),
        (lambda t: t, {"stated": {"surname": "Nachname"}}, r"no column 'Nachname' \(asked for by --map surname"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(tmp_path, change, options, message):
    path = write(tmp_path, change(PEOPLE))
    asked = {"id_column": "Ref", "cluster_column": "who", "stated": None} | options
    with pytest.raises(LabelledFileError, match=message) as raised:
        read_labelled(path, **asked)
    assert "people.csv" in str(raised.value) or "--map" in str(raised.value)


def test_a_file_that_is_not_there_or_not_readable_is_refused(tmp_path):
    with pytest.raises(LabelledFileError, match="is not there"):
        read_labelled(tmp_path / "none.csv", "id", "who")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"not parquet at all")
    with pytest.raises(LabelledFileError, match="cannot be read as Parquet"):
        read_labelled(broken, "id", "who")


def test_ids_unique_within_a_source_only_are_joined(tmp_path):
    table = PEOPLE.assign(Ref=["1", "2", "1", "2"], source=["x", "x", "y", "y"])
    file = read_labelled(write(tmp_path, table), "source+Ref", "who")
    assert file.records["record_id"].to_pylist() == ["x|1", "x|2", "y|1", "y|2"]
