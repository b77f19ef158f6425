"""The command about revisions of published figures.

Belongs here: arguments and output. Does not belong here: what changed (`revisions.py`).
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.console.options import DataOption, FormatOption, chosen_format, note
from orchestration.settings import Settings


def revisions(
    mart: Annotated[
        str | None, typer.Option("--mart", metavar="MART", help="Only this mart, such as court_sentencing.")
    ] = None,
    cause: Annotated[
        str | None, typer.Option("--cause", metavar="CAUSE", help="Only what this cause can have changed.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="BUILD", help="Build to compare with. Default: the one before.")
    ] = None,
    output_format: FormatOption = "table",
    data: DataOption = None,
) -> None:
    """Which published figures are no longer what they were, from what to what, and why.

    Causes: late_data, new_data, correction, relinkage, rule_change, code_list_change; unexplained. Where several can
    have done it, all are named. The newest publications are kept, so that --since can name them.

    - `warehouse revisions --mart counting_unit_bridge --cause late_data`
    - `warehouse revisions --format csv > revisions.csv`
    """
    from orchestration.console.query import OutputFormat, write_result
    from orchestration.console.revisions import revisions as revisions_of
    from orchestration.publish.causes import Cause

    if cause is not None and cause not in set(Cause):
        raise typer.BadParameter(f"'{cause}'; choose one of: {', '.join(Cause)}", param_hint="--cause")
    chosen = OutputFormat(chosen_format(output_format).value)
    settings = Settings.from_environment(data_dir=data)
    name = mart.removeprefix("marts.") if mart else None
    lines, summary = revisions_of(settings, mart=name, cause=Cause(cause) if cause else None, since=since)
    shown = ["mart", "key", "measure", "old_value", "new_value", "cause"]
    write_result(lines.select(shown) if chosen is OutputFormat.TABLE else lines, chosen, None)
    note(summary.sentence())
