"""Each system's own errors, laid over the clean text of one feed.

Belongs here: choosing which records carry which error. Does not belong here: rates and habits (`dirt_plan.py`),
spoiling one value (`text_errors.py`), keeping the errors (`feed_dirt.py`), errors that add or move whole prison spells
(`spell_errors.py`), and which file an error ends up in (`deliveries.py`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.contracts import Column, ColumnType, FeedContract
from orchestration.simulation import text_errors
from orchestration.simulation.dirt_plan import HABITS, ROLES, UNKNOWN_CODES, SystemHabits
from orchestration.simulation.encoding import date_pattern, encode_dates
from orchestration.simulation.feed_dirt import FeedDirt, Months, Rows
from orchestration.simulation.model import PERSON_COLUMN
from orchestration.simulation.spell_errors import add_spell_errors


def spoil_feed(dirt: FeedDirt, people: pd.DataFrame | None) -> None:
    """Fill `dirt` with the errors of its feed; `people` is the world's truth about persons, for aliases and moves."""
    habits = HABITS.get(dirt.contract.key)
    if habits is not None:
        _PersonErrors(dirt, habits, people).add()
    if dirt.contract.key == "prison/custody_spells":
        add_spell_errors(dirt)
    _add_code_errors(dirt)
    _add_date_errors(dirt)
    _add_missing_values(dirt)


def house_style(
    dirt: FeedDirt, arrays: dict[str, pa.StringArray], capitals: npt.NDArray[np.bool_]
) -> dict[str, pa.StringArray]:
    """Name columns as the system shows them; no error, so nothing is recorded.

    `arrays` are columns of the feed, clean or spoiled, whole; `capitals` says which rows `rows_in_capitals` chose.
    """
    habits = HABITS.get(dirt.contract.key)
    if habits is None or dirt.parameters.own_style <= 0:
        return arrays
    styled = dict(arrays)
    for column in arrays:
        if ROLES.get(column) not in {"surname", "forename", "middle_name"}:
            continue
        if habits.no_accents:
            styled[column] = _map_distinct(styled[column], text_errors.without_accents)
        if capitals.any():
            shouted = _map_distinct(styled[column], lambda text: text_errors.without_accents(text).upper())
            styled[column] = pc.if_else(pa.array(capitals), shouted, styled[column])
    return styled


def rows_in_capitals(dirt: FeedDirt) -> npt.NDArray[np.bool_]:
    """Rows whose names the system shows in capitals and without accents; whole entries at a time."""
    habits = HABITS.get(dirt.contract.key)
    share = habits.capitals * dirt.parameters.own_style if habits is not None else 0.0
    numbers = record_numbers(dirt.frame, dirt.contract)
    return dirt.rng.random(int(numbers.max(initial=-1)) + 1)[numbers] < share


def record_numbers(frame: pd.DataFrame, contract: FeedContract) -> npt.NDArray[np.int64]:
    """Per row, the number of the person entry it belongs to; rows of feeds without people are their own."""
    habits = HABITS.get(contract.key)
    if habits is None or not len(frame) or set(habits.person_key) == set(contract.primary_key):
        return np.arange(len(frame), dtype=np.int64)
    return np.asarray(frame.groupby(list(habits.person_key), sort=False).ngroup(), dtype=np.int64)


