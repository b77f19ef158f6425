"""`warehouse quarantine`: rows held back, looked at and let in. Thin: calls the rooms and shows what they return."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.console.options import DataOption, FeedOption, FormatOption, chosen_feeds, chosen_format, note
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.contracts import FeedContract

quarantine_app = typer.Typer(
    help="Rows held back because they broke a rule: look at them, and let one in with a reason.",
    epilog="Start with 'warehouse quarantine list'. A delivery is named by its id, the beginning of it, or its file.",
    no_args_is_help=True,
)

DeliveryArgument = Annotated[
    str, typer.Argument(metavar="DELIVERY", help="A delivery's id, the beginning of it, or its file name.")
]


@quarantine_app.command("list")
def quarantine_list(
    feed: FeedOption = None,
    rule: Annotated[str | None, typer.Option("--rule", metavar="CODE", help="Only rows that broke this rule.")] = None,
    output_format: FormatOption = "table",
    data: DataOption = None,
) -> None:
    """What is held back: by feed, delivery and rule, how many rows and since when. Shows no values."""
    from orchestration.console.quarantine import held_records
    from orchestration.console.records import write_records
    from orchestration.quality.quarantine import held_rows

    chosen = chosen_format(output_format)
    settings = Settings.from_environment(data_dir=data)
    contracts = chosen_feeds(settings, feed)
    held = held_rows(contracts, settings, rule)
    if rule is not None and not held:
        _check_rule(contracts, rule)
    write_records(held_records(held), chosen)
    note("Next: warehouse quarantine show DELIVERY" if held else "No row is held back.")


@quarantine_app.command("show")
def quarantine_show(
    delivery: DeliveryArgument,
    row: Annotated[
        list[int] | None, typer.Option("--row", metavar="N", min=1, help="Only this row; repeat it for several.")
    ] = None,
    feed: FeedOption = None,
    output_format: FormatOption = "table",
    data: DataOption = None,
) -> None:
    """The rows of a delivery that are held back: values as delivered, the rules they broke, what to do.

    The values are PERSONAL DATA. This command is for operators on the private side; send its output to nobody but the
    agency the rows came from. In CSV a cell that a spreadsheet would run as a formula gets a leading apostrophe; JSON
    gives every value exactly.

    - `warehouse quarantine show 3f2a91c0 --row 17`
    - `warehouse quarantine show custody_records_20240131.csv --format csv > held.csv`
    """
    from orchestration.console.quarantine import PERSONAL_DATA_NOTE, write_rows
    from orchestration.quality.quarantine import find_delivery, rows_in_quarantine

    chosen = chosen_format(output_format)
    settings = Settings.from_environment(data_dir=data)
    found = find_delivery(chosen_feeds(settings, feed), settings, delivery)
    rows = rows_in_quarantine(found, settings, row or ())
    if rows:
        note(PERSONAL_DATA_NOTE)
    write_rows(found, rows, chosen)
    if not rows:
        note(f"No row of {found.contract.key} {found.file_name} is in quarantine: the delivery is {found.verdict}.")
        if found.reasons:
            note(found.reasons)


@quarantine_app.command("release")
def quarantine_release(
    delivery: DeliveryArgument,
    row: Annotated[list[int], typer.Option("--row", metavar="N", min=1, help="Row number; repeat it for several.")],
    rule: Annotated[str, typer.Option("--rule", metavar="CODE", help="The rule they broke and may enter in spite of.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept with the release.")],
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decided. Default: your login.")] = None,
    feed: FeedOption = None,
    data: DataOption = None,
) -> None:
    """Let rows in although they broke a rule. They enter at the next run.

    For a row that is right as it stands, or that the agency cannot mend. The release is logged with who, when and why,
    and holds through every later run and regate. Failures are still counted against the rule: a rule that is wrong is
    changed in its contract instead. A date or number that cannot be read enters as empty; a code outside its list
    enters as delivered and may be published, so look at the row first.

    - `warehouse quarantine release 3f2a91c0 --row 17 --rule PRI-SPE-001 --reason "the prison confirms it"`
    """
    from orchestration.console.quarantine import release_lines, release_notes
    from orchestration.quality.quarantine import release_rows

    if not reason.strip():
        raise typer.BadParameter("say why the rows may enter as they are", param_hint="--reason")
    settings = Settings.from_environment(data_dir=data)
    outcome = release_rows(chosen_feeds(settings, feed), settings, delivery, row, rule, reason=reason, released_by=by)
    for line in release_lines(outcome):
        typer.echo(line)
    for line in release_notes(outcome):
        note(line)


@quarantine_app.command("releases")
def quarantine_releases(
    feed: FeedOption = None, output_format: FormatOption = "table", data: DataOption = None
) -> None:
    """Every release ever made, oldest first: which row, which rule, who, when and why."""
    from orchestration.console.quarantine import release_records
    from orchestration.console.records import write_records
    from orchestration.quality.quarantine_releases import load_releases

    chosen = chosen_format(output_format)
    settings = Settings.from_environment(data_dir=data)
    wanted = {contract.key for contract in chosen_feeds(settings, feed)} if feed else None
    releases = [item for item in load_releases(settings) if wanted is None or item.feed in wanted]
    write_records(release_records(releases), chosen)
    if not releases:
        note("Nothing has been released.")


def _check_rule(contracts: Iterable[FeedContract], code: str) -> None:
    """A usage error with the nearest codes, if none of these feeds has the rule."""
    codes = [rule.code for contract in contracts for rule in contract.all_rules]
    if code in codes:
        return
    near = difflib.get_close_matches(code.upper(), codes, n=3, cutoff=0.5)
    hint = (
        f"; did you mean {' or '.join(near)}?" if near else "; 'warehouse quarantine list' names those that hold rows"
    )
    raise typer.BadParameter(f"no rule '{code}' in these feeds{hint}", param_hint="--rule")
