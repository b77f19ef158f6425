"""Lineage is read again only when something it is read from is another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.lineage import kept
from orchestration.lineage.reach import Mart, Origin, Reach

READ = Reach(
    (
        Mart(
            "marts.bail",
            "Bail.",
            {"days": frozenset({Origin("police/bail", "from", is_exact=False), Origin("hmcts/bail", "to", True)})},
            frozenset({Origin("police/bail", "*")}),
        ),
    ),
    {"police/bail": "staging.bail_versions"},
    {"odd": "no SQL"},
)
PUBLISHED = {"marts.bail": ["days"]}
COLUMNS = {"police/bail": ["from"], "hmcts/bail": ["to"]}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The manifests lineage was read from."""
    found: list[Path] = []

    def read(manifest_path: Path, *_: object) -> Reach:
        found.append(manifest_path)
        return READ

    monkeypatch.setattr(kept, "read_reach", read)
    return found


def manifest(folder: Path, **content: str) -> Path:
    """A manifest in the data directory `folder`, which it names."""
    path = folder / "build" / "manifest.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"source": f"{folder}/raw", **content}), encoding="utf-8")
    return path


def test_what_was_read_once_is_given_again_for_any_warehouse_of_the_project(tmp_path: Path, reads: list[Path]) -> None:
    first, second = manifest(tmp_path / "a"), manifest(tmp_path / "b")
    for path, data_dir in ((first, tmp_path / "a"), (second, tmp_path / "b")):
        reach = kept.kept_reach(path, PUBLISHED, COLUMNS, "duckdb", data_dir=data_dir, folder=tmp_path / "kept")
        assert reach == READ
    assert reads == [first]


@pytest.mark.parametrize(
    "changed",
    [
        {"content": "another model"},
        {"published": {"marts.bail": []}},
        {"columns": {"police/bail": []}},
        {"to": "spark"},
    ],
    ids=["project", "publication", "contract", "engine"],
)
def test_a_change_of_what_it_rests_on_is_read(tmp_path: Path, reads: list[Path], changed: dict[str, object]) -> None:
    def read(folder: str, content: str, published: object, columns: object, to: str) -> None:
        path = manifest(tmp_path / folder, content=content)
        kept.kept_reach(path, published, columns, to, data_dir=tmp_path / folder, folder=tmp_path / "kept")  # type: ignore[arg-type]

    before: dict[str, object] = {"content": "", "published": PUBLISHED, "columns": COLUMNS, "to": "duckdb"}
    read("a", **before)  # type: ignore[arg-type]
    read("b", **(before | changed))  # type: ignore[arg-type]
    assert len(reads) == 2
