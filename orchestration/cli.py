"""The `warehouse` command. Thin: it parses arguments, calls the rooms and shows what they return."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from orchestration.console.person_commands import person_history
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.contracts import FeedContract

EPILOG = "Start with 'warehouse simulate' and 'warehouse run', then ask with 'warehouse questions' or 'warehouse sql'."

app = typer.Typer(
    help="The Justice Data Warehouse: agency extracts in, linked people and answers to known data gaps out.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
contracts_app = typer.Typer(help="The promises of agencies, kept in data_contracts/.", no_args_is_help=True)
app.add_typer(contracts_app, name="contracts")
quarantine_app = typer.Typer(
    help="Rows held back because they broke a rule: look at them, and let one in with a reason.",
    epilog="Start with 'warehouse quarantine list'. A delivery is named by its id, the beginning of it, or its file.",
    no_args_is_help=True,
)
app.add_typer(quarantine_app, name="quarantine")
app.command()(person_history)

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
DeliveryArgument = Annotated[
    str, typer.Argument(metavar="DELIVERY", help="A delivery's id, the beginning of it, or its file name.")
]

_err = Console(stderr=True, soft_wrap=True)


def main() -> None:
    """Entry point: runs the command; expected errors become one clear message and exit code 1."""
    try:
        app()
    except KeyboardInterrupt:
        _err.print("Stopped. Nothing half-done is published; run the same command again to go on.")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except _expected_errors() as error:
        _err.print(f"[red]Error:[/] {type(error).__name__}", highlight=False)
        _err.print(str(error), highlight=False, markup=False)
        sys.exit(1)


@app.command()
def simulate(
    defendants: Annotated[int, typer.Option(min=50, help="Defendants in court cases over the whole period.")] = 10_000,
    months: Annotated[int, typer.Option(min=1, max=120, help="Months of deliveries.")] = 24,
    seed: Annotated[int, typer.Option(help="Same seed, same files, byte for byte.")] = 20260322,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where the deliveries go. Default: the landing folder.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option("--truth", metavar="DIR", help="Where the truth goes. Default: data/truth.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace deliveries already there.")] = False,
) -> None:
    """Simulate a justice system and write what its agencies would deliver.

    The truth (who is who, true custody days, true sentences) is written apart; only accuracy scoring reads it.
    """
    from orchestration.contracts import load_feed_contracts
    from orchestration.simulation import WorldParameters
    from orchestration.simulation import simulate as run_simulation

    settings = Settings.from_environment()
    out_dir = (out or settings.landing_dir).absolute()
    truth_dir = (truth or settings.data_dir / "truth").absolute()
    with _err.status("simulating ...") as status:
        summary = run_simulation(
            WorldParameters(defendants=defendants, months=months, seed=seed),
            out_dir,
            truth_dir,
            load_feed_contracts(settings.contracts_dir),
            settings.reference_dir,
            overwrite=overwrite,
            progress=status.update,
        )
    _err.print(summary.sentence(), highlight=False)
    _err.print(f"Next: warehouse run --landing {_shown(out_dir)}", highlight=False)


@app.command()
def run(landing: LandingOption = None, data: DataOption = None) -> None:
    """Build everything from what has been delivered, and publish it.

    Lands, gates, stages, links, conforms, counts, audits and publishes: the same job the nightly schedule runs. A bad
    delivery is refused with its reason and stops nobody else. Readers see the last complete build until the new one
    is whole.
    """
    from orchestration.console.run import run_build
    from orchestration.publish import latest_publication

    settings = Settings.from_environment(landing_dir=landing, data_dir=data)
    _require_deliveries(settings)
    _err.print(f"Building from {_shown(settings.landing_dir)}", highlight=False)
    report = run_build(settings)
    publication = latest_publication(settings)
    if publication is None:
        raise RuntimeError("the run ended without a publication")
    rows = sum(content.rows for content in publication.tables.values())
    _err.print(
        f"Published {len(publication.tables)} tables, {rows:,} rows, data as of {publication.data_as_of}; "
        f"{report.checks} checks, {len(report.failed_checks)} not passed.",
        highlight=False,
    )
    _err.print(f"  database  {_shown(settings.published_database)}", highlight=False)
    _err.print(f"  parquet   {_shown(settings.published_dir / 'parquet')}", highlight=False)
    if report.failed_checks:
        _err.print("Not passed (warehouse status says which deliveries were refused, and why):", highlight=False)
        for check in report.failed_checks:
            _err.print(f"  {check}", highlight=False)
    _err.print("Next: warehouse questions · warehouse sql · warehouse status · make serve", highlight=False)


@app.command()
def status(data: DataOption = None, landing: LandingOption = None) -> None:
    """What arrived, what was refused, how fresh each feed is, and what is published."""
    from orchestration.console.query import text_table
    from orchestration.console.status import status_table, warehouse_status
    from orchestration.contracts import load_feed_contracts

    settings = Settings.from_environment(data_dir=data, landing_dir=landing)
    current = warehouse_status(settings, load_feed_contracts(settings.contracts_dir))
    typer.echo(text_table(status_table(current)))
    for refusal in current.refusals:
        typer.echo(f"refused: {refusal.feed}/{refusal.file_name}: {refusal.reasons}")
    for unplaced in current.unplaced:
        typer.echo(f"not a delivery: {unplaced.path}: {unplaced.message}")
    if current.publication:
        shown = f"published {current.publication.published_at}, data as of {current.publication.data_as_of}"
        typer.echo(f"{shown}: {_shown(settings.published_database)}")
    else:
        typer.echo("nothing is published yet")
    waiting = current.files_waiting
    typer.echo(f"{waiting:,} files in the landing folder have not been read" + (": warehouse run" if waiting else ""))


@app.command()
def sql(
    query: Annotated[
        str | None, typer.Argument(help="One SQL statement. Without it: a prompt, or standard input.")
    ] = None,
    output_format: Annotated[str, typer.Option("--format", help="table, csv, json or parquet.")] = "table",
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write to a file instead of the terminal.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Ask the published database, read-only.

    - `warehouse sql "select * from marts.remand_episodes limit 5"`
    - `warehouse sql "from marts.court_sentencing" --format csv --output sentencing.csv`
    """
    from orchestration.console.query import OutputFormat, published_connection, run_query, write_result
    from orchestration.console.shell import interactive

    try:
        chosen = OutputFormat(output_format)
    except ValueError:
        raise typer.BadParameter(
            f"'{output_format}'; choose one of: {', '.join(OutputFormat)}", param_hint="--format"
        ) from None
    settings = Settings.from_environment(data_dir=data)
    with published_connection(settings) as connection:
        if query is None and sys.stdin.isatty():
            interactive(connection)
            return
        write_result(run_query(connection, query if query is not None else sys.stdin.read()), chosen, output)


