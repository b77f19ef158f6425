"""Which feeds were not fresh when the published build was made, in sentences.

Belongs here: reading the published mart `freshness` for people. Does not belong here: what counts as late (the mart).
"""

from __future__ import annotations

import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.settings import Settings

_WORDS = {
    "never_delivered": "nothing has ever been delivered",
    "never_accepted": "everything delivered was refused",
}


def stale_feeds(settings: Settings) -> tuple[str, ...]:
    """One sentence for each feed that is not fresh, by agency and feed; none before the first publication."""
    path = settings.published_dir / "parquet" / "marts" / "freshness.parquet"
    if not path.exists():
        return ()
    columns = ["agency", "feed", "status", "newest_extract_date", "next_due_date", "data_as_of"]
    table = pq.read_table(path, columns=columns)
    stale = table.filter(pc.not_equal(table["status"], "fresh"))
    return tuple(
        f"{row['agency']}/{row['feed']}: "
        + _WORDS.get(
            row["status"],
            f"the newest extract is of {row['newest_extract_date']}, the next was due by {row['next_due_date']}; "
            f"others reach to {row['data_as_of']}",
        )
        for row in stale.sort_by([("agency", "ascending"), ("feed", "ascending")]).to_pylist()
    )
