"""Publication: default-deny, pseudonyms, atomic swap, nothing half-done."""

from __future__ import annotations

import hashlib
import hmac
import json
import stat
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.publish import PublicationError, latest_publication, publish
from orchestration.publish import publication as publication_module
from orchestration.publish.pages import OwnerReports, Pages, linkage_page, make_pages, missing_pages
from orchestration.publish.pseudonyms import KEY_FILE, PseudonymKey, load_or_create_key
from orchestration.settings import Settings

COLUMNS = {"person_id": "pseudonym:person", "surname": "drop", "days_net": "keep", "data_as_of": "keep"}


def manifest(path: Path, rules: dict[str, str | None], **meta: Any) -> Path:
    def node(schema: str, name: str, columns: dict[str, str | None], **model_meta: Any) -> dict[str, Any]:
        return {
            "resource_type": "model",
            "schema": schema,
            "name": name,
            "alias": name,
            "description": f"One row of {name}. More.",
            "config": {"meta": model_meta},
            "columns": {
                column: {
                    "name": column,
                    "description": f"the {column}",
                    "config": {"meta": {"publish": rule} if rule else {}},
                }
                for column, rule in columns.items()
            },
        }

    nodes = {
        "model.justice.remand_episodes": node("marts", "remand_episodes", rules, **meta),
        "model.justice.deliveries": node("marts", "deliveries", {"extract_date": "keep", "verdict": "keep"}),
        "model.justice.stg": node("staging", "stg", {"surname": None}),
    }
    path.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings.from_environment(data_dir=tmp_path / "data", keys_dir=tmp_path / "keys")
    build(found, days=(5, 7))
    return found


def build(settings: Settings, days: tuple[int, ...]) -> None:
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    settings.build_database.unlink(missing_ok=True)
    with closing(duckdb.connect(str(settings.build_database))) as connection:
        connection.execute(
            "create schema marts; create schema staging; create table staging.stg as select 'X' as surname"
        )
        connection.execute(
            "create table marts.remand_episodes (person_id varchar, surname varchar, days_net integer, data_as_of date)"
        )
        for number, day in enumerate(days):
            connection.execute(
                "insert into marts.remand_episodes values (?, 'Okonkwo', ?, date '2026-10-31')", [f"p{number}", day]
            )
        connection.execute(
            "create table marts.deliveries as select date '2026-11-03' as extract_date, 'accepted' as verdict "
            "union all select date '2026-12-01', 'rejected'"
        )


def published(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with closing(duckdb.connect(str(settings.published_database), read_only=True)) as connection:
        return connection.execute(sql).fetchall()


def test_names_are_dropped_and_ids_become_keyed_hashes(settings: Settings, tmp_path: Path) -> None:
    publish(settings, manifest(tmp_path / "manifest.json", COLUMNS))

    rows = published(settings, "select * from marts.remand_episodes order by days_net")
    secret = bytes.fromhex((settings.keys_dir / KEY_FILE).read_text().strip())
    domain_key = hmac.new(secret, b"person", hashlib.sha256).digest()
    expected = hmac.new(domain_key, b"p0", hashlib.sha256).hexdigest()[:32]
    assert rows[0][0] == expected, "the SQL expression must be HMAC-SHA-256 of RFC 2104"
    assert [row[1] for row in rows] == [5, 7]
    assert published(settings, "select count(*) from duckdb_columns() where column_name = 'surname'") == [(0,)]
    assert published(settings, "select distinct schema_name from duckdb_tables()") == [("marts",)]


def test_the_record_says_what_was_published(settings: Settings, tmp_path: Path) -> None:
    publish(settings, manifest(tmp_path / "manifest.json", COLUMNS), linkage_model="v1")

    record = latest_publication(settings)
    assert record is not None
    assert record.data_as_of == "2026-11-03", "a rejected delivery does not make the data newer"
    assert record.linkage_model == "v1"
    assert record.tables["marts.remand_episodes"].rows == 2


def test_the_same_build_has_the_same_fingerprint_and_a_changed_value_another(
    settings: Settings, tmp_path: Path
) -> None:
    path = manifest(tmp_path / "manifest.json", COLUMNS)
    first = publish(settings, path).tables["marts.remand_episodes"].fingerprint
    build(settings, days=(5, 7))
    assert publish(settings, path).tables["marts.remand_episodes"].fingerprint == first
    build(settings, days=(5, 8))
    assert publish(settings, path).tables["marts.remand_episodes"].fingerprint != first


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({**COLUMNS, "days_net": None}, "remand_episodes.days_net"),
        ({**COLUMNS, "days_net": "maybe"}, "not keep, drop or pseudonym"),
        ({**COLUMNS, "person_id": "pseudonym:"}, "remand_episodes.person_id"),
        ({"person_id": "drop", "days_net": "keep"}, "data_as_of, surname"),
        ({**COLUMNS, "invented": "keep"}, "invented"),
    ],
)
def test_a_column_without_a_rule_stops_the_publication(
    settings: Settings, tmp_path: Path, rules: dict[str, str | None], message: str
) -> None:
    with pytest.raises(PublicationError, match=message):
        publish(settings, manifest(tmp_path / "manifest.json", rules))
    assert not settings.published_dir.exists()


