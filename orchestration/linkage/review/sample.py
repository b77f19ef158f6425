"""A sample of this build's pairs for people to judge, stratified by match weight.

Belongs here: which pairs there are, drawing some of them, and the file a reviewer fills in. Does not belong here: what
the answers say of the linkage (`score.py`).

A pair is two *profiles*, two different ways in which people are written down (`matching/records.py`); records that say
the very same are one profile, and each profile is shown by one of its records. Drawn from are all pairs that were
compared, and all pairs within a linked person whether compared or not. Pairs that were neither cannot be drawn: there
are as many as people squared, next to none of them matches.

The draw takes half of its pairs evenly over the strata, because the doubtful weights tell most about missed links, and
half in proportion to their size, because most links are heavy. It is decided by a hash of pair and seed: the same build
and seed give the same pairs.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.linkage.accuracy.reference_people import linked_connection
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.review.score import ANSWERS, DRAWN
from orchestration.linkage.tables import INPUT_TABLE, LINKS_FILE
from orchestration.settings import Settings
from orchestration.spreadsheets import spreadsheet_safe
from orchestration.sql_files import read_sql

BOUNDS = (-10.0, 0.0, 8.0, 14.0, 20.0)
"""Weights that part the strata, besides the model's threshold."""

SHOWN = (
    "surname", "forename", "middle_names", "date_of_birth", "sex", "postcode", "pnc_id", "cro_number", "noms_number",
    "crn", "asn", "ptiurn",
)  # fmt: skip
"""What a reviewer sees of either record."""


@dataclass(frozen=True)
class Stratum:
    """Pairs of like weight, all linked or none.

    Attributes:
        name: weights and whether linked, in words.
        is_linked: whether the pairs are within one person.
        pairs: how many there are.
        drawn: how many were drawn.
    """

    name: str
    is_linked: bool
    pairs: int
    drawn: int


@dataclass(frozen=True)
class Sample:
    """A sample drawn.

    Attributes:
        text: the CSV to fill in.
        strata: what it was drawn from, in the order of the file.
    """

    text: str
    strata: tuple[Stratum, ...]

    @property
    def pairs(self) -> int:
        """Pairs to judge."""
        return sum(stratum.drawn for stratum in self.strata)


def draw_sample(settings: Settings, model: LinkageModel, pairs: int, seed: int) -> Sample:
    """Draw pairs of the linkage this warehouse was built with.

    Args:
        settings: of a warehouse that was built.
        model: it was linked with.
        pairs: how many to draw, at most.
        seed: of the draw.

    Raises:
        FileNotFoundError: nothing was built.
    """
    links = settings.linkage_dir / LINKS_FILE
    for needed in (settings.build_database, links):
        if not needed.is_file():
            raise FileNotFoundError(f"{needed} is not there; build first (`warehouse run`).")
    with closing(duckdb.connect(str(settings.build_database), read_only=True)) as build:
        records = build.execute(f"from {INPUT_TABLE}").to_arrow_table()
    with linked_connection(records, model) as connection:
        connection.execute(f"create temp view built_links as from read_parquet('{_quoted(links)}')")
        _population(connection, model)
        strata = _allocate(connection, pairs)
        connection.register("given_records", records)
        rows = _drawn(connection, strata, seed)
    return Sample(_as_csv(rows, strata, model), tuple(strata.values()))


def _population(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> None:
    """Make `population` (profile_id_l, profile_id_r, is_linked, stratum) and `shown_records` of profiles."""
    bounds = sorted({*BOUNDS, model.thresholds.accept})
    names = [f"under {bounds[0]:g}", *(f"{low:g} to {high:g}" for low, high in itertools.pairwise(bounds))]
    weight = " ".join(f"when e.match_weight < {high} then '{name}'" for high, name in zip(bounds, names, strict=True))
    connection.execute(read_sql(__file__, "population", weights=weight, last_bound=f"{bounds[-1]:g}"))


def _allocate(connection: duckdb.DuckDBPyConnection, pairs: int) -> dict[str, Stratum]:
    """How many pairs to draw of each stratum: half evenly, half by size, at least two and never more than there are."""
    sizes = connection.execute(
        "select stratum, any_value(is_linked), count(*) from population group by 1 order by 2, 1"
    ).fetchall()
    total = sum(size for _, _, size in sizes)
    even = pairs / 2 / max(len(sizes), 1)
    return {
        name: Stratum(name, is_linked, size, min(size, max(2, round(even + pairs / 2 * size / total))))
        for name, is_linked, size in sizes
    }


def _drawn(
    connection: duckdb.DuckDBPyConnection, strata: Mapping[str, Stratum], seed: int
) -> list[tuple[str, bool, dict[str, str], dict[str, str]]]:
    """(stratum, is_linked, record, other record) of every pair drawn, in an order that says nothing of the stratum."""
    held = {row[0] for row in connection.execute("describe given_records").fetchall()}
    shown = [name for name in ("record_id", *SHOWN) if name in held]
    values = ", ".join(f"{side}.{name} as {name}_{side}" for side in ("a", "b") for name in shown)
    connection.execute("create or replace temp table allocated (stratum varchar, drawn integer)")
    if strata:
        connection.executemany("insert into allocated values (?, ?)", [(s.name, s.drawn) for s in strata.values()])
    rows = connection.execute(
        read_sql(__file__, "drawn_pairs", shown=values),
        {"seed": str(seed)},
    ).fetchall()

    def texts(cells: Sequence[object]) -> dict[str, str]:
        return {name: "" if cell is None else str(cell) for name, cell in zip(shown, cells, strict=True)}

    return [(row[0], row[1], texts(row[2 : 2 + len(shown)]), texts(row[2 + len(shown) :])) for row in rows]


def _as_csv(
    rows: Iterable[tuple[str, bool, dict[str, str], dict[str, str]]],
    strata: Mapping[str, Stratum],
    model: LinkageModel,
) -> str:
    """The file: answers first, then the two records side by side, then how the pair was drawn."""
    sides = [f"{name}_{side}" for name in SHOWN for side in (1, 2)]
    text = io.StringIO()
    writer = csv.DictWriter(text, ["pair", *ANSWERS, "note", *sides, *DRAWN[1:]], lineterminator="\n")
    writer.writeheader()
    for number, (name, is_linked, one, other) in enumerate(rows, start=1):
        stratum = strata[name]
        writer.writerow(
            {
                "pair": number,
                **{
                    f"{column}_{side}": spreadsheet_safe(record.get(column, ""))
                    for column in SHOWN
                    for side, record in ((1, one), (2, other))
                },
                "stratum": name,
                "pairs_in_stratum": stratum.pairs,
                "pairs_drawn": stratum.drawn,
                "is_linked": "yes" if is_linked else "no",
                "record_1": spreadsheet_safe(one["record_id"]),
                "record_2": spreadsheet_safe(other["record_id"]),
                "model": model.version,
                "build": model.fingerprint,
            }
        )
    return text.getvalue()


def write_sample(sample: Sample, path: Path) -> None:
    """Write the file for its owner's eyes only: it holds names, birth dates and identifiers.

    Raises:
        FileExistsError: there is such a file; answers are never written over.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        raise FileExistsError(
            f"{path} is there already, perhaps with answers in it; move it away or name another file."
        )
    path.touch(mode=0o600)
    path.write_text(sample.text, encoding="utf-8")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