class _PersonErrors:
    """Errors in what a system holds about a person: drawn once per entry, then the same on all its rows."""

    def __init__(self, dirt: FeedDirt, habits: SystemHabits, people: pd.DataFrame | None) -> None:
        self.dirt = dirt
        self.habits = habits
        self.people = people
        numbers = record_numbers(dirt.frame, dirt.contract)
        _, self.first_rows = np.unique(numbers, return_index=True)
        self.first_rows = np.sort(self.first_rows).astype(np.int64)
        self.order = np.argsort(numbers, kind="stable")
        self.starts = np.searchsorted(numbers[self.order], np.arange(len(self.first_rows) + 1))
        self.numbers = numbers
        self.column = {role: name for name, role in ROLES.items() if name in dirt.encoded}
        self.column = {role: name for role, name in self.column.items() if name not in dirt.contract.primary_key}

    def add(self) -> None:
        """Record every kind of person error of the feed, in an order that is part of the seed's meaning."""
        self._names()
        self._birth_dates()
        self._identifiers()
        self._urns()
        self._postcodes()
        self._codes()

    def _change(
        self, role: str, share: float, kind: str, change: Callable[[str, np.random.Generator], str | None]
    ) -> None:
        column = self.column.get(role)
        if column is None:
            return
        rows = self.dirt.pick(column, min(1.0, share), self.first_rows)
        self._spread(column, rows, [change(text, self.dirt.rng) for text in self.dirt.texts(column, rows)], kind)

    def _spread(self, column: str, rows: Rows, texts: list[str | None], kind: str, until: Months | None = None) -> None:
        """The same wrong value on every row of each entry."""
        if not len(rows):
            return
        months = self.dirt.correction_months(rows) if until is None else until
        entries = self.numbers[rows]
        counts = self.starts[entries + 1] - self.starts[entries]
        all_rows = np.concatenate([self.order[self.starts[entry] : self.starts[entry + 1]] for entry in entries])
        spread = np.repeat(np.array(texts, dtype=object), counts)
        self.dirt.put(column, all_rows.astype(np.int64), list(spread), kind, np.repeat(months, counts))

    def _person_values(self, rows: Rows, column: str) -> npt.NDArray[np.object_]:
        """A column of the truth about the persons named at `rows`; None where there is none."""
        if self.people is None or column not in self.people.columns:
            return np.full(len(rows), None, dtype=object)
        numbers = self.dirt.frame[PERSON_COLUMN].to_numpy()[rows]
        values = self.people[column].reindex(numbers).astype(object)
        return np.array([value if isinstance(value, str) and value else None for value in values], dtype=object)

    def _names(self) -> None:
        dirt, share, typing = self.dirt, self.dirt.parameters, self.habits.typing
        surname, forename = self.column.get("surname"), self.column.get("forename")
        if surname is None or forename is None:
            return
        self._aliases(surname, forename)
        rows = dirt.pick(surname, share.swapped_names * typing, self.first_rows)
        rows = rows[~dirt.encoded[forename].take(pa.array(rows)).is_null().to_numpy(zero_copy_only=False)]
        months = dirt.correction_months(rows)
        surnames, forenames = dirt.texts(surname, rows), dirt.texts(forename, rows)
        self._spread(surname, rows, list(forenames), "names_swapped", months)
        self._spread(forename, rows, list(surnames), "names_swapped", months)
        self._change("surname", share.half_double_barrel, "half_double_barrel", text_errors.half_of_double_barrel)
        self._change("surname", share.name_typo * typing, "typo", text_errors.typo)
        self._change("forename", share.name_typo * typing, "typo", text_errors.typo)
        rows = dirt.pick(forename, min(1.0, share.nickname * typing), self.first_rows)
        known = self._person_values(rows, "nickname")
        texts = [
            _first_forename(text, name) if name else text_errors.nickname(text, dirt.rng)
            for text, name in zip(dirt.texts(forename, rows), known, strict=True)
        ]
        self._spread(forename, rows, list(texts), "nickname")
        self._change("forename", share.title_in_name * typing, "title_in_name", lambda text, rng: f"Mr {text}")
        self._change("middle_name", share.middle_name_missing, "middle_name_missing", lambda text, rng: None)

    def _aliases(self, surname: str, forename: str) -> None:
        dirt = self.dirt
        rows = dirt.pick(surname, min(1.0, dirt.parameters.alias * self.habits.aliases), self.first_rows)
        months = dirt.correction_months(rows)
        for column, alias in ((surname, "alias_surname"), (forename, "alias_forename")):
            others = self._person_values(rows, alias)
            has = np.array([other is not None for other in others], dtype=bool)
            kept = rows[has]
            texts: list[str | None] = list(others[has])
            if column == forename and column == "forenames":
                pairs = zip(dirt.texts(column, kept), texts, strict=True)
                texts = [_first_forename(text, str(name)) for text, name in pairs]
            self._spread(column, kept, texts, "alias", months[has])

    def _birth_dates(self) -> None:
        dirt, share, typing = self.dirt, self.dirt.parameters, self.habits.typing
        column = self.column.get("birth_date")
        if column is None:
            return
        born = dirt.frame[column]

        def shift(portion: float, kind: str, change: Callable[[pd.DatetimeIndex], pd.DatetimeIndex]) -> None:
            rows = dirt.pick(column, min(1.0, portion * typing), self.first_rows)
            if kind == "birth_day_month_swapped":
                days = born.dt.day.to_numpy()[rows]
                rows = rows[(days <= 12) & (days != born.dt.month.to_numpy()[rows])]
            wrong = pd.Series(change(pd.DatetimeIndex(born.iloc[rows])))
            texts = encode_dates(wrong, ColumnType.DATE, dirt.contract.delivery).to_pylist()
            self._spread(column, rows, texts, kind)

        shift(share.birth_january_first, "birth_january_first", lambda day: _dates(day.year, 1, 1))
        # Only 36% of birth dates are another valid date when day and month change places.
        swapped = min(1.0, share.birth_day_month_swapped / 0.36)
        shift(swapped, "birth_day_month_swapped", lambda day: _dates(day.year, day.day, day.month))
        shift(share.birth_year_off_by_one, "birth_year_off_by_one", self._year_off)
        if not dirt.contract.column(column).required:
            self._change("birth_date", share.birth_date_missing * typing, "missing", lambda text, rng: None)

    def _year_off(self, born: pd.DatetimeIndex) -> pd.DatetimeIndex:
        step = self.dirt.rng.choice([-1, 1], len(born))
        return _dates(born.year + step, born.month, np.minimum(born.day.to_numpy(), 28).astype("int64"))

    def _identifiers(self) -> None:
        share, habits = self.dirt.parameters, self.habits
        missing = {
            "pnc_id": habits.pnc_missing, "cro_number": habits.cro_missing,
            "asn": habits.asn_missing, "noms_number": habits.noms_missing,
        }  # fmt: skip
        for role, portion in missing.items():
            self._change(role, portion * share.identifier_missing, "identifier_missing", lambda text, rng: None)
        for role in ("pnc_id", "cro_number", "asn"):
            mistyped = share.identifier_mistyped * habits.typing
            self._change(role, mistyped, "identifier_mistyped", text_errors.wrong_check_letter)
        placeholders: dict[str, Callable[[str, np.random.Generator], str]] = {
            "pnc_id": lambda text, rng: text_errors.PLACEHOLDER_PNC,
            "cro_number": lambda text, rng: text_errors.PLACEHOLDER_CRO,
            "asn": text_errors.dummy_asn,
        }
        for role, change in placeholders.items():
            self._change(role, share.identifier_placeholder, "identifier_placeholder", change)
        display = share.identifier_display_form * habits.display_form
        self._change("pnc_id", display, "identifier_form", text_errors.pnc_display_form)
        self._change("asn", display / 2, "identifier_form", text_errors.asn_display_form)

    def _urns(self) -> None:
        share = self.dirt.parameters
        self._change("ptiurn", share.urn_missing, "identifier_missing", lambda text, rng: None)
        self._change("ptiurn", share.urn_mistyped, "identifier_mistyped", text_errors.wrong_check_letter)
        self._change("ptiurn", share.urn_untidy, "identifier_form", text_errors.slashed_urn)

    def _postcodes(self) -> None:
        column, share = self.column.get("postcode"), self.dirt.parameters
        if column is None:
            return
        self._change("postcode", share.postcode_missing, "missing", lambda text, rng: None)
        self._change("postcode", share.postcode_no_fixed_abode, "no_fixed_abode", text_errors.no_fixed_abode)
        rows = self.dirt.pick(column, share.postcode_previous, self.first_rows)
        previous = self._person_values(rows, "previous_postcode")
        has = np.array([text is not None for text in previous], dtype=bool)
        self._spread(column, rows[has], list(previous[has]), "postcode_other_address")
        self._change("postcode", share.postcode_moved, "postcode_other_address", text_errors.moved_postcode)
        self._change("postcode", share.postcode_untidy, "postcode_form", text_errors.untidy_postcode)

    def _codes(self) -> None:
        dirt, share = self.dirt, self.dirt.parameters
        if (column := self.column.get("ethnicity")) is not None:
            self._change("ethnicity", share.ethnicity_not_stated, "ethnicity_not_stated", lambda text, rng: "NS")
            rows = dirt.pick(column, share.ethnicity_different, self.first_rows)
            pool = dirt.encoded[column].drop_null()
            if len(pool) and len(rows):
                others = pool.take(pa.array(dirt.rng.integers(0, len(pool), len(rows)))).to_pylist()
                self._spread(column, rows, others, "ethnicity_different")
        if (column := self.column.get("sex")) is not None:
            rows = dirt.pick(column, share.sex_wrong, self.first_rows)
            codes = _allowed_codes(dirt.contract.column(column)) or ("M", "F")
            self._spread(column, rows, [codes[int(dirt.rng.integers(0, len(codes)))] for _ in rows], "sex_wrong")