def test_a_refused_build_leaves_the_previous_publication(settings: Settings, tmp_path: Path) -> None:
    publish(settings, manifest(tmp_path / "good.json", COLUMNS))
    build(settings, days=(99,))
    with pytest.raises(PublicationError):
        publish(settings, manifest(tmp_path / "bad.json", {**COLUMNS, "days_net": None}))
    assert published(settings, "select sum(days_net) from marts.remand_episodes") == [(12,)]


@pytest.mark.parametrize("step", ["_assemble", "_audit", "_data_as_of", "_point_at"])
def test_killed_anywhere_readers_keep_the_old_one_and_the_next_run_recovers(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = manifest(tmp_path / "manifest.json", COLUMNS)
    publish(settings, path)
    build(settings, days=(99,))

    def killed(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publication_module, step, killed)
        with pytest.raises(KeyboardInterrupt):
            publish(settings, path)
    assert published(settings, "select sum(days_net) from marts.remand_episodes") == [(12,)]

    publish(settings, path)
    assert published(settings, "select sum(days_net) from marts.remand_episodes") == [(99,)]
    assert not list(settings.publications_dir.glob("*.partial"))


def test_a_reader_keeps_the_publication_it_opened(settings: Settings, tmp_path: Path) -> None:
    path = manifest(tmp_path / "manifest.json", COLUMNS)
    publish(settings, path)
    with closing(duckdb.connect(str(settings.published_database), read_only=True)) as reader:
        for day in range(5):  # enough for the one it opened to be removed from disk
            build(settings, days=(day,))
            publish(settings, path)
            assert reader.execute("select sum(days_net) from marts.remand_episodes").fetchall() == [(12,)]
    assert published(settings, "select sum(days_net) from marts.remand_episodes") == [(4,)]
    assert len(list(settings.publications_dir.iterdir())) == publication_module.PUBLICATIONS_KEPT


def test_two_publications_in_the_same_microsecond_do_not_collide(settings: Settings, tmp_path: Path) -> None:
    path = manifest(tmp_path / "manifest.json", COLUMNS)
    moment = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    first, second = (publish(settings, path, now=moment).build_id for _ in range(2))
    assert first != second


def test_parquet_holds_the_same_rows_as_the_database(settings: Settings, tmp_path: Path) -> None:
    publish(settings, manifest(tmp_path / "manifest.json", COLUMNS))
    parquet = settings.published_dir / "parquet" / "marts" / "remand_episodes.parquet"
    assert duckdb.sql(f"from '{parquet}'").fetchall() == published(settings, "from marts.remand_episodes")


@pytest.mark.parametrize("lost_from", ["database", "Parquet", "both"])
def test_a_publication_that_lost_a_row_on_its_way_is_not_published(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost_from: str
) -> None:
    """A full disk, a driver's fault: what was written is read again and counted before anybody may see it."""
    path = manifest(tmp_path / "manifest.json", COLUMNS)
    first = publish(settings, path)
    genuine = publication_module._audit

    def lose_a_row_then_audit(folder: Path, *arguments: Any) -> None:
        if lost_from in ("database", "both"):
            with closing(duckdb.connect(str(folder / "analyst.duckdb"))) as connection:
                connection.execute("delete from marts.remand_episodes where days_net = 7")
        if lost_from in ("Parquet", "both"):
            parquet = folder / "parquet" / "marts" / "remand_episodes.parquet"
            duckdb.sql(f"create or replace table kept as from '{parquet}' where days_net <> 7")
            duckdb.sql(f"copy kept to '{parquet}'")
        genuine(folder, *arguments)

    monkeypatch.setattr(publication_module, "_audit", lose_a_row_then_audit)
    counts = {"database": "1 rows in the database, 2 in Parquet", "Parquet": "2 rows in the database, 1 in Parquet"}
    expected = counts.get(lost_from, "1 rows in the database, 1 in Parquet")
    with pytest.raises(PublicationError, match=f"remand_episodes has {expected} and 2 in the build"):
        publish(settings, path)
    assert latest_publication(settings) == first


def test_the_key_is_private_kept_and_refused_when_damaged(tmp_path: Path) -> None:
    key = load_or_create_key(tmp_path)
    assert load_or_create_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    (tmp_path / KEY_FILE).write_text("not a key")
    with pytest.raises(ValueError, match="backup"):
        load_or_create_key(tmp_path)


def test_domains_do_not_share_pseudonyms() -> None:
    key = PseudonymKey(b"k" * 32)
    assert key.pseudonym("person", "1") != key.pseudonym("case", "1")


def test_a_publication_says_from_the_swap_on_that_its_pages_are_to_come(settings: Settings, tmp_path: Path) -> None:
    publish(settings, manifest(tmp_path / "manifest.json", COLUMNS))
    assert set(missing_pages(settings.published_dir)) == {"reports", "linkage", "catalogue", "contracts"}
    assert all("not made yet" in state for state in missing_pages(settings.published_dir).values())


def test_pages_nobody_asked_for_are_not_made_and_the_publication_says_so(settings: Settings, tmp_path: Path) -> None:
    path = manifest(tmp_path / "manifest.json", COLUMNS)
    publish(settings, path)
    outcome = make_pages(settings.published_dir.resolve(), [], replace(settings, pages=False), path, pytest.fail)
    assert not outcome.report_faults and not outcome.catalogue_faults
    assert set(missing_pages(settings.published_dir).values()) == {"not asked for (WAREHOUSE_PAGES=off)"}
    assert not (settings.published_dir / "reports").exists()


def test_faults_of_pages_are_kept_beside_the_figures(settings: Settings, tmp_path: Path) -> None:
    path = manifest(tmp_path / "manifest.json", COLUMNS)  # without parents, sources and a linkage no page can be made
    publication = publish(settings, path)
    errors: list[str] = []
    contracts = load_feed_contracts(settings.contracts_dir).values()
    outcome = make_pages(settings.published_dir.resolve(), contracts, settings, path, errors.append)
    assert latest_publication(settings) == publication
    assert set(outcome.report_faults) == {"all", "linkage"}
    missing = missing_pages(settings.published_dir)
    assert set(missing) == {"reports", "linkage", "catalogue", "contracts"}
    assert "linkage_quality" in missing["linkage"] and missing["catalogue"] == outcome.catalogue_faults["catalogue"]
    assert len(errors) == 4 and all("Traceback" in error for error in errors)


def test_a_report_that_cannot_be_made_is_told_and_stops_nothing(settings: Settings, tmp_path: Path) -> None:
    errors: list[str] = []
    path = manifest(tmp_path / "manifest.json", COLUMNS)  # without parents and sources no report can be made from it
    reports = OwnerReports(load_feed_contracts(settings.contracts_dir).values(), settings, path, errors.append)
    publication = publish(settings, path)
    reports(settings.published_dir.resolve())
    assert latest_publication(settings) == publication
    assert reports.outcome is None
    assert set(reports.faults) == {"all"}
    assert "Traceback" in errors[0]


def test_a_page_on_the_linkage_that_cannot_be_made_is_told_and_stops_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    errors: list[str] = []
    page = Pages(
        "page on the linkage", partial(linkage_page, settings), errors.append
    )  # nothing says how right the linkage is
    publication = publish(settings, manifest(tmp_path / "manifest.json", COLUMNS))
    page(settings.published_dir.resolve())
    assert latest_publication(settings) == publication
    assert page.fault is not None and "linkage_quality" in page.fault
    assert "Traceback" in errors[0]
