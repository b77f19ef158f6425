"""The `warehouse` command. Thin: it parses arguments, calls the rooms and shows what they return."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from orchestration.console.case_commands import case
from orchestration.console.fetch_commands import fetch_app
from orchestration.console.identifiers_commands import identifiers_app
from orchestration.console.linkage_commands import linkage_app
from orchestration.console.linkage_model_commands import register as register_models
from orchestration.console.linkage_review_commands import register as register_review
from orchestration.console.marts_commands import marts_app
from orchestration.console.options import (
    DataOption,
    FeedOption,
    FormatOption,
    LandingOption,
    chosen_feeds,
    chosen_format,
    note,
    shown_path,
    terminal,
)
from orchestration.console.person_history_commands import person_history
from orchestration.console.quarantine_commands import quarantine_app
from orchestration.console.report_commands import register as register_report
from orchestration.console.revisions_commands import revisions
from orchestration.console.stopping import StoppedError
from orchestration.console.try_commands import contracts_try
from orchestration.known_on import known_on
from orchestration.settings import Settings

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
contracts_app.command("try")(contracts_try)
app.add_typer(contracts_app, name="contracts")
app.add_typer(fetch_app, name="fetch")
app.add_typer(identifiers_app, name="identifiers")
app.add_typer(marts_app, name="marts")
app.add_typer(quarantine_app, name="quarantine")
register_report(app)
app.command()(case)
app.command()(person_history)
app.command()(revisions)
register_review(linkage_app)
register_models(linkage_app)
app.add_typer(linkage_app, name="linkage")


def main() -> None:
    """Entry point: runs the command; expected errors become one clear message and exit code 1."""
    try:
        app()
    except StoppedError as stop:
        note(str(stop))
        sys.exit(stop.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception as error:
        if not _is_expected(error):
            raise
        terminal.print(f"[red]Error:[/] {type(error).__name__}", highlight=False)
        terminal.print(str(error), highlight=False, markup=False)
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
    truth_dir = (truth or settings.truth_dir).absolute()
    with terminal.status("simulating ...") as status:
        summary = run_simulation(
            WorldParameters(defendants=defendants, months=months, seed=seed),
            out_dir,
            truth_dir,
            load_feed_contracts(*settings.contract_folders),
            settings.reference_dir,
            overwrite=overwrite,
            progress=status.update,
        )
    terminal.print(summary.sentence(), highlight=False)
    terminal.print(f"Next: warehouse run --landing {shown_path(out_dir)}", highlight=False)


@app.command()
def run(
    landing: LandingOption = None,
    data: DataOption = None,
    full_linkage: Annotated[
        bool, typer.Option("--full-linkage", help="Link all records anew, not only what changed. Same result, slower.")
    ] = False,
    as_known_on: Annotated[
        datetime | None,
        typer.Option(
            "--as-known-on",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="Only from extracts drawn by the end of that day, into an empty --data folder of its own.",
        ),
    ] = None,
) -> None:
    """Build everything from what has been delivered, and publish it.

    Lands, gates, stages, links, conforms, counts, audits and publishes: the same two jobs the nightly schedule starts.
    A bad delivery is refused with its reason and stops nobody else. Readers see the last complete build until the new
    one is whole. Exit code 0 if it was published, whatever was refused; 1 if not, or if a feed could not be received.
    """
    from orchestration.console.outcome import outcome_lines
    from orchestration.console.run import run_build
    from orchestration.publish import latest_publication

    if as_known_on is not None and data is None:
        raise typer.BadParameter("name a folder of its own with --data", param_hint="--as-known-on")
    day = as_known_on.date() if as_known_on else None
    settings = Settings.from_environment(landing_dir=landing, data_dir=data, as_known_on=day)
    _require_deliveries(settings)
    terminal.print(f"Building from {shown_path(settings.landing_dir)}", highlight=False)
    report = run_build(settings, full_linkage=full_linkage)
    publication = latest_publication(settings)
    if publication is None:
        raise RuntimeError("the run ended without a publication")
    for line in outcome_lines(report, publication, settings, shown_path):
        note(line)
    if report.faults:
        raise typer.Exit(1)


@app.command()
def status(data: DataOption = None, landing: LandingOption = None) -> None:
    """What arrived, what was refused, how fresh each feed is, and what is published."""
    from orchestration.console.query import text_table
    from orchestration.console.status import refusal_lines, status_table, warehouse_status
    from orchestration.contracts import load_feed_contracts

    settings = Settings.from_environment(data_dir=data, landing_dir=landing)
    if day := known_on(settings.data_dir):
        settings = replace(settings, as_known_on=day)
        typer.echo(f"as known on {day}: what was drawn later is not read")
    current = warehouse_status(settings, load_feed_contracts(*settings.contract_folders))
    typer.echo(text_table(status_table(current)))
    for line in refusal_lines(current):
        typer.echo(line)
    for line in current.stale:
        typer.echo(f"not fresh: {line}")
    for unplaced in current.unplaced:
        typer.echo(f"not a delivery: {unplaced.path}: {unplaced.message}")
    if current.publication:
        shown = f"published {current.publication.published_at}, data as of {current.publication.data_as_of}"
        typer.echo(f"{shown}: {shown_path(settings.published_database)}")
        for pages, reason in current.missing_pages.items():
            typer.echo(f"no {pages}: {reason}")
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
    """List the questions the warehouse answers, or answer them; one by name comes with the query behind it.

    - `warehouse questions --answer 10`
    - `warehouse questions what_is_in_the_backlog`
    """
    from orchestration.console.query import published_connection, run_query, text_table
    from orchestration.transform.questions import find_question, load_questions

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
            typer.echo(f"\n{question.title}\n\n{question.sql if name else f'(warehouse questions {question.name})'}\n")
            typer.echo(text_table(run_query(connection, question.sql), rows_shown=200 if name else 8), nl=False)
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
    terminal.print(f"Dagster on http://{host}:{port} (Ctrl-C stops it)", highlight=False)
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
    typer.echo(shown_path(prepare_manifest(settings)))


@app.command()
def bench(
    defendants: Annotated[int, typer.Option(min=50, help="Size of the simulated world.")] = 10_000,
    months: Annotated[int, typer.Option(min=1, max=120, help="Months of deliveries.")] = 24,
    seed: Annotated[int, typer.Option(help="Seed of the world.")] = 20260322,
    gate_rows: Annotated[int, typer.Option(min=1, help="Rows of the delivery the gate is timed on.")] = 1_000_000,
    linkage_records: Annotated[
        list[int] | None,
        typer.Option(min=100, metavar="N", help="Person records linkage is timed on. Repeat it for a curve."),
    ] = None,
    only: Annotated[
        Literal["pipeline", "gate", "linkage"] | None, typer.Option(help="Time one of the three parts.")
    ] = None,
) -> None:
    """Time the pipeline on a simulated world, by stage, the gate on one large delivery, and linkage up to a million.

    Works in data/bench and leaves your data alone.

    - `warehouse bench --only gate --gate-rows 200000`
    - `warehouse bench --only linkage --linkage-records 50000 --linkage-records 100000`
    """
    from orchestration.console.bench import run_benchmark
    from orchestration.console.bench_gate import run_gate_benchmark
    from orchestration.console.bench_linkage import SIZES, run_linkage_benchmark

    settings = Settings.from_environment()
    if only in (None, "pipeline"):
        pipeline = run_benchmark(settings, defendants=defendants, months=months, seed=seed, report=terminal.print)
        typer.echo("\n".join(pipeline.lines()))
    if only in (None, "gate"):
        typer.echo("\n".join(run_gate_benchmark(settings, rows=gate_rows, seed=seed, report=terminal.print).lines()))
    if only in (None, "linkage"):
        linkage = run_linkage_benchmark(settings, sizes=linkage_records or SIZES, seed=seed, report=terminal.print)
        typer.echo("\n".join(linkage.lines()))


@app.command()
def regate(feed: FeedOption = None, output_format: FormatOption = "table", data: DataOption = None) -> None:
    """Judge deliveries again from raw under today's rules, and say what changed.

    After a rule, a threshold or a code list has changed. No agency is asked for anything, and releases stay in force.
    A run does this by itself for feeds whose rules changed; here you see the effect before anything is built on it.

    - `warehouse regate --feed police/custody_records`
    - `warehouse run`
    """
    from orchestration.console.quarantine import change_records, regate_sentence
    from orchestration.console.records import write_records
    from orchestration.quality.quarantine_regate import regate as judge_anew

    chosen = chosen_format(output_format)
    settings = Settings.from_environment(data_dir=data)
    contracts = chosen_feeds(settings, feed)
    with terminal.status("judging ...") as progress:
        outcome = judge_anew(contracts, settings, report=progress.update)
    write_records(change_records(outcome.changes), chosen)
    note(regate_sentence(outcome))
    if outcome.faults:
        for fault in outcome.faults:
            note(f"not judged, earlier verdicts stand: {fault}")
        raise typer.Exit(1)
    if outcome.changes:
        note("Next: warehouse run (what is published still rests on the earlier verdicts)")


@contracts_app.command("sync")
def contracts_sync() -> None:
    """Write dbt's sources and staging and the docs of the measures, after something in data_contracts/ changed.

    A site's own folder (WAREHOUSE_CONTRACTS_DIR) is no part of it: 'warehouse run' lays it over by itself.
    """
    from orchestration.contracts import load_feed_contracts
    from orchestration.contracts.dbt_staging import sync_dbt
    from orchestration.contracts.metric_docs import sync_metric_docs

    settings = Settings.from_environment()
    contracts = load_feed_contracts(settings.contracts_dir)
    for path in (*sync_dbt(contracts, settings.dbt_project_dir), sync_metric_docs(settings)):
        typer.echo(shown_path(path))


@contracts_app.command("new")
def contracts_new(
    feed: Annotated[str, typer.Argument(metavar="AGENCY/FEED", help="Name of the feed, in snake_case.")],
    columns: Annotated[list[str] | None, typer.Argument(help="Headers of its columns, as delivered.")] = None,
) -> None:
    """Begin the contract of a new feed. What only you can know is left to be filled in, and refused until it is.

    - `warehouse contracts new probation/breaches crn event_number breach_date breach_type`
    """
    from datetime import date

    from orchestration.contracts.scaffold import scaffold_contract

    settings = Settings.from_environment()
    path = scaffold_contract(feed, columns or [], settings.contract_folders, date.today())
    typer.echo(shown_path(path))
    command = "contracts list" if settings.site_contracts_dir else "contracts sync"
    note(f"Next: fill in what is marked, then 'warehouse {command}': it names each place that is still open.")


@contracts_app.command("list")
def contracts_list() -> None:
    """Every feed the warehouse has a contract for."""
    from orchestration.contracts import load_feed_contracts

    for contract in load_feed_contracts(*Settings.from_environment().contract_folders).values():
        typer.echo(f"{contract.key:<34}{contract.version:<8}{contract.mode:<24}{contract.title}")


def _require_deliveries(settings: Settings) -> None:
    if not settings.landing_dir.is_dir() or not any(path.is_file() for path in settings.landing_dir.rglob("*")):
        raise FileNotFoundError(
            f"There is nothing to build from: {settings.landing_dir} holds no file. "
            "Put agency deliveries in <landing>/<agency>/<feed>/, or make some with 'warehouse simulate'."
        )


EXPECTED_ERRORS = {
    "orchestration.console.person_history": {"UnknownPersonError"},
    "orchestration.console.query": {"QueryError"},
    "orchestration.console.report_commands": {"ReportError"},
    "orchestration.console.revisions": {"RevisionsError"},
    "orchestration.console.run": {"RunFailedError"},
    "orchestration.contracts.reader": {"ContractError"},
    "orchestration.known_on": {"KnownOnError"},
    "orchestration.linkage.accuracy.labelled": {"LabelledFileError"},
    "orchestration.linkage.accuracy.level": {"LinkageBelowLevelError"},
    "orchestration.linkage.learning.people": {"PeopleError"},
    "orchestration.linkage.matching.model": {"StaleModelError", "UntrainedModelError"},
    "orchestration.linkage.review.score": {"ReviewError"},
    "orchestration.publish.publication": {"PublicationError"},
    "orchestration.quality.quarantine": {"QuarantineError"},
    "orchestration.quality.quarantine_releases": {"ReleaseLogError"},
    "orchestration.run_lock": {"AlreadyRunningError"},
    "orchestration.simulation.errors": {"SimulationError"},
    "orchestration.transform.dbt": {"DbtError"},
    "orchestration.transform.questions": {"UnknownQuestionError"},
    "orchestration.transform.reference_lists": {"ReferenceListsError"},
    "orchestration.transform.selection": {"SelectionError"},
}
"""Errors whose message is meant for the user, by module; anything else keeps its traceback. They are named and not
imported: an error's module was loaded where it was raised, and the others would take two seconds to no purpose."""


def _is_expected(error: Exception) -> bool:
    return isinstance(error, FileNotFoundError | FileExistsError) or any(
        kind.__name__ in EXPECTED_ERRORS.get(kind.__module__, ()) for kind in type(error).__mro__
    )


if __name__ == "__main__":
    main()
