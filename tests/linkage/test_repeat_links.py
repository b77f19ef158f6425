"""The error a count of people carries: links among the records of one feed, against the truth."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.linkage.model import load_model, save_model
from orchestration.linkage.repeat_links import RepeatLinks, record_error, write_error_rates


def scored(pairs: dict[str, tuple[str, str]]) -> RepeatLinks:
    ids = list(pairs)
    links = pa.table({"record_id": ids, "person_id": [pairs[one][0] for one in ids]})
    truth = pa.table({"record_id": ids, "true_person_id": [pairs[one][1] for one in ids]})
    return RepeatLinks.of(links, truth)


def test_a_merged_stranger_is_one_false_link_however_many_records_he_has() -> None:
    """Ann's three records and Bob's two are one linked person: four links, one of them false. Pairs would say six."""
    records = {f"hmcts/defendants/{n}": ("ann", "ann" if n < 3 else "bob") for n in range(5)}
    assert scored(records) == RepeatLinks(links=4, false_links=1, true_links=3, missed_links=0)


def test_a_person_in_three_pieces_is_missed_twice() -> None:
    records = {f"hmcts/defendants/{n}": (f"piece {n // 2}", "ann") for n in range(6)}
    assert scored(records) == RepeatLinks(links=3, false_links=0, true_links=5, missed_links=2)


def test_records_of_other_feeds_do_not_count() -> None:
    records = {"hmcts/defendants/1": ("a", "a"), "cps/defendants/1": ("a", "b"), "hmcts/defendants_old/1": ("a", "c")}
    assert scored(records) == RepeatLinks(links=0, false_links=0, true_links=0, missed_links=0)


def test_a_model_hands_on_what_was_measured_and_nothing_where_nothing_was(tmp_path: Path) -> None:
    model = load_model()
    artefact = save_model(model, tmp_path)
    record_error(artefact, RepeatLinks(links=40, false_links=1, true_links=41, missed_links=2), "a world")
    measured = load_model(artefact)
    assert measured.fingerprint == model.fingerprint, "what is known of its error is no part of a score"
    write_error_rates(measured, tmp_path / "rates.parquet")
    assert pq.read_table(tmp_path / "rates.parquet").to_pylist() == [
        {
            "model_version": model.version, "source": "a world",
            "links": 40, "false_links": 1, "true_links": 41, "missed_links": 2,
        }
    ]  # fmt: skip
    content = json.loads(artefact.read_text(encoding="utf-8"))
    del content["provenance"]["repeat_links"]
    artefact.write_text(json.dumps(content), encoding="utf-8")
    write_error_rates(load_model(artefact), tmp_path / "rates.parquet")
    [row] = pq.read_table(tmp_path / "rates.parquet").to_pylist()
    assert set(row.values()) == {model.version, None}
