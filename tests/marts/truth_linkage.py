"""How right the links are, from the truth, in pandas: pair by pair, sharing no code and no SQL with the linkage.

Belongs here: every pair of records counted out, and the comparison with the evidence. Does not belong here: intervals,
or how much error is too much (tests).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd

COUNTS = ["numerator", "denominator"]


def compare_linkage_accuracy(data_dir: Path, truth_dir: Path) -> pd.DataFrame:
    """Rows of the evidence behind `marts.linkage_quality` (source simulated_truth) that counting out does not give.

    Compared: precision and recall of pairs over all, by pair of agencies and by sex; precision and recall of clusters
    over all; over- and under-merged persons; repeat links of every feed.
    """
    mine = pd.DataFrame(
        _counted(data_dir, truth_dir), columns=["measure", "breakdown", "breakdown_value", "unit", *COUNTS]
    )
    theirs = pd.read_parquet(data_dir / "linkage" / "quality.parquet").query("source == 'simulated_truth'")
    keys = ["measure", "breakdown", "breakdown_value", "unit"]
    both = mine.merge(theirs[[*keys, *COUNTS]], on=keys, how="left", suffixes=("_counted", "_told"))
    same = (both["numerator_counted"] == both["numerator_told"]) & (
        both["denominator_counted"] == both["denominator_told"]
    )
    return both[~same]


def _counted(data_dir: Path, truth_dir: Path) -> list[tuple[str, str, str, str, int, int]]:
    links = pd.read_parquet(data_dir / "linkage" / "person_links.parquet")[["record_id", "person_id"]]
    truth = pd.read_parquet(truth_dir / "person_records.parquet")
    feed = truth["feed"].str.split("/").str[-1]
    truth["record_id"] = truth["agency"] + "/" + feed + "/" + truth["record_key"].astype(str)
    truth = truth.drop_duplicates("record_id")[["record_id", "true_person_id"]]
    sexes = pd.read_parquet(truth_dir / "persons.parquet").set_index("true_person_id")["sex"]
    rows = links.merge(truth, on="record_id")
    rows["agency"] = rows["record_id"].str.split("/").str[0]
    rows["feed"] = rows["record_id"].str.split("/").str[:2].str.join("/")
    rows["sex"] = rows["true_person_id"].map(sexes).map({"M": "male", "F": "female"})

    made, right, there = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for _, person in rows.groupby("person_id"):
        for one, other in _pairs(person):
            is_right = one.true_person_id == other.true_person_id
            for part in _parts(one, other):
                made[part] += 1
                right[part] += is_right
    for _, person in rows.groupby("true_person_id"):
        for one, other in _pairs(person):
            for part in _parts(one, other):
                there[part] += 1
    found = []
    for part in sorted({*made, *there}):
        found.append(("precision", *part, "pairs", right[part], made[part]))
        found.append(("recall", *part, "pairs", right[part], there[part]))

    linked = rows.groupby("person_id")["record_id"].agg(frozenset)
    true = rows.groupby("true_person_id")["record_id"].agg(frozenset)
    exact = len(set(linked) & set(true))
    found.append(("precision", "all", "all", "clusters", exact, len(linked)))
    found.append(("recall", "all", "all", "clusters", exact, len(true)))
    merged = int((rows.groupby("person_id")["true_person_id"].nunique() > 1).sum())
    in_pieces = int((rows.groupby("true_person_id")["person_id"].nunique() > 1).sum())
    found.append(("over_merged_persons", "all", "all", "persons", merged, len(linked)))
    found.append(("under_merged_persons", "all", "all", "persons", in_pieces, len(true)))
    for name, of_feed in rows.groupby("feed"):
        linked_people, true_people = of_feed["person_id"].nunique(), of_feed["true_person_id"].nunique()
        meetings = len(of_feed[["person_id", "true_person_id"]].drop_duplicates())
        links_made, links_there = len(of_feed) - linked_people, len(of_feed) - true_people
        found.append(
            ("false_link_rate", "feed", str(name), "repeat_links", meetings - linked_people, links_made)
        )  # fmt: skip
        found.append(("missed_link_rate", "feed", str(name), "repeat_links", meetings - true_people, links_there))
    return found


def _pairs(person: pd.DataFrame) -> list[tuple[object, object]]:
    members = list(person[["agency", "sex", "true_person_id"]].itertuples(index=False))
    return [(one, other) for place, one in enumerate(members) for other in members[place + 1 :]]


def _parts(one: object, other: object) -> set[tuple[str, str]]:
    """Parts of the population the pair counts in: a pair of a man and a woman in that of either."""
    agencies = sorted([one.agency, other.agency])  # type: ignore[attr-defined]
    return {
        ("all", "all"),
        ("agency_pair", " and ".join(agencies)),
        ("sex", one.sex),  # type: ignore[attr-defined]
        ("sex", other.sex),  # type: ignore[attr-defined]
    }
