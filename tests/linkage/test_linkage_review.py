"""Clerical review: a sample of pairs, judged by people, says how right the linkage is, and how surely."""

from __future__ import annotations

import csv
import stat
import zlib
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from labelled_people import LabelledPeople, labelled_people

from orchestration.linkage import load_model, run_linkage
from orchestration.linkage.accuracy.reference_people import linked_connection
from orchestration.linkage.evidence import EVIDENCE_FILE
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.review.sample import Sample, draw_sample, write_sample
from orchestration.linkage.review.score import Estimate, ReviewError, score_review, write_result
from orchestration.settings import Settings

pytestmark = pytest.mark.slow

SEEDS = range(8)


@pytest.fixture(scope="module")
def people() -> LabelledPeople:
    """Dirty enough that some links are wrong and many are missed."""
    return labelled_people(600, seed=77, twins=40, dirt=4.0)


@pytest.fixture(scope="module")
def model() -> LinkageModel:
    """Held to a threshold that misses links, so that there is something to estimate."""
    shipped = load_model()
    return replace(shipped, thresholds=replace(shipped.thresholds, accept=14.0))


@pytest.fixture(scope="module")
def settings(people: LabelledPeople, model: LinkageModel, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A warehouse whose records are linked."""
    settings = Settings.from_environment(data_dir=tmp_path_factory.mktemp("reviewed") / "data")
    settings.build_dir.mkdir(parents=True)
    with duckdb.connect(str(settings.build_database)) as connection:
        connection.register("records", people.records)
        connection.execute("create schema linkage; create table linkage.person_records_to_link as from records")
    run_linkage(settings, model)
    return settings


@pytest.fixture(scope="module")
def truth(people: LabelledPeople) -> dict[str, str]:
    """Who each record is of. One in thirty is said to be a stranger's, as if its links were wrong."""
    who = zip(*(people.truth[name].to_pylist() for name in ("record_id", "true_person_id")), strict=True)
    return {record: f"{person} stranger" if zlib.crc32(record.encode()) % 30 == 0 else person for record, person in who}


@pytest.fixture(scope="module")
def true_values(people: LabelledPeople, model: LinkageModel, truth: dict[str, str]) -> tuple[float, float]:
    """Precision and recall over every pair of profiles that was compared or linked, counted out."""
    who = truth
    with linked_connection(people.records, model) as connection:
        held = connection.execute(
            "select profile_id, min(record_id), min_by(person_id, record_id) "
            "from record_profiles inner join person_links using (record_id) group by 1"
        ).fetchall()
        compared = {tuple(row) for row in connection.execute("select profile_id_l, profile_id_r from edges").fetchall()}
    record = {profile: shown for profile, shown, _ in held}
    person = {profile: found for profile, _, found in held}
    members: dict[str, list[int]] = {}
    for profile, found in person.items():
        members.setdefault(found, []).append(profile)
    linked = {(one, other) for group in members.values() for one in group for other in group if one < other}
    same = {(one, other) for one, other in compared | linked if who[record[one]] == who[record[other]]}
    return len(same & linked) / len(linked), len(same & linked) / len(same)


def filled(sample: Sample, truth: dict[str, str], path: Path, **changes: dict[int, dict[str, str]]) -> Path:
    """The sample with what the truth says for decision, and `changes` (line of the file -> cells) made after."""
    rows = list(csv.DictReader(sample.text.splitlines()))
    for line, row in enumerate(rows, start=2):
        row["decision"] = "same" if truth[row["record_1"]] == truth[row["record_2"]] else "different"
        row.update(changes.get("at", {}).get(line, {}))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(row for row in rows if row["decision"] != "left out")
    return path


@pytest.fixture(scope="module")
def sample(settings: Settings, model: LinkageModel) -> Sample:
    return draw_sample(settings, model, 300, 1)


def test_the_estimate_holds_the_known_value(
    settings: Settings,
    model: LinkageModel,
    truth: dict[str, str],
    true_values: tuple[float, float],
    tmp_path: Path,
) -> None:
    """95 of 100 intervals should; of 8 samples at most one may not."""
    precision, recall = true_values
    assert precision < 0.97 and recall < 0.97, "there is something to estimate"
    held = {"precision": 0, "recall": 0}
    for seed in SEEDS:
        result = score_review(filled(draw_sample(settings, model, 300, seed), truth, tmp_path / f"{seed}.csv"))
        held["precision"] += result.precision.low <= precision <= result.precision.high
        held["recall"] += result.recall.low <= recall <= result.recall.high
        assert result.recall.high - result.recall.low < 0.15
    assert min(held.values()) >= len(SEEDS) - 1, held


def test_judging_every_pair_gives_the_very_value_without_interval(
    settings: Settings,
    model: LinkageModel,
    truth: dict[str, str],
    true_values: tuple[float, float],
    tmp_path: Path,
) -> None:
    result = score_review(filled(draw_sample(settings, model, 10**7, 1), truth, tmp_path / "all.csv"))
    precision, recall = true_values
    assert result.precision == Estimate(*[pytest.approx(precision)] * 3)
    assert result.recall == Estimate(*[pytest.approx(recall)] * 3)


def test_the_same_seed_draws_the_same_pairs_and_another_does_not(
    settings: Settings, model: LinkageModel, sample: Sample
) -> None:
    assert draw_sample(settings, model, 300, 1).text == sample.text
    assert draw_sample(settings, model, 300, 2).text != sample.text


def test_every_stratum_is_drawn_from_and_named_in_each_row(sample: Sample) -> None:
    rows = list(csv.DictReader(sample.text.splitlines()))
    assert len(rows) == sample.pairs
    assert abs(len(rows) - 300) < 30
    assert {stratum.name.rpartition(", ")[2] for stratum in sample.strata} == {"linked", "not linked"}
    for stratum in sample.strata:
        mine = [row for row in rows if row["stratum"] == stratum.name]
        assert len(mine) == stratum.drawn >= min(2, stratum.pairs)
        assert {row["pairs_in_stratum"] for row in mine} == {str(stratum.pairs)}
    assert {row["decision"] for row in rows} == {""}
    assert len({(row["record_1"], row["record_2"]) for row in rows}) == len(rows)


def test_the_file_is_private_and_answers_are_never_written_over(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "review" / "sample.csv"
    write_sample(sample, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with pytest.raises(FileExistsError, match="answers"):
        write_sample(sample, path)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"decision": ""}, r"row 5, column decision: not filled in"),
        ({"decision": "maybe"}, r"row 5, column decision: 'maybe'"),
        ({"second_decision": "perhaps"}, r"row 5, column second_decision: 'perhaps'"),
        ({"pairs_in_stratum": "many"}, r"row 5, column pairs_in_stratum: 'many' is not a count"),
        ({"is_linked": "1"}, r"row 5, column is_linked: '1'"),
        ({"stratum": ""}, r"row 5, column stratum: empty"),
        ({"build": "another"}, r"row 5, column build: from another build"),
        ({"pair": "1"}, r"column pair: '1' is there twice"),
        ({"decision": "left out"}, r"column pairs_drawn: \d+ pairs of stratum '.*' were drawn, \d+ are in the file"),
        ({"pairs_in_stratum": "999999"}, r"column pairs_in_stratum: rows of stratum '.*' disagree"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_row_and_column(
    sample: Sample, truth: dict[str, str], tmp_path: Path, cells: dict[str, str], said: str
) -> None:
    path = filled(sample, truth, tmp_path / "bad.csv", at={5: cells})
    with pytest.raises(ReviewError, match=said) as error:
        score_review(path)
    assert str(path) in str(error.value)


def test_a_file_without_its_columns_or_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ReviewError, match="has no column decision"):
        score_review(path)
    with pytest.raises(FileNotFoundError, match="warehouse linkage sample"):
        score_review(tmp_path / "nothing.csv")


def test_unsure_counts_neither_way_and_two_reviewers_are_compared(
    sample: Sample, truth: dict[str, str], tmp_path: Path
) -> None:
    rows = list(csv.DictReader(sample.text.splitlines()))
    twice = {
        line: {"second_decision": "same" if truth[row["record_1"]] == truth[row["record_2"]] else "different"}
        for line, row in enumerate(rows, start=2)
    }
    assert score_review(filled(sample, truth, tmp_path / "two.csv", at=twice)).kappa == pytest.approx(1.0)
    twice[2]["decision"] = "unsure"
    result = score_review(filled(sample, truth, tmp_path / "unsure.csv", at=twice))
    assert result.unsure == 1
    assert result.kappa is not None and 0.9 < result.kappa < 1.0


def test_the_next_linkage_tells_the_estimate_until_the_model_changes(
    settings: Settings, model: LinkageModel, sample: Sample, truth: dict[str, str], tmp_path: Path
) -> None:
    result = score_review(filled(sample, truth, tmp_path / "done.csv"))
    kept = write_result(settings, result)
    assert not any(name in kept.read_text() for name in ("surname", "police/"))
    run_linkage(settings, model)
    told = [
        row
        for row in pq.read_table(settings.linkage_dir / EVIDENCE_FILE).to_pylist()
        if row["source"] == "clerical_review"
    ]
    assert {row["measure"]: row["value"] for row in told} == {
        "precision": pytest.approx(result.precision.value),
        "recall": pytest.approx(result.recall.value),
    }
    run_linkage(settings, load_model())
    assert "clerical_review" not in pq.read_table(settings.linkage_dir / EVIDENCE_FILE)["source"].to_pylist()
