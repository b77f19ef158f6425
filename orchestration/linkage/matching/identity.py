"""A person's id that needs no memory: it is derived from the record that founded the cluster.

Belongs here: the founding record and the id. Does not belong here: which records are one person (`clusters.py`).

The founding record is the one with the earliest extract date, then of the agency trusted most, then with the least
record id. However the same deliveries arrive, and whatever else is linked, the id is the same; when clusters merge the
older founder's id survives, when one splits the part with the founder keeps it.
"""

from __future__ import annotations

import hashlib

from orchestration.contracts.agencies import AGENCIES_BY_TRUST

PERSON_ID_LENGTH = 32
"""Hex digits of a person id."""


def person_id_of(founding_record_id: str) -> str:
    """The id of the person whose founding record that is: its SHA-256, 32 hex digits."""
    return hashlib.sha256(founding_record_id.encode()).hexdigest()[:PERSON_ID_LENGTH]


def founding_rank(record: str) -> str:
    """SQL for a value that is least for the founding record; `record` is the alias of a record table.

    A record without an extract date comes last: it cannot have been known before one that has a date.
    """
    trust = " ".join(f"when '{agency}' then {rank}" for rank, agency in enumerate(AGENCIES_BY_TRUST))
    return (
        f"{{'date': coalesce({record}.first_extract_date, date '9999-12-31'),"
        f" 'trust': case {record}.agency {trust} else {len(AGENCIES_BY_TRUST)} end, 'id': {record}.record_id}}"
    )


def person_id_sql(record_id: str) -> str:
    """SQL that makes the id as `person_id_of` does; `record_id` is an expression."""
    return f"substr(sha256({record_id}), 1, {PERSON_ID_LENGTH})"
