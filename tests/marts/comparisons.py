"""Marts against what really happened, in pandas, sharing no SQL with the models.

Belongs here: the official figures recomputed from a simulated world's truth, and the reason of every difference.
Does not belong here: building a world, or deciding how much difference is too much (the tests do).

A difference has a reason if the people involved are not linked as they should be, or if a record it rests on was
delivered with an error that no later delivery corrected. Anything else is unexplained, and a fault of ours.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

IDENTIFYING_ERRORS = (
    "alias", "nickname", "typo", "names_swapped", "half_double_barrel", "title_in_name", "middle_name_missing",
    "identifier_", "postcode_", "no_fixed_abode", "ethnicity_",
)  # fmt: skip
"""How the kinds of error begin that change no figure compared here, unless by a wrong link, which is found as such."""

DESCRIBING_ERRORS = ("birth_", "sex_wrong", "missing")
"""How the kinds of error begin that, in a record of a person, change the person's age or sex and nothing else."""

PERSON_FEEDS = (
    "police/custody_records", "police/out_of_court_disposals", "cps/defendants", "hmcts/defendants",
    "prison/prisoners", "probation/orders", "laa/representation_orders",
)  # fmt: skip

IMMEDIATE_CUSTODY = ("life_or_indeterminate", "extended_or_special", "determinate_custody")

REMAND_DAYS = ("days_untried", "days_convicted_unsentenced", "days_net", "days_bail_gap")


@dataclass(frozen=True)
class Comparison:
    """One mart against the truth.

    Attributes:
        compared: rows of either side.
        exact: rows that agree in everything.
        explained: reason -> rows that differ for it.
        unexplained: rows that differ for no reason known, both sides next to each other.
    """

    compared: int
    exact: int
    explained: dict[str, int]
    unexplained: pd.DataFrame


def compare_remand_episodes(data_dir: Path, truth_dir: Path) -> Comparison:
    """Every remand episode with a proceeding: days, entry, exit, spells, outcome and case.

    An open episode runs to the date of the newest prison extract, in truth to the last day of the world: the truth is
    carried on by the days between them.
    """
    ours = _query(data_dir, "select * from marts.remand_episodes where defendant_id is not null")
    ours = ours.drop(columns=["court_code", "offence_group"])
    truth = pd.read_parquet(truth_dir / "remand_episodes.parquet")
    both = truth.merge(ours, on="defendant_id", how="outer", suffixes=("_truth", ""), indicator="side")
    still_held = both["is_open"].fillna(False).astype(bool) & both["is_open_truth"].fillna(False).astype(bool)
    last_day = pd.to_datetime(both["entry_date_truth"]) + pd.to_timedelta(
        both["days_net_truth"] + both["days_bail_gap_truth"], unit="D"
    )
    carried_on = (pd.to_datetime(both["data_as_of"]) - last_day).dt.days.where(still_held, 0)
    unsentenced = both["days_convicted_unsentenced_truth"] > 0
    both["days_net_truth"] += carried_on
    both["days_untried_truth"] += carried_on.where(~unsentenced, 0)
    both["days_convicted_unsentenced_truth"] += carried_on.where(unsentenced, 0)
    same = both["side"] == "both"
    for column in (*REMAND_DAYS, "spell_count", "is_open", "outcome", "case_id"):
        same &= both[column] == both[f"{column}_truth"]
    for column in ("entry_date", "exit_date"):
        day, true_day = pd.to_datetime(both[column]), pd.to_datetime(both[f"{column}_truth"])
        same &= (day == true_day) | (day.isna() & true_day.isna())
    return _explained(both, same, data_dir, truth_dir, with_age_and_sex=False)


def compare_sentences(data_dir: Path, truth_dir: Path) -> Comparison:
    """Every sentenced defendant: court, quarter, offence group, disposal, regime, sex, age band, length of custody."""
    ours = our_sentences(data_dir)
    truth = true_sentences(truth_dir)
    both = truth.merge(ours, on="defendant_id", how="outer", suffixes=("_truth", ""), indicator="side")
    same = both["side"] == "both"
    for column in ("court_code", "quarter", "offence_group", "disposal_type", "regime", "sex", "age_band"):
        same &= both[column] == both[f"{column}_truth"]
    for column in ("custody_months", "effective_months"):
        near = (both[column] - both[f"{column}_truth"]).abs() < 1e-6
        same &= near | (both[column].isna() & both[f"{column}_truth"].isna())
    return _explained(both, same, data_dir, truth_dir, with_age_and_sex=True)


