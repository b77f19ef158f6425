"""`warehouse linkage train`, `adopt` and `models`: a model is made, looked at, and only then used.

Belongs here: arguments, and what is printed. Does not belong here: any decision; the linkage room takes them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.console.options import DataOption, note, shown_path, terminal
from orchestration.settings import Settings


def register(linkage_app: typer.Typer) -> None:
    """Adds the commands about models to `warehouse linkage`."""
    linkage_app.command("train")(train)
    linkage_app.command("adopt")(adopt)
    linkage_app.command("models")(models)


def train(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="CSV or Parquet of person records. Default: those of the last run."),
    ] = None,
    version: Annotated[str | None, typer.Option(help="Name of the model. Default: the next number.")] = None,
    source: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What the records are, in words; the model remembers it.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the samples chance agreement is learnt from.")] = 1,
    data: DataOption = None,
) -> None:
    """Learn a linkage model from person records. Nothing uses it until you adopt it.

    Training never sees who is who. A FILE has the columns of `linkage.person_records_to_link`: record_id, and what
    there is of surname, forename, middle_names, date_of_birth, postcode, pnc_id, ... The model is written to
    WAREHOUSE_MODELS_DIR.

    - `warehouse linkage train --source "all six agencies, to October"`
    - `warehouse linkage adopt justice-2`
    """
    from orchestration.linkage import TrainingParameters, save_model, train_model
    from orchestration.linkage.learning.adoption import check_version, next_version
    from orchestration.linkage.learning.people import PeopleError, read_people

    settings = Settings.from_environment(data_dir=data)
    name = version or next_version(settings.models_dir)
    try:
        check_version(settings.models_dir, name)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--version") from None
    records = read_people(settings, file)
    stated = source or (file.name if file else "person records of the last run")
    with terminal.status(f"learning from {records.num_rows:,} records ..."):
        try:
            model = train_model(records, TrainingParameters(version=name, source=stated, seed=seed))
        except ValueError as error:
            raise PeopleError(f"nothing can be learnt from these records: {error}") from error
    path = save_model(model, settings.models_dir)
    note(f"{name}: learnt from {records.num_rows:,} records, {shown_path(path)}")
    compared = [comparison["output_column_name"] for comparison in model.settings["comparisons"]]
    note(f"compares: {', '.join(compared)}")
    note(f"Next: warehouse linkage adopt {name} (says first what it would change)")


def adopt(
    version: Annotated[str, typer.Argument(help="Which model; 'warehouse linkage models' lists them.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Adopt it without asking.")] = False,
    data: DataOption = None,
) -> None:
    """Use another linkage model from the next run on, after seeing which persons it merges and splits.

    The records of the last run are linked under it and compared with the links there are. Person ids that change are
    in `conformed.person_id_history` after the next run, with the model as their cause.
    """
    from orchestration.linkage.learning.adoption import adopt as put_in_use
    from orchestration.linkage.learning.adoption import adopted_version, compare_persons, find_model
    from orchestration.linkage.learning.people import links_under, read_links

    settings = Settings.from_environment(data_dir=data)
    model = find_model(settings.models_dir, version)
    now = adopted_version(settings.models_dir)
    if now == version:
        note(f"{version} is in use already")
        return
    before = read_links(settings)
    if before is None:
        note("nothing is linked yet, so there is nothing to compare with")
    else:
        with terminal.status(f"linking under {version} ..."):
            after = links_under(settings, model)
        for line in compare_persons(before, after).lines():
            typer.echo(line)
    if not yes and not typer.confirm(f"Use {version} instead of {now} from the next run on?", err=True):
        note(f"{now} stays in use")
        raise typer.Exit(1)
    put_in_use(settings.models_dir, version)
    note(f"{version} is in use. Next: warehouse run (links everything anew)")


def models(data: DataOption = None) -> None:
    """The linkage models there are, and the one in use."""
    from orchestration.linkage.learning.adoption import known_models

    settings = Settings.from_environment(data_dir=data)
    for model in known_models(settings.models_dir):
        mark = "*" if model.is_adopted else " "
        said = model.fault or (
            f"{model.provenance.get('trained_on', 'day not known')}  "
            f"{model.provenance.get('records', 0):>10,} records  "
            f"{'ships' if model.is_shipped else 'trained here'}  {model.provenance.get('source', '')}"
        )
        typer.echo(f"{mark} {model.version:<20}{said}")
    note("* in use. warehouse linkage adopt VERSION uses another")
