"""Looking at quarantined rows, and letting one in.

Belongs here: what is held back by feed, delivery and rule, the raw values of held rows, and whether a row may be
released. Does not belong here: what a release changes (`quarantine_releases`), showing it to a person (`console`).

The values are personal data as the agency sent them. They never leave the private side: nothing here is published.
"""

from __future__ import annotations

import getpass
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.contracts import RULES_ABOUT_LINES, ColumnRuleKind, FeedContract
from orchestration.ingest import load_receipts, raw_path
from orchestration.ingest.raw import read_aside
from orchestration.quality.checks import DELIVERY_ID, ROW_NUMBER
from orchestration.quality.gate_files import read_gate_table
from orchestration.quality.quarantine_releases import Release, append_releases, load_releases
from orchestration.run_lock import build_lock
from orchestration.settings import Settings

_NAMED_IN_ERROR = 10


class QuarantineError(RuntimeError):
    """What was asked of the quarantine cannot be done; the message says why and what to do."""


@dataclass(frozen=True)
class HeldRows:
    """Rows of one delivery held back for one rule.

    Attributes:
        rows: held by the last run.
        released: of these, rows whose release for this rule is logged; it is applied by the next run.
        held_since: day the warehouse first received the delivery; None if its receipt is gone.
    """

    feed: str
    delivery_id: str
    file_name: str
    extract_date: date | None
    rule_code: str
    column_name: str | None
    rows: int
    released: int
    held_since: date | None


@dataclass(frozen=True)
class BrokenRule:
    """One rule a held row broke.

    Attributes:
        what_to_do: the rule and how to put the data right.
        is_released: whether its release is logged.
    """

    rule_code: str
    column_name: str | None
    what_to_do: str
    is_released: bool


@dataclass(frozen=True)
class HeldRow:
    """One row held back, with its values exactly as delivered."""

    row_number: int
    broken: tuple[BrokenRule, ...]
    values: Mapping[str, str | None]


@dataclass(frozen=True)
class GatedDelivery:
    """A delivery the gate has judged."""

    contract: FeedContract
    delivery_id: str
    file_name: str
    verdict: str
    reasons: str
    rows_quarantined: int


@dataclass(frozen=True)
class ReleaseOutcome:
    """What was logged.

    Attributes:
        still_broken: row number -> quarantine rules the row also broke and is not released for: it stays out.
    """

    delivery: GatedDelivery
    releases: tuple[Release, ...]
    still_broken: Mapping[int, tuple[str, ...]]


def held_rows(
    contracts: Iterable[FeedContract], settings: Settings, rule_code: str | None = None
) -> tuple[HeldRows, ...]:
    """Rows in quarantine by feed, delivery and rule; feeds in the order given, oldest delivery first."""
    held = []
    for contract in contracts:
        table = read_gate_table(contract, settings, "quarantined_rows")
        if not table.num_rows:
            continue
        deliveries = {
            row["delivery_id"]: (position, row)
            for position, row in enumerate(read_gate_table(contract, settings, "deliveries").to_pylist())
        }
        received: dict[str, datetime] = {}
        for receipt in load_receipts(contract, settings):
            earlier = received.get(receipt.delivery_id, receipt.received_at)
            received[receipt.delivery_id] = min(earlier, receipt.received_at)
        released = {item.identity for item in load_releases(settings, contract.key)}
        rows: Counter[tuple[str, str, str | None]] = Counter()
        released_rows: Counter[tuple[str, str, str | None]] = Counter()
        for line in table.to_pylist():
            if line["delivery_id"] not in deliveries:  # a run was killed between two files; the next one mends them
                continue
            group = line["delivery_id"], line["rule_code"], line["column_name"]
            rows[group] += 1
            released_rows[group] += (line["delivery_id"], line["row_number"], line["rule_code"]) in released
        for group in sorted(rows, key=lambda item: (deliveries[item[0]][0], item[1])):
            delivery_id, code, column = group
            if rule_code is not None and code != rule_code:
                continue
            delivery = deliveries[delivery_id][1]
            since = received.get(delivery_id)
            held.append(
                HeldRows(
                    feed=contract.key,
                    delivery_id=delivery_id,
                    file_name=delivery["file_name"],
                    extract_date=delivery["extract_date"],
                    rule_code=code,
                    column_name=column,
                    rows=rows[group],
                    released=released_rows[group],
                    held_since=since.date() if since else None,
                )
            )
    return tuple(held)


