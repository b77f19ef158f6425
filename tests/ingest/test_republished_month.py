"""A force republishes a month: the file numbered later is the later one, whatever its bytes."""

from __future__ import annotations

from datetime import date

from orchestration.contracts import load_feed_contracts
from orchestration.ingest.landing import understand_name
from orchestration.settings import Settings


def test_a_number_after_the_published_name_orders_the_files_of_one_month() -> None:
    contract = load_feed_contracts(Settings.from_environment().contracts_dir)["police/stop_search"]
    published = understand_name(contract, "2024-09-metropolitan-stop-and-search.csv")
    corrected = understand_name(contract, "2024-09-metropolitan-stop-and-search_2.csv")
    assert published is not None
    assert corrected is not None
    assert (
        (published.force_slug, published.month)
        == (corrected.force_slug, corrected.month)
        == ("metropolitan", "2024-09")
    )
    assert published.extract_date == corrected.extract_date == date(2024, 9, 30)
    assert published.file_sequence < corrected.file_sequence
