"""What the linkage page says: figures of `marts.linkage_quality` gathered into the parts of the page.

Belongs here: choosing, ordering and putting figures into words. Does not belong here: any figure (the mart), charts or
HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.contracts.agencies import agency_title

BREAKDOWNS = {
    "sex": "Sex",
    "ethnicity_group": "Ethnicity (self-defined)",
    "age_band": "Age",
    "region": "Police region",
    "alias": "Recorded under another name",
    "no_fixed_abode": "Without fixed abode",
}

METHODS = {
    "identifier": "A shared identifier (PNC, CRO, NOMS, CRN or arrest/summons number)",
    "probabilistic": "Weight of the evidence",
    "singleton": "Alone: no other record is of this person",
    "override": "Somebody decided",
}

IDENTIFIERS = {"pnc_id": "PNC ids", "noms_number": "NOMS numbers", "date_of_birth": "birth dates"}

REMEDIES = {
    "never compared": (
        "Never compared: the records share no key that brings pairs together",
        "Better recording of birth date and names at source helps most; a further blocking rule makes a new model.",
    ),
    "compared and too light": (
        "Compared, and too little speaks for one person",
        "An identifier (PNC id, arrest/summons number) on both records would settle it: look at completeness in the "
        "owners' reports. A lower threshold finds more; the curve above shows what it costs.",
    ),
    "kept apart by a rule": (
        "Enough speaks for one person, and a rule keeps the records apart",
        "The rules guard twins, and fathers and sons of one name. A reviewer can decide a single case in the list of "
        "overrides (seeds/overrides/person_links.csv).",
    ),
    "recorded alike": (
        "Two people of whom the same is recorded",
        "Only another source tells them apart: exclude the pair in the list of overrides (seeds/overrides).",
    ),
}


@dataclass(frozen=True)
class Measured:
    """One share with its interval, in words."""

    value: float | None
    low: float | None
    high: float | None
    numerator: int | None
    denominator: int | None
    points_below: float | None
    is_below: bool
    reason: str | None

    @property
    def shown(self) -> str:
        """`99.72%`; `nothing to count`."""
        return "nothing to count" if self.value is None else percent(self.value)

    @property
    def interval(self) -> str | None:
        """`99.52 to 99.84`; None where there is none."""
        if self.low is None or self.high is None:
            return None
        return f"{percent(self.low)[:-1]} to {percent(self.high)[:-1]}"

    @property
    def cell(self) -> str:
        """`99.72% (99.52 to 99.84)`."""
        return f"{self.shown} ({self.interval})" if self.interval else self.shown

    @property
    def of_thousand(self) -> str:
        """`997 of 1,000 (995 to 998)`, so that a share can be pictured."""
        if self.value is None or self.low is None or self.high is None:
            return "none"
        numbers = [f"{1000 * number:,.1f}".removesuffix(".0") for number in (self.value, self.low, self.high)]
        if numbers[0] == "1,000" and self.value < 1:
            numbers[0] = "over 999.9"
        return f"{numbers[0]} of 1,000 (between {numbers[1]} and {numbers[2]})"


@dataclass(frozen=True)
class GroupLine:
    """A group's line in the table of groups."""

    breakdown: str
    name: str
    people: int
    in_pieces: int
    merged: int
    recall: Measured
    precision: Measured
    whole_found: Measured
    whole_right: Measured

    @property
    def worst(self) -> Measured:
        """The measure in which the group is furthest below everybody."""
        measured = (self.recall, self.precision, self.whole_found, self.whole_right)
        return max(measured, key=lambda one: one.points_below or 0.0)


