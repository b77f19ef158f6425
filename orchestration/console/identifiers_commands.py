"""`warehouse identifiers check`: what the warehouse would make of an identifier, and why.

Belongs here: arguments and output, 80 columns wide. Does not belong here: reading an identifier
(`transform.identifiers`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from orchestration.transform.identifiers import Reading

_FORMATS = ("text", "json")
_KINDS = ("pnc", "cro", "asn", "ccr")
_VALUE_SHOWN = 32
_NOTHING = "-"

identifiers_app = typer.Typer(
    help="Identifiers of the justice system, read as the warehouse reads them.", no_args_is_help=True
)


@identifiers_app.callback()
def _identifiers() -> None:
    """Identifiers of the justice system, read as the warehouse reads them."""


@identifiers_app.command("check")
def identifiers_check(
    values: Annotated[list[str], typer.Argument(metavar="VALUE...", help="Identifiers as they were delivered.")],
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="pnc, cro, asn or ccr. Default: whichever they are valid as."),
    ] = None,
    extracted_on: Annotated[
        datetime | None,
        typer.Option(
            "--extracted-on",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="Date of the extract, which decides the century of a PNC id with a two-digit year. Default: today.",
        ),
    ] = None,
    output_format: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Canonical form of identifiers, or why the warehouse would not keep them.

    By the same SQL as a build: PNC ids, CRO numbers, arrest/summons numbers (asn) and PNC court case references (ccr).
    Reasons: valid, missing, bad_format, bad_check_letter, ambiguous, placeholder, dummy. Exit code 0 if every value is
    valid, 1 otherwise.

    - `warehouse identifiers check 79/163001B SF05/482703J`
    - `warehouse identifiers check 97/1626/8395Q --kind ccr --format json`
    """
    from orchestration.console.records import write_json, write_text
    from orchestration.transform.identifiers import likeliest, readings

    if output_format not in _FORMATS:
        raise typer.BadParameter(f"'{output_format}'; choose one of: {', '.join(_FORMATS)}", param_hint="--format")
    if kind is not None and kind not in _KINDS:
        raise typer.BadParameter(f"'{kind}'; choose one of: {', '.join(_KINDS)}", param_hint="--kind")
    day = extracted_on.date() if extracted_on is not None else _today()
    found = [
        likeliest(of_one) if kind is None else [item for item in of_one if item.kind == kind]
        for of_one in readings(values, day)
    ]
    records = [record for shown in found for record in _records(shown)]
    if output_format == "json":
        write_json(records)
    else:
        write_text("".join(f"{line}\n" for line in _lines(records)))
    if not all(any(item.is_valid for item in shown) for shown in found):
        raise typer.Exit(1)


def _today() -> date:
    return datetime.now(UTC).date()


def _records(shown: Sequence[Reading]) -> list[dict[str, Any]]:
    """One record for each kind a value may be; one without a kind where it is none of them, all for one reason."""
    if len(shown) == len(_KINDS) and len({item.reason for item in shown}) == 1 and not shown[0].is_valid:
        return [{"value": shown[0].value, "kind": None, "canonical": None, "reason": shown[0].reason}]
    return [
        {"value": item.value, "kind": str(item.kind), "canonical": item.canonical, "reason": item.reason}
        for item in shown
    ]


def _lines(records: Sequence[dict[str, Any]]) -> Iterator[str]:
    from orchestration.console.records import harmless

    cells = [
        (
            _shortened(harmless(record["value"])),
            record["kind"] or _NOTHING,
            record["canonical"] or _NOTHING,
            record["reason"],
        )
        for record in records
    ]
    table = [("value", "kind", "canonical", "reason"), *cells]
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    for row in table:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])


def _shortened(text: str) -> str:
    return text if len(text) <= _VALUE_SHOWN else f"{text[: _VALUE_SHOWN - 1]}…"
