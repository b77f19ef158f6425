"""The metric registry as dbt docs, so that what a number means is written once and shown wherever the mart is.

Belongs here: the rendering of `models/marts/_metrics.md`, one docs block `metrics_<mart>` for each mart, and its
writing. Does not belong here: reading the registry (`metrics`), or what else a mart's description says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from orchestration.contracts.metrics import MartMetrics, Metric, load_metrics
from orchestration.settings import Settings

_HEADER = (
    "<!-- Generated from data_contracts/metrics.yaml by `warehouse contracts sync`; do not edit. "
    "A change belongs in the registry. -->\n"
)


def metric_docs_file(settings: Settings) -> Path:
    """Where dbt reads the generated docs blocks."""
    return settings.dbt_project_dir / "models" / "marts" / "_metrics.md"


def sync_metric_docs(settings: Settings) -> Path:
    """Write the docs blocks from the registry and return their path.

    Raises:
        ContractError: the registry cannot be used; nothing is written.
    """
    path = metric_docs_file(settings)
    path.write_text(render_metric_docs(load_metrics(settings.contracts_dir)), encoding="utf-8")
    return path


def render_metric_docs(marts: Mapping[str, MartMetrics]) -> str:
    """Markdown with one dbt docs block for each mart, in the registry's order."""
    return _HEADER + "".join(
        f"\n{{% docs metrics_{mart.mart} %}}\n{mart_text(mart)}{{% enddocs %}}\n" for mart in marts.values()
    )


def mart_text(mart: MartMetrics) -> str:
    """What a mart counts and leaves out, and each of its measures, as Markdown."""
    lines = [
        "## What it counts\n",
        f"- Unit of count: {mart.unit}",
        f"- Date basis: {mart.date_basis}",
        f"- Included: {mart.includes}",
        f"- Excluded: {mart.excludes}",
        f"- Nearest official figure: {mart.comparator}",
        f"- Owner: {mart.owner}",
    ]
    if mart.not_over:
        lines.append(f"- Never add up over {_and(mart.not_over)}: the rows overlap or are not alike.")
    if mart.totals:
        lines.append(f"- Totals beside their parts: {_and(f'`{name}` {value}' for name, value in mart.totals)}.")
    if mart.levels:
        lines.append(f"- Levels, each of which is all there is: {_and(f'`{level}`' for level, _ in mart.levels)}.")
    text = "\n".join([lines[0], *(_sentence(line) for line in lines[1:])]) + "\n"
    if mart.metrics:
        text += "\n| measure | kind | unit | what | over | adds up |\n|---|---|---|---|---|---|\n"
        text += "".join(_row(metric, mart) for metric in mart.metrics)
    return text


def _row(metric: Metric, mart: MartMetrics) -> str:
    different = [
        f"{label}: {value}"
        for label, value, usual in (
            ("date basis", metric.date_basis, mart.date_basis),
            ("included", metric.includes, mart.includes),
            ("excluded", metric.excludes, mart.excludes),
            ("official figure", metric.comparator, mart.comparator),
            ("owner", metric.owner, mart.owner),
        )
        if value != usual
    ]
    what = "; ".join([metric.numerator, *different])
    adds_up = "yes" if metric.additive else "no"
    unit = re.split("[,;] ", metric.unit)[0]  # the rest stands above, once
    cells = (f"`{metric.name}`", metric.kind, unit, what, metric.denominator or "", adds_up)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _and(names: Iterable[str]) -> str:
    return ", ".join(names)


def _sentence(line: str) -> str:
    return line if line.endswith(".") else f"{line}."
