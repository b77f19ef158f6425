"""How right a count of people is: the links among the records of one feed, scored where the truth is known.

Belongs here: the error a count of people carries, measured once per model version and handed on to the marts. Does not
belong here: accuracy of pairs and clusters (`accuracy.py`), whose pairs weigh a person of many records many times.

Counting people takes one off for every record after a person's first. So a *repeat link* is a record beyond the first
of its linked person (or, in truth, of its true person). A linked person that holds records of k true people made k - 1
false ones; a true person spread over k linked ones is missed k - 1 times.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.linkage.model import LinkageModel

COUNTED_FEED = "hmcts/defendants"
"""The feed whose people the caseload counts."""

ERROR_RATES_FILE = "error_rates.parquet"
"""What `linkage_error_rates` reads: one row, its counts null where the model's error was never measured."""

_COUNTS = pa.schema(
    [
        ("model_version", pa.string()),
        ("source", pa.string()),
        ("links", pa.int64()),
        ("false_links", pa.int64()),
        ("true_links", pa.int64()),
        ("missed_links", pa.int64()),
    ]
)


@dataclass(frozen=True)
class RepeatLinks:
    """Repeat links of one set of records against the truth.

    Attributes:
        links: records less linked people.
        false_links: those that joined different true people.
        true_links: records less true people.
        missed_links: those the linkage did not make.
    """

    links: int
    false_links: int
    true_links: int
    missed_links: int

    @classmethod
    def of(cls, links: pa.Table, truth: pa.Table, feed: str = COUNTED_FEED) -> Self:
        """Score the records of a feed.

        Args:
            links: (`record_id`, `person_id`).
            truth: (`record_id`, `true_person_id`).
            feed: records whose id begins with this and a slash.
        """
        with duckdb.connect() as connection:
            connection.register("links_given", links)
            connection.register("truth_given", truth)
            records, linked, true, both = connection.execute(
                """
                select count(*), count(distinct person_id), count(distinct true_person_id),
                    count(distinct (person_id, true_person_id))
                from links_given inner join truth_given using (record_id)
                where starts_with(record_id, $feed || '/')
                """,
                {"feed": feed},
            ).fetchall()[0]
        return cls(
            links=records - linked, false_links=both - linked, true_links=records - true, missed_links=both - true
        )

    def as_dict(self) -> dict[str, int]:
        """The four counts by name, as a model's artefact records them."""
        return asdict(self)


def write_error_rates(model: LinkageModel, path: Path) -> None:
    """Write what is known of a model's error, from `repeat_links` in its provenance.

    A model whose error was never measured gets nulls: the marts then give no interval rather than a false one.
    """
    measured = model.provenance.get("repeat_links", {})
    row = {name: measured.get(name) for name in _COUNTS.names} | {"model_version": model.version}
    pq.write_table(pa.Table.from_pylist([row], schema=_COUNTS), path)


def record_error(artefact: Path, measured: RepeatLinks, source: str) -> None:
    """Put a measurement into a model's artefact. Provenance is no part of its fingerprint: scores do not change."""
    content = json.loads(artefact.read_text(encoding="utf-8"))
    content["provenance"]["repeat_links"] = {"source": source, **measured.as_dict()}
    artefact.write_text(json.dumps(content, indent=1, sort_keys=False) + "\n", encoding="utf-8")
