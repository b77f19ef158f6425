"""What the commands of `warehouse` share: options of the same name and meaning, and words beside the data.

Belongs here: an option two commands take, lines for the person at the terminal. Does not belong here: commands.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.contracts import FeedContract

LandingOption = Annotated[
    Path | None,
    typer.Option(
        "--landing", metavar="DIR", help="Folder agencies deliver to. Default: WAREHOUSE_LANDING_DIR or landing/."
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder the warehouse writes to. Default: WAREHOUSE_DATA_DIR or data/."),
]
FeedOption = Annotated[
    list[str] | None,
    typer.Option("--feed", metavar="AGENCY/FEED", help="Only this feed; repeat it for several. Default: all."),
]
FormatOption = Annotated[str, typer.Option("--format", help="table, csv or json.")]


class RowsFormat(StrEnum):
    """How rows are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


terminal = Console(stderr=True, soft_wrap=True)
"""Where words for the person go; data goes to standard output."""


def note(text: str) -> None:
    """One line for the person, beside the data on standard output."""
    terminal.print(text, highlight=False, markup=False)


def chosen_format(name: str) -> RowsFormat:
    """The format of that name, or a usage error that lists them."""
    try:
        return RowsFormat(name)
    except ValueError:
        raise typer.BadParameter(f"'{name}'; choose one of: {', '.join(RowsFormat)}", param_hint="--format") from None


def chosen_feeds(settings: Settings, names: list[str] | None) -> list[FeedContract]:
    """Contracts of the feeds named, in contract order; all if none is."""
    from orchestration.contracts import load_feed_contracts

    contracts = load_feed_contracts(*settings.contract_folders)
    if unknown := [name for name in names or [] if name not in contracts]:
        raise typer.BadParameter(f"no feed '{unknown[0]}'; choose from: {', '.join(contracts)}", param_hint="--feed")
    return [contract for key, contract in contracts.items() if not names or key in names]


def shown_path(path: Path) -> str:
    """A path as a person at this terminal would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
