"""`warehouse contracts try`: real files read without landing them, and the lines of contract that would let them in.

Belongs here: arguments and output, 80 columns wide and short enough for one screen. Does not belong here: what becomes
of a file (`quality.tried_files`), what would let it in (`quality.suggestions`).
"""

from __future__ import annotations

import tempfile
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.console.options import note, shown_path
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.quality.suggestions import Advice
    from orchestration.quality.tried_files import BrokenRule, FeedTrial, SeenValue, TriedFile

_WIDTH = 80
_FILES_SHOWN = 4
_RULES_SHOWN = 6
_VALUES_SHOWN = 4
_QUESTIONS_SHOWN = 6
_FORMATS = ("text", "json")


@dataclass(frozen=True)
class Stranger:
    """A file that is of no feed.

    Attributes:
        nearest: the feed it has most columns of.
        recognised, promised: columns found, of all that feed has.
    """

    path: Path
    nearest: str
    recognised: int
    promised: int


def contracts_try(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files as they were delivered.")],
    feed: Annotated[
        str | None, typer.Option("--feed", metavar="AGENCY/FEED", help="The feed they are of. Default: as they look.")
    ] = None,
    output_format: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Read real files without landing them: what would be refused, set aside or not understood, and why.

    Ends with the lines of contract that would let them in, for feeds/<agency>/<feed>.site.yaml in the folder that
    WAREHOUSE_CONTRACTS_DIR names. Shows no names: values only of columns that hold codes. Exit code 0 if every row
    would be let in as the contracts are, 1 otherwise.

    - `warehouse contracts try downloads/2024-09-*-stop-and-search.csv`
    - `warehouse contracts try extract.csv --feed police/custody_records --format json`
    """
    from orchestration.console.records import write_json, write_text

    if output_format not in _FORMATS:
        raise typer.BadParameter(f"'{output_format}'; choose one of: {', '.join(_FORMATS)}", param_hint="--format")
    settings = Settings.from_environment()
    missing = next((path for path in files if not path.is_file()), None)
    if missing is not None:
        raise FileNotFoundError(f"{missing}: no such file")
    found, strangers = _tried(settings, files, feed)
    if output_format == "json":
        write_json([*(advice_record(item) for item in found), *(_stranger_record(item) for item in strangers)])
    else:
        lines = [line for item in found for line in advice_lines(item)]
        lines += _stranger_lines(strangers)
        write_text("\n".join(lines) + "\n")
    if strangers or not all(item.before.is_let_in for item in found):
        raise typer.Exit(1)
    note("All of it would be let in.")


def _tried(settings: Settings, files: Sequence[Path], feed: str | None) -> tuple[list[Advice], list[Stranger]]:
    """What is to be said of the files, feed by feed, and those that are of none."""
    from orchestration.contracts import load_feed_contracts
    from orchestration.contracts.loader import contract_sources
    from orchestration.quality.suggestions import advise
    from orchestration.quality.tried_files import feed_of, nearest_feed, sources_of

    contracts = load_feed_contracts(*settings.contract_folders)
    if feed is not None and feed not in contracts:
        raise typer.BadParameter(f"no feed '{feed}'; choose from: {', '.join(contracts)}", param_hint="--feed")
    by_feed: dict[tuple[str, str | None], list[Path]] = {}
    strangers: list[Stranger] = []
    for path in files:
        mapped = [item for item in sources_of(path, contracts.values()) if feed in (None, item[0].key)]
        for mapped_to, source in mapped:
            by_feed.setdefault((mapped_to.key, source.name), []).append(path)
        if mapped:
            continue
        contract = contracts[feed] if feed is not None else feed_of(path, contracts.values())
        if contract is None:
            nearest, recognised = nearest_feed(path, contracts.values())
            strangers.append(Stranger(path, nearest.key, recognised, len(nearest.columns)))
        else:
            by_feed.setdefault((contract.key, None), []).append(path)
    sources = contract_sources(*settings.contract_folders)
    found = []
    for (key, name), paths in by_feed.items():
        mapping = next((item for item in contracts[key].mappings if item.name == name), None)
        with tempfile.TemporaryDirectory(prefix="warehouse-try-") as scratch:
            found.append(advise(contracts[key], sources[key], paths, settings, Path(scratch), mapping))
    return found, strangers


def advice_lines(advice: Advice) -> Iterator[str]:
    """What is to be said of the files of one feed, in lines of at most 80 columns."""
    trial = advice.before
    yield f"{trial.contract.key}: {_counted(len(trial.files), 'file')}, {_counted(trial.rows, 'row')}"
    yield from _file_lines(trial.files)
    yield from _rule_lines("set aside", trial.quarantined)
    yield from _rule_lines("let in, with a warning", trial.counted)
    yield from _open_lines(advice)
    if advice.additions is None:
        return
    yield from _wrapped(f"With these lines in feeds/{trial.contract.key}.site.yaml {_left(advice.after)}:")
    yield ""
    yield advice.additions.rstrip("\n")
    yield ""


def _file_lines(files: Sequence[TriedFile]) -> Iterator[str]:
    fates = Counter("refused" if item.is_refused else _fate(item) for item in files)
    yield "  " + ", ".join(f"{count:,} {fate}" for fate, count in fates.items())
    refused = [item for item in files if item.is_refused]
    for item in refused[:_FILES_SHOWN]:
        yield from _wrapped(shown_path(item.path), indent=2)
        for code, text in item.reasons[:_FILES_SHOWN]:
            yield from _wrapped(f"{code}: {text}", indent=4)
    if len(refused) > _FILES_SHOWN:
        yield f"  … and {len(refused) - _FILES_SHOWN:,} more refused"


def _fate(item: TriedFile) -> str:
    return "let in less some rows" if item.rows_quarantined else "let in"


def _rule_lines(heading: str, rules: Sequence[BrokenRule]) -> Iterator[str]:
    if not rules:
        return
    yield f"  {heading}:"
    for rule in sorted(rules, key=lambda item: -item.rows)[:_RULES_SHOWN]:
        yield from _wrapped(f"{rule.rows:>7,} {_counted(rule.rows, 'row', False)}  {rule.code}: {rule.name}", indent=4)
        if rule.values or rule.rows_not_shown:
            yield from _wrapped(_values(rule), indent=19)
    if len(rules) > _RULES_SHOWN:
        yield f"    … and {len(rules) - _RULES_SHOWN:,} more rules"


def _values(rule: BrokenRule) -> str:
    shown = ", ".join(f"{_value(item)} ({item.rows:,})" for item in rule.values[:_VALUES_SHOWN])
    rest = len(rule.values) - _VALUES_SHOWN
    parts = [shown] if shown else []
    parts += [f"and {rest:,} more"] if rest > 0 else []
    parts += [f"{rule.rows_not_shown:,} rows whose values may be names are not shown"] if rule.rows_not_shown else []
    return ", ".join(parts)


def _value(item: SeenValue) -> str:
    from orchestration.console.records import harmless

    return f"like {harmless(item.text)}" if item.is_shape else f"'{harmless(item.text)}'"


def _open_lines(advice: Advice) -> Iterator[str]:
    if not (advice.questions or advice.remarks):
        return
    yield "  for the sender to answer:"
    for remark in advice.remarks[:_QUESTIONS_SHOWN]:
        yield from _wrapped(f"- {remark}", indent=4)
    for item in advice.questions[:_QUESTIONS_SHOWN]:
        guess = f"Is it {item.guess}?" if item.guess else f"One of {item.choices}?"
        yield from _wrapped(f"- {item.column} '{item.text}' ({item.rows:,}) is what? {guess}", indent=4)
    rest = max(len(advice.questions) - _QUESTIONS_SHOWN, 0) + max(len(advice.remarks) - _QUESTIONS_SHOWN, 0)
    if rest:
        yield f"    … and {rest:,} more (--format json)"


def _left(trial: FeedTrial) -> str:
    """What would still not be let in; a file that is only misnamed is taken to be renamed."""
    only_named = [item for item in trial.files if item.is_misnamed and len(item.reasons) == 1]
    refused = sum(item.is_refused for item in trial.files) - len(only_named)
    aside = sum(item.rows_quarantined for item in trial.files)
    parts = [f"{_counted(refused, 'file')} would be refused"] if refused else []
    parts += [f"{_counted(aside, 'row')} would be set aside"] if aside else []
    renamed = f"and {_counted(len(only_named), 'file')} renamed, " if only_named else ""
    return renamed + (" and ".join(parts) or "everything would be let in")


def _counted(count: int, thing: str, with_number: bool = True) -> str:
    word = thing if count == 1 else f"{thing}s"
    return f"{count:,} {word}" if with_number else word


def _wrapped(text: str, indent: int = 0) -> list[str]:
    margin = " " * indent
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=margin,
        subsequent_indent=f"{margin}  ",
        break_on_hyphens=False,
        break_long_words=False,
    )


def advice_record(advice: Advice) -> dict[str, Any]:
    """The same for a program: everything, and not only what a screen holds."""
    trial = advice.before
    return {
        "feed": trial.contract.key,
        "let_in": trial.is_let_in,
        "files": [_file_record(item) for item in trial.files],
        "set_aside": [_rule_record(item) for item in trial.quarantined],
        "warned": [_rule_record(item) for item in trial.counted],
        "questions": [
            {"column": item.column, "value": item.text, "rows": item.rows, "guess": item.guess, "choices": item.choices}
            for item in advice.questions
        ],
        "remarks": list(advice.remarks),
        "additions": advice.additions,
        "let_in_with_additions": advice.after.is_let_in,
        "files_with_additions": [_file_record(item) for item in advice.after.files],
    }


def _file_record(item: TriedFile) -> dict[str, Any]:
    return {
        "file": str(item.path),
        "rows": item.rows,
        "rows_set_aside": item.rows_quarantined,
        "refused": item.is_refused,
        "reasons": [{"rule": code, "found": text} for code, text in item.reasons],
    }


def _rule_record(item: BrokenRule) -> dict[str, Any]:
    return {
        "rule": item.code,
        "name": item.name,
        "column": item.column,
        "rows": item.rows,
        "values": [{"shape" if seen.is_shape else "value": seen.text, "rows": seen.rows} for seen in item.values],
        "rows_not_shown": item.rows_not_shown,
    }


def _stranger_lines(strangers: Sequence[Stranger]) -> Iterator[str]:
    for item in strangers[:_FILES_SHOWN]:
        found = f"{item.recognised} of {_counted(item.promised, 'column')} of {item.nearest}"
        yield from _wrapped(f"{shown_path(item.path)}: like no feed under contract ({found}); name it with --feed")
    if len(strangers) > _FILES_SHOWN:
        yield f"… and {len(strangers) - _FILES_SHOWN:,} more"


def _stranger_record(item: Stranger) -> dict[str, Any]:
    nearest = {"feed": item.nearest, "columns_found": item.recognised, "columns": item.promised}
    return {"feed": None, "let_in": False, "files": [{"file": str(item.path)}], "nearest": nearest}
