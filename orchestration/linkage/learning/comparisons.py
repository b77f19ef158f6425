"""What is compared between two profiles, level by level, from full agreement to full disagreement.

Belongs here: the comparisons, as Splink takes them. Does not belong here: how much each level is worth (a model
learns that, `training.py`), or what overrides a score (`matching/clusters.py`).

Gender and ethnicity are not compared: they are what linkage error is reported by. The levels of each comparison are
tried in order; the first that holds is the outcome. A null level weighs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

SWAPPED_NAMES = (
    "(surname_l <> surname_r and forename_l <> forename_r and ("
    "(surname_l = forename_r and (jaro_winkler_similarity(forename_l, surname_r) >= 0.85"
    " or list_contains(formals_l, surname_r)))"
    " or (forename_l = surname_r and (jaro_winkler_similarity(surname_l, forename_r) >= 0.85"
    " or list_contains(formals_r, surname_l)))))"
)
"""Surname and forename were written into each other's boxes; one of them may be a slip or a nickname as well."""

FORENAMES_AGREE = (
    "(forename_l = forename_r or list_has_any(formals_l, formals_r)"
    " or jaro_winkler_similarity(forename_l, forename_r) >= 0.9)"
)
"""The forenames may be one name: equal, a nickname, or a slip."""

BIRTH_DATES_FAR_APART = (
    "(dob_key_l <> dob_key_r and birth_day_l <> birth_day_r and hamming(dob_text_l, dob_text_r) > 2)"
)
"""The birth dates differ by more than a slip or a swap."""

