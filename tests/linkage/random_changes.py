"""Changes that deliveries bring to person records, drawn at random."""

from __future__ import annotations

import random

COLUMNS = ("surname", "forename", "date_of_birth", "postcode", "pnc_id", "asn", "ptiurn", "first_extract_date")


def changed_at_random(rows: list[dict], rng: random.Random, share: float = 0.05) -> list[dict]:
    """Rows of which some say something else: a value of another row, none, or another day on which they were seen."""
    changed = []
    for row in rows:
        new = dict(row)
        if rng.random() < share:
            name = rng.choice(COLUMNS)
            new[name] = rng.choice(rows)[name] if rng.random() < 0.8 or name == "first_extract_date" else None
        changed.append(new)
    return changed