@app.command()
def questions(
    name: Annotated[str | None, typer.Argument(help="A question's name, or its beginning.")] = None,
    answer: Annotated[int | None, typer.Option("--answer", metavar="N", help="Answer the first N questions.")] = None,
    data: DataOption = None,
) -> None:
    """List the questions the warehouse answers, or answer them, each with the query behind it."""
    from orchestration.console.query import published_connection, run_query, text_table
    from orchestration.console.questions import find_question, load_questions

    settings = Settings.from_environment(data_dir=data)
    every = load_questions(settings)
    if name is None and answer is None:
        width = max(len(question.name) for question in every) + 2
        for question in every:
            typer.echo(f"{question.name:<{width}}{question.title}")
        typer.echo("\nNext: warehouse questions NAME")
        return
    chosen = [find_question(every, name)] if name else list(every[:answer])
    with published_connection(settings) as connection:
        for question in chosen:
            typer.echo(f"\n{question.title}\n\n{question.sql}\n")
            typer.echo(text_table(run_query(connection, question.sql), rows_shown=12 if answer else 200), nl=False)
    typer.echo("\nSimulated data: never quote these figures as official statistics.", err=True)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
) -> None:
    """Open the Dagster UI, with the schedule and the sensor running."""
    from orchestration.console.run import prepare_dagster_home
    from orchestration.transform.dbt import prepare_manifest

    settings = Settings.from_environment()
    prepare_dagster_home(settings)
    prepare_manifest(settings)
    os.environ.update(settings.as_environment())
    _err.print(f"Dagster on http://{host}:{port} (Ctrl-C stops it)", highlight=False)
    dagster = Path(sys.executable).with_name("dagster")
    arguments = [str(dagster), "dev", "--module-name", "orchestration.definitions", "--host", host, "--port", str(port)]
    os.execv(arguments[0], arguments)


