"""Landing to raw: every row of every delivered file as text, and a receipt for every file.

Belongs here: finding files, reading each agency's encoding and format, content addresses, receipts. Does not belong
here: whether values are right (`quality`), what they mean (dbt staging).
"""

from orchestration.ingest.ingestion import (
    FileProblem,
    IngestSummary,
    LandingSummary,
    WaitingFile,
    files_not_yet_ingested,
    ingest_all,
    ingest_feed,
)
from orchestration.ingest.landing import look_outside_feeds
from orchestration.ingest.problems import Problem, UnplacedFile
from orchestration.ingest.raw import raw_folder, raw_path
from orchestration.ingest.receipts import RUN_TIME_COLUMNS, Receipt, load_receipts, receipts_path

__all__ = [
    "RUN_TIME_COLUMNS",
    "FileProblem",
    "IngestSummary",
    "LandingSummary",
    "Problem",
    "Receipt",
    "UnplacedFile",
    "WaitingFile",
    "files_not_yet_ingested",
    "ingest_all",
    "ingest_feed",
    "load_receipts",
    "look_outside_feeds",
    "raw_folder",
    "raw_path",
    "receipts_path",
]
