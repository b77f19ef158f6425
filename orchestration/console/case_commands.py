"""The `warehouse case` command: one case across every agency, for operators.

Belongs here: parsing the arguments and writing the answer. Does not belong here: finding it (`case.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.console.options import DataOption, FormatOption, chosen_format, note
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.console.case import CaseLink
    from orchestration.console.records import Records

PRIVATE_NOTE = (
    "Operational identifiers of real proceedings: for operators only. Keep them on the private side; published tables "
    "hold pseudonyms instead."
)


def case(
    number: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A case reference (URN), case id, Crown Court number, booking, CRN and event ..."
        ),
    ],
    everyone: Annotated[bool, typer.Option("--everyone", help="Co-defendants too, when ID names one.")] = False,
    output_format: FormatOption = "table",
    data: DataOption = None,
) -> None:
    """One case by any agency's number: every other number of it, how each was linked, and on what evidence.

    The numbers are PRIVATE. This command reads the private build database, and is for operators. Blanks, slashes and
    hyphens do not matter.

    - `warehouse case 01AA0012325`
    - `warehouse case X123456/2 --everyone --format json`
    """
    from orchestration.console.case import case_chain
    from orchestration.console.records import write_records

    chosen = chosen_format(output_format)
    links = case_chain(Settings.from_environment(data_dir=data), number, everyone=everyone)
    note(PRIVATE_NOTE)
    write_records(link_records(links), chosen)
    cases = len({link.case_id for link in links})
    defendants = len({link.defendant_id for link in links} - {None})
    typer.echo(
        f"{cases:,} {_plural('case', cases)}, {defendants:,} {_plural('defendant', defendants)} shown.", err=True
    )
    if cases > 1:
        typer.echo(
            "The number is not unique: a Crown Court number is only with its court, a reference with its prosecutor.",
            err=True,
        )


def link_records(links: list[CaseLink]) -> Records:
    """Links as records, the number asked for marked."""
    from orchestration.console.case import SCHEMES
    from orchestration.console.records import Records

    columns = ("case", "defendant", "asked_for", "what", "number", "rule", "evidence", "since", "until")
    return Records(
        columns,
        (
            {
                "case": link.case_id,
                "defendant": link.defendant_id,
                "asked_for": "yes" if link.is_asked_for else None,
                "what": SCHEMES[link.scheme],
                "number": link.identifier,
                "rule": link.link_rule,
                "evidence": link.evidence,
                "since": link.valid_from.isoformat() if link.valid_from else None,
                "until": link.valid_to.isoformat() if link.valid_to else None,
            }
            for link in links
        ),
    )


def _plural(word: str, number: int) -> str:
    return word if number == 1 else f"{word}s"
