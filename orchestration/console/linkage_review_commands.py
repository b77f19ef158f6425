"""`warehouse linkage check`, `report`, `sample`, `score` and `reference`: how right the linkage is, and who says so.

Belongs here: arguments, and what is printed. Does not belong here: any measure; the linkage room takes them.
"""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from orchestration.console.options import DataOption, note, shown_path, terminal
from orchestration.settings import Settings


def register(app: typer.Typer) -> None:
    """Adds the commands to `warehouse linkage`."""
    app.command("check")(check)
    app.command("report")(report)
    app.command("sample")(sample)
    app.command("score")(score)
    app.command("reference")(reference)


def check(
    record: Annotated[
        bool, typer.Option("--record", help="Record what is measured as the level of this model: a release.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Measure the current model and code on the reference people, against the recorded level.

    A build does the same and publishes nothing if precision or recall has fallen below its recorded interval.
    """
    from orchestration.linkage.accuracy.level import (
        HELD,
        check_level,
        measure_level,
        record_level,
        recorded_level,
    )
    from orchestration.linkage.accuracy.reference_people import reference_people
    from orchestration.linkage.learning.adoption import load_adopted

    models_dir = Settings.from_environment(data_dir=data).models_dir
    model = load_adopted(models_dir)
    before = recorded_level(model.version, models_dir)
    with terminal.status("linking the reference people ..."):
        if record:
            path = record_level(model, models_dir)
        now = recorded_level(model.version, models_dir) if record else measure_level(model, reference_people())
    if now is None:
        raise RuntimeError("the level was not recorded")
    typer.echo(f"{'':<22}{'now':>8}   recorded (95% interval)")
    for name, unit in HELD:
        shown = f"{name} of {unit}"
        was = before.row(name, unit) if before else None
        recorded = f"{was.value:.4f} ({was.ci_low:.4f} to {was.ci_high:.4f})" if was else "nothing"
        typer.echo(f"{shown:<22}{now.row(name, unit).value or 0:>8.4f}   {recorded}")
    if record:
        note(f"recorded: {shown_path(path)}")
        return
    check_level(now, before)
    note(f"Model {model.version} links as rightly as recorded; measured on {now.description}.")


def report(
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser (only ever from a terminal).")
    ] = True,
    data: DataOption = None,
) -> None:
    """How right the linkage is, for whom it is less right, and what to do: a page beside the owners' reports."""
    from orchestration.reports.linkage import write_linkage_page
    from orchestration.run_lock import build_lock

    settings = Settings.from_environment(data_dir=data)
    if not settings.published_database.exists():
        raise FileNotFoundError(
            f"There is nothing to report on yet: {settings.published_database} is not there. Run 'warehouse run' first."
        )
    with build_lock(settings.data_dir, wait_seconds=0):
        page = write_linkage_page(settings, settings.published_dir.resolve())
    typer.echo(str(settings.published_dir / page.relative_to(settings.published_dir.resolve())))
    if open_page and sys.stdout.isatty():
        webbrowser.open(page.as_uri())


def sample(
    pairs: Annotated[int, typer.Option(min=20, help="Pairs to judge, about.")] = 400,
    seed: Annotated[int, typer.Option(help="The same build and seed give the same pairs.")] = 1,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Default: in the private linkage folder.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Draw pairs of this build for people to judge, stratified by match weight.

    Fill in the column `decision` of every row: same, different or unsure. A second reviewer may fill in
    `second_decision` without looking at the first. The file holds names, birth dates and identifiers: keep it where it
    is, and delete it when it has been scored.

    - `warehouse linkage sample --pairs 400`
    - `warehouse linkage score data/linkage/review/sample_seed1.csv`
    """
    from orchestration.linkage.learning.adoption import load_adopted
    from orchestration.linkage.review.sample import draw_sample, write_sample
    from orchestration.linkage.review.score import REVIEW_FOLDER

    settings = Settings.from_environment(data_dir=data)
    path = output or settings.linkage_dir / REVIEW_FOLDER / f"sample_seed{seed}.csv"
    with terminal.status("drawing ..."):
        drawn = draw_sample(settings, load_adopted(settings.models_dir), pairs, seed)
    write_sample(drawn, path)
    for stratum in drawn.strata:
        note(f"  {stratum.name:<28}{stratum.drawn:>6,} of {stratum.pairs:>9,} pairs")
    typer.echo(str(path))
    note("WARNING: the file holds names, birth dates and identifiers. It is private; delete it once it is scored.")
    note(f"Next: fill in the column decision, then warehouse linkage score {shown_path(path)}")


def score(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A sample with every decision filled in.")],
    data: DataOption = None,
) -> None:
    """Estimate precision and recall from a sample that people judged, with 95% intervals.

    The result is kept in the private linkage folder; the next run publishes it in marts.linkage_quality and on the
    linkage page for as long as the model stays the same.
    """
    from orchestration.linkage.review.score import score_review, write_result

    settings = Settings.from_environment(data_dir=data)
    result = score_review(file)
    write_result(settings, result)
    typer.echo(f"precision {result.precision}\nrecall    {result.recall}")
    note(f"{result.judged:,} pairs judged, {result.unsure:,} of them unsure; model {result.model_version}")
    if result.kappa is not None:
        note(f"two reviewers agree beyond chance: kappa {result.kappa:.2f}")
    note(f"Next: warehouse run (publishes the estimate), and delete {shown_path(file)}: it holds names")


def reference(
    description: Annotated[
        str, typer.Option("--description", metavar="TEXT", help="Which world it is: size, months, seed.")
    ],
    data: DataOption = None,
) -> None:
    """Keep the people of a build whose truth is known as the reference people of the next releases.

    For when feeds have come to say something else of people. Simulate with a seed no model was trained on, run, keep,
    and record the level anew.

    - `warehouse linkage reference --description "10,000 defendants, 24 months, seed 7102"`
    - `warehouse linkage check --record`
    """
    from orchestration.linkage.accuracy.reference_making import write_reference
    from orchestration.linkage.accuracy.reference_people import REFERENCE_FILE, reference_folder

    path = reference_folder() / REFERENCE_FILE
    records = write_reference(Settings.from_environment(data_dir=data), description, path)
    typer.echo(f"{records:,} records kept: {shown_path(path)}")
    note("Next: warehouse linkage check --record")
