"""Deliveries broken in every way agencies have found so far, made by code. No tests here.

Belongs here: one `Broken` for each fault, with the verdict and the rules it must end in, by kind of file and fault.
Does not belong here: what is checked about them (`test_broken_deliveries`).
"""

from __future__ import annotations

from tests.quality.broken.binary_files import GZIP_FILES, PARQUET_FILES
from tests.quality.broken.earlier_deliveries import EARLIER_DELIVERIES
from tests.quality.broken.every_feed import EVERY_FEED
from tests.quality.broken.joined_files import JOINED_FILES
from tests.quality.broken.json_lines import JSON_FILES
from tests.quality.broken.making import Broken
from tests.quality.broken.names_and_manifests import MANIFESTS, NAMES
from tests.quality.broken.other_text import CP1252_FILES, PIPE_FILES
from tests.quality.broken.plain_csv import TEXT_FILES
from tests.quality.broken.search_files import SEARCH_FAULTS

BROKEN_DELIVERIES: tuple[Broken, ...] = (
    *TEXT_FILES,
    *MANIFESTS,
    *NAMES,
    *CP1252_FILES,
    *PIPE_FILES,
    *JSON_FILES,
    *PARQUET_FILES,
    *GZIP_FILES,
    *SEARCH_FAULTS,
    *JOINED_FILES,
    *EARLIER_DELIVERIES,
    *EVERY_FEED,
)
