"""Releases: rows an operator lets in although they broke a rule, and what they change in the gate's files.

Belongs here: the log of releases, and taking released rows out of what the gate sets aside. Does not belong here:
whether a row may be released (`quarantine`), whether the rule is right (its contract).

A release is data like a delivery: the gate's files follow from raw, the rules and this log, in whatever order they
came. The log is the only record of a decision by a person, and nothing in the warehouse can make it again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pyarrow as pa

from orchestration.atomic import remove_leftovers, replacing
from orchestration.contracts import FeedContract, Severity
from orchestration.quality.errors import ConservationError
from orchestration.quality.verdicts import RowResults, RuleCount
from orchestration.settings import Settings

_IDENTITY = ("delivery_id", "row_number", "rule_code")


class ReleaseLogError(RuntimeError):
    """The log of released rows cannot be read; the message names the line."""


@dataclass(frozen=True)
class Release:
    """One row let in although it broke one rule.

    Attributes:
        feed: `agency/feed`.
        released_at: when, ISO 8601, UTC.
    """

    feed: str
    delivery_id: str
    row_number: int
    rule_code: str
    reason: str
    released_by: str
    released_at: str

    @property
    def identity(self) -> tuple[str, int, str]:
        """What is released: delivery, row and rule."""
        return self.delivery_id, self.row_number, self.rule_code


def releases_path(settings: Settings) -> Path:
    """Where the log is: one JSON object a line, oldest first."""
    return settings.gate_dir / "releases" / "releases.jsonl"


def load_releases(settings: Settings, feed: str | None = None) -> tuple[Release, ...]:
    """The log, oldest first; of one feed if it is named.

    Raises:
        ReleaseLogError: a line is not a release. None is then applied: a lost release would take rows out unseen.
    """
    path = releases_path(settings)
    if not path.exists():
        return ()
    lines = path.read_bytes().decode("utf-8", errors="replace").split("\n")
    releases = [_release(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return tuple(item for item in releases if feed is None or item.feed == feed)


def append_releases(settings: Settings, releases: Sequence[Release]) -> None:
    """Adds to the log, all of them or none. The caller holds the build lock."""
    load_releases(settings)  # never build on a log that cannot be read
    path = releases_path(settings)
    earlier = path.read_bytes() if path.exists() else b""
    if earlier and not earlier.endswith(b"\n"):
        earlier += b"\n"
    added = "".join(json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in releases)
    remove_leftovers(path.parent)
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(earlier + added.encode())
        file.flush()
        os.fsync(file.fileno())


def with_releases(rules_version: str, releases: Iterable[Release]) -> str:
    """The fingerprint of the rules, extended by what is released in spite of them (not by whom, when or why)."""
    identities = sorted({item.identity for item in releases})
    if not identities:
        return rules_version
    return hashlib.sha256(json.dumps([rules_version, identities]).encode()).hexdigest()[:16]


def apply_releases(
    contract: FeedContract, judged: Mapping[str, RowResults], quarantined: pa.Table, releases: Iterable[Release]
) -> tuple[Mapping[str, RowResults], pa.Table]:
    """What is still set aside: results by delivery as the verdict is to see them, and the quarantined lines left.

    Rules that quarantine then count only rows still set aside for them; the rule results that are reported do not
    change, nor does the refusal of a delivery most of whose rows broke a rule.

    Args:
        contract: the feed.
        judged: results by delivery.
        quarantined: the lines that go with them.
        releases: of this feed.

    Raises:
        ConservationError: the lines given do not name the rows the results count.
    """
    released = {item.identity for item in releases}
    if not released:
        return judged, quarantined
    _check_named(contract, judged, _rows_named(quarantined))
    identities = zip(*(quarantined[name].to_pylist() for name in _IDENTITY), strict=True)
    left = quarantined.filter(pa.array([identity not in released for identity in identities], pa.bool_()))
    rows = _rows_named(left)
    lines = Counter(zip(left["delivery_id"].to_pylist(), left["rule_code"].to_pylist(), strict=True))
    quarantining = {rule.code for rule in contract.all_rules if rule.severity is Severity.QUARANTINE}
    still = {
        delivery_id: RowResults(
            {
                code: RuleCount(count.checked, lines[delivery_id, code]) if code in quarantining else count
                for code, count in results.counts.items()
            },
            rows[delivery_id],
        )
        for delivery_id, results in judged.items()
        if results.rows_quarantined
    }
    return {**judged, **still}, left


def _rows_named(quarantined: pa.Table) -> Counter[str]:
    """Distinct rows by delivery."""
    named = set(zip(quarantined["delivery_id"].to_pylist(), quarantined["row_number"].to_pylist(), strict=True))
    return Counter(delivery_id for delivery_id, _ in named)


def _check_named(contract: FeedContract, judged: Mapping[str, RowResults], named: Mapping[str, int]) -> None:
    for delivery_id, results in judged.items():
        if results.rows_quarantined != named.get(delivery_id, 0):
            raise ConservationError(
                f"{contract.key} {delivery_id}: {results.rows_quarantined:,} rows should be in quarantine, "
                f"{named.get(delivery_id, 0):,} are named. Run 'warehouse regate --feed {contract.key}'; if it stays, "
                "report a bug."
            )


def _release(path: Path, number: int, line: str) -> Release:
    names = {field.name: int if field.name == "row_number" else str for field in fields(Release)}
    try:
        facts = json.loads(line)
        given = {name: facts[name] for name in names}
        if not all(type(value) is names[name] for name, value in given.items()):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        raise ReleaseLogError(
            f"{path}, line {number}: not a release. Each line is a JSON object with {', '.join(names)}. "
            "Put the line right or restore the file from a backup; nothing is judged until then."
        ) from None
    return Release(**given)
