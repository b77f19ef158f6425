"""`warehouse linkage …`: measure how right the linkage is.

Belongs here: arguments, and what is printed. Does not belong here: any decision; the linkage room takes them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.console.options import note, terminal

linkage_app = typer.Typer(
    help="Who is one person: measure how right the linkage is, train and adopt its model.",
    epilog="Start with 'warehouse linkage evaluate --help': any file of records whose people are known will do.",
    no_args_is_help=True,
)


@linkage_app.command("evaluate")
def evaluate_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or Parquet of records whose people are known.")],
    id_column: Annotated[
        str, typer.Option("--id", metavar="COL", help="Column that tells records apart; join several: SOURCE+ID.")
    ],
    cluster_column: Annotated[
        str, typer.Option("--cluster", metavar="COL", help="Column whose value the records of one person share.")
    ],
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="OURS=THEIRS", help="Which column is which; 'OURS=' leaves ours out. Repeat it."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the sample chance agreement is learnt from.")] = 1,
) -> None:
    """Try the linkage on any labelled file: precision, recall and F1 with 95% intervals.

    The file's records go through the same steps as the warehouse's own; m, u and the prior are learnt from the file
    without looking at the labels. Columns are recognised by name; what the file lacks is left out.

    - `warehouse linkage evaluate people.csv --id unique_id --cluster cluster`
    - `warehouse linkage evaluate x.parquet --id ID --cluster WHO --map surname=Nachname --map date_of_birth=Geburt`
    """
    from orchestration.linkage.accuracy.evaluation import accuracy_lines, evaluate_file

    stated = _stated(mapping or [])
    with terminal.status("linking ..."):
        outcome = evaluate_file(file, id_column, cluster_column, stated, seed)
    for remark in outcome.file.notes:
        note(remark)
    note(f"compared: {', '.join(outcome.compared)}")
    note(outcome.result.summary.sentence())
    for line in accuracy_lines(outcome.report):
        typer.echo(line)


def _stated(mapping: list[str]) -> dict[str, str]:
    stated = {}
    for item in mapping:
        ours, separator, theirs = item.partition("=")
        if not separator:
            raise typer.BadParameter(f"'{item}'; write it as ours=theirs, as in surname=LastName", param_hint="--map")
        stated[ours.strip()] = theirs.strip()
    return stated
