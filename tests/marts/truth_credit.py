"""Remand days against the term of the sentence, from the simulation's truth, in pandas.

Belongs here: what each row of `sentence_credit` should say, and the reason of every difference. Does not belong here:
the truth about remand and sentences (the simulation writes it).
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from tests.marts.comparisons import IMMEDIATE_CUSTODY, Comparison, faulty_records, wrongly_linked_people


def compare_sentence_credit(data_dir: Path, truth_dir: Path) -> Comparison:
    """Everyone sentenced to custody or after remand: days on remand, determinate term, whether the days reach it."""
    expected = true_credit(truth_dir)
    with closing(duckdb.connect(str(data_dir / "build" / "warehouse.duckdb"), read_only=True)) as connection:
        ours = connection.execute(
            """
            select defendant_id, disposal_type, days_on_remand, is_term_served_on_remand,
                case when is_immediate_custody then term_months end as term_months,
                prison_credit_days
            from marts.sentence_credit
            """
        ).df()
    both = expected.merge(ours, on="defendant_id", how="outer", suffixes=("_truth", ""), indicator="side")
    same = both["side"] == "both"
    for column in ("disposal_type", "days_on_remand", "is_term_served_on_remand"):
        left, right = both[column].astype(object), both[f"{column}_truth"].astype(object)
        same &= (left == right).fillna(False) | (left.isna() & right.isna())
    near = (both["term_months"] - both["term_months_truth"]).abs() < 1e-6
    same &= near | (both["term_months"].isna() & both["term_months_truth"].isna())
    different = both[~same]
    faults = faulty_records(data_dir, truth_dir, with_age_and_sex=False).groupby("defendant_id")["reason"].min()
    reason = different["defendant_id"].map(faults)
    reason = reason.mask(different["true_person_id"].isin(wrongly_linked_people(data_dir, truth_dir)), "linkage")
    return Comparison(
        compared=len(both),
        exact=int(same.sum()),
        explained={str(name): int(count) for name, count in reason.value_counts().items()},
        unexplained=different[reason.isna()],
    )


def true_credit(truth_dir: Path) -> pd.DataFrame:
    """defendant_id, true_person_id, disposal_type, days_on_remand, term_months, is_term_served_on_remand."""
    sentenced = pd.read_parquet(truth_dir / "sentencing.parquet")
    sentenced = sentenced[~sentenced["is_organisation"]]
    remand = pd.read_parquet(truth_dir / "remand_episodes.parquet").set_index("defendant_id")["days_net"]
    days = sentenced["defendant_id"].map(remand).fillna(0).astype(int)
    determinate = sentenced["disposal_type"] == "determinate_custody"
    term = sentenced["effective_length_months"].where(determinate)
    served = (days >= np.round(term * 30.4375)).astype(object).where(determinate & term.notna(), None)
    table = pd.DataFrame(
        {
            "defendant_id": sentenced["defendant_id"],
            "true_person_id": sentenced["true_person_id"],
            "disposal_type": sentenced["disposal_type"],
            "days_on_remand": days,
            "term_months": term,
            "is_term_served_on_remand": served,
        }
    )
    return table[table["disposal_type"].isin(IMMEDIATE_CUSTODY) | (days > 0)]
