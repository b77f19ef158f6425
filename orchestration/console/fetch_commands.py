"""`warehouse fetch`: public records from the services that publish them, landed as if they had been sent.

Belongs here: arguments and output. Does not belong here: asking and landing (`ingest.fetching`).
"""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.console.options import LandingOption, note, shown_path
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.contracts import FeedContract
    from orchestration.contracts.source_mapping import SourceMapping
    from orchestration.ingest.fetching import Fetched

_FEED, _SOURCE = "police/stop_search", "police_api"
_EVERY_FORCE = "all"

fetch_app = typer.Typer(
    help="Public records from the services that publish them, into the landing folder.", no_args_is_help=True
)


@fetch_app.callback()
def _fetch() -> None:
    """Public records from the services that publish them, into the landing folder."""


@fetch_app.command("stop-search")
def fetch_stop_search(
    force: Annotated[
        list[str],
        typer.Option("--force", metavar="FORCE", help="Force, as it publishes, or all; repeat it for several."),
    ],
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="First month.")],
    last: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="Last month. Default: the first.")] = None,
    landing: LandingOption = None,
    again: Annotated[
        bool, typer.Option("--again", help="Ask also for months that are there; what changed lands beside them.")
    ] = False,
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            envvar="WAREHOUSE_STOP_SEARCH_ADDRESS",
            metavar="URL",
            help="Asked in place of the contract's, with `<force-slug>` and `<YYYY-MM>` in it.",
        ),
    ] = None,
) -> None:
    """Stops and searches of forces and months, from the open-data service of the police.

    One request for each force and month, half a second apart. What is there is not asked for again, so a run that was
    stopped goes on where it was. A month the service has nothing of is named and not landed. Exit code 0 if nothing
    failed, 1 otherwise. Then: warehouse run.

    - `warehouse fetch stop-search --force metropolitan --from 2024-09 --to 2024-12`
    - `warehouse fetch stop-search --force all --from 2024-12`
    """
    from orchestration.contracts import load_feed_contracts
    from orchestration.ingest.fetching import FetchState, fetch_months, months_between

    settings = Settings.from_environment(landing_dir=landing)
    contract = load_feed_contracts(*settings.contract_folders)[_FEED]
    forces = _forces(settings, force)
    try:
        months = months_between(first, last or first)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--from") from None
    counts: Counter[FetchState] = Counter()
    records = 0
    for fetched in fetch_months(
        contract, _mapping(contract), forces, months, settings.landing_dir, address=address, again=again
    ):
        counts[fetched.state] += 1
        records += fetched.records or 0 if fetched.state is FetchState.FETCHED else 0
        note(_line(fetched))
    landed = counts[FetchState.FETCHED]
    kept = counts[FetchState.THERE] + counts[FetchState.SAME]
    note(
        f"Fetched {records:,} records in {landed:,} {'file' if landed == 1 else 'files'}; {kept:,} there before, "
        f"{counts[FetchState.NOTHING]:,} of which the service has nothing, {counts[FetchState.FAILED]:,} failed."
    )
    if counts[FetchState.FAILED]:
        note("Run the command again: it asks only for what is missing.")
        raise typer.Exit(1)
    if landed or kept:
        note(f"Next: warehouse run --landing {shown_path(settings.landing_dir)}")


def _mapping(contract: FeedContract) -> SourceMapping:
    return next(mapping for mapping in contract.mappings if mapping.name == _SOURCE)


def _forces(settings: Settings, names: list[str]) -> list[str]:
    """Names of forces that the reference list has, each once, in the order asked for."""
    from orchestration.ingest.names import force_slugs

    known = sorted(force_slugs(settings.reference_dir))
    if _EVERY_FORCE in names:
        return known
    for name in names:
        if name not in known:
            alike = get_close_matches(name, known, n=3, cutoff=0.5)
            meant = f"did you mean {' or '.join(alike)}?" if alike else f"choose from: {', '.join(known)}"
            raise typer.BadParameter(f"no force publishes as '{name}'; {meant}", param_hint="--force")
    return list(dict.fromkeys(names))


def _line(fetched: Fetched) -> str:
    from orchestration.ingest.fetching import FetchState

    of = f"{fetched.force} {fetched.month}"
    match fetched.state:
        case FetchState.FETCHED:
            name = fetched.path.name if fetched.path else ""
            return f"  {of}: {fetched.records:,} records, {name}"
        case FetchState.SAME:
            return f"  {of}: {fetched.records:,} records, as before"
        case FetchState.THERE:
            return f"  {of}: there already"
        case FetchState.NOTHING:
            return f"  {of}: the service has no record of it"
        case FetchState.FAILED:
            return f"  {of}: failed. {fetched.fault}"