def true_sentences(truth_dir: Path) -> pd.DataFrame:
    """What each sentenced defendant should contribute to the sentencing marts."""
    truth = pd.read_parquet(truth_dir / "sentencing.parquet")
    determinate = truth["disposal_type"] == "determinate_custody"
    date = pd.to_datetime(truth["sentence_date"])
    return pd.DataFrame(
        {
            "defendant_id": truth["defendant_id"],
            "true_person_id": truth["true_person_id"],
            "court_code": truth["court_ou_code"],
            "quarter": date.dt.to_period("Q").dt.start_time,
            "offence_group": truth["offence_group"],
            "disposal_type": truth["disposal_type"],
            "regime": truth["regime"],
            "sex": truth["sex"],
            "age_band": truth["age_band"],
            "custody_months": truth["custody_length_months"].where(determinate),
            "effective_months": truth["effective_length_months"].where(determinate),
        }
    )


def our_sentences(data_dir: Path) -> pd.DataFrame:
    """What each sentenced defendant contributes to the sentencing marts as built."""
    table = _query(
        data_dir,
        """
        select defendant_id, court_code, court_type, date_trunc('quarter', sentence_date) as quarter,
            principal_offence_group as offence_group, disposal_type, regime, sex, age_band,
            custody_length_months as custody_months, effective_length_months as effective_months
        from conformed.disposals where is_sentenced
        """,
    )
    return table.assign(quarter=pd.to_datetime(table["quarter"]))


def sentencing_cells(sentences: pd.DataFrame) -> pd.DataFrame:
    """Defendants, custody and months by quarter, court and disposal, from one row per sentenced defendant."""
    custody = sentences["disposal_type"].isin(IMMEDIATE_CUSTODY)
    table = sentences.assign(defendants=1, immediate_custody=custody.astype(int))
    keys = ["quarter", "court_code", "disposal_type"]
    columns = ["defendants", "immediate_custody", "custody_months", "effective_months"]
    return table.groupby(keys)[columns].sum().sort_index()


def mart_cells(data_dir: Path) -> pd.DataFrame:
    """The same cells, read from `court_sentencing`; months only where the cell is determinate custody."""
    wide = _query(data_dir, "select * from marts.court_sentencing")
    types = [
        "life_or_indeterminate", "extended_or_special", "determinate_custody", "suspended_sentence",
        "community_sentence", "fine", "compensation", "conditional_discharge", "absolute_discharge", "other", "none",
    ]  # fmt: skip
    long = wide.melt(["quarter", "court_code"], types, "disposal_type", "defendants")
    cells = long.groupby(["quarter", "court_code", "disposal_type"])[["defendants"]].sum()
    cells = cells[cells["defendants"] > 0]
    is_custody = cells.index.get_level_values("disposal_type").isin(IMMEDIATE_CUSTODY)
    cells["immediate_custody"] = cells["defendants"].where(is_custody, 0)
    months = wide.groupby(["quarter", "court_code"])[
        ["custody_length_months_total", "effective_length_months_total"]
    ].sum()
    months = months.set_axis(["custody_months", "effective_months"], axis=1).assign(disposal_type="determinate_custody")
    months = months.set_index("disposal_type", append=True)
    return cells.join(months).fillna(0.0).sort_index()


def wrongly_linked_people(data_dir: Path, truth_dir: Path) -> set[int]:
    """True persons whose court and prison records are not exactly one linked person of their own."""
    links = _query(data_dir, "select agency, feed, record_key, person_id from conformed.person_records")
    truth = pd.read_parquet(truth_dir / "person_records.parquet")
    table = truth.merge(links, on=["agency", "feed", "record_key"])
    table = table[table["agency"].isin(["hmcts", "prison"])]
    split = table.groupby("true_person_id")["person_id"].nunique()
    mixed = table.groupby("person_id")["true_person_id"].nunique()
    in_mixture = table[table["person_id"].isin(mixed[mixed > 1].index)]["true_person_id"]
    return set(split[split > 1].index) | set(in_mixture)


