"""The delivery the gate is timed on, and how what was measured is put together."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from orchestration.console.bench_delivery import some_joined, widest_feed, with_other_digits, write_delivery
from orchestration.console.bench_gate import GateBenchmark, GateStage, StageTime, file_name, time_stage
from orchestration.contracts import ColumnType, load_feed_contracts
from orchestration.settings import Settings
from tests.ingest.small_feeds import CUSTODY, column, deliver, feed, settings_in

TEMPLATE = pa.table(
    {
        "custody_number": ["1", "2", "3"],
        "surname": ["Smith", 'O\'Neill, "Jo"', "Jones"],
        "sex": ["M", None, "F"],
        "offence_code": ["TH68010", "TH68010", "CJ88001"],
        "arrested_at": ["01/01/2024 10:00", "02/01/2024 23:59", "3 January"],
        "offence_date": ["01/01/2024", None, "02/01/2024"],
        "offence_sequence": ["1", "2", "1"],
    },
    schema=pa.schema([(name, pa.string()) for name in CUSTODY.column_names]),
)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path)
    settings.reference_dir.mkdir(parents=True)
    (settings.reference_dir / "offences.csv").write_text("cjs_offence_code\nTH68010\nCJ88001\n")
    return settings


def target(here: Settings) -> Path:
    return here.landing_dir / CUSTODY.key / file_name(CUSTODY)


def test_the_widest_feed_is_the_one_with_most_columns() -> None:
    contracts = load_feed_contracts(Settings.from_environment().contracts_dir)
    widest = widest_feed(list(contracts.values()))
    assert widest.key == "police/custody_records"
    lines = feed("laa", "lines", tuple(column(f"c{number}") for number in range(30)), kind="jsonl")
    assert widest_feed([*contracts.values(), lines]) == widest, "the delivery is written as delimited text"


def test_every_feed_of_delimited_text_understands_the_name_of_the_delivery() -> None:
    contracts = load_feed_contracts(Settings.from_environment().contracts_dir)
    for contract in contracts.values():
        assert contract.delivery.file_name_regex.fullmatch(file_name(contract)), contract.key


def test_other_digits_keep_the_shape_and_the_gaps() -> None:
    values = pa.array(["AB12/x9", None, "", "none", "é7"] * 40)
    changed = with_other_digits(values, np.random.default_rng(1))
    assert changed.null_count == 40
    for before, after in zip(values.to_pylist(), changed.to_pylist(), strict=True):
        shapes = ["".join("0" if letter.isdigit() else letter for letter in text or "") for text in (before, after)]
        assert shapes[0] == shapes[1]
    assert len(set(changed.to_pylist())) > 40


def test_only_the_last_digit_of_a_time_changes() -> None:
    values = pa.array(["01/02/2024 10:37", "01/02/2024", "10:37 h"] * 30)
    changed = with_other_digits(values, np.random.default_rng(1), after=":").to_pylist()
    assert {text[:-1] for text in changed[::3]} == {"01/02/2024 10:3"}
    assert len(set(changed[::3])) > 5
    assert set(changed[1::3]) == {"01/02/2024"}
    assert set(changed[2::3]) == {"10:37 h"}


def test_some_names_are_joined_and_nothing_with_a_digit_is() -> None:
    values = pa.array(["Smith", "Jones", None, "1 High Street"] * 250)
    changed = some_joined(values, np.random.default_rng(1)).to_pylist()
    joined = [text for text in changed[::4] if text != "Smith"]
    assert 5 < len(joined) < 60
    assert all(text.startswith("Smith-") for text in joined)
    assert set(changed[3::4]) == {"1 High Street"}
    assert set(changed[2::4]) == {None}


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        write_delivery(CUSTODY, TEMPLATE, 500, seed, path)
    assert paths[0].read_bytes() == paths[1].read_bytes() != paths[2].read_bytes()


def test_a_template_without_rows_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="larger world"):
        write_delivery(CUSTODY, TEMPLATE.slice(0, 0), 10, 1, tmp_path / "a.csv")


def test_the_stages_take_in_the_whole_delivery_with_unique_keys(here: Settings) -> None:
    write_delivery(CUSTODY, TEMPLATE, 600, 1, target(here))
    landed, judged = (time_stage(stage, CUSTODY, here, 600) for stage in GateStage)
    assert (landed.stage, landed.rows, judged.stage) == ("landing to raw", 600, "raw to verdict")
    assert judged.seconds > 0
    assert judged.peak_mib > 10
    keys = Counter(line.split(",")[0] for line in target(here).read_text().splitlines()[1:])
    assert max(keys.values()) == 1


def test_a_refused_delivery_is_not_timed(here: Settings) -> None:
    deliver(here, CUSTODY, file_name(CUSTODY), "custody_number,surname\n1,Smith\n")
    time_stage(GateStage.LANDING_TO_RAW, CUSTODY, here, 1)
    with pytest.raises(RuntimeError, match="refused"):
        time_stage(GateStage.RAW_TO_VERDICT, CUSTODY, here, 1)


def test_both_stages_together_are_one_after_the_other() -> None:
    stages = tuple(
        StageTime(stage.value, rows, seconds, cpu, peak)
        for rows in (1_000, 4_000)
        for stage, seconds, cpu, peak in (
            (GateStage.LANDING_TO_RAW, 1.0, 1.5, 300.0),
            (GateStage.RAW_TO_VERDICT, rows / 1_000, 4.0, 400.0),
        )
    )
    lines = GateBenchmark("police/custody_records", 23, 47, stages).lines()
    assert lines[0] == "one delivery of police/custody_records: 23 columns, 47 rules"
    assert [line.split(",")[0] for line in lines[1:4]] == ["landing to raw", "raw to verdict", "landing to verdict"]
    assert lines[3].split()[-9:] == ["2.0", "s", "5.5", "CPU", "s", "500", "rows/s", "400", "MiB"]
    assert lines[6].split()[-4:] == ["800", "rows/s", "400", "MiB"]


def test_identifiers_that_are_no_key_vary_too(tmp_path: Path) -> None:
    contract = feed(
        columns=(
            column("custody_number", ColumnType.IDENTIFIER, key_position=1),
            column("pnc_id", ColumnType.IDENTIFIER),
        )
    )
    template = pa.table({"custody_number": ["1"], "pnc_id": ["99/123456X"]})
    write_delivery(contract, template, 300, 1, tmp_path / "a.csv")
    rows = [line.split(",") for line in (tmp_path / "a.csv").read_text().splitlines()[1:]]
    assert [row[0] for row in rows] == [f"{number:09d}" for number in range(1, 301)]
    assert len({row[1] for row in rows}) > 290
