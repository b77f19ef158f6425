"""A model is trained, looked at and only then used."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.console.bench_linkage import stage
from orchestration.console.bench_people import write_people
from orchestration.linkage import load_model, run_linkage, save_model
from orchestration.linkage.learning.adoption import adopted_version, compare_persons, load_adopted, next_version
from orchestration.settings import Settings

pytestmark = pytest.mark.slow

SHIPPED = load_model()
STRICT = replace(SHIPPED, version="strict-1", thresholds=replace(SHIPPED.thresholds, accept=12.0))


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "people.parquet"
    write_people(path, 1_500, 5, SHIPPED)
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("WAREHOUSE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("WAREHOUSE_MODELS_DIR", raising=False)
    return Settings.from_environment()


@pytest.fixture
def linked(here: Settings, people: Path) -> Settings:
    stage(here, people, earlier_only=False)
    run_linkage(here)
    return here


def warehouse(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["linkage", *arguments], input=typed)


def versions(here: Settings) -> set[str]:
    links = pq.read_table(here.linkage_dir / "person_links.parquet")
    return set(links["model_version"].to_pylist())


def test_a_trained_model_is_never_loaded_until_it_is_adopted(linked: Settings) -> None:
    trained = warehouse("train", "--source", "made-up people")
    assert trained.exit_code == 0, trained.output
    path = linked.models_dir / "justice-2.json"
    model = load_model(path)
    model.assert_trained()
    assert (model.version, model.provenance["source"], model.provenance["records"]) == (
        "justice-2",
        "made-up people",
        1_500,
    )
    assert versions(linked) == {"justice-1"}
    assert run_linkage(linked).model_version == "justice-1"
    adopted = warehouse("adopt", "justice-2", "--yes")
    assert adopted.exit_code == 0, adopted.output
    assert "1,500 records are" in adopted.output
    summary = run_linkage(linked)
    assert (summary.model_version, summary.linked_anew) == ("justice-2", "another model")
    assert versions(linked) == {"justice-2"}
    assert next_version(linked.models_dir) == "justice-3"


def test_what_adopting_would_change_is_said_before_it_is_asked(linked: Settings) -> None:
    save_model(STRICT, linked.models_dir)
    refused = warehouse("adopt", "strict-1", typed="n\n")
    assert refused.exit_code == 1
    assert "splits: " in refused.output
    assert adopted_version(linked.models_dir) == "justice-1"
    agreed = warehouse("adopt", "strict-1", typed="y\n")
    assert agreed.exit_code == 0
    said = int(refused.output.partition("would be ")[2].split()[0].replace(",", ""))
    assert run_linkage(linked).persons == said
    back = warehouse("adopt", "justice-1", "--yes")
    assert "merges: " in back.output
    assert load_adopted(linked.models_dir).version == "justice-1"


def test_without_an_answer_nothing_is_adopted(linked: Settings) -> None:
    save_model(STRICT, linked.models_dir)
    assert warehouse("adopt", "strict-1", typed="").exit_code == 1
    assert adopted_version(linked.models_dir) == "justice-1"


def test_a_model_can_be_adopted_before_anything_is_linked(here: Settings) -> None:
    save_model(STRICT, here.models_dir)
    result = warehouse("adopt", "strict-1", "--yes")
    assert "nothing is linked yet" in result.output
    assert json.loads((here.models_dir / "adopted.json").read_text())["fingerprint"] == STRICT.fingerprint


def test_the_models_there_are_and_the_one_in_use(here: Settings) -> None:
    save_model(STRICT, here.models_dir)
    (here.models_dir / "broken-1.json").write_text("{}")
    warehouse("adopt", "strict-1", "--yes")
    lines = warehouse("models").output.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["justice-1", "broken-1"]
    assert "ships" in lines[0]
    assert lines[2].startswith("* strict-1")
    assert "trained here" in lines[2]


def test_a_model_that_is_gone_is_named_with_those_there_are(here: Settings) -> None:
    save_model(STRICT, here.models_dir)
    warehouse("adopt", "strict-1", "--yes")
    (here.models_dir / "strict-1.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"'strict-1'.*there are: justice-1"):
        load_adopted(here.models_dir)
    unknown = warehouse("adopt", "justice-9", "--yes")
    assert isinstance(unknown.exception, FileNotFoundError)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (("--version", "justice-1"), FileExistsError, "already"),
        (("--version", "../x"), SystemExit, ""),
        ((), FileNotFoundError, "build first"),
    ],
)
def test_training_says_what_stands_in_its_way(
    here: Settings, arguments: tuple[str, ...], error: type[BaseException], said: str
) -> None:
    result = warehouse("train", *arguments)
    assert isinstance(result.exception, error)
    assert said in str(result.exception)
    assert not here.models_dir.exists()


def test_a_file_that_holds_no_person_records_or_too_few_is_refused(here: Settings, tmp_path: Path) -> None:
    wrong, few = tmp_path / "wrong.csv", tmp_path / "few.csv"
    wrong.write_text("a,b\n1,2\n")
    few.write_text("record_id,surname\n1,Smith\n")
    assert "needs record_id and names" in str(warehouse("train", str(wrong)).exception)
    assert "1 records; at least 1,000" in str(warehouse("train", str(few)).exception)
    assert isinstance(warehouse("train", str(tmp_path / "none.csv")).exception, FileNotFoundError)


def test_a_file_is_learnt_from_as_the_last_run_is(linked: Settings, tmp_path: Path) -> None:
    csv = tmp_path / "people.csv"
    with duckdb.connect(str(linked.build_database), read_only=True) as connection:
        connection.execute(f"copy linkage.person_records_to_link to '{csv}' (header)")
    for arguments in (("--version", "a-1"), (str(csv), "--version", "a-2")):
        assert warehouse("train", *arguments).exit_code == 0
    one, other = (load_model(linked.models_dir / f"a-{number}.json") for number in (1, 2))
    assert one.fingerprint == other.fingerprint


def test_merges_and_splits_of_a_worked_example() -> None:
    """{a b} {c} {d e} {f} become {a b c} {d} {e} {f}: one merge of three records, one split of two; g is gone."""
    before = pa.table({"record_id": list("abcdefg"), "person_id": ["1", "1", "2", "3", "3", "4", "9"]})
    after = pa.table({"record_id": list("abcdefh"), "person_id": ["1", "1", "1", "3", "5", "4", "8"]})
    changes = compare_persons(before, after)
    assert (changes.records, changes.persons_before, changes.persons_after) == (6, 4, 4)
    assert (changes.merged, changes.split, changes.records_moved) == (1, 1, 5)
    assert "nothing changes" in compare_persons(before, before).lines()[0]
