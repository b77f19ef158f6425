"""One more build of the small world, with late data, a correction, a relinkage and a changed list: each is told apart.

The build before is the shared one; its data directory is copied, so the second build is like any night's.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import PROJECT_ROOT
from tests.support import Warehouse, World

pytestmark = pytest.mark.xdist_group("revisions")

MINUTES_ADDED = 5


@dataclass(frozen=True)
class SecondBuild:
    """A warehouse after its second build, and what was done in between.

    Attributes:
        late_month: first day of the month a force sent after the others.
        corrected: quarter, court and jurisdiction of the hearing whose minutes were corrected.
        offence: code of the offence that moved to another group.
    """

    warehouse: Warehouse
    late_month: str
    corrected: tuple[str, str, str]
    offence: str


@pytest.fixture(scope="module")
def second(built: Warehouse, world: World, keys_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> SecondBuild:
    folder = tmp_path_factory.mktemp("second")
    shutil.copytree(built.settings.data_dir, folder / "data", symlinks=True)
    shutil.copytree(world.landing_dir, folder / "landing")
    reference = folder / "reference"
    shutil.copytree(PROJECT_ROOT / "seeds" / "reference", reference)
    plain = Warehouse.at(folder, folder / "landing", keys_dir, reference, pages=False)
    warehouse = Warehouse(replace(plain.settings, overrides_dir=folder / "overrides"))
    done = SecondBuild(
        warehouse,
        late_month=deliver_a_month_late(folder / "landing"),
        corrected=correct_a_hearing(built, folder / "landing"),
        offence=move_an_offence(built, reference / "offences.csv"),
    )
    join_two_defendants(built, folder / "overrides")
    warehouse.run()
    return done


def deliver_a_month_late(landing_dir: Path) -> str:
    """The first month's file of a force again, as if it were of the month before."""
    first = min((landing_dir / "police" / "stop_search").glob("*-kent-stop-and-search.csv"))
    year, month = int(first.name[:4]), int(first.name[5:7])
    earlier = f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02}"
    # No day after the 28th, so that every day is one of any month.
    lines = first.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not re.search(rf"{first.name[:7]}-(29|3\d)", line)]
    text = "".join(kept).replace(f"{first.name[:7]}-", f"{earlier}-")
    first.with_name(first.name.replace(first.name[:7], earlier)).write_text(text, encoding="utf-8")
    return f"{earlier}-01"


def correct_a_hearing(built: Warehouse, landing_dir: Path) -> tuple[str, str, str]:
    """The newest delivery of hearings again, with a few more minutes of one hearing."""
    newest = max((landing_dir / "hmcts" / "hearings").glob("*.csv"))
    known = {
        hearing: (minutes, place)
        for hearing, minutes, *place in built.build_query(
            "select hearing_id, sitting_minutes, cast(date_trunc('quarter', hearing_date) as date)::varchar, "
            "court_code, jurisdiction_code from conformed.hearings where sitting_minutes > 0"
        )
    }
    lines = newest.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines):
        hearing, *_, minutes = line.decode("latin-1").strip().split(",")
        if known.get(hearing, ("", ()))[0] == (int(minutes) if minutes.isdigit() else None):
            lines[number] = line.replace(f",{minutes}".encode(), f",{int(minutes) + MINUTES_ADDED}".encode())
            (newest.with_name(f"{newest.stem}_2.csv")).write_bytes(b"".join(lines))
            quarter, court, jurisdiction = known[hearing][1]
            return quarter, court, jurisdiction
    raise AssertionError(f"no hearing of {newest.name} is counted with its minutes")


def move_an_offence(built: Warehouse, offences: Path) -> str:
    """The offence most often sentenced goes to another group."""
    [(code,)] = built.build_query(
        "select cjs_offence_code from conformed.charges where final_result_id is not null "
        "and offence_group = 'theft_offences' group by 1 order by count(*) desc, 1 limit 1"
    )
    text = offences.read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines() if line.startswith(f"{code},")]
    offences.write_text(text.replace(line, line.replace("theft_offences", "robbery")), encoding="utf-8")
    return str(code)


def join_two_defendants(built: Warehouse, overrides_dir: Path) -> None:
    """A decision that two defendants of open cases, two persons so far, are one."""
    [(one, other)] = built.build_query(
        "select min(defendant_id), max(defendant_id) from (select defendant_id, person_id, row_number() over "
        "(partition by person_id order by defendant_id) as place from mart_steps.int_proceedings_at_month_ends "
        "where is_live and not is_organisation and snapshot_date = (select max(snapshot_date) "
        "from mart_steps.int_proceedings_at_month_ends)) where place = 1"
    )
    overrides_dir.mkdir()
    (overrides_dir / "person_links.csv").write_text(
        (PROJECT_ROOT / "seeds" / "overrides" / "person_links.csv").read_text(encoding="utf-8").splitlines()[0]
        + f"\ninclude,hmcts,defendants,{one},hmcts,defendants,{other},the same man in court,a registrar,2026-11-20\n",
        encoding="utf-8",
    )