def find_delivery(contracts: Iterable[FeedContract], settings: Settings, asked: str) -> GatedDelivery:
    """The delivery of this id, beginning of an id, or file name.

    Raises:
        QuarantineError: none or several are meant.
    """
    found = [
        GatedDelivery(
            contract=contract,
            delivery_id=row["delivery_id"],
            file_name=row["file_name"],
            verdict=row["verdict"],
            reasons=row["reasons"],
            rows_quarantined=row["rows_quarantined"],
        )
        for contract in contracts
        for row in read_gate_table(contract, settings, "deliveries").to_pylist()
        if asked and (row["delivery_id"].startswith(asked.lower()) or row["file_name"] == asked)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise QuarantineError(
            f"No judged delivery has the id or file name '{asked}'. 'warehouse quarantine list' names those with rows "
            "in quarantine; a delivery not yet read is judged by 'warehouse run'."
        )
    names = "\n".join(
        f"  {item.delivery_id}  {item.contract.key}  {item.file_name}" for item in found[:_NAMED_IN_ERROR]
    )
    more = f"\n  and {len(found) - _NAMED_IN_ERROR:,} more" if len(found) > _NAMED_IN_ERROR else ""
    raise QuarantineError(
        f"'{asked}' may mean {len(found):,} deliveries. Give more of the id, or name the feed with --feed:\n"
        f"{names}{more}"
    )


def rows_in_quarantine(
    delivery: GatedDelivery, settings: Settings, row_numbers: Sequence[int] = ()
) -> tuple[HeldRow, ...]:
    """Held rows of a delivery with their raw values, in file order; all of them, or those of these numbers.

    Raises:
        QuarantineError: a row asked for is not in quarantine, or raw no longer holds it.
    """
    broken = _broken_rules(delivery, settings)
    _require_held(delivery, broken, row_numbers)
    wanted = sorted(set(row_numbers) or broken)
    if not wanted:
        return ()
    path = raw_path(delivery.contract, settings, delivery.delivery_id)
    if not path.exists():
        raise QuarantineError(
            f"{path} is gone, and with it the values of these rows. If the agency's file is still in the landing "
            "folder, 'warehouse run' reads it again."
        )
    numbers = pa.array(wanted, pa.int64())
    with pq.ParquetFile(path) as file:
        values = {
            row.pop(ROW_NUMBER): {name: value for name, value in row.items() if name != DELIVERY_ID}
            for batch in file.iter_batches()
            for row in batch.filter(pc.is_in(batch.column(ROW_NUMBER), numbers)).to_pylist()
        }
    values |= {
        line.row_number: {f"line {line.line_number:,}, as sent": line.text}
        for line in read_aside(delivery.contract, settings, delivery.delivery_id)
    }
    if missing := [number for number in wanted if number not in values]:
        raise QuarantineError(f"{path} does not hold row {missing[0]}. Delete it and run 'warehouse run' again.")
    return tuple(HeldRow(number, broken[number], values[number]) for number in wanted)


def release_rows(
    contracts: Iterable[FeedContract],
    settings: Settings,
    asked: str,
    row_numbers: Sequence[int],
    rule_code: str,
    *,
    reason: str,
    released_by: str | None = None,
) -> ReleaseOutcome:
    """Logs that these rows may enter although they broke this rule; the next run lets them in.

    Args:
        contracts: where to look for the delivery.
        settings: the warehouse.
        asked: the delivery: its id, the beginning of its id, or its file name.
        row_numbers: as in the quarantine.
        rule_code: the one rule that is set aside for them.
        reason: why; kept with the release.
        released_by: who; the user of this process unless named.

    Raises:
        QuarantineError: a row is not in quarantine for this rule, is released already, has no readable key, or no
            reason is given. Nothing is then logged.
        AlreadyRunningError: a build is at work.
        ReleaseLogError: the log cannot be read.
    """
    if not reason.strip():
        raise QuarantineError("A release needs a reason: who checked what, and why the row may enter as it is.")
    if not row_numbers:
        raise QuarantineError("Name the rows to release.")
    by = (released_by if released_by is not None else getpass.getuser()).strip()
    if not by:
        raise QuarantineError("A release needs the name of the person who decided it: --by NAME.")
    with build_lock(settings.data_dir, wait_seconds=0):
        delivery = find_delivery(contracts, settings, asked)
        broken = _broken_rules(delivery, settings)
        numbers = sorted(set(row_numbers))
        _require_held(delivery, broken, numbers, rule_code)
        _require_key(delivery.contract, rule_code)
        template = Release(
            feed=delivery.contract.key,
            delivery_id=delivery.delivery_id,
            row_number=0,
            rule_code=rule_code,
            reason=reason.strip(),
            released_by=by,
            released_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        releases = tuple(replace(template, row_number=number) for number in numbers)
        append_releases(settings, releases)
    others = {
        number: tuple(rule.rule_code for rule in broken[number] if rule.rule_code != rule_code and not rule.is_released)
        for number in numbers
    }
    return ReleaseOutcome(delivery, releases, {number: codes for number, codes in others.items() if codes})


def _require_held(
    delivery: GatedDelivery,
    broken: Mapping[int, Sequence[BrokenRule]],
    row_numbers: Iterable[int],
    rule_code: str | None = None,
) -> None:
    """Every row is in quarantine, and for this rule, not yet released, if one is named."""
    where = f"{delivery.contract.key} {delivery.file_name}"
    see = f"See 'warehouse quarantine show {delivery.delivery_id}'."
    for number in row_numbers:
        if number not in broken:
            if delivery.verdict == "rejected":
                raise QuarantineError(
                    f"{where} was rejected as a whole ({delivery.reasons}); its rows are not in quarantine and cannot "
                    "be released one by one. The agency sends it again, or the contract changes and "
                    f"'warehouse regate --feed {delivery.contract.key}' judges it anew."
                )
            raise QuarantineError(f"Row {number} of {where} is not in quarantine. {see}")
        if rule_code is None:
            continue
        rule = next((item for item in broken[number] if item.rule_code == rule_code), None)
        if rule is None:
            codes = ", ".join(item.rule_code for item in broken[number])
            raise QuarantineError(f"Row {number} of {where} did not break {rule_code}; it broke {codes}. {see}")
        if rule.is_released:
            raise QuarantineError(
                f"Row {number} of {where} is already released for {rule_code}. 'warehouse quarantine releases' says by "
                "whom; 'warehouse run' applies it."
            )


def _require_key(contract: FeedContract, rule_code: str) -> None:
    """The rule is not one without which there is no record, or none that has a key."""
    about = next((item for item in contract.delivery_rules if item.code == rule_code), None)
    if about is not None and about.kind in RULES_ABOUT_LINES:
        raise QuarantineError(
            f"{rule_code} cannot be set aside: the line is not one record of {len(contract.columns)} columns: nothing "
            f"could be let in. {contract.owner.name} ({contract.owner.contact}) has to send the record again. "
            "'warehouse quarantine show' has the line as it was sent."
        )
    rule = next((item for item in contract.column_rules if item.code == rule_code), None)
    needed = (ColumnRuleKind.REQUIRED, ColumnRuleKind.TYPE)
    if rule is not None and rule.kind in needed and contract.column(rule.column).is_primary_key:
        raise QuarantineError(
            f"{rule_code} cannot be set aside: without a readable {rule.column} nobody can tell which record the row "
            f"is, or replace it when it is mended. {contract.owner.name} ({contract.owner.contact}) has to send the "
            "row again with its key."
        )


def _broken_rules(delivery: GatedDelivery, settings: Settings) -> dict[int, tuple[BrokenRule, ...]]:
    """Rules broken by row number, rules in order of code."""
    released = {item.identity for item in load_releases(settings, delivery.contract.key)}
    table = read_gate_table(delivery.contract, settings, "quarantined_rows")
    mine = table.filter(pc.equal(table["delivery_id"], delivery.delivery_id))
    broken: dict[int, list[BrokenRule]] = {}
    for line in mine.sort_by([("row_number", "ascending"), ("rule_code", "ascending")]).to_pylist():
        identity = line["delivery_id"], line["row_number"], line["rule_code"]
        broken.setdefault(line["row_number"], []).append(
            BrokenRule(line["rule_code"], line["column_name"], line["message"], identity in released)
        )
    return {number: tuple(rules) for number, rules in broken.items()}