MAYBE_RELATED = (
    f"(surname_l = surname_r and ({BIRTH_DATES_FAR_APART}"
    " or ((dob_l is null or dob_r is null) and forename_l <> forename_r)))"
)
"""Parent and child, or brothers, of whom a birth date is missing: one home does not make them one person."""


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison.

    Attributes:
        label: what a reader of a match-weight chart sees.
        sql: condition on `<column>_l` and `<column>_r`, or `ELSE`.
        is_null: the outcome weighs nothing.
        term_frequency: column whose common values weigh less than its rare ones when they agree.
    """

    label: str
    sql: str
    is_null: bool = False
    term_frequency: str | None = None


@dataclass(frozen=True)
class Comparison:
    """One thing compared between two profiles.

    Attributes:
        name: short name, the key of the model's parameters.
        needs: profile columns that must hold something somewhere for the comparison to be of use.
        levels: outcomes in the order they are tried; the last is `ELSE`.
        rare_agreement: chance agreement is too rare to be seen in a sample, and what there is comes from error, not
            from chance: the first level's u is not estimated but is this stated probability.
    """

    name: str
    needs: tuple[str, ...]
    levels: tuple[Level, ...]
    rare_agreement: float | None = None

    def as_splink(self) -> dict[str, Any]:
        """The comparison as a Splink settings dictionary, without parameters."""
        levels = []
        for level in self.levels:
            entry: dict[str, Any] = {"sql_condition": level.sql, "label_for_charts": level.label}
            if level.is_null:
                entry["is_null_level"] = True
            if level.term_frequency:
                entry["tf_adjustment_column"] = level.term_frequency
            levels.append(entry)
        return {"output_column_name": self.name, "comparison_levels": levels}


def _either_null(column: str) -> Level:
    return Level("not recorded", f"{column}_l is null or {column}_r is null", is_null=True)


def _same_or_not(column: str, name: str, rare_agreement: float) -> Comparison:
    return Comparison(
        name=column,
        needs=(column,),
        levels=(
            _either_null(column),
            Level(f"same {name}", f"{column}_l = {column}_r"),
            Level(f"different {name}", "ELSE"),
        ),
        rare_agreement=rare_agreement,
    )


def _shares_or_not(column: str, name: str, rare_agreement: float, of_one_person: bool) -> Comparison:
    """Two lists that share a reference.

    Co-accused share a case, and often a surname and a home: if any two who share it counted, brothers charged together
    would look like one person. So a reference that is not `of_one_person` counts only where forename or birth date
    agrees too.
    """
    unlike = (
        f" or (list_has_any({column}_l, {column}_r) and not coalesce({FORENAMES_AGREE}, true)"
        f" and not coalesce(dob_key_l = dob_key_r, true) and not coalesce({SWAPPED_NAMES}, false))"
    )
    return Comparison(
        name=column,
        needs=(column,),
        levels=(
            Level(
                "not recorded" if of_one_person else "not recorded, or shared by people unlike in name and birth date",
                f"coalesce(len({column}_l), 0) = 0 or coalesce(len({column}_r), 0) = 0"
                + ("" if of_one_person else unlike),
                is_null=True,
            ),
            Level(f"shares {name}", f"list_has_any({column}_l, {column}_r)"),
            Level(f"no shared {name}", "ELSE"),
        ),
        rare_agreement=rare_agreement,
    )


def _number_with_slips(column: str, name: str, term_frequency: bool = False) -> Comparison:
    """A number people type, so a digit may be wrong or two change places."""
    return Comparison(
        name=column,
        needs=(column,),
        levels=(
            _either_null(column),
            Level(f"same {name}", f"{column}_l = {column}_r", term_frequency=column if term_frequency else None),
            Level("one slip", f"damerau_levenshtein({column}_l, {column}_r) <= 1"),
            Level(f"different {name}", "ELSE"),
        ),
    )


def _words(column: str, name: str) -> Comparison:
    """Something said in words, whose common values weigh less than its rare ones."""
    return Comparison(
        name=column,
        needs=(column,),
        levels=(
            _either_null(column),
            Level(f"same {name}", f"{column}_l = {column}_r", term_frequency=column),
            Level(f"similar {name}", f"jaro_winkler_similarity({column}_l, {column}_r) >= 0.88"),
            Level(f"different {name}", "ELSE"),
        ),
    )


COMPARISONS: dict[str, Comparison] = {
    comparison.name: comparison
    for comparison in (
        Comparison(
            "surname",
            ("surname",),
            (
                # The forename comparison carries the whole weight of swapped names: counted here too, one slip would
                # count twice.
                Level(
                    "not recorded, or swapped with forename",
                    f"surname_l is null or surname_r is null or {SWAPPED_NAMES}",
                    is_null=True,
                ),
                Level("same surname", "surname_l = surname_r", term_frequency="surname"),
                Level(
                    "one slip, or a part of a double-barrelled name",
                    "(damerau_levenshtein(surname_l, surname_r) <= 1"
                    " and least(length(surname_l), length(surname_r)) >= 4)"
                    " or replace(surname_l, ' ', '') = replace(surname_r, ' ', '')"
                    " or contains(' ' || surname_l || ' ', ' ' || surname_r || ' ')"
                    " or contains(' ' || surname_r || ' ', ' ' || surname_l || ' ')",
                ),
                Level(
                    "similar surname",
                    "jaro_winkler_similarity(surname_l, surname_r) >= 0.88 or surname_sound_l = surname_sound_r",
                ),
                Level("different surname", "ELSE"),
            ),
        ),
        Comparison(
            "forename",
            ("forename",),
            (
                _either_null("forename"),
                Level("swapped with surname", SWAPPED_NAMES),
                Level("same forename", "forename_l = forename_r", term_frequency="forename"),
                Level(
                    "one slip",
                    "damerau_levenshtein(forename_l, forename_r) <= 1"
                    " and least(length(forename_l), length(forename_r)) >= 3",
                ),
                Level("nickname or variant", "list_has_any(formals_l, formals_r)"),
                Level(
                    "initial, or the other's middle name",
                    "(least(length(forename_l), length(forename_r)) = 1 and left(forename_l, 1) = left(forename_r, 1))"
                    " or contains(' ' || middle_l || ' ', ' ' || forename_r || ' ')"
                    " or contains(' ' || middle_r || ' ', ' ' || forename_l || ' ')",
                ),
                Level("similar forename", "jaro_winkler_similarity(forename_l, forename_r) >= 0.85"),
                Level("different forename", "ELSE"),
            ),
        ),
        Comparison(
            "middle",
            ("middle",),
            (
                _either_null("middle"),
                Level("same middle name", "middle_l = middle_r"),
                Level(
                    "similar, or an initial",
                    "jaro_winkler_similarity(middle_l, middle_r) >= 0.88"
                    " or (least(length(middle_l), length(middle_r)) = 1 and left(middle_l, 1) = left(middle_r, 1))",
                ),
                Level("different middle name", "ELSE"),
            ),
        ),
        Comparison(
            "date_of_birth",
            ("dob",),
            (
                _either_null("dob"),
                Level("same birth date", "dob_l = dob_r and not dob_is_weak_l"),
                Level("same birth date, 1 January", "dob_l = dob_r"),
                Level("day and month swapped", "dob_key_l = dob_key_r"),
                Level("one digit different", "damerau_levenshtein(dob_text_l, dob_text_r) <= 1"),
                Level(
                    "same year, one is 1 January",
                    "birth_year_l = birth_year_r and (dob_is_weak_l or dob_is_weak_r)",
                ),
                Level(
                    "two parts of three the same",
                    "birth_day_l = birth_day_r"
                    " or (birth_year_l = birth_year_r"
                    " and (birth_day_l // 100 = birth_day_r // 100 or birth_day_l % 100 = birth_day_r % 100))",
                ),
                Level("two digits different", "hamming(dob_text_l, dob_text_r) <= 2"),
                Level("different birth date", "ELSE"),
            ),
        ),
        Comparison(
            "postcode",
            ("postcode",),
            (
                Level(
                    "not recorded, or the home of a family",
                    f"postcode_l is null or postcode_r is null or coalesce({MAYBE_RELATED}, false)",
                    is_null=True,
                ),
                Level("same postcode", "postcode_l = postcode_r"),
                Level("same sector", "postcode_sector_l = postcode_sector_r"),
                Level("same district", "postcode_district_l = postcode_district_r"),
                Level("different district", "ELSE"),
            ),
        ),
        Comparison(
            "address",
            ("address",),
            (
                _either_null("address"),
                Level("same address", "address_l = address_r"),
                Level("similar address", "jaro_winkler_similarity(address_l, address_r) >= 0.88"),
                Level("different address", "ELSE"),
            ),
        ),
        Comparison(
            "place",
            ("place",),
            (
                _either_null("place"),
                Level("same place", "place_l = place_r", term_frequency="place"),
                Level("similar place", "jaro_winkler_similarity(place_l, place_r) >= 0.85"),
                Level("different place", "ELSE"),
            ),
        ),
        Comparison(
            "email",
            ("email",),
            (
                _either_null("email"),
                Level("same email", "email_l = email_r"),
                Level("same name before the @", "split_part(email_l, '@', 1) = split_part(email_r, '@', 1)"),
                Level("similar email", "jaro_winkler_similarity(email_l, email_r) >= 0.9"),
                Level("different email", "ELSE"),
            ),
        ),
        _number_with_slips("phone", "telephone number"),
        _number_with_slips("national_number", "national number"),
        _number_with_slips("area_code", "area code", term_frequency=True),
        _words("region", "region"),
        _words("birth_place", "birth place"),
        _words("occupation", "occupation"),
        _same_or_not("pnc_id", "PNC id", 1e-6),
        _same_or_not("cro_number", "CRO number", 1e-6),
        _same_or_not("noms_number", "NOMS number", 1e-6),
        _same_or_not("crn", "CRN", 1e-6),
        _shares_or_not("asn", "arrest/summons number", 1e-5, of_one_person=True),
        _shares_or_not("ptiurn", "case", 1e-4, of_one_person=False),
        _shares_or_not("master_defendant_id", "platform defendant", 1e-5, of_one_person=False),
    )
}
"""Every comparison a model may use, by name."""


def comparisons_for(columns_present: Iterable[str]) -> tuple[Comparison, ...]:
    """The comparisons that have something to compare, given the profile columns that hold values."""
    present = set(columns_present)
    return tuple(comparison for comparison in COMPARISONS.values() if present.issuperset(comparison.needs))
