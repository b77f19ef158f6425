"""`warehouse marts`: a new mart's files, whether all marts' files fit, and a mart's contract for its readers.

Belongs here: arguments and output. Does not belong here: what a mart is (`products/checks.py`, `products/promises.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.console.options import note, shown_path
from orchestration.settings import Settings

marts_app = typer.Typer(help="What each mart promises its readers, and the files of a new one.", no_args_is_help=True)


@marts_app.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="SUBJECT/NAME", help="Subject folder and name, in snake_case.")],
    key: Annotated[str, typer.Option("--key", metavar="COLUMN,...", help="Columns one row is known by, in order.")],
    measures: Annotated[str, typer.Option("--measures", metavar="COLUMN,...", help="Columns that count.")] = "",
) -> None:
    """Begin a new mart: its SQL, its YAML, what its numbers mean and what it is for.

    What only you can know is marked 'FILL IN:' with what is wanted; 'warehouse marts check' names every place that is
    still open, and nothing runs until none is. The steps are in data_contracts/README.md, 'Add a mart'.

    - `warehouse marts new sentencing/community_orders_made --key quarter,order_type --measures orders`
    """
    from datetime import date

    from orchestration.products.scaffold import scaffold_mart

    of_key, counting = ([item.strip() for item in given.split(",") if item.strip()] for given in (key, measures))
    for path in scaffold_mart(name, of_key, counting, Settings.from_environment(), date.today()):
        typer.echo(shown_path(path))
    note(
        "Next: fill in what is marked; 'warehouse contracts sync' writes the docs of its numbers, and 'warehouse marts "
        "check' names each place that is still open or does not fit."
    )


@marts_app.command("check")
def check() -> None:
    """Whether the files of every mart fit one another: model, measures and head.

    Every fault is told at once, with its file and what to write; a test asks the same. Exit code 1 if there is one.
    """
    from orchestration.products.checks import check_marts

    faults = check_marts(Settings.from_environment())
    for fault in faults:
        typer.echo(fault)
    if faults:
        note(f"{len(faults)} to mend")
        raise typer.Exit(1)
    note("The files of every mart fit one another.")


@marts_app.command("export")
def export(
    mart: Annotated[str | None, typer.Argument(metavar="MART", help="Which one. Without it: all, with --out.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write <DIR>/contracts/<mart>.odcs.yaml for every mart.")
    ] = None,
) -> None:
    """A mart's contract in the Open Data Contract Standard: columns, types, key, classification, purpose, limits.

    Made from the mart's files as they stand. Every publication holds those it was made with, in its contracts/ folder.

    - `warehouse marts export court_sittings`
    - `warehouse marts export --out handover`
    """
    from orchestration.products.promises import product_contracts, write_contracts
    from orchestration.transform.dbt import prepare_manifest

    if (mart is None) == (out is None):
        raise typer.BadParameter("name a mart to see its contract, or a folder with --out to write those of all")
    settings = Settings.from_environment()
    manifest = prepare_manifest(settings)
    if out is not None:
        paths = write_contracts(settings, manifest, out.absolute())
        note(f"{len(paths)} contracts in {shown_path(paths[0].parent)}")
        return
    contracts = product_contracts(settings, manifest)
    name = str(mart).removeprefix("marts.")
    if name not in contracts:
        raise typer.BadParameter(f"no mart '{name}'; choose from: {', '.join(contracts)}", param_hint="MART")
    typer.echo(contracts[name], nl=False)
