"""Begin a new mart: its four places, with what is known already and a mark wherever somebody must say something.

Belongs here: what the files of a new mart begin with. Does not belong here: what must stand in them (`checks.py` and
the readers refuse every place that is still to be filled in).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from orchestration.contracts import ContractError
from orchestration.contracts.metrics import REGISTRY_FILE, REMEDIES
from orchestration.contracts.products import WANTED, head_path
from orchestration.contracts.reader import TO_FILL_IN
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.sql_files import read_sql

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]*")
_DATES = ("month", "quarter", "year", "date")
_LAST = "data_as_of"


def scaffold_mart(
    name: str, key: Sequence[str], measures: Sequence[str], settings: Settings, today: date
) -> tuple[Path, ...]:
    """Writes the beginning of a mart's SQL, YAML and head, adds its entry to the registry; the paths, in that order.

    Args:
        name: `subject/mart`, both in snake_case; the subject is a folder of `dbt_project/models/marts/`.
        key: columns one row is known by, in order.
        measures: columns that count, in order; none for a mart of facts.
        settings: where the project is.
        today: the day the mart begins.

    Raises:
        ContractError: with everything that is wrong with the names; nothing is written then.
    """
    subject, _, mart = name.partition("/")
    folder = settings.dbt_project_dir / "models" / "marts" / subject
    head = PROJECT_ROOT / head_path(mart)
    registry = settings.contracts_dir / REGISTRY_FILE
    if faults := _faults(name, key, measures, settings):
        raise ContractError(faults)
    sql, model = folder / f"{mart}.sql", folder / f"_{mart}__models.yml"
    texts = {
        sql: _sql(key, measures),
        model: _model(mart, key, measures),
        head: _head(today),
        registry: registry.read_text(encoding="utf-8").rstrip("\n") + "\n" + _entry(mart, measures),
    }
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return tuple(texts)


def _faults(name: str, key: Sequence[str], measures: Sequence[str], settings: Settings) -> list[str]:
    subject, _, mart = name.partition("/")
    if not (_SNAKE_CASE.fullmatch(subject) and _SNAKE_CASE.fullmatch(mart)):
        return [f"'{name}' is no name of a mart; write SUBJECT/NAME in snake_case, as in courts/court_sittings"]
    models = settings.dbt_project_dir / "models"
    subjects = sorted(path.name for path in (models / "marts").iterdir() if path.is_dir())
    columns = (*key, *measures)
    faults = [] if key else ["no key; name with --key the columns that one row is known by"]
    if subject not in subjects:
        faults.append(
            f"'{subject}' is no subject; choose from: {', '.join(subjects)}, or make the folder "
            f"dbt_project/models/marts/{subject}/ for a new one"
        )
    faults += [
        f"{path.relative_to(PROJECT_ROOT)}: there already; choose another name, for no two models have the same"
        for path in models.rglob(f"{mart}.sql")
    ]
    if (PROJECT_ROOT / head_path(mart)).exists():
        faults.append(f"{head_path(mart)}: there already; remove it, or choose another name")
    for column in columns:
        if not _SNAKE_CASE.fullmatch(column):
            faults.append(f"'{column}' is no name of a column; write it in snake_case")
        elif columns.count(column) > 1 or column == _LAST:
            faults.append(f"column '{column}' is named twice ({_LAST} comes by itself); name each once")
    return list(dict.fromkeys(faults))


def _wanted(what: str) -> str:
    return f"{TO_FILL_IN}{what}"


def _sql(key: Sequence[str], measures: Sequence[str]) -> str:
    chosen = [f"    {_wanted(f'{column}, from the columns of source_rows')}\n        as {column}" for column in key]
    counted = [f"    {_wanted(f'{column}, as in count(*)')}\n        as {column}" for column in measures]
    source = _wanted("a conformed table; name the step as the table")
    return read_sql(
        __file__,
        "new_mart",
        source=f"{{{{ ref('{source}') }}}}",
        period="{{ ref('observation_window') }}",
        columns=",\n".join([*chosen, *counted]).lstrip(),
        last=_LAST,
        day=_wanted("the date a row goes by"),
        groups=_wanted("what stands above for " + ", ".join(key)),
    )


def _model(mart: str, key: Sequence[str], measures: Sequence[str]) -> str:
    types = {**{column: _key_type(column) for column in key}, **dict.fromkeys(measures, "bigint")}
    described = "".join(
        f"      - name: {column}\n"
        f'        description: "{_wanted(f"what {column} says, and when it is null")}"\n'
        f"        data_type: {kind}\n{_rule(column)}"
        for column, kind in types.items()
    )
    return (
        "version: 2\n\nmodels:\n"
        f"  - name: {mart}\n"
        "    description: |\n"
        f"      {_wanted('the question it answers, in one line, and who asked it')}\n\n"
        f"      - Grain and key: {', '.join(f'`{column}`' for column in key)}. {_wanted('what one row is')}\n"
        f"      - {_wanted('what is in, what is left out, and why; a line for each rule of counting')}\n\n"
        f"      {{{{ doc('metrics_{mart}') }}}}\n"
        "    config:\n      contract: {enforced: true}\n"
        "    data_tests:\n      - primary_key:\n"
        f"          name: {mart}_has_one_row_per_cell\n"
        f"          arguments:\n            columns: [{', '.join(key)}]\n"
        f"    columns:\n{described}"
        f"      - name: {_LAST}\n"
        '        description: "Newest extract date used."\n'
        "        data_type: date\n"
    )


def _key_type(column: str) -> str:
    if column.startswith(("is_", "has_")):
        return "boolean"
    return "date" if column.rpartition("_")[2] in _DATES else "string"


def _rule(column: str) -> str:
    """Ids never leave by default, so their rule is asked for."""
    if not column.endswith("_id"):
        return ""
    return f'        config: {{meta: {{publish: "{_wanted("pseudonym:<what it identifies>, drop or keep")}"}}}}\n'


def _entry(mart: str, measures: Sequence[str]) -> str:
    said = "".join(f'    {key}: "{_wanted(what)}"\n' for key, what in REMEDIES.items())
    numerator = _wanted("what is counted or summed, in words or a sum of columns in backticks")
    measured = "".join(f'      - {{name: {column}, kind: count, numerator: "{numerator}"}}\n' for column in measures)
    return f"\n  {mart}:\n{said}" + (f"    measures:\n{measured}" if measured else "")


def _head(today: date) -> str:
    known = {"version": "1.0.0", "created": str(today)}
    return "".join(f"{key}: " + (known.get(key) or f'"{_wanted(what)}"') + "\n" for key, what in WANTED.items())
