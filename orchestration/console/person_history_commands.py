"""The `warehouse` commands about persons.

Belongs here: arguments and output. Does not belong here: what became of an id (`person_history.py`).
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.console.options import DataOption, FormatOption, chosen_format
from orchestration.settings import Settings


def person_history(
    person_id: Annotated[str, typer.Argument(metavar="ID", help="A person id, from conformed.persons or any mart.")],
    since: Annotated[
        int, typer.Option("--since", metavar="BUILD", min=0, help="Leave out changes up to that linkage build.")
    ] = 0,
    output_format: FormatOption = "table",
    data: DataOption = None,
) -> None:
    """What became of a person's id: merges, splits and other changes, so that an old result can be restated.

    Name the build the old result rests on (its build.json has linkage_build, such as 7-3f2a91c05d7e: 7) to leave out
    what happened before.

    - `warehouse person-history 0d8f3b52c1a94e6f8b7a2c3d4e5f6071 --since 7`
    """
    from orchestration.console.person_history import COLUMNS
    from orchestration.console.person_history import person_history as history_of
    from orchestration.console.records import Records, write_records

    chosen = chosen_format(output_format)
    found = history_of(Settings.from_environment(data_dir=data), person_id.strip(), since)
    rows = [{**row, "data_as_of": str(row["data_as_of"] or "")} for row in found.changes]
    write_records(Records(COLUMNS, rows), chosen)
    typer.echo(found.sentence(), err=True)
