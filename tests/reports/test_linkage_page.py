"""The page on the linkage: what it says is what is published, it is there after every report, and it names nobody."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pandas as pd
import pytest

from orchestration.linkage.review.score import score_review
from tests.support import Warehouse, World


@pytest.fixture(scope="module")
def page(built: Warehouse) -> str:
    return (built.settings.published_dir / "reports" / "linkage" / "index.html").read_text(encoding="utf-8")


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_it_says_in_plain_words_how_right_the_linkage_is(built: Warehouse, page: str) -> None:
    [(recall, low, high)] = built.query(
        "select value, ci_low, ci_high from marts.linkage_quality where source = 'reference_world' "
        "and measure = 'recall' and breakdown = 'all' and unit = 'pairs'"
    )
    found, least, most = (f"{1000 * value:.1f}".removesuffix(".0") for value in (recall, low, high))
    expected = f"it finds {found} of 1,000 (between {least} and {most})"
    assert expected in words(page)
    assert "No sample of real pairs has been judged by people yet" in words(page)


def test_every_group_more_than_two_points_below_everybody_is_named_with_the_reason(built: Warehouse, page: str) -> None:
    below = built.query(
        "select distinct breakdown_value, reason from marts.linkage_quality where source = 'reference_world' "
        "and is_below_whole and unit = 'clusters' and measure = 'precision' and breakdown <> 'agency_pair'"
    )
    assert below
    for group, reason in below:
        assert f": {group}. " in words(page)
        assert reason in words(page)


def test_it_runs_no_script_and_every_chart_has_its_numbers_beside_it(page: str) -> None:
    assert "<script" not in page
    assert page.count("<img") == 4
    assert all(re.search(r'alt="[^"]{40,}"', image) for image in re.findall(r"<img[^>]+>", page))
    assert page.count("<table") >= 8


def test_the_reports_made_again_hold_it_again(built: Warehouse, page: str, tmp_path: Path) -> None:
    warehouse = built.copy(tmp_path)
    shown = warehouse.command("report", "--no-open")
    index = Path(shown.stdout.strip())
    assert (index.parent / "linkage" / "index.html").read_text(encoding="utf-8") == page
    (index.parent / "linkage" / "index.html").unlink()
    shown = warehouse.command("linkage", "report", "--no-open")
    assert Path(shown.stdout.strip()).read_text(encoding="utf-8") == page


def test_a_sample_judged_by_the_simulations_truth_gives_the_known_value(
    built: Warehouse, world: World, tmp_path: Path
) -> None:
    drawn = built.command(
        "linkage", "sample", "--pairs", "200", "--seed", "3", "--output", str(tmp_path / "sample.csv")
    )
    assert "WARNING: the file holds names" in drawn.stderr
    truth = pd.read_parquet(world.truth_dir / "person_records.parquet")
    feed = truth["feed"].str.split("/").str[-1]
    who = dict(
        zip(truth["agency"] + "/" + feed + "/" + truth["record_key"].astype(str), truth["true_person_id"], strict=True)
    )
    with (tmp_path / "sample.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["decision"] = "same" if who[row["record_1"]] == who[row["record_2"]] else "different"
    filled = tmp_path / "filled.csv"
    with filled.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)

    everything = built.command("linkage", "sample", "--pairs", "100000000", "--output", str(tmp_path / "all.csv"))
    assert everything.returncode == 0
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        pairs = [
            (who[row["record_1"]] == who[row["record_2"]], row["is_linked"] == "yes") for row in csv.DictReader(file)
        ]
    right = sum(same and linked for same, linked in pairs)
    result = score_review(filled)
    assert result.precision.low <= right / sum(linked for _, linked in pairs) <= result.precision.high
    assert result.recall.low <= right / sum(same for same, _ in pairs) <= result.recall.high

    refused = built.command("linkage", "score", str(tmp_path / "sample.csv"), check=False)
    assert refused.returncode == 1
    assert "row 2, column decision: not filled in" in refused.stderr
