"""What the project's own SQL makes of an identifier, for one that a person has in hand.

Belongs here: the kinds that have a check letter, and asking dbt's macros about values. Does not belong here: the rules
themselves (`dbt_project/macros/identifiers`), arguments and output (`console.identifiers_commands`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import Engine, Settings
from orchestration.transform.dbt import DbtError, dbt_arguments, dbt_environment_set, load_dbt, parsed_project

VALID = "valid"
BAD_FORMAT = "bad_format"


class IdentifierKind(StrEnum):
    """Identifiers of the justice system that have a check letter."""

    PNC = "pnc"
    CRO = "cro"
    ASN = "asn"
    CCR = "ccr"


@dataclass(frozen=True)
class Reading:
    """A value read as one kind of identifier.

    Attributes:
        value: as it was given.
        canonical: what the warehouse keeps; None unless it is valid.
        reason: `valid`, or why not: missing, bad_format, bad_check_letter, ambiguous, placeholder, dummy.
    """

    value: str
    kind: IdentifierKind
    canonical: str | None
    reason: str

    @property
    def is_valid(self) -> bool:
        """Whether the warehouse would keep it."""
        return self.reason == VALID


_CALLS = {
    IdentifierKind.PNC: ("justice.normalise_pnc('value', 'extract_date')", "justice.pnc_reason('value')"),
    IdentifierKind.CRO: ("justice.normalise_cro('value')", "justice.cro_reason('value')"),
    IdentifierKind.ASN: ("justice.normalise_asn('value')", "justice.asn_reason('value')"),
    IdentifierKind.CCR: ("justice.normalise_ccr('value')", "justice.ccr_reason('value')"),
}


def readings(values: Sequence[str], extract_date: date) -> list[list[Reading]]:
    """What each value is, read as each kind, in the order of the values and of the kinds.

    Args:
        values: as a person typed them.
        extract_date: of the delivery they stand in: what decides the century of a PNC id with a two-digit year.

    Raises:
        DbtError: the project's SQL does not compile.
    """
    calls = [
        f"{{{{ {call} }}}} as {kind}_{part}"
        for kind, pair in _CALLS.items()
        for part, call in zip(("canonical", "reason"), pair, strict=True)
    ]
    sql = _compiled(f"select place, {', '.join(calls)} from given order by place")
    with closing(duckdb.connect()) as connection:
        connection.execute("create table given (place integer, value varchar, extract_date date)")
        connection.executemany(
            "insert into given values (?, ?, ?)", [(place, value, extract_date) for place, value in enumerate(values)]
        )
        rows = connection.execute(sql).fetchall()
    return [
        [
            Reading(value, kind, canonical, reason)
            for kind, canonical, reason in zip(_CALLS, row[1::2], row[2::2], strict=True)
        ]
        for value, row in zip(values, rows, strict=True)
    ]


def likeliest(of_one_value: Sequence[Reading]) -> list[Reading]:
    """The readings to show of a value nobody named the kind of: those that are valid, else those of the right form,
    else all."""
    return (
        [item for item in of_one_value if item.is_valid]
        or [item for item in of_one_value if item.reason != BAD_FORMAT]
        or list(of_one_value)
    )


def _compiled(sql: str) -> str:
    """The SQL a text with macro calls compiles to on DuckDB, whatever engine the warehouse runs on; needs no data."""
    errors: list[str] = []

    def hear(message: Any) -> None:
        if message.info.level == "error":
            errors.append(message.info.msg)

    with tempfile.TemporaryDirectory(prefix="warehouse-identifiers-") as folder:
        settings = Settings.from_environment(data_dir=Path(folder), engine=Engine.DUCKDB)
        settings.build_dir.mkdir(parents=True, exist_ok=True)
        command = ["compile", "--quiet", "--no-introspect", "--no-populate-cache", "--inline", sql]
        command += [*dbt_arguments(settings, settings.build_dir), "--log-level", "none", "--no-write-json"]
        with dbt_environment_set(settings):
            outcome = load_dbt()(parsed_project(settings), [hear]).invoke(command)
        results: Any = outcome.result
        if not outcome.success or not results:
            said = "\n".join(dict.fromkeys([*errors, str(outcome.exception or "")]))
            raise DbtError(f"dbt could not compile the macros of identifiers:\n{said.strip()[-4000:]}")
        compiled: str = results.results[0].node.compiled_code
        return compiled
