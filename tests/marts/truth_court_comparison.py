"""The like-for-like comparison of courts in numpy, sharing no SQL with the models, and courts made up to try it on.

Belongs here: indirect standardisation and the partial pooling of `court_sentencing_comparison` written a second time,
case by case; sentences of courts whose true differences are known. Does not belong here: what a sentence was (taken
from the conformed layer, which is compared with the truth elsewhere).
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

SMALLEST_STRATUM = 30
FEWEST_COURTS = 10
CUSTODY = ("life_or_indeterminate", "extended_or_special", "determinate_custody")
BANDS = ((6, "up_to_6_months"), (24, "up_to_2_years"), (60, "up_to_5_years"), (120, "up_to_10_years"),
         (168, "up_to_14_years"), (10_000, "life"))  # fmt: skip
KEY = ["quarter", "regime", "court_code", "offence_group", "measure"]
ESTIMATES = ["n", "observed", "expected", "national", "adjusted", "low", "high", "own_weight", "is_different"]


@dataclass(frozen=True)
class MadeUpCourts:
    """Sentences of courts that differ as told.

    Attributes:
        disposals, charges: rows as the conformed models of these names hold them.
        true_rates: court code -> share of custody it would give to the national mix of cases.
    """

    disposals: pd.DataFrame
    charges: pd.DataFrame
    true_rates: pd.Series[float]


def read_sentences(database: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`disposals` and `charges` of a build database."""
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        disposals = connection.execute("select * from conformed.disposals where is_sentenced").df()
        return disposals, connection.execute("select * from conformed.charges").df()


def read_comparison(database: Path) -> pd.DataFrame:
    """The mart as built."""
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        table = connection.execute("select * from marts.court_sentencing_comparison").df()
    return table.assign(quarter=pd.to_datetime(table["quarter"]))