def _add_code_errors(dirt: FeedDirt) -> None:
    for column in dirt.contract.columns:
        if column.is_primary_key or column.type is not ColumnType.CODE:
            continue
        if column.closed_codes:
            rows = dirt.pick(column.name, dirt.parameters.code_outside_closed_list)
            dirt.put(column.name, rows, ["ZZ" for _ in rows], "code_outside_closed_list")
        elif column.code_list in UNKNOWN_CODES:
            codes = UNKNOWN_CODES[column.code_list]
            rows = dirt.pick(column.name, dirt.parameters.unknown_code)
            dirt.put(column.name, rows, [codes[int(dirt.rng.integers(0, len(codes)))] for _ in rows], "unknown_code")


def _add_date_errors(dirt: FeedDirt) -> None:
    for column in dirt.contract.columns:
        if column.type not in {ColumnType.DATE, ColumnType.TIMESTAMP}:
            continue
        rows = dirt.pick(column.name, dirt.parameters.date_unparsable)
        pattern = date_pattern(column.type, dirt.contract.delivery)
        impossible = pattern.replace("%d", "31").replace("%m", "02").replace("%b", "FEB").replace("%Y", "2025")
        for token in ("%H", "%M", "%S"):
            impossible = impossible.replace(token, "00")
        forms = (impossible, "TBC", "00000000")
        dirt.put(column.name, rows, [forms[int(dirt.rng.integers(0, 3))] for _ in rows], "date_unparsable")


def _add_missing_values(dirt: FeedDirt) -> None:
    for column in dirt.contract.columns:
        if column.is_primary_key or column.references is not None:
            continue
        if column.required:
            dirt.put_required_missing(column.name, dirt.pick(column.name, dirt.parameters.required_missing))
        elif column.name not in ROLES:
            rows = dirt.pick(column.name, dirt.parameters.value_missing)
            dirt.put(column.name, rows, [None for _ in rows], "missing")


def _allowed_codes(column: Column) -> tuple[str, ...]:
    return column.closed_codes or column.expected_codes or tuple(code for code, _ in column.code_meanings)


def _first_forename(forenames: str, name: str) -> str:
    _, blank, rest = forenames.partition(" ")
    return f"{name}{blank}{rest}"


def _dates(year: pd.Index, month: pd.Index | int, day: pd.Index | Rows | int) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(pd.DataFrame({"year": year, "month": month, "day": day})))


def _map_distinct(values: pa.StringArray, change: Callable[[str], str]) -> pa.StringArray:
    dictionary = values.dictionary_encode()
    words = pa.array([change(text) for text in dictionary.dictionary.to_pylist()], type=pa.string())
    return words.take(dictionary.indices)