def faulty_records(data_dir: Path, truth_dir: Path, *, with_age_and_sex: bool) -> pd.DataFrame:
    """defendant_id, reason: defendants some record of whom was delivered with an error that was never corrected, or
    was entered wrongly or never by one agency alone.

    Errors in names and identifiers are left out: what they cause is wrong links, which are found as such. Errors in
    age and sex count only where the figures compared are by age and sex.
    """
    errors = pd.read_parquet(truth_dir / "injected_errors.parquet")
    errors = errors[errors["corrected_in"].isna() & ~errors["kind"].str.startswith(IDENTIFYING_ERRORS)]
    if not with_age_and_sex:
        describing = errors["feed"].isin(PERSON_FEEDS) & errors["kind"].str.startswith(DESCRIBING_ERRORS)
        errors = errors[~describing]
    custody = errors["feed"] == "police/custody_records"
    without_sequence = errors["record_key"].str.rsplit("|", n=1).str[0]
    errors = errors.assign(record_key=errors["record_key"].mask(custody, without_sequence))
    owners = _records_of_defendants(data_dir)
    found = errors.merge(owners, on=["feed", "record_key"])
    disagreements = pd.read_parquet(truth_dir / "disagreements.parquet")
    found = pd.concat([found, disagreements[disagreements["defendant_id"].notna()]])
    return pd.DataFrame(
        {"defendant_id": found["defendant_id"], "reason": found["feed"] + ": " + found["kind"]}
    ).drop_duplicates()


def _records_of_defendants(data_dir: Path) -> pd.DataFrame:
    """feed, record_key, defendant_id: which delivered records a defendant's figures rest on."""
    raw = data_dir / "raw"
    sources = {
        name: f"read_parquet('{raw / 'hmcts' / name}/*.parquet', union_by_name=true)"
        for name in ("cases", "defendants", "offences", "hearing_defendants", "results")
    }
    spells = f"read_parquet('{raw / 'prison' / 'custody_spells'}/*.parquet', union_by_name=true)"
    query = f"""
    with recursive merged as (
        select case_id, case_id as in_case_id from {sources["cases"]}
        union
        select merged.case_id, cases.merged_into_case_id
        from merged inner join {sources["cases"]} as cases on merged.in_case_id = cases.case_id
        where cases.merged_into_case_id is not null
    ), offences as (
        select distinct offence_id, defendant_id from {sources["offences"]} where defendant_id is not null
    ), prisoners as (
        select spells.booking_number, spells.spell_sequence, spells.noms_number, defendants.defendant_id
        from {spells} as spells
        inner join conformed.person_records as records on records.record_key = spells.noms_number
        inner join conformed.defendants as defendants on defendants.person_id = records.person_id
    )
    select 'hmcts/cases' as feed, merged.in_case_id as record_key, defendants.defendant_id
    from {sources["defendants"]} as defendants inner join merged on defendants.case_id = merged.case_id
    union select 'hmcts/defendants', defendant_id, defendant_id from {sources["defendants"]}
    union select 'hmcts/offences', offence_id, defendant_id from offences
    union select 'hmcts/hearings', hearing_id, defendant_id from {sources["hearing_defendants"]}
    union select 'hmcts/hearing_defendants', hearing_id || '|' || defendant_id, defendant_id
    from {sources["hearing_defendants"]}
    union select 'hmcts/results', results.result_id, offences.defendant_id
    from {sources["results"]} as results inner join offences on results.offence_id = offences.offence_id
    union select 'prison/custody_spells', booking_number || '|' || spell_sequence, defendant_id from prisoners
    union select records.agency || '/' || records.feed, records.record_key, defendants.defendant_id
    from conformed.person_records as records
    inner join conformed.defendants as defendants on defendants.person_id = records.person_id
    """
    return _query(data_dir, query)


def _explained(
    both: pd.DataFrame, same: pd.Series[bool], data_dir: Path, truth_dir: Path, *, with_age_and_sex: bool
) -> Comparison:
    """Sorts the rows that differ by their reason: a wrong link first, then an injected error."""
    different = both[~same.fillna(False)]
    wrongly_linked = wrongly_linked_people(data_dir, truth_dir)
    faults = (
        faulty_records(data_dir, truth_dir, with_age_and_sex=with_age_and_sex).groupby("defendant_id")["reason"].min()
    )
    reason = different["defendant_id"].map(faults)
    reason = reason.mask(different["true_person_id"].isin(wrongly_linked), "linkage")
    return Comparison(
        compared=len(both),
        exact=len(both) - len(different),
        explained={str(name): int(count) for name, count in reason.value_counts().items()},
        unexplained=different[reason.isna()],
    )


def _query(data_dir: Path, sql: str) -> pd.DataFrame:
    with closing(duckdb.connect(str(data_dir / "build" / "warehouse.duckdb"), read_only=True)) as connection:
        return connection.execute(sql).df()