@app.command()
def prepare() -> None:
    """Make dbt's manifest, which Dagster's definitions are loaded from."""
    from orchestration.console.run import prepare_dagster_home
    from orchestration.transform.dbt import prepare_manifest

    settings = Settings.from_environment()
    prepare_dagster_home(settings)
    typer.echo(_shown(prepare_manifest(settings)))


@app.command()
def bench(
    defendants: Annotated[int, typer.Option(min=50, help="Size of the simulated world.")] = 10_000,
    months: Annotated[int, typer.Option(min=1, max=120, help="Months of deliveries.")] = 24,
    seed: Annotated[int, typer.Option(help="Seed of the world.")] = 20260322,
) -> None:
    """Time the whole pipeline on a simulated world, by stage. Works in data/bench and leaves your data alone."""
    from orchestration.console.bench import run_benchmark

    for line in run_benchmark(
        Settings.from_environment(),
        defendants=defendants,
        months=months,
        seed=seed,
        report=_err.print,
    ).lines():
        typer.echo(line)


@app.command()
def regate(feed: FeedOption = None, output_format: FormatOption = "table", data: DataOption = None) -> None:
    """Judge deliveries again from raw under today's rules, and say what changed.

    After a rule, a threshold or a code list has changed. No agency is asked for anything, and releases stay in force.
    A run does this by itself for feeds whose rules changed; here you see the effect before anything is built on it.

    - `warehouse regate --feed police/custody_records`
    - `warehouse run`
    """
    from orchestration.console.quarantine import change_records, chosen_format, regate_sentence, write_records
    from orchestration.quality.quarantine_regate import regate as judge_anew

    chosen = chosen_format(output_format)
    settings = Settings.from_environment(data_dir=data)
    contracts = _chosen_feeds(settings, feed)
    with _err.status("judging ...") as progress:
        outcome = judge_anew(contracts, settings, report=progress.update)
    write_records(change_records(outcome.changes), chosen)
    _note(regate_sentence(outcome))
    if outcome.faults:
        for fault in outcome.faults:
            _note(f"not judged, earlier verdicts stand: {fault}")
        raise typer.Exit(1)
    if outcome.changes:
        _note("Next: warehouse run (what is published still rests on the earlier verdicts)")


@quarantine_app.command("list")
def quarantine_list(
    feed: FeedOption = None,
    rule: Annotated[str | None, typer.Option("--rule", metavar="CODE", help="Only rows that broke this rule.")] = None,
    output_format: FormatOption = "table",
    data: DataOption = None,
) -> None:
    """What is held back: by feed, delivery and rule, how many rows and since when. Shows no values."""
    from orchestration.console.quarantine import check_rule, chosen_format, held_records, write_records
    from orchestration.quality.quarantine import held_rows

    chosen = chosen_format(output_format)
    settings = Settings.from_environment(data_dir=data)
    contracts = _chosen_feeds(settings, feed)
    held = held_rows(contracts, settings, rule)
    if rule is not None and not held:
        check_rule(contracts, rule)
    write_records(held_records(held), chosen)
    _note("Next: warehouse quarantine show DELIVERY" if held else "No row is held back.")


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
    from orchestration.console.quarantine import PERSONAL_DATA_NOTE, chosen_format, write_rows
    from orchestration.quality.quarantine import find_delivery, rows_in_quarantine

    chosen = chosen_format(output_format)
    settings = Settings.from_environment(data_dir=data)
    found = find_delivery(_chosen_feeds(settings, feed), settings, delivery)
    rows = rows_in_quarantine(found, settings, row or ())
    if rows:
        _note(PERSONAL_DATA_NOTE)
    write_rows(found, rows, chosen)
    if not rows:
        _note(f"No row of {found.contract.key} {found.file_name} is in quarantine: the delivery is {found.verdict}.")
        if found.reasons:
            _note(found.reasons)


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
    outcome = release_rows(_chosen_feeds(settings, feed), settings, delivery, row, rule, reason=reason, released_by=by)
    for line in release_lines(outcome):
        typer.echo(line)
    for note in release_notes(outcome):
        _note(note)


