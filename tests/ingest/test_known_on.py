"""What was known on a day: only extracts drawn by then, in a folder of their own."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.ingest import ingest_feed
from orchestration.ingest.landing import look_at_feed
from orchestration.known_on import KnownOnError, known_on, mark, require_fitting
from orchestration.quality import gate_feed
from orchestration.settings import Settings
from tests.support import World

FEEDS = ("hmcts/offences", "police/stop_search", "prison/custody_spells")
"""Increments with a file that is refused and sent again, files of a month, snapshots."""


@pytest.fixture(scope="module")
def day(world: World) -> date:
    """A day in the middle of the small world on which the courts drew an extract."""
    contract = load_feed_contracts(Settings.from_environment().contracts_dir)["hmcts/offences"]
    dates = sorted({file.name.extract_date for file in look_at_feed(contract, world.landing_dir).files if file.name})
    return dates[len(dates) // 2]


def test_what_is_read_and_judged_is_what_a_folder_without_the_later_files_gives(
    world: World, day: date, tmp_path: Path
) -> None:
    """Raw rows, verdicts and results of rules alike, file for file; the last day counts, the next one does not."""
    contracts = load_feed_contracts(Settings.from_environment().contracts_dir)
    without_later = tmp_path / "landing"
    later = 0
    for key in FEEDS:
        shutil.copytree(world.landing_dir / key, without_later / key)
        for file in look_at_feed(contracts[key], without_later).files:
            if file.name and file.name.extract_date > day:
                later += 1
                file.path.unlink()
                if file.manifest_path:
                    file.manifest_path.unlink()
    assert later > 10
    left = look_at_feed(contracts["hmcts/offences"], without_later).files
    assert max(file.name.extract_date for file in left if file.name) == day
    known = Settings.from_environment(landing_dir=world.landing_dir, data_dir=tmp_path / "known", as_known_on=day)
    never_saw = Settings.from_environment(landing_dir=without_later, data_dir=tmp_path / "never_saw")
    for settings in (known, never_saw):
        for key in FEEDS:
            ingest_feed(contracts[key], settings)
            gate_feed(contracts[key], settings)
    found, expected = ({path.relative_to(one.data_dir): path for path in _tables(one)} for one in (known, never_saw))
    assert set(found) == set(expected)
    assert len(found) > 20
    for name, path in found.items():
        assert pq.read_table(path).equals(pq.read_table(expected[name])), name


def _tables(settings: Settings) -> list[Path]:
    """Raw rows and what the gate made of them; receipts say when a file was written, and copies were written later."""
    raw = (path for path in settings.raw_dir.rglob("*.parquet") if path.parent.name != "_receipts")
    return [*raw, *settings.gate_dir.rglob("*.parquet")]


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings.from_environment(landing_dir=tmp_path / "landing", data_dir=tmp_path / "data")


def on(settings: Settings, day: date) -> Settings:
    return Settings.from_environment(landing_dir=settings.landing_dir, data_dir=settings.data_dir, as_known_on=day)


def test_a_folder_of_a_day_takes_no_other_run(here: Settings) -> None:
    day = date(2026, 3, 31)
    require_fitting(on(here, day))
    mark(on(here, day))
    require_fitting(on(here, day))
    assert known_on(here.data_dir) == day
    with pytest.raises(KnownOnError, match=r"as known on 2026-03-31\. Build with everything that is known in another"):
        require_fitting(here)
    with pytest.raises(KnownOnError, match="as known on 2026-03-31"):
        require_fitting(on(here, day + timedelta(days=1)))


def test_a_folder_in_use_takes_no_day(here: Settings) -> None:
    (here.data_dir / "raw").mkdir(parents=True)
    with pytest.raises(KnownOnError, match="Name an empty folder with --data"):
        require_fitting(on(here, date(2026, 3, 31)))
    require_fitting(here)
    assert known_on(here.data_dir) is None


def test_the_day_passes_through_the_environment(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster's steps and dbt are told by it; a text that is no day is refused."""
    for name, value in on(here, date(2026, 3, 31)).as_environment().items():
        monkeypatch.setenv(name, value)
    assert Settings.from_environment().as_known_on == date(2026, 3, 31)
    monkeypatch.setenv("WAREHOUSE_AS_KNOWN_ON", "")
    assert Settings.from_environment().as_known_on is None
    monkeypatch.setenv("WAREHOUSE_AS_KNOWN_ON", "March")
    with pytest.raises(ValueError, match="WAREHOUSE_AS_KNOWN_ON is 'March'"):
        Settings.from_environment()