class AccuracyFigures:
    """The rows of the mart, found by what they are."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self.rows = list(rows)
        self._found = {
            (row["source"], row["measure"], row["breakdown"], row["breakdown_value"], row["unit"]): row
            for row in self.rows
        }

    @property
    def model_version(self) -> str:
        """Of the model that linked."""
        return str(self.rows[0]["model_version"])

    def has(self, source: str) -> bool:
        """Whether anything was measured on that source."""
        return any(row["source"] == source for row in self.rows)

    def measured(self, source: str, measure: str, unit: str, breakdown: str = "all", value: str = "all") -> Measured:
        """A measure; one without a value where there is none."""
        row = self._found.get((source, measure, breakdown, value, unit), {})
        return Measured(
            row.get("value"),
            row.get("ci_low"),
            row.get("ci_high"),
            row.get("numerator"),
            row.get("denominator"),
            row.get("points_below_whole"),
            bool(row.get("is_below_whole")),
            row.get("reason"),
        )

    def part(self, source: str, measure: str, breakdown: str, unit: str) -> list[dict[str, Any]]:
        """All rows of a breakdown, by weight, else by name."""
        found = [
            row
            for row in self.rows
            if (row["source"], row["measure"], row["breakdown"], row["unit"]) == (source, measure, breakdown, unit)
        ]
        return sorted(found, key=lambda row: (row["match_weight"] or 0, row["breakdown_value"]))

    def curve(self, source: str, measure: str, unit: str) -> list[tuple[float, float]]:
        """(threshold, value) by threshold."""
        rows = self.part(source, measure, "threshold", unit)
        return [(row["match_weight"], row["value"]) for row in rows if row["value"] is not None]


def percent(share: float) -> str:
    """A share with two decimals near 100%, one elsewhere; never rounded up to 100% or down to 0%."""
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    text = f"{100 * share:.2f}%" if share > 0.99 or share < 0.01 else f"{100 * share:.1f}%"
    return {"100.00%": "99.99%", "0.00%": "0.01%"}.get(text, text)


def group_lines(accuracy: AccuracyFigures, source: str) -> list[GroupLine]:
    """Every group of every breakdown, in the order of `BREAKDOWNS`."""
    lines = []
    for breakdown, title in BREAKDOWNS.items():
        for row in accuracy.part(source, "recall", breakdown, "pairs"):
            name = row["breakdown_value"]

            def of(measure: str, unit: str, breakdown: str = breakdown, name: str = name) -> Measured:
                return accuracy.measured(source, measure, unit, breakdown, name)

            in_pieces, merged = of("under_merged_persons", "persons"), of("over_merged_persons", "persons")
            lines.append(
                GroupLine(
                    title, name, in_pieces.denominator or 0, in_pieces.numerator or 0, merged.numerator or 0,
                    of("recall", "pairs"), of("precision", "pairs"),
                    of("recall", "clusters"), of("precision", "clusters"),
                )
            )  # fmt: skip
    return lines


def below_sentences(lines: Sequence[GroupLine]) -> list[tuple[str, str]]:
    """(who does worse and by how much, why) of each group more than two points below everybody, worst first."""
    below = sorted((line for line in lines if line.worst.is_below), key=lambda line: -(line.worst.points_below or 0))
    return [(_below(line), line.worst.reason or "No cause is known.") for line in below]


def _below(line: GroupLine) -> str:
    worst = line.worst
    points = worst.points_below or 0.0
    everybody = (worst.value or 0.0) + points / 100
    chance = " Its interval holds everybody's value: this may be chance." if (worst.high or 0.0) >= everybody else ""
    errors = f"{line.in_pieces:,} of {line.people:,} people are in pieces, {line.merged:,} merged."
    return (
        f"{line.breakdown}: {line.name}. {points:.1f} points below everybody: {worst.shown} (95% interval "
        f"{worst.interval}). {errors}{chance}"
    )


def agency_lines(accuracy: AccuracyFigures, source: str) -> list[tuple[str, Measured, Measured]]:
    """(pair of agencies, precision, recall), the least recall first."""
    lines = []
    for row in accuracy.part(source, "recall", "agency_pair", "pairs"):
        one, other = row["breakdown_value"].split(" and ")
        name = f"{agency_title(one)} and {agency_title(other)}" if one != other else f"{agency_title(one)}, two records"
        pair = [
            accuracy.measured(source, measure, "pairs", "agency_pair", row["breakdown_value"])
            for measure in ("precision", "recall")
        ]
        if pair[1].value is not None:
            lines.append((name, pair[0], pair[1]))
    return sorted(lines, key=lambda line: (line[2].value or 0, line[0]))


def threshold_lines(accuracy: AccuracyFigures, source: str) -> list[dict[str, Any]]:
    """Precision, recall and persons at each threshold."""
    return [
        {
            "threshold": row["match_weight"],
            "precision": accuracy.measured(source, "precision", "pairs", "threshold", row["breakdown_value"]),
            "recall": accuracy.measured(source, "recall", "pairs", "threshold", row["breakdown_value"]),
            "persons": accuracy.measured(
                source, "persons_found", "persons", "threshold", row["breakdown_value"]
            ).numerator,
        }
        for row in accuracy.part(source, "recall", "threshold", "pairs")
    ]


def remedies(accuracy: AccuracyFigures, source: str) -> list[tuple[str, str]]:
    """(cause, what to do) of the causes met, in a fixed order."""
    reasons = " ".join(
        accuracy.measured(source, measure, "persons").reason or ""
        for measure in ("under_merged_persons", "over_merged_persons")
    )
    return [words for cause, words in REMEDIES.items() if f" {cause}" in f" {reasons}"]
