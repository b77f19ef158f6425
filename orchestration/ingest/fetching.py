"""Getting what a public service has, and landing it as if it had been sent.

Belongs here: which answers of a service make up a feed's deliveries, asking politely, and putting an answer into the
landing folder whole or not at all. Does not belong here: the service's address and how its records are read (the
mapping's, in the contract), and what becomes of a file once it is there (`ingestion`).

An answer lands as it came: each record on a line of its own, nothing renamed, left out or put right, and beside it a
manifest with the number of records and their SHA-256. A month of which the service has no record is not landed: a file
without rows would say that a force searched nobody.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any

import urllib3

from orchestration.atomic import replacing
from orchestration.contracts import FeedContract
from orchestration.contracts.source_mapping import SourceMapping

MANIFEST_SUFFIX = ".manifest.json"

_TRIES = 5
_CONNECT_SECONDS, _READ_SECONDS = 10.0, 60.0
_TRIED_AGAIN = (429, 500, 502, 503, 504)
_LONGEST_ANSWER = 256 * 1024 * 1024
"""Bytes. The largest month of the largest force is some 15 MB."""


class FetchError(RuntimeError):
    """An answer could not be had or cannot be landed; says of what, why, and what to do."""


class FetchState(StrEnum):
    """What became of one answer that was wanted."""

    FETCHED = "fetched"
    SAME = "same"
    """Fetched again, and nothing had changed."""
    THERE = "there"
    """Landed before; not asked for again."""
    NOTHING = "nothing"
    """The service has no record of it."""
    FAILED = "failed"


@dataclass(frozen=True)
class Fetched:
    """One force and month.

    Attributes:
        records: how many the answer has; None where there is none, or it was not asked for.
        path: the file in the landing folder; None if there is none.
        fault: why it failed, in words; None if it did not.
    """

    force: str
    month: str
    state: FetchState
    records: int | None = None
    path: Path | None = None
    fault: str | None = None


def fetch_months(
    contract: FeedContract,
    mapping: SourceMapping,
    forces: Sequence[str],
    months: Sequence[str],
    landing_dir: Path,
    *,
    address: str | None = None,
    again: bool = False,
    pause: Callable[[float], None] = time.sleep,
    backoff_seconds: float = 2.0,
) -> Iterator[Fetched]:
    """Asks for each month of each force, one request after another, and lands what comes.

    What landed before is not asked for again, so a run that was stopped goes on where it was. A request that fails is
    tried five times, each time after a longer pause, or after the one the service asks for (`Retry-After`).

    Args:
        contract: the feed.
        mapping: the source, with where it is asked.
        forces: names of forces as the service has them.
        months: as YYYY-MM.
        landing_dir: the landing folder.
        address: asked in place of the mapping's; with `<force-slug>` and `<YYYY-MM>` in it.
        again: ask also for what is there; a changed answer lands beside it under the next number.
        pause: waits that many seconds.
        backoff_seconds: the pause after the first failure; doubled after each further one.

    Yields:
        What became of each, as soon as it is known.

    Raises:
        FetchError: the mapping says of no service where it is.
    """
    fetch = mapping.fetch
    if fetch is None:
        raise FetchError(f"the mapping {mapping.name} of {contract.key} has no 'fetch': say where its service is asked")
    folder = landing_dir / contract.agency / mapping.name
    asked = False
    with urllib3.PoolManager(headers=_headers(), retries=_retries(backoff_seconds)) as pool:
        for force in forces:
            for month in months:
                there = _landed(folder, mapping, force, month)
                if there and not again:
                    yield Fetched(force, month, FetchState.THERE, path=there[-1])
                    continue
                if asked:
                    pause(fetch.seconds_between)
                asked = True
                url = _filled(address or fetch.address, force, month)
                try:
                    records = _records(_answer(pool, url), url)
                    yield _land(contract, mapping, folder, there, force, month, records)
                except FetchError as error:
                    yield Fetched(force, month, FetchState.FAILED, fault=str(error))


def months_between(first: str, last: str) -> list[str]:
    """The months from one to another, both included, as YYYY-MM.

    Raises:
        ValueError: one is no month, or the last is before the first.
    """
    numbers = []
    for text in (first, last):
        year, _, month = text.partition("-")
        if not (len(year) == 4 and len(month) == 2 and (year + month).isdecimal() and 1 <= int(month) <= 12):
            raise ValueError(f"'{text}' is no month; write it as YYYY-MM, as in 2024-09")
        numbers.append(int(year) * 12 + int(month) - 1)
    if numbers[1] < numbers[0]:
        raise ValueError(f"{last} is before {first}; give the earlier month first")
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(numbers[0], numbers[1] + 1)]


def _headers() -> dict[str, str]:
    version = metadata.version("justice-data-warehouse")
    return {"User-Agent": f"justice-data-warehouse/{version} (warehouse fetch)", "Accept": "application/json"}


def _retries(backoff_seconds: float) -> urllib3.Retry:
    return urllib3.Retry(
        total=_TRIES - 1,
        backoff_factor=backoff_seconds,
        status_forcelist=_TRIED_AGAIN,
        allowed_methods={"GET"},
        respect_retry_after_header=True,
        raise_on_status=False,
    )


def _filled(address: str, force: str, month: str) -> str:
    return address.replace("<force-slug>", force).replace("<YYYY-MM>", month)


def _answer(pool: urllib3.PoolManager, url: str) -> bytes:
    """The body of an answer; empty where the service says that there is nothing."""
    timeout = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
    try:
        response = pool.request("GET", url, timeout=timeout)
    except urllib3.exceptions.HTTPError as error:
        reason = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) and error.reason else error
        raise FetchError(f"{url}: no answer after {_TRIES} tries ({_shortened(reason)}); try again later") from None
    if response.status == 404:
        return b""
    if response.status in _TRIED_AGAIN:
        why = "it is asked too often" if response.status == 429 else "it is out of order"
        raise FetchError(f"{url}: {response.status} after {_TRIES} tries, {why}; try again later")
    if response.status != 200:
        raise FetchError(f"{url}: the service answers {response.status}; look at the address, the force and the month")
    if len(response.data) > _LONGEST_ANSWER:
        raise FetchError(f"{url}: an answer of {len(response.data):,} bytes is no month of one force")
    return response.data


def _records(body: bytes, url: str) -> list[dict[str, Any]]:
    """The records of an answer."""
    if not body:
        return []
    try:
        found = json.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError):
        raise FetchError(f"{url}: the answer is no JSON, or was cut off; try again") from None
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise FetchError(f"{url}: the answer is no list of records; look at the address")
    return found


def _land(
    contract: FeedContract,
    mapping: SourceMapping,
    folder: Path,
    there: Sequence[Path],
    force: str,
    month: str,
    records: Sequence[dict[str, Any]],
) -> Fetched:
    if not records:
        return Fetched(force, month, FetchState.NOTHING)
    content = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()
    if there and there[-1].read_bytes() == content:
        return Fetched(force, month, FetchState.SAME, len(records), there[-1])
    path = folder / _file_name(mapping, force, month, len(there) + 1)
    manifest = {
        "feed": contract.key,
        "rows": len(records),
        "sha256": hashlib.sha256(content).hexdigest(),
        "source": mapping.label,
    }
    # The manifest first: a file without one would be read unchecked, one without a file waits for it.
    with replacing(path.with_name(path.name + MANIFEST_SUFFIX)) as unfinished:
        unfinished.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    with replacing(path) as unfinished:
        unfinished.write_bytes(content)
    return Fetched(force, month, FetchState.FETCHED, len(records), path)


def _file_name(mapping: SourceMapping, force: str, month: str, number: int) -> str:
    suffix = f"_{number}" if number > 1 else ""
    return f"{_filled(mapping.file_name_pattern, force, month).replace('[_<n>]', suffix)}.{mapping.kind}"


def _landed(folder: Path, mapping: SourceMapping, force: str, month: str) -> list[Path]:
    """Files of a force and month that are there, in the order of their numbers."""
    found: list[Path] = []
    while (path := folder / _file_name(mapping, force, month, len(found) + 1)).is_file():
        found.append(path)
    return found


def _shortened(error: object) -> str:
    text = str(error).partition("(")[0].strip(" :")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