def compare_courts(disposals: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """What the mart should hold: `KEY` and `ESTIMATES`, one row per court and window of twelve months."""
    cases = _case_mix(disposals, charges)
    windows = []
    for quarter in sorted(cases["quarter"].unique()):
        first = quarter - pd.DateOffset(months=9)
        window = cases[(cases["quarter"] >= first) & (cases["quarter"] <= quarter)]
        for (regime, court_type), alike in window.groupby(["regime", "court_type"]):
            rate = alike.assign(value=alike["custody"].astype(float), measure="custody_rate")
            length = alike[alike["months"].notna()]
            length = length.assign(value=length["months"], measure="acsl_months")
            for cases_of_measure in (rate, length):
                if len(cases_of_measure):
                    results = _compare(_with_expectations(cases_of_measure))
                    windows.append(results.assign(quarter=quarter, regime=regime, court_type=court_type))
    return pd.concat(windows, ignore_index=True)[[*KEY, "court_type", *ESTIMATES]]


def made_up_courts(
    seed: int, sizes: list[int], deviation: float, date: pd.Timestamp, offences: int = 4
) -> MadeUpCourts:
    """Sentences of one day at courts of these sizes, leaning to custody with a spread of `deviation` (logit).

    Courts get graver or lighter cases than others, which is no difference in how they sentence.
    """
    rng = np.random.default_rng(seed)
    grave = rng.normal(0, 0.8, len(sizes))
    leaning = rng.normal(0, 1, len(sizes)) * deviation
    base = np.linspace(-2.2, 0.6, offences)
    rows = []
    for court, size in enumerate(sizes):
        weight = np.exp(grave[court] * np.linspace(-1, 1, offences))
        offence = rng.choice(offences, size, p=weight / weight.sum())
        guilty = rng.random(size) < 0.7
        logit = base[offence] - 0.5 * guilty + leaning[court]
        custody = rng.random(size) < 1 / (1 + np.exp(-logit))
        months = np.ceil(rng.gamma(2.0, 3.0 + 2.0 * offence) * (1 - 0.25 * guilty))
        rows.append(pd.DataFrame({"court": court, "offence": offence, "guilty": guilty, "custody": custody,
                                  "months": months}))  # fmt: skip
    table = pd.concat(rows, ignore_index=True)
    number = f"{seed}-" + table.index.astype(str)
    disposals = pd.DataFrame(
        {
            "defendant_id": "d" + number,
            "principal_charge_id": "c" + number,
            "court_code": table["court"].map("COURT{:03d}".format),
            "court_type": "CROWN",
            "principal_offence_group": "theft_offences",
            "principal_offence_code": table["offence"].map("TH{:05d}".format),
            "plea_group": table["guilty"].map({True: "guilty_plea", False: "not_guilty_plea"}),
            "age_band": "30-39",
            "regime_at_conviction": "from_2026_03_22" if date >= pd.Timestamp("2026-03-22") else "pre_2026_03_22",
            "disposal_type": table["custody"].map({True: "determinate_custody", False: "community_sentence"}),
            "custody_length_months": table["months"].where(table["custody"]),
            "sentence_date": date,
            "is_sentenced": True, "is_organisation": False, "is_single_justice": False,
        }
    )  # fmt: skip
    charges = pd.DataFrame(
        {
            "charge_id": "c" + number, "defendant_id": "d" + number, "outcome": "convicted",
            "max_sentence_months": 84, "is_imprisonable": True,
        }
    )  # fmt: skip
    national = table.groupby(["offence", "guilty"]).size() / len(table)
    at = national.index.get_level_values
    logit = base[at("offence")] - 0.5 * at("guilty").to_numpy(dtype=float)
    rates = [float((national.to_numpy() / (1 + np.exp(-(logit + own)))).sum()) for own in leaning]
    codes = [f"COURT{court:03d}" for court in range(len(sizes))]
    return MadeUpCourts(disposals, charges, pd.Series(rates, index=codes))


def _case_mix(disposals: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    convicted = charges[charges["outcome"] == "convicted"].groupby("defendant_id").size()
    charge = charges.set_index("charge_id")[["max_sentence_months", "is_imprisonable"]]
    table = disposals[disposals["is_sentenced"] & ~disposals["is_organisation"] & ~disposals["is_single_justice"]]
    table = table[table["court_type"].isin(["MAGISTRATES", "CROWN"])].join(charge, on="principal_charge_id")
    number = table["defendant_id"].map(convicted)
    ages = {"10-17": "child", "18-20": "young_adult", "unknown": "unknown"}
    date = pd.to_datetime(table["sentence_date"])
    return pd.DataFrame(
        {
            "quarter": date.dt.to_period("Q").dt.start_time,
            "regime": table["regime_at_conviction"],
            "court_code": table["court_code"],
            "court_type": table["court_type"],
            "group": table["principal_offence_group"].fillna("unknown"),
            "code": table["principal_offence_code"].fillna("unknown"),
            "band": [_band(*pair) for pair in zip(table["is_imprisonable"], table["max_sentence_months"], strict=True)],
            "plea": table["plea_group"],
            "age": table["age_band"].map(ages).fillna("adult"),
            "number": np.where(number == 1, "1", np.where(number == 2, "2", "3+")),
            "custody": table["disposal_type"].isin(CUSTODY),
            "months": table["custody_length_months"],
        }
    ).dropna(subset=["court_code"])


def _band(imprisonable: object, months: float) -> str:
    if imprisonable is False or imprisonable is np.False_:
        return "not_imprisonable"
    if pd.isna(months):
        return "unknown"
    return next((name for limit, name in BANDS if months <= limit), "unknown")


def _with_expectations(cases: pd.DataFrame) -> pd.DataFrame:
    """Each case with what alike cases get on average (`expected`) and how much alike cases vary (`variance`)."""
    kinds = [["group", "code", "plea", "age", "number"], ["group", "band", "plea", "age", "number"],
             ["group", "band", "plea"], ["group"]]  # fmt: skip
    parts, left = [], cases
    for level, kind in enumerate(kinds):
        size = left.groupby(kind)["value"].transform("size")
        enough = size >= (SMALLEST_STRATUM if level < len(kinds) - 1 else 0)
        alike = left[enough]
        names = alike["group"].str.cat([alike[name] for name in kind[1:]], "|")
        parts.append(alike.assign(stratum=f"{level}:" + names))
        left = left[~enough]
    cases = pd.concat([part for part in parts if len(part)])
    stratum = cases.groupby("stratum")["value"]
    cases["expected"] = stratum.transform("mean")
    if (cases["measure"] == "custody_rate").all():
        size, total = stratum.transform("size"), stratum.transform("sum")
        share = (total + 0.5) / (size + 1)
        return cases.assign(variance=share * (1 - share))
    squares = ((cases["value"] - cases["expected"]) ** 2).groupby(cases["group"]).sum()
    freedom = cases.groupby("group").size() - cases.groupby("group")["stratum"].nunique()
    pooled = squares.sum() / freedom.sum() if freedom.sum() else np.nan
    own = squares / freedom.where(freedom > 0)
    variance = own.where(freedom >= SMALLEST_STRATUM, np.fmax(own, pooled)).fillna(0.0)
    return cases.assign(variance=cases["group"].map(variance))


def _compare(cases: pd.DataFrame) -> pd.DataFrame:
    results = [_pool(part).assign(offence_group=name) for name, part in cases.groupby("group")]
    results.append(_pool(cases).assign(offence_group="all"))
    return pd.concat(results, ignore_index=True).assign(measure=cases["measure"].iloc[0])


def _pool(cases: pd.DataFrame) -> pd.DataFrame:
    """Empirical Bayes (Morris 1983) with the between-court variance by moments (DerSimonian and Kacker 2007)."""
    courts = cases.groupby("court_code").agg(
        n=("value", "size"), observed=("value", "mean"), expected=("expected", "mean"), variance=("variance", "sum")
    )
    n, count = courts["n"].to_numpy(dtype=float), len(courts)
    difference = (courts["observed"] - courts["expected"]).to_numpy()
    chance = courts["variance"].to_numpy() / n**2
    national = float(cases["value"].mean())
    courts = courts.assign(national=national).reset_index().drop(columns="variance")
    if count < FEWEST_COURTS:
        return courts.assign(adjusted=np.nan, low=np.nan, high=np.nan, own_weight=np.nan, is_different=None)
    weighted = (n * difference**2).sum() - ((n * chance).sum() - (n**2 * chance).sum() / n.sum())
    between = max(weighted / (n.sum() - (n**2).sum() / n.sum()), 0.0)
    total = chance + between
    share_by_chance = np.divide(chance, total, out=np.ones(count), where=total > 0)
    pull = (count - 3) / (count - 1) * share_by_chance
    weight = np.divide(1.0, total, out=np.zeros(count), where=total > 0)
    usual = (weight * chance).sum() / weight.sum() if weight.sum() else 0.0
    about_pull = 2 / (count - 3) * pull**2 * np.divide(usual + between, total, out=np.ones(count), where=total > 0)
    error = np.sqrt(chance * (1 - (count - 1) / count * pull) + about_pull * difference**2)
    shift = (1 - pull) * difference
    highest = 1.0 if (cases["measure"] == "custody_rate").all() else np.inf
    return courts.assign(
        adjusted=np.clip(national + shift, 0, highest),
        low=np.clip(national + shift - 1.959963985 * error, 0, highest),
        high=np.clip(national + shift + 1.959963985 * error, 0, highest),
        own_weight=1 - pull,
        is_different=np.abs(shift) > 1.959963985 * error,
    )