def revisions(second: SecondBuild, mart: str, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
    return second.warehouse.query(
        f"select {columns} from marts.revisions where mart = '{mart}' and {where} order by all"
    )


def test_a_first_build_has_none(built: Warehouse) -> None:
    assert built.query("select count(*) from marts.revisions") == [(0,)]


def test_late_data_is_told_by_the_month_it_is_of(second: SecondBuild) -> None:
    rows = revisions(second, "stop_search", "key, measure, change, cause, is_only_possible_cause, new_value")
    assert rows
    assert all(row[0].startswith(f"month={second.late_month}; ") for row in rows)
    assert {row[2:5] for row in rows} == {("added", "late_data", True)}
    [(searches,)] = second.warehouse.query(
        f"select sum(searches) from marts.stop_search where month = date '{second.late_month}' and force_slug = 'kent'"
    )
    assert sum(row[5] for row in rows if row[1] == "searches") == searches


def test_a_correction_is_one_cell_and_its_own_cause(second: SecondBuild) -> None:
    quarter, court, jurisdiction = second.corrected
    rows = revisions(second, "court_sittings", "key, measure, difference, cause, cause_detail")
    [row] = rows
    assert row[:4] == (
        f"quarter={quarter}; court_code={court}; jurisdiction={jurisdiction}",
        "sitting_minutes",
        MINUTES_ADDED,
        "correction",
    )
    assert "1 delivery of hmcts/hearings" in row[4]
    assert "sent again" in row[4]


def test_a_relinkage_is_one_person_less(second: SecondBuild) -> None:
    rows = revisions(
        second,
        "counting_unit_bridge",
        "difference, cause, cause_detail",
        "key like '%court_code=ALL%' and measure = 'persons'",
    )
    assert {row[0] for row in rows} == {-1}
    # The list of offences, changed too, says which counts on an indictment stand in the place of which charges.
    causes = "relinkage: 1 person id merged (override); code_list_change: list offences"
    assert {row[1:] for row in rows} == {("relinkage;code_list_change", causes)}


def test_a_changed_list_moves_what_is_counted_by_it(second: SecondBuild) -> None:
    added, removed = (
        second.warehouse.query(
            "select coalesce(sum(coalesce(new_value, 0) - coalesce(old_value, 0)), 0) from marts.revisions "
            "where mart = 'court_sentencing' and measure = 'defendants_sentenced' "
            f"and key like '%offence_group={group};%'"
        )[0][0]
        for group in ("robbery", "theft_offences")
    )
    assert added == -removed > 0
    causes = revisions(second, "court_sentencing", "distinct cause, cause_detail")
    assert all("code_list_change" in cause.split(";") and "list offences" in detail for cause, detail in causes)
    # Linkage too may move it: it is how a court's case is known to have ended with a death in prison. And so may the
    # hearings sent again: the wait for the main hearing is counted from them, and a cause is decided by delivery.
    corrected = "correction: 1 delivery of hmcts/hearings (extract of 2026-11-03) sent again"
    assert revisions(second, "court_timeliness", "distinct cause, cause_detail") == [
        (
            "correction;relinkage;code_list_change",
            f"{corrected}; relinkage: 1 person id merged (override); code_list_change: list offences",
        )
    ]


def test_every_difference_of_a_mart_is_a_line_and_no_line_is_without_one(built: Warehouse, second: SecondBuild) -> None:
    """The comparison, made again row by row without its code."""
    columns = "cast(snapshot_date as varchar), jurisdiction, court_code, cases, extra_defendants, defendants, persons"
    sql = f"select {columns} from marts.counting_unit_bridge"
    old, new = ({row[:3]: row[3:] for row in source.query(sql)} for source in (built, second.warehouse))
    expected = set()
    for key in old.keys() | new.keys():
        before, after = old.get(key), new.get(key)
        for position, measure in enumerate(("cases", "extra_defendants", "defendants", "persons")):
            values = tuple(row[position] if row else None for row in (before, after))
            if values[0] != values[1] and not (None in (before, after) and not any(values)):
                text = f"snapshot_date={key[0]}; jurisdiction={key[1]}; court_code={key[2]}"
                expected.add((text, measure, *values))
    found = revisions(
        second, "counting_unit_bridge", "key, measure, old_value, new_value",
        "measure in ('cases', 'extra_defendants', 'defendants', 'persons')",
    )  # fmt: skip
    assert expected
    assert set(found) == expected


def test_nothing_is_left_unexplained(second: SecondBuild) -> None:
    assert second.warehouse.query("select count(*) from marts.revisions where cause = 'unexplained'") == [(0,)]
    assert second.warehouse.query("select count(*) from marts.revisions where cause like '%rule_change%'") == [(0,)]