@quarantine_app.command("releases")
def quarantine_releases(
    feed: FeedOption = None, output_format: FormatOption = "table", data: DataOption = None
) -> None:
    """Every release ever made, oldest first: which row, which rule, who, when and why."""
    from orchestration.console.quarantine import chosen_format, release_records, write_records
    from orchestration.quality.quarantine_releases import load_releases

    chosen = chosen_format(output_format)
    settings = Settings.from_environment(data_dir=data)
    wanted = {contract.key for contract in _chosen_feeds(settings, feed)} if feed else None
    releases = [item for item in load_releases(settings) if wanted is None or item.feed in wanted]
    write_records(release_records(releases), chosen)
    if not releases:
        _note("Nothing has been released.")


@contracts_app.command("sync")
def contracts_sync() -> None:
    """Write dbt's source definitions from the data contracts, after a contract has changed."""
    from orchestration.contracts.dbt_sources import sync_dbt_sources

    typer.echo(_shown(sync_dbt_sources(Settings.from_environment())))


@contracts_app.command("list")
def contracts_list() -> None:
    """Every feed the warehouse has a contract for."""
    from orchestration.contracts import load_feed_contracts

    for contract in load_feed_contracts(Settings.from_environment().contracts_dir).values():
        typer.echo(f"{contract.key:<34}{contract.version:<8}{contract.mode:<24}{contract.title}")


def _note(text: str) -> None:
    """One line for the person, beside the data on standard output."""
    _err.print(text, highlight=False, markup=False)


def _chosen_feeds(settings: Settings, names: list[str] | None) -> list[FeedContract]:
    """Contracts of the feeds named, in contract order; all if none is."""
    from orchestration.contracts import load_feed_contracts

    contracts = load_feed_contracts(settings.contracts_dir)
    if unknown := [name for name in names or [] if name not in contracts]:
        raise typer.BadParameter(f"no feed '{unknown[0]}'; choose from: {', '.join(contracts)}", param_hint="--feed")
    return [contract for key, contract in contracts.items() if not names or key in names]


def _require_deliveries(settings: Settings) -> None:
    if not settings.landing_dir.is_dir() or not any(path.is_file() for path in settings.landing_dir.rglob("*")):
        raise FileNotFoundError(
            f"There is nothing to build from: {settings.landing_dir} holds no file. "
            "Put agency deliveries in <landing>/<agency>/<feed>/, or make some with 'warehouse simulate'."
        )


def _expected_errors() -> tuple[type[Exception], ...]:
    """Errors whose message is meant for the user; anything else keeps its traceback."""
    from orchestration.console.person_history import UnknownPersonError
    from orchestration.console.query import QueryError
    from orchestration.console.questions import UnknownQuestionError
    from orchestration.console.run import RunFailedError
    from orchestration.contracts import ContractError
    from orchestration.publish import PublicationError
    from orchestration.quality.quarantine import QuarantineError
    from orchestration.quality.quarantine_releases import ReleaseLogError
    from orchestration.run_lock import AlreadyRunningError
    from orchestration.simulation import SimulationError
    from orchestration.transform.dbt import DbtError

    return (
        QueryError, UnknownQuestionError, RunFailedError, ContractError, PublicationError, AlreadyRunningError,
        UnknownPersonError, QuarantineError, ReleaseLogError, SimulationError, DbtError, FileNotFoundError,
        FileExistsError,
    )  # fmt: skip


def _shown(path: Path) -> str:
    """A path as a person at this terminal would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


if __name__ == "__main__":
    main()
